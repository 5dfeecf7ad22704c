"""Dialogues that are told to a bot again and again, and what it must answer. See `story.py` for the files."""

from botcore.evaluation.stories.files import read_stories
from botcore.evaluation.stories.report import Report, render_line, render_text
from botcore.evaluation.stories.story import Exchange, Story, ToolCall
from botcore.evaluation.stories.telling import Dialogue, Heard, Teller, Told, tell

__all__ = [
    "Dialogue",
    "Exchange",
    "Heard",
    "Report",
    "Story",
    "Teller",
    "Told",
    "ToolCall",
    "read_stories",
    "render_line",
    "render_text",
    "tell",
]

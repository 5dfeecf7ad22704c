"""One renderer between answers and channels: `Reply.text` is Markdown, and each channel gets the form that it can show.

A reply becomes a tree (`tree`), the tree a text with spans (`flow`), and this is split and written in a channel's form.
"""

from botcore.channels.rendering.discord import DISCORD, DiscordPart, render_discord
from botcore.channels.rendering.html import render_html
from botcore.channels.rendering.numbering import numbered
from botcore.channels.rendering.parts import Limits, Words, choice
from botcore.channels.rendering.plain import render_plain
from botcore.channels.rendering.split import split, utf16
from botcore.channels.rendering.telegram import CAPTION, TELEGRAM, Entity, TelegramPart, render_telegram

__all__ = [
    "CAPTION",
    "DISCORD",
    "TELEGRAM",
    "DiscordPart",
    "Entity",
    "Limits",
    "TelegramPart",
    "Words",
    "choice",
    "numbered",
    "render_discord",
    "render_html",
    "render_plain",
    "render_telegram",
    "split",
    "utf16",
]

"""Keeps a model's thoughts apart from its answer, where the server does not."""

from __future__ import annotations

_OPEN = "<think>"
_CLOSE = "</think>"
_QUOTES = "`'\"«“‘「"
"""After one of these the tag is something that the answer speaks about."""


class ThoughtFilter:
    """Takes `<think>...</think>` out of a text that comes in pieces. What may be half a tag is held back.

    What was taken out gathers in `thoughts`, for the reader to take from there.

    A thought that is never closed runs to the end. A template that opens the thought by itself leaves `</think>`
    alone in the text: such models need vLLM's `--reasoning-parser`, and then nothing is left to do here.
    """

    def __init__(self) -> None:
        self.thoughts: list[str] = []
        self._held = ""
        self._before = ""
        """Last character of the answer so far."""
        self._thinking = False
        self._after_thought = False

    def feed(self, piece: str) -> str:
        """What of `piece`, and of what was held back, belongs to the answer."""
        if not self._thinking and not self._held and not self._after_thought and "<" not in piece:
            self._before = piece[-1:] or self._before
            return piece
        return self._take(self._held + piece)

    def end(self) -> str:
        """What was held back and turned out to be no tag."""
        held, self._held = self._held, ""
        if self._thinking:
            self.thoughts.append(held)
            return ""
        return held

    def _take(self, text: str) -> str:
        answer: list[str] = []
        self._held = ""
        while text:
            text = self._skip_thought(text) if self._thinking else self._take_answer(text, answer)
        return "".join(answer)

    def _skip_thought(self, text: str) -> str:
        thought, tag, after = text.partition(_CLOSE)
        if tag:
            self._thinking, self._after_thought = False, True
        else:
            known = len(text) - _overlap(text, _CLOSE)
            thought, self._held = text[:known], text[known:]
        self.thoughts.append(thought)
        return after

    def _take_answer(self, text: str, answer: list[str]) -> str:
        if self._after_thought:
            text = text.lstrip()
            self._after_thought = not text
        before, tag, after = text.partition(_OPEN)
        if not tag:
            kept = len(text) - _overlap(text, _OPEN)
            before, self._held = text[:kept], text[kept:]
        self._before = before[-1:] or self._before
        answer.append(before)
        if tag and self._before and self._before in _QUOTES:
            answer.append(tag)
            self._before = tag[-1]
        elif tag:
            self._thinking = True
        return after


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of `text` may be the beginning of `tag`."""
    return next((size for size in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:size])), 0)

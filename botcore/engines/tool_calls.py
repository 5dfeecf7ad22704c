"""Puts tool calls together that come in pieces, several at once perhaps."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.engines.base import ToolCall
from botcore.engines.wire import CallPiece

MAX_CALLS = 64
"""In one answer: what asks for more has lost its way."""
MAX_ARGUMENTS = 1 << 20
"""Characters of all arguments together."""


class TooManyCalls(ValueError):
    """The model asks for more than a bot could do."""


class _Call:
    """Mutable: it grows."""

    def __init__(self, number: int) -> None:
        self.id = f"call-{number}"
        self.name = ""
        self.arguments: list[str] = []


class ToolCalls:
    """Calls by their index, in the order in which the model began them.

    A server that gives no index is believed to have begun the next call where a piece has a name.
    """

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}
        self._last = -1
        self._size = 0

    def feed(self, pieces: Sequence[CallPiece]) -> None:
        """Raises TooManyCalls."""
        for piece in pieces:
            named = bool(piece.function and piece.function.name)
            call = self._call(piece.index, begins=named)
            call.id = piece.id or call.id
            if piece.function:
                call.name += piece.function.name or ""
                self._keep(call, piece.function.arguments or "")

    def whole(self) -> tuple[ToolCall, ...]:
        """All calls that have a name."""
        return tuple(
            ToolCall(call.id, call.name, "".join(call.arguments))
            for call in self._calls.values()
            if call.name
        )

    def _call(self, index: int | None, *, begins: bool) -> _Call:
        if index is None:
            index = self._last + 1 if begins or self._last < 0 else self._last
        self._last = index
        if index not in self._calls:
            if len(self._calls) == MAX_CALLS:
                raise TooManyCalls(f"it asks for more than {MAX_CALLS} tools at once")
            self._calls[index] = _Call(len(self._calls))
        return self._calls[index]

    def _keep(self, call: _Call, arguments: str) -> None:
        self._size += len(arguments)
        if self._size > MAX_ARGUMENTS:
            raise TooManyCalls(f"it gives a tool more than {MAX_ARGUMENTS:,} characters")
        call.arguments.append(arguments)

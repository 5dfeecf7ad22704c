"""A message that grows while it is being made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from botcore.errors import AnswerCut
from botcore.types import Source


class Stream:
    """One message whose text comes in pieces. A handler returns or yields it; the person watches it grow.

    The text is consumed once: by the dispatcher, by `async for`, or by `text()`.
    """

    def __init__(
        self, pieces: AsyncIterator[str], *, buttons: Sequence[str] = (), sources: Sequence[Source] = ()
    ) -> None:
        self._pieces = pieces
        self.buttons = tuple(buttons)
        self.sources = tuple(sources)
        self.cut = False
        """After `text()`: the answer ended at its limit of tokens."""

    def __aiter__(self) -> AsyncIterator[str]:
        return self._pieces

    async def text(self) -> str:
        """The whole text, once it is complete, or as far as the limit of tokens let it come: look at `cut`.

        Raises EngineError where the engine fails.
        """
        pieces: list[str] = []
        try:
            async for piece in self._pieces:
                pieces.append(piece)  # noqa: PERF401  # what came before the cut is kept
        except AnswerCut:
            self.cut = True
        return "".join(pieces)

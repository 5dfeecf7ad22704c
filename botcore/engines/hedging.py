"""Asks a second replica where the first is slow to begin, and takes whichever begins first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from botcore.engines.base import Delta

Answer = AsyncGenerator[Delta, None]


class Begun:
    """An answer that has its first piece, or ended without one. Mutable: it is read once."""

    def __init__(self, first: Delta | None, rest: Answer) -> None:
        self._first = first
        self._rest = rest

    async def deltas(self) -> Answer:
        if self._first is not None:
            yield self._first
        async for delta in self._rest:
            yield delta


@asynccontextmanager
async def first_to_begin(
    answers: AsyncIterator[Answer], after: float, passed_on: type[Exception]
) -> AsyncIterator[Begun]:
    """The hedged request of J. Dean and L. A. Barroso, "The Tail at Scale" (2013).

    The next one is asked when those before have not begun after `after` seconds, or have all raised `passed_on`; that of
    the last one is raised where none begins, and any other error at once. All but the first to begin are closed then, and
    that one at the end.
    """
    asked: dict[asyncio.Task[Delta | None], Answer] = {}
    failure: Exception | None = None
    more = True
    try:
        while more or asked:
            if more:
                answer = await anext(answers, None)
                more = answer is not None
                if answer is not None:
                    asked[asyncio.create_task(_begin(answer), name="hedge")] = answer
            if not asked:
                continue
            timeout = after if more else None
            done, _ = await asyncio.wait(asked, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    first = task.result()
                except passed_on as error:
                    failure = error
                    await asked.pop(task).aclose()
                    continue
                winner = asked.pop(task)
                await _give_up(asked)
                try:
                    yield Begun(first, winner)
                finally:
                    await winner.aclose()
                return
        if failure:
            raise failure
        raise passed_on
    finally:
        await _give_up(asked)


async def _begin(answer: Answer) -> Delta | None:
    return await anext(answer, None)


async def _give_up(asked: dict[asyncio.Task[Delta | None], Answer]) -> None:
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    for answer in asked.values():
        await answer.aclose()
    asked.clear()

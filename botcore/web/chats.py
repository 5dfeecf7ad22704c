"""One chat of a program with the bot: a message goes in, a turn's text comes out."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager

from botcore.delivery.base import Live, LiveEvent
from botcore.types import Address, Message, Person
from botcore.web.bodies import check_text
from botcore.web.chat_types import ChatRequest, before, question
from botcore.web.parts import WebLimits
from botcore.web.problems import Problem
from botcore.web.streams import following
from botcore.web.turns import TurnText
from botcore.web.visits import Doorway, said

CHANNEL = "openai"


class ParallelChats:
    """At most `limit` chats of one key at a time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, key: str) -> Iterator[None]:
        """Problem 429 past the limit."""
        if self._open[key] >= self._limit:
            raise Problem(429, "too_many_chats", retry_after=1, limit=self._limit)
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


class Chat:
    """A question on its way. `async with` it: an answer that nobody waits for any more is stopped."""

    def __init__(
        self, live: Live, doorway: Doorway, limits: WebLimits, *, key: str, request: ChatRequest
    ) -> None:
        self._live = live
        self._doorway = doorway
        self._limits = limits
        self._request = request
        self._id = uuid.uuid4().hex
        self._address = Address(CHANNEL, f"{key}.{request.user or uuid.uuid4().hex}")
        self._asked = False
        self.turn = TurnText(self._id)

    @property
    def id(self) -> str:
        return f"chatcmpl-{self._id}"

    async def ask(self) -> None:
        """Returns once the question is durable."""
        text, pictures = question(self._request)
        check_text(text, pictures, self._limits.text_characters, param="messages")
        message = Message(
            id=self._id,
            address=self._address,
            person=Person(id=self._address.chat),
            at=time.time(),
            text=text,
            attachments=pictures,
            before=before(self._request),
        )
        # Shown before it is accepted: deltas that stand earlier in the stream belong to earlier turns.
        await self._live.publish(self._address, "message", said(self._id, message), key=self._id)
        await self._doorway.accept(message, limit_key=str(self._address))
        self._asked = True

    async def answer(self) -> AsyncGenerator[str]:
        """The pieces of the answer as they come; an empty one where nothing came for a while.

        Ends with the turn. Problem 504 past `answer_seconds`.
        """
        deadline = time.monotonic() + self._limits.answer_seconds
        async with following(self._live, self._address, "") as events:
            while not self.turn.done:
                event = await _next_within(events, deadline)
                piece = self.turn.take(event) if event else ""
                if piece or event is None:
                    yield piece

    async def __aenter__(self) -> Chat:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._asked and not self.turn.done:
            await self._live.stop(self._address)


async def _next_within(events: AsyncIterator[LiveEvent | None], deadline: float) -> LiveEvent | None:
    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            return await anext(events)
    except TimeoutError:
        raise Problem(504, "no_answer") from None

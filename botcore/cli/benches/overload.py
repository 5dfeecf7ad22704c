"""Far more than a worker can answer: what becomes of those who are refused, and of those who are not."""

from __future__ import annotations

import asyncio
import secrets
import time

import msgspec

from botcore.app.dialogues import Dialogues
from botcore.cli.benches.crowd import crowd, resident_kb, until_quiet
from botcore.cli.benches.echo import SLOW_SECONDS
from botcore.cli.benches.load import fresh_server, stored_bytes
from botcore.delivery.sender import Sender
from botcore.errors import MailboxFull, RateLimited, StoreError
from botcore.types import Address, Message, Outgoing, Person

CHANNEL = "load"
CONVERSATIONS = 1000
SUSTAINABLE = 64 / SLOW_SECONDS
"""Messages a second that a worker answers whose 64 turns take so long each."""
TICK = 0.02


class Overload(msgspec.Struct, frozen=True):
    """Times in seconds, memory in KB."""

    times: float
    sustainable: float
    offered: float
    first_refusal: float
    unanswered: int
    normal_p99: float
    p99: float
    worker_growth: float
    store_growth: float


class _Crowd:
    """People who write whenever they like, and when each was answered."""

    def __init__(self, dialogues: Dialogues) -> None:
        self._dialogues = dialogues
        self.accepted: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.refused: list[float] = []

    async def sent(self, outgoing: Outgoing) -> None:
        self.answered.setdefault(outgoing.in_reply_to, time.perf_counter())

    async def write(self) -> None:
        chat = str(secrets.randbelow(CONVERSATIONS))
        address, id = Address(CHANNEL, chat), secrets.token_hex(8)
        event = Message(id=id, address=address, person=Person(chat), at=time.time(), text="hello there")
        began = time.perf_counter()
        try:
            await self._dialogues.inbox.accept(event)
        except (MailboxFull, RateLimited, StoreError):
            self.refused.append(time.perf_counter())
        else:
            self.accepted[id] = began

    async def write_for(self, seconds: float, per_second: float) -> float:
        """Whether or not anybody keeps up. Returns how many a second it came to."""
        began, written = time.perf_counter(), 0
        async with asyncio.TaskGroup() as group:
            while (passed := time.perf_counter() - began) < seconds:
                for _ in range(min(1000, int(passed * per_second) - written)):
                    group.create_task(self.write())
                    written += 1
                await asyncio.sleep(TICK)
        return written / (time.perf_counter() - began)

    def p99(self) -> float:
        """From writing to the answer."""
        took = sorted(at - self.accepted[id] for id, at in self.answered.items() if id in self.accepted)
        return took[int(0.99 * len(took))] if took else 0.0

    def forget(self) -> None:
        self.accepted, self.answered, self.refused = {}, {}, []


async def overload(*, times: float, seconds: float) -> Overload:
    """One worker process; first half of what it can do, then `times` what it can do."""
    async with fresh_server() as dialogues, crowd(dialogues, 1, "slow") as (worker,):
        people = _Crowd(dialogues)
        sender = Sender(dialogues.open_outbox(), {CHANNEL: people.sent})
        sending = asyncio.create_task(sender.run())
        await people.write_for(seconds, SUSTAINABLE / 2)
        await _until_answered(people)
        normal, memory, store = people.p99(), resident_kb(worker.pid), await stored_bytes(dialogues)
        people.forget()
        began = time.perf_counter()
        offered = await people.write_for(seconds, SUSTAINABLE * times)
        await _until_answered(people)
        await until_quiet(dialogues)
        seen = Overload(
            times=times,
            sustainable=SUSTAINABLE,
            offered=offered,
            first_refusal=min(people.refused, default=float("inf")) - began,
            unanswered=len(people.accepted.keys() - people.answered.keys()),
            normal_p99=normal,
            p99=people.p99(),
            worker_growth=resident_kb(worker.pid) - memory,
            store_growth=(await stored_bytes(dialogues) - store) / 1024,
        )
        await sender.stop()
        await sending
        return seen


async def _until_answered(people: _Crowd) -> None:
    """Or for as long as nobody would wait."""
    until = time.perf_counter() + 30
    while people.accepted.keys() - people.answered.keys() and time.perf_counter() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)

"""A whole store with people in it: real Valkey with its append-only file, real SQLite, a worker that keeps all it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.app.people.people import Erased, People
from botcore.app.people.typed_lines import TypedLines
from botcore.config import Settings
from botcore.delivery.sender import Sender
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Worker
from botcore.memory.base import Note, Owner
from botcore.middleware import compose
from botcore.middleware.trace import Trace
from botcore.stores.records.desk import RequestDesk
from botcore.stores.records.records import Records
from botcore.types import Address, AnyEvent, Message, Outgoing, Person, Reply, Timer

FAR = 4_000_000_000.0
PATIENCE_SECONDS = 30.0
_ids = count(1)


def say(address: Address, person: Person, text: str) -> Message:
    return Message(id=f"e{next(_ids)}", address=address, person=person, at=1_700_000_000.0, text=text)


@dataclass
class Store:
    """Everything that a bot keeps, and its operator's command."""

    folder: Path
    dialogues: Dialogues
    records: Records

    @property
    def people(self) -> People:
        return People(self.dialogues, self.records, TypedLines(self.folder), settled=0.6)

    async def erase(self, channel: str, person: str) -> Erased:
        people = self.people
        return await people.erase(await people.holdings(Owner(channel, person)))

    async def keys(self) -> dict[bytes, bytes]:
        """Every key of the server, with what it holds."""
        redis = self.dialogues.redis
        return {name: await self._value(name) async for name in redis.scan_iter(count=1000)}

    async def _value(self, name: bytes) -> bytes:
        redis = self.dialogues.redis
        reads: dict[bytes, Callable[[bytes], Awaitable[object]]] = {
            b"string": redis.get,
            b"hash": redis.hgetall,
            b"list": lambda name: redis.lrange(name, 0, -1),
            b"zset": lambda name: redis.zrange(name, 0, -1, withscores=True),
            b"stream": redis.xrange,
            b"none": redis.get,  # it has just expired
        }
        return repr(await reads[await redis.type(name)](name)).encode()

    def files(self) -> dict[str, bytes]:
        """Every file of the data folder."""
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}

    async def traces(self) -> str:
        """What the traces say, once they are written."""
        await self.dialogues.traces.flush()
        return repr(await self.dialogues.traces.latest(1000))

    async def accept(self, event: AnyEvent) -> None:
        shown = {"id": event.id, "text": event.text, "role": "user"} if isinstance(event, Message) else None
        limit_key = f"{event.address.channel}:{event.person.id}"
        await self.dialogues.inbox.accept(event, limit_key=limit_key, shown=shown)

    async def keep_all(self, turn: Turn) -> None:
        """A handler that leaves something in every place there is."""
        event, text = turn.event, turn.text
        turn.plugin = "probe"
        turn.state.plugins["probe"] = {"last": text, "from": event.person.name}
        turn.state.language = "en"
        turn.timers.append(
            Timer(
                id=f"probe:later:{event.id}",
                address=event.address,
                person=event.person,
                at=event.at,
                plugin="probe",
                name="later",
                due=FAR,
                data={"text": text},
            )
        )
        owner = Owner.of(event.address, event.person)
        await self.dialogues.memory.keep(owner, Note("said", text, event.at))
        await RequestDesk(self.records).request(event.address, event.person, text)
        await turn.live.publish(
            event.address, "delta", {"id": f"{event.address}:x", "text": text, "in_reply_to": event.id}
        )
        turn.say(Reply(f"{event.person.name} said {text}"))

    @asynccontextmanager
    async def working(
        self, handle: Callable[[Turn], Awaitable[None]] | None = None, *channels: str
    ) -> AsyncIterator[Worker]:
        """A worker, its traces and, for these channels, a sender, as `botcore run` has them."""
        dialogues = self.dialogues
        worker = Worker(
            dialogues.inbox, dialogues.live, compose([Trace(dialogues.traces.add)], handle or self.keep_all)
        )

        async def send(outgoing: Outgoing) -> None:
            await dialogues.live.publish(
                outgoing.address,
                "message",
                {"id": outgoing.key, "text": outgoing.reply.text, "in_reply_to": outgoing.in_reply_to},
                key=outgoing.key,
            )

        sender = Sender(dialogues.open_outbox(), dict.fromkeys(channels or ("nowhere",), send))
        tasks = [
            asyncio.create_task(worker.run()),
            asyncio.create_task(sender.run()),
            asyncio.create_task(dialogues.traces.run()),
            asyncio.create_task(dialogues.presence.announce("worker", "test")),
        ]
        try:
            yield worker
        finally:
            await worker.stop(grace=5)
            await sender.stop()
            for task in tasks[2:]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def answered(self, *events: AnyEvent) -> None:
        """Say these to a worker that keeps all it can, and wait until it has answered."""
        async with self.working() as worker:
            for event in events:
                await self.accept(event)
            await until(lambda: worker.handled >= len(events))


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not met():
            await asyncio.sleep(0.01)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    settings = Settings(data_dir=tmp_path)
    async with (
        open_dialogues(settings) as dialogues,
        await Records.open(f"sqlite+aiosqlite:///{tmp_path / 'botcore.db'}") as records,
    ):
        yield Store(tmp_path, dialogues, records)

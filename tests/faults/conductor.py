"""Runs one phase: a server, processes, people who write, and faults; then waits until all is quiet, and judges."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from botcore.delivery import keys
from botcore.delivery.dead_letters import RedisDeadLetters
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox
from botcore.stores.commands import Commands
from botcore.stores.connection import connect
from tests.faults import naive
from tests.faults.fleet import Fleet
from tests.faults.history import EVERYBODY, History, read
from tests.faults.load import Accept, dialogue, speak
from tests.faults.phases import POINT, POISONED, Phase
from tests.faults.process import bot
from tests.faults.proxy import Proxy
from tests.faults.report import Row, judge
from tests.faults.server import Server

QUIET_SECONDS = 30.0
"""How long the processes may take to finish after the last message; what is not answered then is lost."""


async def conduct(phase: Phase, folder: Path) -> Row:
    """The verdict on one phase. Everything that it starts has ended when it returns."""
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server(folder / "server", phase.fsync))
        proxy = await stack.enter_async_context(Proxy(server.socket, phase.seed))
        history = stack.enter_context(History(folder / "operations", "conductor"))
        body = naive.naive_bot if phase.is_naive else bot
        chooser = random.Random(phase.seed)
        fleet = await stack.enter_async_context(
            Fleet(body, proxy.url, folder / "operations", phase.processes, chooser, phase.share(POINT))
        )
        conductor = Conductor(phase, server, proxy, fleet, history, chooser)
        await conductor.run()
    return judge(phase.name, read(folder / "operations"), time.monotonic() - began)


class Conductor:
    """Causes the faults of a phase while its people write."""

    def __init__(
        self,
        phase: Phase,
        server: Server,
        proxy: Proxy,
        fleet: Fleet,
        history: History,
        chooser: random.Random,
    ) -> None:
        self._phase = phase
        self._server = server
        self._proxy = proxy
        self._fleet = fleet
        self._history = history
        self._random = chooser

    async def run(self) -> None:
        redis = connect(self._proxy.url)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._cause_faults(group))
                self._let_people_write(group, self._accept(redis))
            await self._until_quiet()
        finally:
            await redis.aclose()

    def _accept(self, redis: Redis) -> Accept:
        if self._phase.is_naive:
            return lambda event: naive.accept(redis, event)
        commands = Commands(redis)
        return RedisInbox(commands, Queue(redis, commands), Bounds()).accept

    def _let_people_write(self, group: asyncio.TaskGroup, accept: Accept) -> None:
        phase = self._phase
        people = max(4, phase.messages // 20)
        poisoned = self._phase.share(POISONED) // 3  # each kills three processes
        for number in range(people):
            count = phase.messages // people + (number < phase.messages % people)
            updates = dialogue(self._random, f"c{number}", count, poison=number < poisoned)
            group.create_task(speak(updates, phase.seconds, accept, self._history))

    async def _cause_faults(self, group: asyncio.TaskGroup) -> None:
        kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "kill": self._kill,
            "freeze": self._freeze,
            "restart": self._restart,
            "clock": self._set_clock,
            "cut": self._cut,
            "halve": self._halve,
            "delay": self._delay,
            "server": self._kill_server,
            "tail": self._cut_tail,
        }
        chosen = [kind for kind in self._phase.kinds if kind in kinds for _ in range(self._phase.share(kind))]
        self._random.shuffle(chosen)
        start = time.monotonic()
        for number, kind in enumerate(chosen, 1):
            due = start + self._phase.seconds * number / (len(chosen) + 1)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if kind in ("freeze", "delay"):
                group.create_task(kinds[kind]())
            else:
                await kinds[kind]()

    async def _until_quiet(self) -> None:
        redis = connect(self._server.url)
        try:
            deadline = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < deadline and not await self._is_quiet(redis):
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)  # what was sent last is logged as done
            for letter in await RedisDeadLetters(Commands(redis), mailbox_limit=1).list(10_000):
                # Whoever buried it may have died before it could log it.
                if letter.event:
                    self._history.add("buried", conversation=str(letter.address), id=letter.event.id)
        finally:
            await redis.aclose()

    async def _is_quiet(self, redis: Redis) -> bool:
        try:
            if self._phase.is_naive:
                return not await redis.llen(naive.QUEUE)  # type: ignore[misc]
            streams = (keys.READY, keys.out("keyed"), keys.out("plain"))
            return not any([await redis.xlen(stream) for stream in streams])
        except RedisError:
            return False

    # The faults

    async def _kill(self) -> None:
        if process := self._fleet.pick():
            self._history.add("fault", by=process.name, text="kill -9")
            self._fleet.kill(process)

    async def _freeze(self) -> None:
        if self._fleet.may_freeze and (process := self._fleet.pick()):
            self._history.add("fault", by=process.name, text="frozen beyond the lease")
            await self._fleet.freeze(process, self._random.uniform(2.6, 4.0))

    async def _restart(self) -> None:
        if process := self._fleet.pick():
            self._history.add("fault", by=process.name, text="SIGTERM")
            self._fleet.replace(process)

    async def _set_clock(self) -> None:
        if process := self._fleet.pick():
            self._history.add("fault", by=process.name, text="clock set")
            self._fleet.set_clock(process, self._random.uniform(-7, 7) * 86_400)

    async def _cut(self) -> None:
        self._history.add("fault", by=EVERYBODY, text="connection cut")
        self._proxy.cut()

    async def _halve(self) -> None:
        self._history.add("fault", by=EVERYBODY, text="connection halved")
        self._proxy.halve()

    async def _delay(self) -> None:
        self._history.add("fault", by=EVERYBODY, text="connection delayed")
        await self._proxy.delay(self._random.uniform(0.2, 4.0))

    async def _kill_server(self) -> None:
        self._history.add("fault", by=EVERYBODY, text="server killed")
        await self._server.kill()
        if self._phase.fsync != "always":
            self._history.add(
                "cut"
            )  # while an fsync is under way, `everysec` holds writes back for up to 2 s
        await asyncio.sleep(self._random.uniform(0, 0.2))
        await self._server.start()

    async def _cut_tail(self) -> None:
        self._history.add("fault", by=EVERYBODY, text="server killed, tail cut")
        await self._server.kill()
        self._history.add("cut", ids=self._server.cut_tail(self._random.randint(1, 4000)))
        await self._server.start()

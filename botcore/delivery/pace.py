"""How fast a channel is spoken to: its service's limits, kept together by all gateways."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from botcore.delivery import keys
from botcore.stores.commands import Argument, Commands
from botcore.stores.script import Script
from botcore.types import Rate

_PACE = Script.load("botcore.delivery.scripts", "pace.lua")


class Pace(ABC):
    @abstractmethod
    async def book(self, rates: Sequence[Rate], messages: int = 1) -> float:
        """Book a send that counts as so many messages under all of these rates: seconds until it may go.

        Bookings are kept in their order, so that nobody is overtaken for ever. One that is not used is lost.
        """


class MemoryPace(Pace):
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}

    async def book(self, rates: Sequence[Rate], messages: int = 1) -> float:
        now, wait = self._clock(), 0.0
        for rate in rates:
            due = max(self._due.get(rate.name, 0.0), now) + messages / rate.per_second
            self._due[rate.name] = due
            wait = max(wait, due - now - rate.burst / rate.per_second)
        return wait


class RedisPace(Pace):
    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def book(self, rates: Sequence[Rate], messages: int = 1) -> float:
        arguments: list[Argument] = [messages]
        for rate in rates:
            arguments += [1 / rate.per_second, rate.burst]
        names = [keys.pace(rate.name) for rate in rates]
        return int(await self._commands.script(_PACE, names, arguments)) / 1000

"""What people say during a run: bursts, 10 % sent twice, 10 % out of order, and now and then poison."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from botcore.errors import MailboxFull, StoreError
from botcore.types import Address, Message, Person
from tests.faults.history import History
from tests.faults.process import POISON

Accept = Callable[[Message], Awaitable[object]]


class Said(msgspec.Struct, frozen=True):
    """One update as the platform delivers it."""

    event: Message
    pause: float
    """Seconds before it, as a share of the conversation's whole time."""


def dialogue(chooser: random.Random, name: str, messages: int, *, poison: bool) -> list[Said]:
    """The updates of one conversation. Half of the conversations take place where keys are known."""
    address = Address(chooser.choice(("keyed", "plain")), name)
    events = [_message(chooser, address, number) for number in range(messages)]
    if poison and events:
        events[len(events) // 2] = msgspec.structs.replace(events[len(events) // 2], text=POISON)
    for number in range(messages - 1):
        if chooser.random() < 0.1:
            events[number], events[number + 1] = events[number + 1], events[number]
    updates = []
    for number, event in enumerate(events):
        pause = 0.0 if chooser.random() < 0.3 else chooser.expovariate(1)
        updates.append(Said(event, pause))
        if chooser.random() < 0.1:
            updates.append(Said(chooser.choice(events[: number + 1]), 0.0))
    total = sum(said.pause for said in updates) or 1.0
    return [Said(said.event, said.pause / total) for said in updates]


def _message(chooser: random.Random, address: Address, number: int) -> Message:
    text = f"{'twice ' if chooser.random() < 0.2 else ''}word{chooser.randrange(1000)}"
    return Message(id=f"{address.chat}-{number}", address=address, person=Person("p"), at=1.0, text=text)


async def speak(updates: Sequence[Said], seconds: float, accept: Accept, history: History) -> None:
    """Send one conversation's updates over `seconds`, each until it is accepted, as a platform does."""
    for said in updates:
        await asyncio.sleep(said.pause * seconds)
        while True:
            try:
                await accept(said.event)
            except (StoreError, MailboxFull):
                await asyncio.sleep(0.05)
            else:
                break
        poison = said.event.text if said.event.text == POISON else ""
        history.add("accepted", conversation=str(said.event.address), id=said.event.id, text=poison)

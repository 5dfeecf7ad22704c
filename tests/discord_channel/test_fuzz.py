"""Gateway events and interactions bent in every way that JSON allows: none may end the client or go unheard after."""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from botcore.channels.discord import DiscordChannel, DiscordOptions
from botcore.testing.fake_discord import FakeDiscord, payloads
from botcore.testing.fake_discord.world import Asked, Posted
from botcore.types import AnyEvent, Message
from tests.discord_channel.conftest import COMMANDS, Shown

STRANGE: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, "", "x", "\x00", "\ud800", "\u202eabc", "9" * 25, "😀" * 2100, [], [None], {}, {"id": "1"},
    [[]], "1970-01-01T00:00:00+00:00", "not a time",
]  # fmt: skip


def bent(payload: Any, random: random.Random) -> Any:
    """One to three places are changed, taken away or doubled."""
    payload = copy.deepcopy(payload)
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(places(payload))
        match random.randint(0, 3):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[f"{key}_again"] = holder[key]
            case _:
                holder[key] = copy.deepcopy(random.choice(STRANGE))
        if not payload:
            break
    return payload


def places(one: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
    for key in keys:
        found += [(one, key), *places(one[key])]
    return found


def samples(fake: FakeDiscord) -> list[tuple[str, Any]]:
    """A real one of each kind that the bot hears."""
    world, room, dm = fake.world, fake.channel(), fake.dm("ann")
    ann = fake.user("ann", roles=("support",))
    file = fake._posting.keep("notes.txt", b"12")
    rows = [{"type": 1, "components": [{"type": 2, "style": 2, "label": "Red", "custom_id": "say:0"}]}]
    said = Posted(
        world.new_id(), room, ann, "hello <@1>", mentions=[world.bot], files=[file], components=rows
    )
    edited = Posted(world.new_id(), dm, ann, "hello", edits=2, reply_to=said.id)
    world.messages[room.id].append(said)

    def asked(kind: Any, data: dict[str, Any]) -> tuple[str, Any]:
        source = said if kind == "button" else None
        one = Asked(world.new_id(), "a.token", kind, room, ann, world.now(), source)
        return "INTERACTION_CREATE", payloads.interaction(world, one, data, fake.url)

    shown = payloads.message(world, said, fake.url)
    option = {"name": "text", "type": 3, "value": "hi"}
    menu = {
        "id": "1",
        "name": "Translate",
        "type": 3,
        "target_id": "7",
        "resolved": {"messages": {"7": shown}},
    }
    return [
        ("MESSAGE_CREATE", payloads.message(world, said, fake.url, gateway=True)),
        ("MESSAGE_UPDATE", payloads.message(world, edited, fake.url, gateway=True)),
        ("MESSAGE_DELETE", {"id": str(said.id), "channel_id": str(room.id), "guild_id": str(world.guild_id)}),
        ("MESSAGE_DELETE_BULK", {"ids": [str(said.id)], "channel_id": str(room.id)}),
        ("MESSAGE_REACTION_ADD", payloads.reaction(world, said, ann, "👍")),
        ("MESSAGE_REACTION_REMOVE", payloads.reaction(world, said, ann, ":parrot:9")),
        ("GUILD_CREATE", payloads.guild(world)),
        ("THREAD_CREATE", payloads.channel(fake.thread(room))),
        ("CHANNEL_UPDATE", payloads.channel(room)),
        asked("slash", {"id": "1", "name": "echo", "type": 1, "options": [option]}),
        asked("menu", menu),
        asked("button", {"custom_id": "say:0", "component_type": 2}),
        asked("button", {"custom_id": "say:menu", "component_type": 3, "values": ["0"]}),
    ]


async def fuzz(count: int, seed: int) -> None:
    chance = random.Random(seed)
    async with FakeDiscord(limit=(1000, 1.0)) as fake:
        kinds = samples(fake)
        heard: list[AnyEvent] = []

        async def intake(event: AnyEvent, *, limit_key: str = "") -> None:
            heard.append(event)

        options = DiscordOptions(
            token=fake.token, api_url=fake.api_url, gateway_url=fake.gateway_url, file_bytes=0
        )
        channel = DiscordChannel(options, commands=COMMANDS, shown=Shown())
        running = asyncio.create_task(channel.run(intake))
        try:
            await fake.connected()
            client = await channel._supervisor.client()
            parsers: dict[str, Callable[[Any], None]] = client._connection.parsers
            for number in range(count):
                kind, payload = chance.choice(kinds)
                parsers[kind](bent(payload, chance))
                if number % 100 == 99:
                    await asyncio.sleep(0)
            await fake.say(fake.dm("zoe"), "zoe", "still there?")
            await fake.until(
                lambda: any(isinstance(one, Message) and one.text == "still there?" for one in heard)
            )
            assert fake.gateway.identified == 1
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def quiet() -> Any:
    """Thousands of warnings are what is expected here, and nobody's to read."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("seed", [1, 2])
async def test_no_bent_event_ends_the_client(seed: int) -> None:
    await fuzz(1500, seed)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("seed", range(10))
async def test_no_bent_event_of_a_hundred_thousand_ends_the_client(seed: int) -> None:
    await fuzz(10_000, 100 + seed)

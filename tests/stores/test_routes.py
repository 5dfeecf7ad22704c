"""A conversation goes on where its server is a cluster's node or a sentinels' master, and when that one dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.cli.benches.echo import CHANNEL, bot
from botcore.config import Settings
from botcore.config.settings import RedisSettings
from botcore.delivery import keys
from botcore.errors import MailboxFull, StoreError
from botcore.stores.routes import SLOT
from botcore.types import Address, Message, Outgoing, Person
from botcore.web.redis_sessions import RedisSessions
from tests.stores.servers import HOST, cluster, sentinels, until

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("r")


class Talk:
    """One person who writes, and waits for the answer."""

    def __init__(self, dialogues: Dialogues) -> None:
        self.dialogues = dialogues
        self.answers: list[str] = []
        self._said = 0

    async def sent(self, outgoing: Outgoing) -> None:
        self.answers.append(outgoing.reply.text)

    async def say(self, text: str) -> None:
        self._said += 1
        event = Message(
            id=str(self._said), address=Address(CHANNEL, "a"), person=Person("p"), at=time.time(), text=text
        )
        async with asyncio.timeout(40):
            while True:
                try:
                    await self.dialogues.inbox.accept(event, limit_key="p", shown={"text": text})
                    break
                except (StoreError, MailboxFull):
                    await asyncio.sleep(0.1)
            while text not in self.answers:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def talking(url: str, folder: Path) -> AsyncIterator[Talk]:
    settings = Settings(data_dir=folder / "data", redis=RedisSettings(url=url))
    async with open_dialogues(settings) as dialogues:
        talk = Talk(dialogues)
        async with bot(dialogues, talk.sent):
            yield talk


async def use_every_part(dialogues: Dialogues) -> None:
    """Those that a plain talk does not use."""
    sessions = RedisSessions(dialogues.redis)
    _, token = await sessions.create(name="Ada")
    assert await sessions.find(token)
    address = Address("web", "b")
    await dialogues.live.publish(address, "message", {"text": "hi"}, key="k")
    assert await anext(dialogues.live.follow(address))
    token_of_lease = await dialogues.lease.take("one", "me", 1.0)
    assert await dialogues.lease.renew("one", token_of_lease, 1.0)
    assert await dialogues.timers.fire(time.time()) is None
    assert (await dialogues.dead_letters.tally()).kept == 0
    assert await dialogues.presence.count("worker") == 0


@pytest.mark.parametrize("form", ["redis+cluster://{all}", "redis://{stranger}"])
async def test_a_talk_on_three_nodes_outlives_the_death_of_its_node(folder: Path, form: str) -> None:
    async with cluster(folder) as nodes:
        every = ",".join(f"{HOST}:{node.port}" for node in nodes[:2])
        url = form.format(all=every, stranger=f"{HOST}:{nodes[0].port}")
        async with talking(url, folder) as talk:
            await talk.say("one")
            await use_every_part(talk.dialogues)
            assert await nodes[2].redis.exists(keys.state(Address(CHANNEL, "a")))
            assert await nodes[2].command("CLUSTER", "KEYSLOT", keys.READY) == SLOT
            await nodes[2].kill()
            await talk.say("two")
            await until(lambda: nodes[3].redis.exists(keys.state(Address(CHANNEL, "a"))))
            assert talk.answers[0] == "one"
            assert list(dict.fromkeys(talk.answers)) == ["one", "two"]


async def test_a_talk_outlives_the_failover_of_its_master(folder: Path) -> None:
    async with sentinels(folder) as ((master, replica), watchers):
        every = ",".join(f"{HOST}:{one.port}" for one in watchers)
        async with talking(f"redis+sentinel://{every}/mymaster/0", folder) as talk:
            await talk.say("one")
            await use_every_part(talk.dialogues)
            await master.kill()
            await talk.say("two")
            assert (await replica.redis.info("replication"))["role"] == "master"
            assert list(dict.fromkeys(talk.answers)) == ["one", "two"]
            await watchers[0].kill()
            await talk.say("three")

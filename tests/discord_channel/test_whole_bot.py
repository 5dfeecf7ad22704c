"""Plugins with their commands, buttons and streams, on the simulated Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from botcore import Context, Plugin, Reply, Stream
from botcore.channels.discord import DiscordChannel, DiscordOptions, SlashCommand
from botcore.context import Services
from botcore.conversation import clean_event
from botcore.delivery.memory import MemoryInbox, MemoryLive, MemoryOutbox, MemoryStore
from botcore.delivery.sender import Sender
from botcore.dispatch.dispatcher import Dispatcher
from botcore.dispatch.router import Installed, Router
from botcore.dispatch.worker import Worker
from botcore.i18n.texts import core_catalog, load_catalog
from botcore.intents.base import Detection
from botcore.plugin import NoConfig
from botcore.testing import FixedKnowledge, MemoryDesk
from botcore.testing.fake_discord import FakeDiscord
from botcore.types import AnyEvent

plugin: Plugin[NoConfig] = Plugin("shop")


@plugin.command("colour")
async def colour(ctx: Context) -> Reply:
    """Choose a colour."""
    ctx.expect("chosen")
    return Reply("Which **colour**?", buttons=["Red", "Blue"])


@plugin.followup("chosen")
async def chosen(ctx: Context) -> str:
    return f"{ctx.text} it is, {ctx.args.lower()}."


@plugin.command("poem")
async def poem(ctx: Context) -> Stream:
    """Write a poem."""

    async def lines() -> AsyncIterator[str]:
        for number in range(6):
            yield f"line {number} of a poem\n\n"
            await asyncio.sleep(0.3)

    return Stream(lines())


class Nothing:
    async def detect(self, text: str, language: str) -> Detection:
        return Detection()


async def test_a_plugin_is_used_by_slash_button_and_text(fake: FakeDiscord) -> None:
    router = Router([Installed(plugin, NoConfig(), load_catalog(None))])
    infos = router.command_infos(["en", "zh"])
    services = Services(
        engine=None,
        knowledge=FixedKnowledge(),
        humans=MemoryDesk(),
        detect_language=lambda text: "en",
        commands=infos,
    )
    store, live = MemoryStore(), MemoryLive()
    inbox = MemoryInbox(store)
    dispatcher = Dispatcher(router, Nothing(), services, core_catalog())
    channel = DiscordChannel(
        DiscordOptions(token=fake.token, api_url=fake.api_url, gateway_url=fake.gateway_url),
        live=live,
        commands=[SlashCommand(one.name, {"en": one.description}) for one in infos["en"]],
    )

    async def intake(event: AnyEvent, *, limit_key: str = "") -> None:
        await inbox.accept(clean_event(event), limit_key=limit_key)

    worker = Worker(inbox, live, dispatcher.handle)
    sender = Sender(MemoryOutbox(store), {"discord": channel.send})
    tasks = [asyncio.create_task(one) for one in (channel.run(intake), worker.run(), sender.run())]
    dm = fake.dm("ann")
    try:
        await fake.until(lambda: fake.rest.syncs == 1)
        await fake.slash(dm, "ann", "colour")
        await fake.answered(dm)
        await fake.press(fake.shown(dm)[-1], "Blue")
        assert await fake.answered(dm, 2) == ["Which **colour**?", "Blue it is, blue."]
        await fake.say(dm, "ann", "/poem")
        await fake.until(lambda: "line 5" in fake.answers(dm)[-1])
        assert len(fake.answers(dm)) == 3
        assert fake.shown(dm)[-1].edits >= 1
    finally:
        await worker.stop(1.0)
        await sender.stop(1.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

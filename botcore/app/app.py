"""A bot that runs in this process: it takes events, answers them, and sends the answers, or some of these."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from botcore.app.dialogues import Dialogues, open_dialogues
from botcore.app.folder import data_folder
from botcore.app.outside import open_outside
from botcore.app.plugin_channels import open_plugin_channels
from botcore.app.processes import new_process_name
from botcore.app.sole import SoleChannel
from botcore.channels.base import Channel
from botcore.channels.live import LiveChannel
from botcore.config import Settings
from botcore.conversation import clean_event
from botcore.delivery.sender import OUTSIDE, Sender
from botcore.delivery.timers import Pump
from botcore.dispatch.router import Installed
from botcore.dispatch.watchdog import Watchdog
from botcore.dispatch.worker import Worker
from botcore.errors import ConfigurationError, Fault
from botcore.i18n.texts import Catalog, core_catalog
from botcore.stores.locks import FileLock
from botcore.types import AnyEvent

if TYPE_CHECKING:
    from botcore.app.minds import Minds

log = structlog.get_logger()

WORKER, GATEWAY = "worker", "gateway"


class App:
    """The parts of one process. Without `minds` it answers nothing itself: other processes do."""

    def __init__(
        self,
        settings: Settings,
        dialogues: Dialogues,
        minds: Minds | None,
        channels: Mapping[str, Channel],
        texts: Catalog,
    ) -> None:
        self.settings = settings
        self.dialogues = dialogues
        self.minds = minds
        self.channels = channels
        self.texts = texts
        self.worker = Worker(dialogues.inbox, dialogues.live, minds.handle, texts=texts) if minds else None
        self.sole = {
            name: SoleChannel(channel, dialogues.lease, dialogues.open_outbox, pace=dialogues.pace)
            for name, channel in channels.items()
            if channel.sole
        }
        """Those that only one of many gateways may have."""
        self.senders = _senders(dialogues, _others(channels))
        self.watchdog = Watchdog(one.plugin for one in minds.plugins) if minds else Watchdog()

    async def intake(
        self, event: AnyEvent, *, limit_key: str = "", shown: Mapping[str, Any] | None = None
    ) -> None:
        """See `channels.base.Intake`."""
        await self.dialogues.inbox.accept(clean_event(event), limit_key=limit_key, shown=shown)


def _others(channels: Mapping[str, Channel]) -> dict[str, Channel]:
    return {name: channel for name, channel in channels.items() if not channel.sole}


def _senders(dialogues: Dialogues, channels: Mapping[str, Channel]) -> list[Sender]:
    """One for the live streams, and one for each service, so that none waits for another."""
    live = {name: channel.send for name, channel in channels.items() if isinstance(channel, LiveChannel)}
    senders = [Sender(dialogues.open_outbox(), live)] if live else []
    return senders + [
        Sender(
            dialogues.open_outbox(),
            {name: channel.send},
            pace=dialogues.pace,
            rates=channel.rates,
            concurrency=OUTSIDE,
        )
        for name, channel in channels.items()
        if name not in live
    ]


@asynccontextmanager
async def open_app(
    settings: Settings, *, worker: bool, gateway: bool = True, outside: bool = False
) -> AsyncIterator[App]:
    """A running bot; at the end of the block turns in flight finish or go back undone.

    A `worker` answers; a `gateway` has the live channels, and with `outside` those of other services whose tokens are
    set. Raises ConfigurationError, StoreError or PluginError.
    """
    texts = core_catalog()
    async with AsyncExitStack() as stack:
        dialogues = await stack.enter_async_context(open_dialogues(settings))
        minds = await _enter_minds(stack, settings, texts, dialogues) if worker else None
        channels = _live_channels(dialogues) if gateway else {}
        if outside and gateway:
            channels |= open_outside(settings, dialogues, texts)
            installed = minds.plugins if minds else _install(settings)
            channels |= open_plugin_channels(settings, dialogues, texts, installed)
        app = App(settings, dialogues, minds, channels, texts)
        await stack.enter_async_context(_running(app))
        yield app


async def _enter_minds(
    stack: AsyncExitStack, settings: Settings, texts: Catalog, dialogues: Dialogues
) -> Minds:
    from botcore.app.minds import open_minds  # half of a command's start, which a gateway can do without

    return await stack.enter_async_context(
        open_minds(settings, texts, dialogues.memory, dialogues.traces.add)
    )


def _install(settings: Settings) -> Sequence[Installed]:
    from botcore.app.minds import install_plugins  # as above

    return install_plugins(settings)


def _live_channels(dialogues: Dialogues) -> dict[str, Channel]:
    return {
        name: LiveChannel(name, dialogues.live, tells_summary=name != "web")
        for name in ("web", "cli", "openai")
    }


@asynccontextmanager
async def _running(app: App) -> AsyncIterator[None]:
    process = new_process_name()
    parts: list[Worker | Sender] = [*([app.worker] if app.worker else []), *app.senders]
    tasks = [asyncio.create_task(part.run(), name=type(part).__name__) for part in parts]
    hearing = [
        asyncio.create_task(channel.run(app.intake), name=name)
        for name, channel in _others(app.channels).items()
    ]
    sole = [asyncio.create_task(one.run(app.intake), name=f"sole {name}") for name, one in app.sole.items()]
    roles = [role for role, there in ((WORKER, app.worker), (GATEWAY, app.senders)) if there]
    pump = [asyncio.create_task(Pump(app.dialogues.timers).run(), name="timers")] if app.worker else []
    tracing = asyncio.create_task(app.dialogues.traces.run(), name="traces")
    heralds = pump + [asyncio.create_task(app.dialogues.presence.announce(role, process)) for role in roles]
    try:
        with app.watchdog:
            yield
    finally:
        # First nothing new comes in, then no new turns begin, then what they said still goes out.
        for task in (*heralds, *hearing):
            task.cancel()
        if app.worker:
            await app.worker.stop()
        speaking: list[Sender | SoleChannel] = [*app.senders, *app.sole.values()]
        await asyncio.gather(*(part.stop() for part in speaking))
        tracing.cancel()
        ended = await asyncio.gather(*tasks, *heralds, *hearing, *sole, tracing, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception):
                log.error("a part ended with an error", exc_info=outcome)
        for channel in app.channels.values():
            await channel.aclose()


@asynccontextmanager
async def sole_run(settings: Settings) -> AsyncIterator[None]:
    """One `botcore run` for each data folder. Raises ConfigurationError for the second."""
    lock = FileLock(data_folder(settings) / "run.lock")
    try:
        if not lock.try_exclusive():
            problem = (
                f"another botcore runs on this data folder (process {lock.noted() or 'unknown'}): "
                "stop it, or give this one its own data_dir"
            )
            where = settings.origins.where(("data_dir",))
            raise ConfigurationError([Fault(where, "data_dir", problem, str(settings.data_dir))])
        lock.note(str(os.getpid()))
        yield
    finally:
        lock.close()

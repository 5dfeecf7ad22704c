"""One enabled plugin, ready to be measured: with its settings and the engine, and with records that are thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from botcore.app.minds import connect_engine, install_plugins
from botcore.asking.prompt import Prompts
from botcore.config import Settings
from botcore.context import Context, Services
from botcore.dispatch.router import Installed
from botcore.errors import ConfigurationError, Fault
from botcore.evaluation.asking import Ask
from botcore.i18n.language import detect_language
from botcore.i18n.texts import Wording
from botcore.knowledge.library import Library
from botcore.stores.records.desk import RequestDesk
from botcore.stores.records.records import Records
from botcore.types import Address, Person


@asynccontextmanager
async def open_measured(settings: Settings, name: str) -> AsyncIterator[Ask]:
    """Asks the plugin that says `@plugin.measured(name)`. Raises ConfigurationError where not exactly one does."""
    one = _the_one(install_plugins(settings), name, settings)
    async with AsyncExitStack() as stack:
        for closer in one.plugin.closers:
            stack.push_async_callback(closer)
        services = await stack.enter_async_context(_services(settings))
        for starter in one.plugin.starters:
            await starter()
        handler = one.plugin.measures[name]

        async def ask(row: Mapping[str, str]) -> Mapping[str, str]:
            return await handler(_context(one, services, settings.language), row)

        yield ask


@asynccontextmanager
async def passing_records() -> AsyncIterator[Records]:
    """Records of their own, so that the bot's are left alone; they end with the block."""
    with tempfile.TemporaryDirectory(prefix="botcore-eval-") as folder:
        async with await Records.open(f"sqlite+aiosqlite:///{Path(folder) / 'records.db'}") as records:
            yield records


@asynccontextmanager
async def _services(settings: Settings) -> AsyncIterator[Services]:
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(passing_records())
        engine = connect_engine(settings)
        if engine:
            stack.push_async_callback(engine.aclose)
        prompts = Prompts(settings.engine.prompt_tokens, settings.limits.history, settings.engine.summaries)
        stack.push_async_callback(prompts.summaries.aclose)
        yield Services(
            engine=engine,
            knowledge=Library(records),
            humans=RequestDesk(records),
            detect_language=lambda text: detect_language(text).code,
            commands={},
            knowledge_threshold=settings.knowledge.threshold,
            prompts=prompts,
            time_zone=settings.time_zone,
        )


def _the_one(installed: list[Installed], name: str, settings: Settings) -> Installed:
    able = [one for one in installed if name in one.plugin.measures]
    if len(able) == 1:
        return able[0]
    names = " and ".join(one.plugin.name for one in able)
    problem = (
        f"{names} can all be measured as {name!r}: leave only one of them enabled"
        if able
        else f"no enabled plugin can be measured as {name!r}: enable one, such as the bundled one of that name"
    )
    raise ConfigurationError(
        [Fault(settings.origins.where(("plugins", "enabled")), "plugins.enabled", problem)]
    )


def _context(one: Installed, services: Services, language: str) -> Context:
    return Context(
        services=services,
        config=one.config,
        texts=Wording(one.catalog, language),
        address=Address("eval", "eval"),
        person=Person("eval"),
        trace_id="eval",
        text="",
        args="",
        language=language,
        state={},
        history=(),
    )

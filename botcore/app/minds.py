"""What finds answers: plugins, intents, documents and the language model, put together for the dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from botcore.app.folder import data_folder
from botcore.app.telemetry import open_tracer
from botcore.config import Settings, add_own_examples, check_plugins
from botcore.context import Services
from botcore.delivery.traces import TurnTrace
from botcore.dispatch.dispatcher import Dispatcher
from botcore.dispatch.router import Installed, Router
from botcore.engines.base import Engine
from botcore.engines.connect import connect
from botcore.engines.deadlines import Deadlines
from botcore.engines.minilm import MiniLM, weights_folder
from botcore.i18n.language import detect_language
from botcore.i18n.texts import Catalog
from botcore.intents.base import Detector, Examples
from botcore.intents.detector import ClassifierDetector
from botcore.knowledge.base import Passage
from botcore.knowledge.library import Library
from botcore.loader import available_plugins, load_plugins
from botcore.memory.base import PersonMemory
from botcore.middleware import Middleware, Next, compose
from botcore.middleware.apology import Apology
from botcore.middleware.language import Language
from botcore.middleware.spans import Spans
from botcore.middleware.trace import Trace
from botcore.paths import plugin_folders
from botcore.stores.records.desk import RequestDesk
from botcore.stores.records.records import Records

log = structlog.get_logger()

KeepTrace = Callable[[TurnTrace], None]
PATIENCE_SECONDS = 20.0
"""How long a question waits for documents that are being read for the first time."""


class Minds(msgspec.Struct, frozen=True):
    """Everything that a worker needs to answer."""

    handle: Next
    detector: ClassifierDetector
    engine: Engine | None
    library: Library
    plugins: Sequence[Installed]
    router: Router
    loading: Sequence[asyncio.Task[None]]
    """Models load, and documents are read."""


def install_plugins(settings: Settings) -> list[Installed]:
    """The enabled plugins with their settings checked. Raises ConfigurationError with every fault of every plugin."""
    folders = plugin_folders()
    loaded = load_plugins(settings.plugins.enabled, folders)
    models = {one.plugin.name: one.plugin.config for one in loaded}
    configs = check_plugins(settings, models, available_plugins(folders))
    return [Installed(one.plugin, configs[one.plugin.name], one.catalog) for one in loaded]


def connect_engine(settings: Settings) -> Engine | None:
    """None where no `engine.urls` are set."""
    engine = settings.engine
    deadlines = Deadlines(
        connect=engine.connect_seconds,
        first_token=engine.first_token_seconds,
        between_chunks=engine.between_chunks_seconds,
        total=engine.total_seconds,
    )
    return connect(
        engine.urls,
        model=engine.model,
        api_key=engine.api_key.get_secret_value(),
        deadlines=deadlines,
        priority_scheduling=engine.priority_scheduling,
    )


def load_embedder(settings: Settings) -> MiniLM | None:
    """None where its weights are not installed. It loads itself at the first text."""
    return MiniLM(data_folder(settings) / "models") if weights_folder() else None


@asynccontextmanager
async def open_minds(
    settings: Settings, texts: Catalog, memory: PersonMemory, keep_trace: KeepTrace = lambda trace: None
) -> AsyncIterator[Minds]:
    """Raises ConfigurationError, StoreError or PluginError. Models load and documents are read in the background."""
    installed = install_plugins(settings)
    router = Router(installed)
    intents = [name for one in installed for name in one.plugin.intents]
    examples = add_own_examples(settings, router.examples(), intents)
    async with AsyncExitStack() as stack:
        records = await stack.enter_async_context(await Records.open(database_url(settings)))
        engine = connect_engine(settings)
        if engine:
            stack.push_async_callback(engine.aclose)
        library = Library(records)
        embedder = load_embedder(settings)
        detector = ClassifierDetector(settings.data_dir / "models", embedder)
        background = asyncio.create_task(
            _learn(detector, examples, library, embedder, settings.knowledge.folder), name="learning"
        )
        warming = asyncio.create_task(_warm_up(installed), name="plugins warm up")
        stack.push_async_callback(_cancelled, background, warming)
        stack.push_async_callback(_let_go, installed)
        outermost: list[Middleware] = []
        if tracing := open_tracer():
            tracer, shut_down = tracing
            outermost.append(Spans(tracer))
            stack.push_async_callback(asyncio.to_thread, shut_down)
        services = Services(
            engine=engine,
            knowledge=Prepared(library, background),
            knowledge_threshold=settings.knowledge.threshold,
            prompt_tokens=settings.engine.prompt_tokens,
            time_zone=settings.time_zone,
            memory=memory,
            humans=RequestDesk(records),
            detect_language=lambda text: detect_language(text).code,
            commands=router.command_infos(_languages(texts, installed)),
        )
        yield Minds(
            handle=compose_minds(settings, texts, router, detector, services, outermost, keep_trace),
            detector=detector,
            engine=engine,
            library=library,
            plugins=installed,
            router=router,
            loading=[background, warming],
        )


def _languages(texts: Catalog, installed: Sequence[Installed]) -> list[str]:
    return sorted(texts.languages.union(*(one.catalog.languages for one in installed)))


def database_url(settings: Settings) -> str:
    """`database.url`, else SQLite in the data folder. Raises ConfigurationError where that can't be written."""
    return settings.database.url or f"sqlite+aiosqlite:///{(data_folder(settings) / 'botcore.db').absolute()}"


def compose_minds(
    settings: Settings,
    texts: Catalog,
    router: Router,
    detector: Detector,
    services: Services,
    outermost: Sequence[Middleware] = (),
    keep_trace: KeepTrace = lambda trace: None,
) -> Next:
    """The way of a turn: trace, apology, language, dispatcher."""
    middleware: list[Middleware] = [
        *outermost,
        Trace(keep_trace, message_text=settings.log.message_text),
        Apology(texts, settings.limits.turn_seconds),
        Language(lambda text, prior: detect_language(text, prior).code, texts.languages, settings.language),
    ]
    return compose(middleware, Dispatcher(router, detector, services, texts).handle)


class Prepared:
    """A knowledge base that is asked only once its documents are read, so that no early question goes unanswered."""

    def __init__(self, library: Library, prepared: asyncio.Task[None]) -> None:
        self._library = library
        self._prepared = prepared
        self.add, self.list, self.remove = library.add, library.list, library.remove

    async def search(self, query: str, language: str = "", limit: int = 5) -> list[Passage]:
        await asyncio.wait({self._prepared}, timeout=PATIENCE_SECONDS)
        return await self._library.search(query, language, limit)


async def _learn(
    detector: ClassifierDetector, examples: Examples, library: Library, embedder: MiniLM | None, folder: Path
) -> None:
    """What takes seconds the first time and little later: nothing waits for it but what needs it."""
    try:
        await detector.train(examples)
        for warning in detector.warnings:
            log.warning("intent examples", problem=warning)
        report = await library.sync(folder)
        for fault in report.faults:
            log.warning("a document can't be read", problem=fault)
        if report.added or report.removed:
            log.info("documents read", added=len(report.added), removed=len(report.removed))
        if embedder:
            await library.attach(embedder)
    except Exception:
        log.exception("learning failed; what was learned before is used")


async def _warm_up(installed: Sequence[Installed]) -> None:
    for one in installed:
        for starter in one.plugin.starters:
            try:
                await starter()
            except Exception:
                log.exception("a plugin could not warm up", plugin=one.plugin.name)


async def _let_go(installed: Sequence[Installed]) -> None:
    for one in installed:
        for closer in one.plugin.closers:
            try:
                await closer()
            except Exception:
                log.exception("a plugin could not let go", plugin=one.plugin.name)


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

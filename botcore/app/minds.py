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
from botcore.asking.prompt import Prompts
from botcore.config import Settings, add_own_examples, check_plugins, language_models
from botcore.context import Services
from botcore.delivery.traces import TurnTrace
from botcore.dispatch.dispatcher import Dispatcher
from botcore.dispatch.router import Installed, Router
from botcore.engines.base import Engine
from botcore.engines.connect import connect
from botcore.engines.deadlines import Deadlines
from botcore.engines.embedder import Embedder
from botcore.engines.inprocess import InProcessEngine
from botcore.engines.minilm import MiniLM, weights_folder
from botcore.engines.remote_embedder import RemoteEmbedder
from botcore.engines.remote_transcriber import RemoteTranscriber
from botcore.engines.reranker import RemoteReranker
from botcore.engines.transcriber import Transcriber
from botcore.errors import ConfigurationError, EngineError, Fault
from botcore.i18n.language import detect_language
from botcore.i18n.texts import Catalog
from botcore.intents.base import Detector, Examples
from botcore.intents.cascade import Cascade, EngineChooser
from botcore.intents.detector import ClassifierDetector
from botcore.knowledge.base import Passage
from botcore.knowledge.library import Library
from botcore.loader import available_plugins, load_plugins
from botcore.memory.base import PersonMemory
from botcore.middleware import Middleware, Next, compose
from botcore.middleware.apology import Apology
from botcore.middleware.choices import Choices
from botcore.middleware.language import Language
from botcore.middleware.spans import Spans
from botcore.middleware.trace import Trace
from botcore.middleware.voice import Voice
from botcore.paths import plugin_folders
from botcore.stores.records.desk import RequestDesk
from botcore.stores.records.records import Records

log = structlog.get_logger()

KeepTrace = Callable[[TurnTrace], None]
EMBEDDINGS_SECONDS = 5.0
"""How long a start waits for the server of sentence vectors."""
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
    learning: asyncio.Task[None]
    """Ends when the intents are learned and the documents are read."""
    warming: asyncio.Task[None]
    """Ends when plugins have warmed up."""


def install_plugins(settings: Settings) -> list[Installed]:
    """The enabled plugins with their settings checked. Raises ConfigurationError with every fault of every plugin."""
    folders = plugin_folders()
    loaded = load_plugins(settings.plugins.enabled, folders)
    models = {one.plugin.name: one.plugin.config for one in loaded}
    configs = check_plugins(settings, models, available_plugins(folders))
    chosen = language_models(settings, list(models))
    return [
        Installed(one.plugin, configs[one.plugin.name], one.catalog, chosen[one.plugin.name])
        for one in loaded
    ]


def connect_engine(settings: Settings) -> Engine | None:
    """None where no `engine.urls` are set. Raises ConfigurationError for `vllm_inprocess` without a model."""
    engine = settings.engine
    deadlines = Deadlines(
        connect=engine.connect_seconds,
        first_token=engine.first_token_seconds,
        between_chunks=engine.between_chunks_seconds,
        total=engine.total_seconds,
    )
    if engine.kind == "vllm_inprocess":
        return _in_process(settings, deadlines)
    return connect(
        engine.urls,
        model=engine.model,
        api_key=engine.api_key.get_secret_value(),
        deadlines=deadlines,
        priority_scheduling=engine.priority_scheduling,
        max_waiting=engine.max_waiting,
        queue_seconds=engine.queue_seconds,
        background=engine.background,
        hedge_seconds=engine.hedge_seconds,
        adapters=_pairs(engine.adapters),
    )


def _in_process(settings: Settings, deadlines: Deadlines) -> Engine:
    engine = settings.engine
    if not engine.model:
        where = settings.origins.where(("engine", "kind"))
        problem = "engine.model must name the folder or model that it loads"
        raise ConfigurationError([Fault(where, "engine.kind", problem, engine.kind)])
    return InProcessEngine(
        engine.model,
        options={name: _value(text) for name, text in _pairs(engine.options).items()},
        adapters=_pairs(engine.adapters),
        deadlines=deadlines,
    )


def _pairs(written: Sequence[str]) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in written)}


def _value(text: str) -> object:
    """What JSON makes of it, else the text."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def load_embedder(settings: Settings, threads: int = 1) -> Embedder | None:
    """The server's where one is set; else MiniLM, which loads itself at the first text; None without its weights."""
    engine = settings.engine
    if engine.embeddings_url:
        return RemoteEmbedder(
            engine.embeddings_url,
            _named(settings, "embeddings"),
            api_key=engine.api_key.get_secret_value(),
            languages=engine.embeddings_languages,
        )
    return _minilm(settings, threads)


def load_reranker(settings: Settings) -> RemoteReranker | None:
    """None where no server is set."""
    engine = settings.engine
    if not engine.rerank_url:
        return None
    model = _named(settings, "rerank")
    return RemoteReranker(engine.rerank_url, model, api_key=engine.api_key.get_secret_value())


def load_transcriber(settings: Settings) -> RemoteTranscriber | None:
    """None where no server is set."""
    engine = settings.engine
    if not engine.transcription_url:
        return None
    model = _named(settings, "transcription")
    return RemoteTranscriber(engine.transcription_url, model, api_key=engine.api_key.get_secret_value())


async def _embedder_that_answers(settings: Settings) -> Embedder | None:
    """What is learned with one embedder can't be used with another, so it is chosen once, at the start."""
    embedder = load_embedder(settings)
    if not isinstance(embedder, RemoteEmbedder):
        return embedder
    try:
        async with asyncio.timeout(EMBEDDINGS_SECONDS):
            await asyncio.to_thread(lambda: embedder.dimensions)
    except (EngineError, TimeoutError) as error:
        problem = str(error) or f"no answer within {EMBEDDINGS_SECONDS:.0f} s"
        log.warning("no vectors from engine.embeddings_url until the next start", problem=problem)
        return _minilm(settings)
    return embedder


def _minilm(settings: Settings, threads: int = 1) -> MiniLM | None:
    return MiniLM(data_folder(settings) / "models", threads) if weights_folder() else None


def _named(settings: Settings, what: str) -> str:
    """The setting `engine.<what>_model`, which its address needs."""
    name: str = getattr(settings.engine, f"{what}_model")
    if not name:
        where, key = settings.origins.where(("engine", f"{what}_url")), f"engine.{what}_model"
        raise ConfigurationError([Fault(where, key, f"engine.{what}_url needs the model's name here")])
    return name


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
            engine.prepare()
        reranker = load_reranker(settings)
        if reranker:
            stack.push_async_callback(reranker.aclose)
        transcriber = load_transcriber(settings)
        if transcriber:
            stack.push_async_callback(transcriber.aclose)
        library = Library(records, reranker=reranker)
        embedder = await _embedder_that_answers(settings)
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
        prompts = Prompts(settings.engine.prompt_tokens, settings.limits.history, settings.engine.summaries)
        stack.push_async_callback(prompts.summaries.aclose)
        services = Services(
            engine=engine,
            knowledge=Prepared(library, background),
            knowledge_threshold=settings.knowledge.threshold,
            prompts=prompts,
            cache_salt=settings.engine.cache_salt,
            vision=settings.engine.vision,
            time_zone=settings.time_zone,
            memory=memory,
            humans=RequestDesk(records),
            detect_language=lambda text: detect_language(text).code,
            commands=router.command_infos(_languages(texts, installed)),
        )
        yield Minds(
            handle=compose_minds(
                settings,
                texts,
                router,
                _cascade(settings, detector, engine, examples),
                services,
                outermost,
                keep_trace,
                transcriber,
            ),
            detector=detector,
            engine=engine,
            library=library,
            plugins=installed,
            router=router,
            learning=background,
            warming=warming,
        )


def _cascade(
    settings: Settings, detector: ClassifierDetector, engine: Engine | None, examples: Examples
) -> Detector:
    """With the model's second opinion where there is a model and it is wanted."""
    intents = settings.intents
    if engine is None or not intents.ask_model:
        return detector
    return Cascade(
        detector,
        EngineChooser(engine),
        examples,
        margin=intents.model_margin,
        seconds=intents.model_seconds,
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
    transcriber: Transcriber | None = None,
) -> Next:
    """The way of a turn: trace, apology, voice, language, dispatcher."""
    middleware: list[Middleware] = [
        *outermost,
        Trace(keep_trace, message_text=settings.log.message_text),
        Apology(texts, settings.limits.turn_seconds),
        Voice(texts, transcriber),
        Choices(router.numbering),
        Language(
            lambda text, prior: detect_language(text, prior).code,
            texts.languages,
            settings.language,
            router.foreign,
        ),
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
    detector: ClassifierDetector,
    examples: Examples,
    library: Library,
    embedder: Embedder | None,
    folder: Path,
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

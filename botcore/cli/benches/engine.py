"""The engine client beside a bare one, and what a server makes of a dialogue and of a crowd."""

from __future__ import annotations

import asyncio
import secrets
import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import aiohttp
import msgspec

from botcore.cli.benches.paced import MODEL, paced_server
from botcore.cli.benches.streams import Ask, Client, Run, bare, one, ours, together
from botcore.engines.base import ChatMessage, ChatRequest, Engine
from botcore.engines.connect import connect

STREAMS = 64
PACE = 50.0
"""Tokens a second in each answer of the paced server."""
TURNS = 6
INSTRUCTIONS = (
    "You help the visitors of a small shop. Answer in one or two plain sentences, in the language of the question. Rest on "
    "the passages that are given, and name the document. Where they say nothing, say so and offer to ask a colleague. "
    "Never promise a refund. Never ask for a password or a card number."
)
"""As long as a short system prompt of a plugin."""
CROWD = 100
BACKGROUND = 4
"""As `engine.background` is by default."""
_BACKGROUND_PRIORITY = 10
"""Later than people's."""


class Target(msgspec.Struct, frozen=True):
    """A server to measure against."""

    url: str
    model: str = ""
    api_key: str = ""
    priority_scheduling: bool = False


class Pair(msgspec.Struct, frozen=True):
    """Runs of both clients, side by side."""

    ours: Sequence[Run]
    bare: Sequence[Run]

    def medians(self, figure: Callable[[Run], float]) -> tuple[float, float]:
        return statistics.median(map(figure, self.ours)), statistics.median(map(figure, self.bare))


class Crowd(msgspec.Struct, frozen=True):
    """Time to the first token in ms, medians."""

    alone: float
    among: float
    """Among CROWD requests in the background, of which botcore sends a few at a time."""
    by_priority: float
    """Among the same, all sent at once: what the server's own scheduling does for a person."""
    bare_among: float
    """The same of a client that knows neither priorities nor bounds."""


async def paced(runs: int, tokens: int) -> Pair:
    """STREAMS answers at once from a server that leaves the cores free."""
    async with paced_server(PACE) as url:
        return await side_by_side(Target(url, MODEL), runs, tokens, exactly=False)


async def side_by_side(target: Target, runs: int, tokens: int, *, exactly: bool = True) -> Pair:
    """The clients take turns, so that a busy moment of the machine meets both."""
    found: tuple[list[Run], list[Run]] = ([], [])
    async with _clients(target) as (_, our, floor):
        await one(our, Ask("warm up", 8))
        await one(floor, Ask("warm up", 8))
        for run in range(runs):
            for which in (0, 1) if run % 2 else (1, 0):
                asks = [Ask(f"Tell me about the number {n}.", tokens, exactly) for n in range(STREAMS)]
                found[which].append(await together((our, floor)[which], asks))
    return Pair(*found)


async def prefix_hits(target: Target, runs: int) -> float | None:
    """Percent of the prompts' tokens that the cache had, from the third turn on; None where the server does not tell."""
    async with _clients(target) as (engine, _, _):
        if await engine.load() is None:
            return None
        return statistics.median([await _dialogue(engine) for _ in range(runs)])


async def _dialogue(engine: Engine) -> float:
    """TURNS turns as a bot has them: what was said stays as it was, and the new question comes last."""
    messages = [ChatMessage("system", f"Shop {secrets.token_hex(4)}. {INSTRUCTIONS}")]
    affinity, asked, hits = secrets.token_hex(8), 0, 0
    for turn in range(TURNS):
        messages.append(
            ChatMessage("user", f"Question {turn}: what can you tell me about article {turn * 7}?")
        )
        before = await engine.load()
        text, usage = "", None
        request = ChatRequest(messages=messages, max_tokens=40, temperature=0.0, affinity=affinity)
        async for delta in engine.stream(request):
            text += delta.text
            usage = delta.usage or usage
        after = await engine.load()
        messages.append(ChatMessage("assistant", text))
        if turn >= 2 and usage and before and after:
            asked += usage.prompt_tokens
            hits += usage.cached_tokens or after.prefix_hits - before.prefix_hits
    return 100 * hits / asked if asked else 0.0


async def crowd(target: Target, runs: int) -> Crowd:
    """How soon a person's request starts, alone and while there is work in the background."""
    person, behind = (
        Ask("Hello", 2, priority=0),
        Ask("Tell me a story.", 100, exactly=True, priority=_BACKGROUND_PRIORITY),
    )
    alone, among, by_priority, bare_among = [], [], [], []
    async with _clients(target) as (_, our, floor), _clients(target, background=CROWD) as (_, eager, _):
        await one(our, person)
        for _ in range(runs):
            alone += [(await one(our, person)).first_token_s for _ in range(5)]
            async with _busy(our, behind):
                among += [(await one(our, person)).first_token_s for _ in range(5)]
            async with _busy(eager, behind):
                by_priority += [(await one(eager, person)).first_token_s for _ in range(5)]
            async with _busy(floor, behind):
                bare_among.append((await one(floor, person)).first_token_s)
    return Crowd(*(statistics.median(times) * 1000 for times in (alone, among, by_priority, bare_among)))


@asynccontextmanager
async def _busy(client: Client, ask: Ask) -> AsyncIterator[None]:
    """CROWD requests are under way; those that are left at the end are given up."""
    begun = asyncio.Event()

    async def behind() -> None:
        async with client(ask) as pieces:
            async for text, _ in pieces:
                if text:
                    begun.set()

    tasks = [asyncio.create_task(behind()) for _ in range(CROWD)]
    try:
        await asyncio.wait([asyncio.create_task(begun.wait()), *tasks], return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _clients(
    target: Target, background: int = BACKGROUND
) -> AsyncIterator[tuple[Engine, Client, Client]]:
    """Connections of their own for each."""
    engine = connect(
        [target.url],
        model=target.model,
        api_key=target.api_key,
        priority_scheduling=target.priority_scheduling,
        max_waiting=256,
        background=background,
    )
    if engine is None:
        raise ValueError("no address")
    headers = {"Authorization": f"Bearer {target.api_key}"} if target.api_key else {}
    connector = aiohttp.TCPConnector(
        limit=0, keepalive_timeout=2.0
    )  # as ours, for which vLLM gives the reason
    timeout = aiohttp.ClientTimeout(total=None)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as http:
            yield engine, ours(engine), bare(http, target.url, target.model)
    finally:
        await engine.aclose()

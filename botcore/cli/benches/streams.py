"""Many answers at once, by botcore's client and by a bare one: tokens, time to the first, and processor time."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

import aiohttp
import msgspec
import orjson

from botcore.engines.base import ChatMessage, ChatRequest, Engine

ENOUGH_SECONDS = 120.0
"""For one run; a server that takes longer is too slow to be measured."""


class Told(msgspec.Struct, frozen=True):
    """One answer."""

    first_token_s: float
    chunks: int
    tokens: int


class Run(msgspec.Struct, frozen=True):
    """One client with all its answers."""

    tokens_per_second: float
    first_token_ms: float
    """Median."""
    cpu_us: float
    """Processor time of this process a chunk."""


class Ask(msgspec.Struct, frozen=True):
    """What both clients send."""

    prompt: str
    tokens: int
    exactly: bool = False
    """The answer has all these tokens, whatever the model would like: vLLM's `min_tokens`."""
    priority: int | None = None


Client = Callable[[Ask], AbstractAsyncContextManager[AsyncIterator[tuple[bool, int]]]]
"""The chunks of an answer: whether one has text, and the count of tokens where the server has told it."""


def ours(engine: Engine) -> Client:
    """botcore's client, as a plugin's request goes."""

    async def pieces(ask: Ask) -> AsyncIterator[tuple[bool, int]]:
        request = ChatRequest(
            messages=[ChatMessage("user", ask.prompt)],
            max_tokens=ask.tokens,
            min_tokens=ask.tokens if ask.exactly else None,
            temperature=0.0,
            priority=ask.priority,
        )
        async for delta in engine.stream(request):
            yield bool(delta.text), delta.usage.completion_tokens if delta.usage else 0

    return lambda ask: nullcontext(pieces(ask))


def bare(http: aiohttp.ClientSession, url: str, model: str) -> Client:
    """The floor: aiohttp and orjson, with no deadline, no check and no repair."""

    @asynccontextmanager
    async def answer(ask: Ask) -> AsyncIterator[AsyncIterator[tuple[bool, int]]]:
        body = {
            "model": model,
            "messages": [{"role": "user", "content": ask.prompt}],
            "max_tokens": ask.tokens,
            "temperature": 0.0,
            "stream": True,
            "stream_options": {"include_usage": True},
            **({"min_tokens": ask.tokens} if ask.exactly else {}),
        }
        headers = {"Content-Type": "application/json"}
        async with http.post(f"{url}/chat/completions", data=orjson.dumps(body), headers=headers) as response:
            response.raise_for_status()
            yield _events(response)

    return answer


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[bool, int]]:
    rest = b""
    while received := await response.content.readany():
        *events, rest = (rest + received).split(b"\n\n")
        for event in events:
            if event == b"data: [DONE]":
                continue
            chunk = orjson.loads(event[6:])
            choices, usage = chunk["choices"], chunk.get("usage")
            yield (
                bool(choices and choices[0]["delta"].get("content")),
                usage["completion_tokens"] if usage else 0,
            )


async def one(client: Client, ask: Ask) -> Told:
    """Raises what the client raises, and TimeoutError."""
    began = time.perf_counter()
    first, chunks, tokens = 0.0, 0, 0
    async with asyncio.timeout(ENOUGH_SECONDS), client(ask) as pieces:
        async for text, counted in pieces:
            if text:
                first = first or time.perf_counter() - began
                chunks += 1
            tokens = counted or tokens
    return Told(first or time.perf_counter() - began, chunks, tokens or chunks)


async def together(client: Client, asks: Sequence[Ask]) -> Run:
    """All begin at once; the run ends with the last."""
    began, cpu = time.perf_counter(), time.process_time()
    told = await asyncio.gather(*(one(client, ask) for ask in asks))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Run(
        tokens_per_second=sum(one.tokens for one in told) / took,
        first_token_ms=statistics.median(one.first_token_s for one in told) * 1000,
        cpu_us=cpu / max(1, sum(one.chunks for one in told)) * 1e6,
    )

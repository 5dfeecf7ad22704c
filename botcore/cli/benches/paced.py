"""A server that says tokens by the clock, in a process of its own: `python -m botcore.cli.benches.paced`.

It makes each chunk once and costs next to nothing, so that what a bench sees is the client.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

FIRST_TOKEN = 0.05
"""Seconds, as a model takes to read a prompt."""
MODEL = "paced"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"


def main() -> None:
    """Print the port, and serve until stdin closes, so that no server outlives its bench."""
    asyncio.run(_serve())


@asynccontextmanager
async def paced_server(per_second: float) -> AsyncIterator[str]:
    """The base address of one that says so many tokens a second in each answer."""
    command = [sys.executable, "-m", "botcore.cli.benches.paced", str(per_second)]
    process = await create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the paced server has no pipes")
    try:
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.stdin.close()
        await process.wait()


async def _serve() -> None:
    server = await asyncio.start_server(_connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - for whoever started it
    await asyncio.to_thread(sys.stdin.read)
    server.close()


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                (
                    int(line[15:])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                ),
                0,
            )
            body = await reader.readexactly(length)
            await (_answer(writer, json.loads(body)) if body else _models(writer))
    writer.close()


async def _models(writer: asyncio.StreamWriter) -> None:
    listed = json.dumps({"data": [{"id": MODEL}]}).encode()
    writer.write(_HEAD % b"application/json" + _framed(listed) + _framed(b""))
    await writer.drain()


async def _answer(writer: asyncio.StreamWriter, body: dict[str, int]) -> None:
    """A deadline for each token, rather than a pause after each, so that the pace holds."""
    writer.write(_HEAD % b"text/event-stream")
    clock = asyncio.get_running_loop().time
    begin, pause, tokens = clock() + FIRST_TOKEN, 1 / float(sys.argv[1]), body["max_tokens"]
    for number in range(tokens):
        await asyncio.sleep(max(0.0, begin + number * pause - clock()))
        writer.write(_TOKEN)
    usage = {"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": tokens}}
    writer.write(_framed(_event(_chunk({}, "length")) + _event(usage) + b"data: [DONE]\n\n") + _framed(b""))
    await writer.drain()


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason, "token_ids": None}
    identity = {"id": "chatcmpl-9f86d081884c7d65", "object": "chat.completion.chunk", "created": 1700000000}
    return {**identity, "model": MODEL, "choices": [choice]}


def _event(payload: Mapping[str, object]) -> bytes:
    return b"data: " + json.dumps(payload, separators=(",", ":")).encode() + b"\n\n"


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


_TOKEN = _framed(_event(_chunk({"content": " word"})))

if __name__ == "__main__":
    main()

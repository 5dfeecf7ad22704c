"""Simulators that others wrote, as further judges of the channels: npm packages in a folder of their own.

What they lack of the real services is put in here, and nowhere in the product.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

HERE = Path(__file__).parent
START_SECONDS = 60.0
POLL_SECONDS = 0.05


def install() -> None:
    """The packages, where they are missing. Raises CalledProcessError."""
    if not (HERE / "node_modules/discord-digital-twin").is_dir():
        npm = shutil.which("npm")
        assert npm, "npm is needed for the peers: on Debian, apt-get install nodejs npm"
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        subprocess.run(command, cwd=HERE, check=True)


class Peer:
    """A script of this folder that answers lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process, hello: dict[str, Any]) -> None:
        self._process = process
        self.hello = hello
        self._asking = asyncio.Lock()

    async def do(self, deed: str, **rest: Any) -> Any:
        assert self._process.stdin
        async with self._asking:
            self._process.stdin.write(json.dumps({"do": deed, **rest}).encode() + b"\n")
            await self._process.stdin.drain()
            return await _line(self._process)


@asynccontextmanager
async def peer(script: str) -> AsyncIterator[Peer]:
    """It runs until the end of the block."""
    await asyncio.to_thread(install)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", script, cwd=HERE, stdin=pipe, stdout=pipe, limit=1 << 24
    )
    try:
        yield Peer(process, await _line(process))
    finally:
        assert process.stdin
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 30)


async def _line(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    assert line, "the peer has ended"
    return json.loads(line)


class TelegramShim:
    """Before telegram-test-api: what it lacks of the Bot API (long polls, chat actions, commands, `is_bot`)."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self.methods: list[str] = []
        """What the bot has called, in order."""

    async def handle(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        self.methods.append(method)
        sent = await request.post() if request.content_type != "application/json" else await request.json()
        parameters = {key: str(value) for key, value in {**request.query, **sent}.items()}
        if method == "getUpdates":
            return await self._updates(request.path, parameters)
        if method in {"sendChatAction", "setMyCommands", "sendMessageDraft", "deleteWebhook"}:
            return web.json_response({"ok": True, "result": True})
        answer = await self._pass_on(request.path, parameters)
        if method == "getMe":
            answer["result"] |= {"is_bot": True}
        elif isinstance(answer.get("result"), dict):
            answer["result"]["date"] = int(time.time())  # the peer counts milliseconds
        elif method in {"editMessageText", "answerCallbackQuery"}:
            answer = {"ok": True, "result": True}
        return web.json_response(answer)

    async def _updates(self, path: str, parameters: dict[str, str]) -> web.Response:
        end = time.monotonic() + min(float(parameters.get("timeout", 0)), 5.0)
        answer = await self._pass_on(path, parameters)
        while not answer["result"] and time.monotonic() < end:
            await asyncio.sleep(POLL_SECONDS)
            answer = await self._pass_on(path, parameters)
        return web.json_response(answer)

    async def _pass_on(self, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        async with self._http.post(self._url + path, json=parameters) as response:
            found: dict[str, Any] = await response.json()
            return found


@asynccontextmanager
async def telegram_peer() -> AsyncIterator[tuple[str, str, TelegramShim]]:
    """Address of the shim (where the bot connects), that of the peer (where persons do), and the shim."""
    async with peer("telegram.mjs") as running, aiohttp.ClientSession() as http:
        shim = TelegramShim(http, running.hello["url"])
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", shim.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}", running.hello["url"], shim
        finally:
            await runner.cleanup()

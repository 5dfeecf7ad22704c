"""One real Synapse on this machine, and the people on it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.matrix.install import install

PASSWORD = "a good password"
START_SECONDS = 120


class Homeserver:
    """A Synapse that can be stopped and started again with what it knows."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._python = str(install() / "bin/python")
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "homeserver.yaml").write_text(json.dumps(_settings(folder, self.port)))
        self._run("--generate-keys")

    def _command(self) -> list[str]:
        return [self._python, "-m", "synapse.app.homeserver", "-c", str(self._folder / "homeserver.yaml")]

    def _run(self, *arguments: str) -> None:
        environment = _environment()
        subprocess.run([*self._command(), *arguments], check=True, capture_output=True, env=environment)

    def start(self) -> None:
        with (self._folder / "out.log").open("ab") as out:
            self._process = subprocess.Popen(
                self._command(), cwd=self._folder, stdout=out, stderr=out, env=_environment()
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "out.log").read_text()[-2000:]
            assert time.monotonic() < deadline, "Synapse did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


class Visitor:
    """A person on the homeserver, by the HTTP calls of any app."""

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str) -> None:
        self._http = http
        self._url = f"{url}/_matrix/client/v3"
        self.name = name
        self.user = f"@{name}:localhost"
        self._token = ""

    async def register(self) -> Visitor:
        body = {"username": self.name, "password": PASSWORD, "auth": {"type": "m.login.dummy"}}
        self._token = (await self._call("POST", "/register", body))["access_token"]
        return self

    async def room_with(self, *others: str) -> str:
        body = {"invite": list(others), "preset": "private_chat", "is_direct": len(others) == 1}
        return str((await self._call("POST", "/createRoom", body))["room_id"])

    async def join(self, room: str) -> None:
        await self._call("POST", f"/join/{room}", {})

    async def say(self, room: str, text: str, **content: Any) -> str:
        body = {"msgtype": "m.text", "body": text, **content}
        path = f"/rooms/{room}/send/m.room.message/{secrets.token_hex(8)}"
        return str((await self._call("PUT", path, body))["event_id"])

    async def events(self, room: str) -> list[dict[str, Any]]:
        """All messages, oldest first; edits are events of their own."""
        found = await self._call("GET", f"/rooms/{room}/messages?dir=b&limit=200")
        return [one for one in reversed(found["chunk"]) if one["type"] == "m.room.message"]

    async def members(self, room: str) -> list[str]:
        return list((await self._call("GET", f"/rooms/{room}/joined_members"))["joined"])

    async def shown(self, room: str, by: str) -> list[dict[str, Any]]:
        """The contents that an app shows of one sender: with the latest edit in the place of the first words."""
        messages: dict[str, dict[str, Any]] = {}
        for event in await self.events(room):
            relation = event["content"].get("m.relates_to") or {}
            if event["sender"] != by:
                continue
            if relation.get("rel_type") == "m.replace":
                messages[relation["event_id"]] = event["content"]["m.new_content"]
            else:
                messages[event["event_id"]] = event["content"]
        return list(messages.values())

    async def hears(self, room: str, by: str, count: int = 1, *, until: str = "") -> list[dict[str, Any]]:
        """What the bot has said, once it is so much, and ends with `until`."""
        async with asyncio.timeout(60):
            while True:
                shown = await self.shown(room, by)
                if len(shown) >= count and shown[-1]["body"].endswith(until):
                    return shown
                await asyncio.sleep(0.1)

    async def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._http.request(method, self._url + path, json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        assert response.status == 200, answer
        return answer


@contextmanager
def synapse(folder: Path) -> Iterator[Homeserver]:
    """It runs until the end of the block."""
    homeserver = Homeserver(folder)
    homeserver.start()
    try:
        yield homeserver
    finally:
        homeserver.stop()


def _settings(folder: Path, port: int) -> dict[str, Any]:
    plenty = {"per_second": 1000, "burst_count": 1000}
    return {
        "server_name": "localhost",
        "report_stats": False,
        "pid_file": str(folder / "pid"),
        "signing_key_path": str(folder / "signing.key"),
        "media_store_path": str(folder / "media"),
        "trusted_key_servers": [],
        "listeners": [
            {
                "port": port,
                "type": "http",
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client"], "compress": False}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "macaroon_secret_key": "tests",
        "form_secret": "tests",
        "rc_message": plenty,
        "rc_registration": plenty,
        "rc_login": {"address": plenty, "account": plenty, "failed_attempts": plenty},
        "rc_joins": {"local": plenty, "remote": plenty},
        "rc_invites": {"per_room": plenty, "per_user": plenty, "per_issuer": plenty},
    }


def _environment() -> dict[str, str]:
    """Without what leads its Python to this project's packages."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

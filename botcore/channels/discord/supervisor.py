"""Keeps a client running: a crash, a lost network or a refused token is a pause, never the end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import aiohttp
import structlog

from botcore.channels.discord.client import BotClient
from botcore.channels.discord.library import discord
from botcore.channels.discord.options import DiscordOptions
from botcore.errors import ChannelError

log = structlog.get_logger()

STEADY_SECONDS = 60.0
"""A client that ran this long begins anew with the shortest wait."""
BAD_TOKEN = 4004


class Supervisor:
    """`run()` until cancelled. `client()` is the one that may be used to send."""

    def __init__(self, options: DiscordOptions, make: Callable[[bool], BotClient]) -> None:
        self._options = options
        self._make = make
        self._reads_all = True
        self._refused = False
        self._failures = 0
        self._current: BotClient | None = None
        self._logged_in = asyncio.Event()
        self.problem = "not connected yet"
        """Why nothing can be received now; empty while all is well."""

    async def client(self, patience: float = 30.0) -> BotClient:
        """The client that is logged in. Raises ChannelError where there is none for `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._logged_in.wait()
        except TimeoutError:
            raise ChannelError(f"Discord can't be reached: {self.problem}") from None
        assert self._current is not None  # noqa: S101  # set together with the event
        return self._current

    def guild(self, id: int) -> discord.Guild | None:
        """What is known of a server."""
        return self._current.get_guild(id) if self._current else None

    async def run(self) -> None:
        while True:
            began = time.monotonic()
            wait = await self._until_it_ends()
            if time.monotonic() - began > STEADY_SECONDS:
                self._failures = 0
            await asyncio.sleep(wait)

    async def _until_it_ends(self) -> float:
        """Seconds to wait before the next one."""
        client = self._make(self._reads_all)
        try:
            await client.login(self._options.token)
            self._current = client
            self._logged_in.set()
            self._refused, self.problem = False, ""
            await self._stay(client)
        except discord.PrivilegedIntentsRequired:
            return self._without_content()
        except discord.LoginFailure:
            return self._token_refused()
        except discord.ConnectionClosed as error:
            return self._token_refused() if error.code == BAD_TOKEN else self._failed(error)
        except Exception as error:  # whatever discord.py lets through: the next client begins afresh
            return self._failed(error)
        finally:
            self._logged_in.clear()
            await client.close()
        return self._failed(ChannelError("the connection was closed"))

    async def _stay(self, client: BotClient) -> None:
        """For as long as the client lives. Where Discord calls by itself, it has no connection to keep."""
        if self._options.mode == "http":
            client.on_login()
            await asyncio.Event().wait()
        connected = asyncio.create_task(client.connect(), name="discord connection")
        try:
            await asyncio.wait({connected})
        finally:
            while not connected.done():  # asyncio.wait_for before Python 3.12 may swallow a cancellation
                connected.cancel()
                await asyncio.wait({connected}, timeout=0.5)
        connected.result()

    def _without_content(self) -> float:
        log.warning(
            "Discord does not let the bot read messages that don't mention it; "
            "switch on the Message Content intent in the developer portal if it should"
        )
        self._reads_all = False
        return 0.0

    def _token_refused(self) -> float:
        self.problem = "Discord refused the token: set discord.token to a valid one"
        if not self._refused:
            log.error(self.problem, retry_seconds=self._options.refused_retry)
        self._refused = True
        return self._options.refused_retry

    def _failed(self, error: BaseException) -> float:
        self._failures += 1
        longest = min(
            self._options.longest_retry, self._options.first_retry * 2 ** min(self._failures - 1, 20)
        )
        wait = random.uniform(longest / 2, longest)
        self.problem = f"{type(error).__name__}: {error}"
        known = isinstance(error, discord.DiscordException | aiohttp.ClientError | OSError | ChannelError)
        log.warning(
            "Discord is gone; trying again",
            retry_seconds=round(wait, 1),
            error=str(error),
            exc_info=None if known else error,
        )
        return wait

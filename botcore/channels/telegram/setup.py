"""What Telegram is told of the bot when it starts: how to reach it, its commands, its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog

from botcore.channels.telegram.api import Api
from botcore.channels.telegram.failures import Refused
from botcore.channels.telegram.options import Notices, TelegramOptions
from botcore.channels.telegram.reading import Me
from botcore.channels.telegram.updates import WANTED

log = structlog.get_logger()

STOP_COMMAND = "stop"
MOST_COMMANDS = 100
DESCRIPTION = 256


class Setup:
    """Each step raises TelegramFailure, and may be tried again. What is as it should be is not told again."""

    def __init__(self, api: Api, options: TelegramOptions, notices: Callable[[str], Notices]) -> None:
        self._api = api
        self._options = options
        self._notices = notices

    async def introduce(self) -> Me:
        me = await self._api.call("getMe")
        try:
            return msgspec.convert(me, Me)
        except msgspec.ValidationError as error:
            raise Refused(f"getMe says something odd: {error}") from error

    async def connect(self) -> None:
        """From now on Telegram brings updates, or keeps them for the poll."""
        if self._options.mode == "polling":
            await self._api.call("deleteWebhook")
        else:
            await self.set_webhook()

    async def set_webhook(self) -> None:
        await self._api.call(
            "setWebhook",
            url=self._options.webhook_url,
            secret_token=self._options.webhook_secret,
            allowed_updates=WANTED,
        )

    async def tell_commands(self) -> None:
        for language, commands in self._options.commands.items():
            menu = self._menu(language, commands)
            code = language or None
            try:
                if await self._api.call("getMyCommands", language_code=code) != menu:
                    await self._api.call("setMyCommands", commands=menu, language_code=code)
            except Refused as refused:
                log.warning("Telegram refuses the menu of commands", language=language, reason=str(refused))

    def _menu(self, language: str, commands: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        stop = (STOP_COMMAND, self._notices(language or "en").stop_command)
        own = [] if any(name == STOP_COMMAND for name, _ in commands) else [stop]
        described = [*commands[: MOST_COMMANDS - len(own)], *own]
        return [{"command": name, "description": about[:DESCRIPTION] or name} for name, about in described]

    async def tell_page(self) -> None:
        """The button beside the text field opens the web page of the bot."""
        if not self._options.web_app_url:
            return
        button: dict[str, Any] = {
            "type": "web_app",
            "text": self._notices("en").web_app,
            "web_app": {"url": self._options.web_app_url},
        }
        try:
            if await self._api.call("getChatMenuButton") != button:
                await self._api.call("setChatMenuButton", menu_button=button)
        except Refused as refused:
            log.warning("Telegram refuses the button for the web page", reason=str(refused))

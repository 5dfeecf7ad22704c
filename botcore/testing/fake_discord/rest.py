"""The REST side: what a bot may ask of Discord, answered from the World.

Source: the reference at discord.com/developers/docs, API version 10.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from botcore.testing.fake_discord import payloads
from botcore.testing.fake_discord.checks import Refused, check_commands
from botcore.testing.fake_discord.posting import Posting
from botcore.testing.fake_discord.world import Channel, Ephemeral, Json, Posted, World

Handler = Callable[[web.Request], Awaitable[web.Response]]
Pinged = Callable[[str, Json], Awaitable[None]]


class Rest:
    """Routes below /api/v10 that need the bot's token."""

    def __init__(self, world: World, posting: Posting, typing: Callable[[Channel], Awaitable[None]]) -> None:
        self._world = world
        self._posting = posting
        self._typing = typing
        self.syncs = 0
        """How often the commands were replaced."""

    def routes(self) -> list[tuple[str, str, Handler]]:
        message = "/channels/{channel}/messages/{message}"
        return [
            ("GET", "/users/@me", self._me),
            ("POST", "/users/@me/channels", self._open_dm),
            ("GET", "/users/{user}", self._user),
            ("GET", "/applications/@me", self._application),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/{application}/commands", self._commands),
            ("PUT", "/applications/{application}/commands", self._replace_commands),
            ("GET", "/channels/{channel}", self._channel),
            ("POST", "/channels/{channel}/typing", self._show_typing),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._post),
            ("GET", message, self._message),
            ("PATCH", message, self._edit),
            ("DELETE", message, self._delete),
            ("POST", message + "/threads", self._open_thread),
            ("PUT", message + "/reactions/{emoji}/@me", self._react),
        ]

    async def _me(self, request: web.Request) -> web.Response:
        return reply(payloads.user(self._world.bot))

    async def _user(self, request: web.Request) -> web.Response:
        found = self._world.by_id(int(request.match_info["user"]))
        if found is None:
            raise Refused(404, 10013, "Unknown User")
        return reply(payloads.user(found))

    async def _open_dm(self, request: web.Request) -> web.Response:
        found = self._world.by_id(int((await request.json())["recipient_id"]))
        if found is None:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        return reply(payloads.channel(self._world.dm_with(found)))

    async def _application(self, request: web.Request) -> web.Response:
        return reply(payloads.application(self._world))

    async def _commands(self, request: web.Request) -> web.Response:
        with_localizations = "with_localizations" in request.query
        return reply(self._world.commands if with_localizations else _untranslated(self._world.commands))

    async def _replace_commands(self, request: web.Request) -> web.Response:
        wanted: list[Json] = await request.json()
        check_commands(wanted)
        self._world.commands = [self._registered(command) for command in wanted]
        self.syncs += 1
        return reply(self._world.commands)

    def _registered(self, command: Json) -> Json:
        """As Discord gives a command back: with its defaults filled in."""
        return {
            "id": str(self._world.new_id()),
            "application_id": str(self._world.bot.id),
            "version": str(self._world.new_id()),
            "type": 1,
            "nsfw": False,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "name_localizations": None,
            "description_localizations": None,
            **command,
        }

    async def _channel(self, request: web.Request) -> web.Response:
        return reply(payloads.channel(self._at(request)))

    async def _show_typing(self, request: web.Request) -> web.Response:
        await self._typing(self._at(request))
        return web.Response(status=204)

    async def _history(self, request: web.Request) -> web.Response:
        posted = [one for one in self._world.messages[self._at(request).id] if not one.flags & 64]
        limit = int(request.query.get("limit", 50))
        if "after" in request.query:
            posted = [one for one in posted if one.id > int(request.query["after"])][:limit]
        elif "before" in request.query:
            posted = [one for one in posted if one.id < int(request.query["before"])]
        return reply([self._payload(one) for one in reversed(posted[-limit:])])

    async def _post(self, request: web.Request) -> web.Response:
        body, files = await self._posting.read(request)
        return reply(self._payload(await self._posting.post(self._at(request), body, files)))

    async def _message(self, request: web.Request) -> web.Response:
        return reply(self._payload(self._posted(request)))

    async def _edit(self, request: web.Request) -> web.Response:
        posted = self._posted(request)
        if posted.author != self._world.bot:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        body, files = await self._posting.read(request)
        return reply(self._payload(await self._posting.edit(posted, body, files)))

    async def _delete(self, request: web.Request) -> web.Response:
        await self._posting.remove(self._posted(request))
        return web.Response(status=204)

    async def _open_thread(self, request: web.Request) -> web.Response:
        posted, body = self._posted(request), await request.json()
        if posted.id in self._world.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        if posted.channel.kind != "text":
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        place = posted.channel
        thread = Channel(posted.id, "thread", body["name"], place.guild, place.id, self._world.bot.id)
        self._world.add(thread)
        await self._posting.dispatch("THREAD_CREATE", payloads.channel(thread))
        return reply(payloads.channel(thread))

    async def _react(self, request: web.Request) -> web.Response:
        self._posted(request)
        return web.Response(status=204)

    def _at(self, request: web.Request) -> Channel:
        channel = self._world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Refused(404, 10003, "Unknown Channel")
        return channel

    def _posted(self, request: web.Request) -> Posted:
        found = self._world.message(self._at(request).id, int(request.match_info["message"]))
        if found is None or found.flags & Ephemeral:
            raise Refused(404, 10008, "Unknown Message")
        return found

    def _payload(self, posted: Posted) -> Json:
        return payloads.message(self._world, posted, self._posting.base)


def _untranslated(one: Any) -> Any:
    """Without the translations, on whatever level they stand."""
    if isinstance(one, list):
        return [_untranslated(part) for part in one]
    if isinstance(one, dict):
        return {key: _untranslated(part) for key, part in one.items() if not key.endswith("_localizations")}
    return one


def reply(data: Any, status: int = 200) -> web.Response:
    """Discord's clients look for exactly this content type."""
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json"}
    )


def bucket_of(method: str, path: str) -> str:
    """The bucket of a request: its route, and the channel or webhook that it is about.

    Tokens and further ids are no part of it, as on the real thing.
    """
    major = re.search(r"/(?:channels|webhooks|guilds)/(\d+(?:/[^/]+)?)", path)
    owner = (
        major[1] if major and path.startswith(("/webhooks",)) else (major[1].split("/")[0] if major else "")
    )
    return f"{method} {re.sub(r'/[0-9]+', '/{}', path)} {owner}"

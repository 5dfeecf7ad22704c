"""Slash commands, menus and buttons: three seconds to acknowledge, fifteen minutes to answer."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from botcore.testing.fake_discord import payloads
from botcore.testing.fake_discord.calling import Calling
from botcore.testing.fake_discord.checks import Refused
from botcore.testing.fake_discord.posting import Dispatch, Posting
from botcore.testing.fake_discord.rest import reply
from botcore.testing.fake_discord.world import (
    Asked,
    AskedBy,
    Channel,
    Ephemeral,
    File,
    Json,
    Posted,
    Thinking,
    User,
    World,
)

ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 900.0
_CALLBACKS = {4: "message", 5: "deferred", 6: "deferred update", 7: "update", 8: "choices", 9: "modal"}


class Interactions:
    """Routes that need an interaction's own token instead of the bot's."""

    def __init__(self, world: World, posting: Posting, dispatch: Dispatch) -> None:
        self._world = world
        self._posting = posting
        self._dispatch = dispatch
        self.calling: Calling | None = None
        """Where interactions are brought by HTTP; None lets the gateway tell of them."""

    def routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        webhook = "/webhooks/{application}/{token}"
        message = webhook + "/messages/{message}"
        return [
            ("POST", "/interactions/{interaction}/{token}/callback", self._acknowledge),
            ("POST", webhook, self._follow_up),
            ("GET", message, self._get),
            ("PATCH", message, self._edit),
            ("DELETE", message, self._delete),
        ]

    async def ask(
        self, kind: AskedBy, channel: Channel, user: User, data: Json, source: Posted | None = None
    ) -> Asked:
        """A person uses a command or presses a button."""
        asked = Asked(
            self._world.new_id(),
            secrets.token_urlsafe(120),
            kind,
            channel,
            user,
            self._world.now(),
            source,
        )
        self._world.asked[asked.token] = asked
        payload = payloads.interaction(self._world, asked, data, self._posting.base)
        if self.calling is None:
            await self._dispatch("INTERACTION_CREATE", payload)
        else:
            await self._take(asked, await self.calling.call(payload), ())
        return asked

    async def _acknowledge(self, request: web.Request) -> web.Response:
        asked = self._world.asked.get(request.match_info["token"])
        body, files = await self._posting.read(request)
        if asked is None or self._world.now() - asked.at > ACKNOWLEDGE_SECONDS:
            raise Refused(404, 10062, "Unknown interaction")
        if asked.acknowledged:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        await self._take(asked, body, files)
        return self._callback_reply(asked, request.query.get("with_response") in {"true", "1", "True"})

    async def _take(self, asked: Asked, body: Json, files: Sequence[File]) -> None:
        data: Json = body.get("data") or {}
        flags = (data.get("flags") or 0) & Ephemeral
        if body["type"] == 4:
            asked.original = await self._posting.post(asked.channel, data, files, flags=flags)
        elif body["type"] == 5:
            asked.original = await self._posting.post(asked.channel, {}, flags=flags | Thinking)
        elif body["type"] == 6:
            asked.original = asked.source
        elif body["type"] == 7 and asked.source:
            asked.original = await self._posting.edit(asked.source, data, files)
        asked.acknowledged = _CALLBACKS[body["type"]]
        asked.acknowledged_after = self._world.now() - asked.at

    def _callback_reply(self, asked: Asked, with_response: bool) -> web.Response:
        if not with_response:
            return web.Response(status=204)
        shown = asked.original
        body: Json = {
            "interaction": {
                "id": str(asked.id),
                "type": 2 if asked.kind == "slash" else 3,
                "response_message_id": str(shown.id) if shown else None,
                "response_message_loading": bool(shown and shown.thinking),
                "response_message_ephemeral": bool(shown and shown.flags & Ephemeral),
            }
        }
        if shown:
            body["resource"] = {"type": 4, "message": self._payload(shown)}
        return reply(body)

    async def _follow_up(self, request: web.Request) -> web.Response:
        asked = self._open(request)
        body, files = await self._posting.read(request)
        original = asked.original
        if original is not None and original.thinking:
            posted = await self._posting.edit(original, body, files)
        else:
            # A webhook has no nonce: the same follow-up twice is two messages.
            form = {key: value for key, value in body.items() if key not in {"nonce", "enforce_nonce"}}
            posted = await self._posting.post(asked.channel, form, files)
        asked.followups.append(posted)
        return reply(self._payload(posted))

    async def _get(self, request: web.Request) -> web.Response:
        return reply(self._payload(self._message(request)))

    async def _edit(self, request: web.Request) -> web.Response:
        posted = self._message(request)
        body, files = await self._posting.read(request)
        return reply(self._payload(await self._posting.edit(posted, body, files)))

    async def _delete(self, request: web.Request) -> web.Response:
        asked, posted = self._open(request), self._message(request)
        await self._posting.remove(posted)
        if asked.original is posted:
            asked.original = None
        return web.Response(status=204)

    def _open(self, request: web.Request) -> Asked:
        asked = self._world.asked.get(request.match_info["token"])
        if asked is None or not asked.acknowledged:
            raise Refused(404, 10015, "Unknown Webhook")
        if self._world.now() - asked.at > TOKEN_SECONDS:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return asked

    def _message(self, request: web.Request) -> Posted:
        asked, wanted = self._open(request), request.match_info["message"]
        mine = [one for one in (asked.original, *asked.followups) if one]
        if wanted == "@original":
            mine = mine[:1] if asked.original else []
        else:
            mine = [one for one in mine if str(one.id) == wanted]
        if not mine:
            raise Refused(404, 10008, "Unknown Message")
        return mine[0]

    def _payload(self, posted: Posted) -> Json:
        return payloads.message(self._world, posted, self._posting.base)

"""How a message of the bot comes to stand in a channel, and changes there."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from aiohttp import BodyPartReader, web

from botcore.testing.fake_discord import payloads
from botcore.testing.fake_discord.checks import check_message
from botcore.testing.fake_discord.world import (
    Channel,
    Ephemeral,
    File,
    Json,
    Posted,
    Thinking,
    User,
    World,
)

Dispatch = Callable[[str, Json], Awaitable[None]]


class Posting:
    """Checks, stores and announces. A nonce seen before in a channel gives the message of then."""

    def __init__(self, world: World, dispatch: Dispatch, changed: Callable[[], None]) -> None:
        self._world = world
        self.dispatch = dispatch
        self._changed = changed
        self.base = ""

    async def read(self, request: web.Request) -> tuple[Json, list[File]]:
        """The form and its files, from JSON or multipart."""
        if not request.content_type.startswith("multipart/"):
            body: Json = await request.json()
            return body, []
        form: Json = {}
        files: list[File] = []
        async for part in await request.multipart():
            field = cast("BodyPartReader", part)
            data = bytes(await field.read())
            if field.name == "payload_json":
                form = json.loads(data)
            else:
                files.append(self.keep(field.filename or "file", data))
        return form, files

    def keep(self, name: str, data: bytes, media_type: str = "application/octet-stream") -> File:
        file = File(self._world.new_id(), name, data, media_type)
        self._world.files[file.id] = file
        return file

    async def post(
        self, channel: Channel, body: Json, files: Sequence[File] = (), *, flags: int = 0
    ) -> Posted:
        """Raises Refused for a message that Discord would not take."""
        check_message(body, len(files), empty_allowed=bool(flags & Thinking))
        known = self._same_nonce(channel, body)
        if known:
            return known
        posted = Posted(
            id=self._world.new_id(),
            channel=channel,
            author=self._world.bot,
            text=body.get("content") or "",
            files=list(files),
            components=body.get("components") or (),
            nonce=str(body.get("nonce") or ""),
            reply_to=int((body.get("message_reference") or {}).get("message_id", 0)),
            flags=flags | (body.get("flags") or 0),
        )
        self._notify(posted, body)
        await self.say(posted)
        return posted

    async def say(self, posted: Posted) -> None:
        """Let a finished message stand in its channel, whoever wrote it."""
        self._world.messages[posted.channel.id].append(posted)
        self._changed()
        if not posted.flags & Ephemeral:
            await self._announce("MESSAGE_CREATE", posted)

    async def edit(self, posted: Posted, body: Json, files: Sequence[File] = ()) -> Posted:
        kept = len(files) + len(posted.files)
        check_message({"content": posted.text, **body}, kept)
        if "content" in body:
            posted.text = body["content"] or ""
        if "components" in body:
            posted.components = body["components"]
        if "attachments" in body:
            named = {str(one.get("id")) for one in body["attachments"]}
            posted.files = [one for one in posted.files if str(one.id) in named]
        posted.files = [*posted.files, *files]
        posted.flags &= ~Thinking
        posted.edits += 1
        self._notify(posted, body)
        self._changed()
        if not posted.flags & Ephemeral:
            await self._announce("MESSAGE_UPDATE", posted)
        return posted

    async def reword(self, posted: Posted, text: str) -> None:
        """A person changes what they wrote."""
        posted.text = text
        posted.edits += 1
        self._changed()
        await self._announce("MESSAGE_UPDATE", posted)

    async def remove(self, posted: Posted) -> None:
        self._world.messages[posted.channel.id].remove(posted)
        self._changed()
        where = {"guild_id": str(posted.channel.guild)} if posted.channel.guild else {}
        gone = {"id": str(posted.id), "channel_id": str(posted.channel.id), **where}
        await self.dispatch("MESSAGE_DELETE", gone)

    async def _announce(self, event: str, posted: Posted) -> None:
        await self.dispatch(event, payloads.message(self._world, posted, self.base, gateway=True))

    def _same_nonce(self, channel: Channel, body: Json) -> Posted | None:
        if not body.get("enforce_nonce") or not body.get("nonce"):
            return None
        messages = self._world.messages[channel.id]
        return next((one for one in messages if one.nonce == str(body["nonce"])), None)

    def _notify(self, posted: Posted, body: Json) -> None:
        """Whom the text pings, as far as `allowed_mentions` lets it."""
        allowed = body.get("allowed_mentions")
        parse = allowed.get("parse", ()) if allowed is not None else ("everyone", "users", "roles")
        posted.everyone = "everyone" in parse and bool(re.search(r"@(everyone|here)\b", posted.text))
        posted.mentions = self._mentioned(posted.text) if "users" in parse else ()

    def _mentioned(self, text: str) -> list[User]:
        found = (self._world.by_id(int(id)) for id in re.findall(r"<@!?(\d+)>", text))
        return [one for one in found if one]

"""FakeDiscord: a local server that the unmodified discord.py takes for Discord, and the people who chat there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Middleware

from botcore.testing.fake_discord import payloads
from botcore.testing.fake_discord.calling import Calling, new_key
from botcore.testing.fake_discord.checks import Refused
from botcore.testing.fake_discord.faults import Fault, Faults, Limits
from botcore.testing.fake_discord.gateway import Gateway
from botcore.testing.fake_discord.interactions import Interactions
from botcore.testing.fake_discord.posting import Posting
from botcore.testing.fake_discord.rest import Rest, bucket_of, reply
from botcore.testing.fake_discord.world import DEFAULT_LOCALE, Asked, Channel, Json, Posted, User, World

if TYPE_CHECKING:
    from nacl.signing import SigningKey

API = "/api/v10"
LOOK_SECONDS = 0.05
"""Between two looks at what happens outside of Discord."""
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeDiscord:
    """`async with FakeDiscord() as fake:` then point a bot at `fake.api_url` and `fake.gateway_url`.

    `limit` is (requests, seconds) of each rate-limit bucket.
    """

    def __init__(
        self,
        *,
        token: str = "a.fake.token",  # noqa: S107  # opens nothing but this fake
        limit: tuple[int, float] = (5, 5.0),
        heartbeat_seconds: float = 41.25,
    ) -> None:
        self.token = token
        self.world = World()
        self.faults = Faults()
        self.limits = Limits(*limit)
        self.calls: list[tuple[str, str, int]] = []
        """Every request: method, path below /api/v10, status of the answer."""
        self.typing: list[Channel] = []
        self._changed = asyncio.Event()
        self.gateway = Gateway(self.world, self._changed.set, heartbeat_seconds)
        self.gateway.token = token
        self._posting = Posting(self.world, self.gateway.dispatch, self._changed.set)
        self.rest = Rest(self.world, self._posting, self._shows_typing)
        self._interactions = Interactions(self.world, self._posting, self.gateway.dispatch)
        self.files_broken = False
        """No file can be fetched."""
        self._runner: web.AppRunner | None = None
        self.url = ""

    @property
    def api_url(self) -> str:
        return self.url + API

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    # The place

    def channel(self, name: str = "general") -> Channel:
        """A new text channel of the server. Make it before the bot connects."""
        return self.world.add(Channel(self.world.new_id(), "text", name, self.world.guild_id))

    def thread(self, parent: Channel, name: str = "thread", *, owner: User | None = None) -> Channel:
        """A new thread below a text channel, opened by the bot unless someone else is named."""
        owner = owner or self.world.bot
        return self.world.add(Channel(self.world.new_id(), "thread", name, parent.guild, parent.id, owner.id))

    def forum(self, name: str = "questions") -> Channel:
        """A new forum of the server. Make it before the bot connects."""
        return self.world.add(Channel(self.world.new_id(), "forum", name, self.world.guild_id))

    def user(
        self,
        name: str,
        *,
        bot: bool = False,
        locale: str = DEFAULT_LOCALE,
        roles: Sequence[str] = (),
        permissions: int = 0,
    ) -> User:
        return self.world.user(name, bot=bot, locale=locale, roles=roles, permissions=permissions)

    async def set_locale(self, locale: str) -> None:
        """The server's team chooses the language of its community."""
        self.world.locale = locale
        changed = {
            **payloads.guild(self.world),
            "guild_id": str(self.world.guild_id),
        }  # by which it finds its shard
        await self.gateway.dispatch("GUILD_UPDATE", changed)

    def dm(self, name: str) -> Channel:
        """The direct messages of this person with the bot."""
        return self.world.dm_with(self.world.user(name))

    # What people do

    async def say(
        self,
        channel: Channel,
        user: str,
        text: str,
        *,
        mention: bool = False,
        reply_to: Posted | None = None,
        ping: bool = True,
        files: Mapping[str, bytes] | None = None,
        system: int = 0,
    ) -> Posted:
        """Write a message. `mention` names the bot first; a reply pings whom it answers unless told not to."""
        author = self.world.user(user)
        mentioned = [self.world.bot] if mention or (reply_to and ping) else []
        posted = Posted(
            id=self.world.new_id(),
            channel=channel,
            author=author,
            text=f"<@{self.world.bot.id}> {text}" if mention else text,
            mentions=mentioned,
            reply_to=reply_to.id if reply_to else 0,
            files=[self._posting.keep(name, data) for name, data in (files or {}).items()],
            system=system,
        )
        await self._posting.say(posted)
        return posted

    async def edit(self, message: Posted, text: str) -> None:
        """The author changes a message; a mention that was there stays."""
        mention = f"<@{self.world.bot.id}> "
        await self._posting.reword(message, mention + text if message.text.startswith(mention) else text)

    async def delete(self, message: Posted) -> None:
        await self._posting.remove(message)

    async def react(self, message: Posted, user: str, emoji: str, *, taken_back: bool = False) -> None:
        """`emoji` is one, or `:name:id` of a server's own."""
        event = "MESSAGE_REACTION_REMOVE" if taken_back else "MESSAGE_REACTION_ADD"
        who = self.world.user(user)
        payload = payloads.reaction(self.world, message, who, emoji)
        if not taken_back:
            payload["message_author_id"] = str(message.author.id)
            if message.channel.guild:
                payload["member"] = {**payloads.member(self.world, who), "user": payloads.user(who)}
        await self.gateway.dispatch(event, payload)

    async def post(self, forum: Channel, user: str, title: str, text: str) -> Posted:
        """Begin a forum post: a thread whose first message has the thread's own id."""
        author, id = self.world.user(user), self.world.new_id()
        thread = self.world.add(Channel(id, "thread", title, forum.guild, forum.id, author.id))
        await self.gateway.dispatch("THREAD_CREATE", payloads.channel(thread))
        posted = Posted(id=id, channel=thread, author=author, text=text)
        await self._posting.say(posted)
        return posted

    async def slash(self, channel: Channel, user: str, name: str, **options: str) -> Asked:
        """Use a command. Raises LookupError for one that the bot has not registered."""
        command = self._command(name, 1)
        data: Json = {
            "id": command["id"],
            "name": name,
            "type": 1,
            "options": [{"name": key, "type": 3, "value": value} for key, value in options.items()],
        }
        return await self._interactions.ask("slash", channel, self.world.user(user), data)

    async def menu(self, message: Posted, user: str, name: str) -> Asked:
        """Use a command of the message's own menu. Raises LookupError for one that the bot has not registered."""
        shown = payloads.message(self.world, message, self.url)
        data: Json = {
            "id": self._command(name, 3)["id"],
            "name": name,
            "type": 3,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): shown}},
        }
        return await self._interactions.ask("menu", message.channel, self.world.user(user), data, message)

    def _command(self, name: str, type: int) -> Json:
        for one in self.world.commands:
            if one["name"] == name and one["type"] == type:
                return one
        known = [one["name"] for one in self.world.commands if one["type"] == type]
        raise LookupError(f"no command {name}; there are {known}")

    async def press(self, message: Posted, label: str, user: str = "ann") -> Asked:
        """Press a button. Raises LookupError where the message has none with this label."""
        data: Json = {"custom_id": message.custom_id(label), "component_type": 2}
        return await self._interactions.ask("button", message.channel, self.world.user(user), data, message)

    async def choose(self, message: Posted, label: str, user: str = "ann") -> Asked:
        """Choose a line of its select menu. Raises LookupError where there is none with this label."""
        custom_id, value = message.line(label)
        data: Json = {"custom_id": custom_id, "component_type": 3, "values": [value]}
        return await self._interactions.ask("button", message.channel, self.world.user(user), data, message)

    async def interact(self, channel: Channel, user: str, data: Json) -> Asked:
        """Any other interaction, as a client that lies would make it."""
        return await self._interactions.ask("button", channel, self.world.user(user), data)

    def bring_interactions_to(self, url: str) -> Calling:
        """From now on by HTTP, signed with the key whose public half is `public_key`."""
        self._interactions.calling = Calling(url, self._signing_key)
        return self._interactions.calling

    @cached_property
    def _signing_key(self) -> SigningKey:
        return new_key()

    @property
    def public_key(self) -> str:
        """As the developer portal shows it."""
        return bytes(self._signing_key.verify_key).hex()

    # What people see

    def shown(self, channel: Channel) -> list[Posted]:
        """Everything that stands in the channel now, oldest first; not what is still being thought about."""
        return [one for one in self.world.messages[channel.id] if not one.thinking]

    def answers(self, channel: Channel) -> list[str]:
        """The texts of the bot's messages, oldest first."""
        return [one.text for one in self.shown(channel) if one.author == self.world.bot]

    async def until(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        """Return once `condition()` holds, on Discord or with the bot. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)

    async def answered(self, channel: Channel, count: int = 1, seconds: float = 15.0) -> list[str]:
        """The bot's texts, once there are at least `count`. Raises TimeoutError."""
        await self.until(lambda: len(self.answers(channel)) >= count, seconds)
        return self.answers(channel)

    async def connected(self, seconds: float = 15.0) -> None:
        """Return once a bot listens. Raises TimeoutError."""
        await self.until(lambda: self.gateway.connected, seconds)

    # What goes wrong

    def fail(self, method: str, path: str, **fault: object) -> None:
        """The next request of `method` whose path holds `path` goes wrong; see Fault."""
        self.faults.add(Fault(method, path, **fault))  # type: ignore[arg-type]  # the fields of Fault

    async def revoke(self, token: str) -> None:
        """The token is another from now on, and who listened with the old one is thrown out."""
        self.token = self.gateway.token = token
        await self.gateway.close(4004)

    # The server

    async def __aenter__(self) -> FakeDiscord:
        app = web.Application(middlewares=[self._middleware()], client_max_size=30 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/attachments/{id}/{name}", self._file)
        for method, path, handler in (*self.rest.routes(), *self._interactions.routes()):
            app.router.add_route(method, API + path, handler)
        app.router.add_get(API + "/gateway", self._gateway)
        app.router.add_get(API + "/gateway/bot", self._gateway)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = self._posting.base = f"http://127.0.0.1:{port}"
        self.gateway.url = f"ws://127.0.0.1:{port}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.aclose()
        if self._runner:
            await self._runner.cleanup()

    def _middleware(self) -> Middleware:
        """What every API request passes: faults, the token, the rate limit, and errors in Discord's form."""

        @web.middleware
        async def guard(request: web.Request, handler: Handle) -> web.StreamResponse:
            if not request.path.startswith(API):
                return await handler(request)
            path = request.path.removeprefix(API)
            response = await self._answer(request, path, handler)
            self.calls.append((request.method, path, response.status))
            self._changed.set()
            return response

        return guard

    async def _answer(
        self,
        request: web.Request,
        path: str,
        handler: Handle,
    ) -> web.StreamResponse:
        fault = self.faults.take(request.method, path)
        bucket = bucket_of(request.method, path)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and fault.status == 429:
            return self._limited("" if fault.everywhere else bucket, fault.retry_after, fault.everywhere)
        if fault and fault.status and not fault.after_storing:
            return reply(fault.body or {"message": "broken on purpose", "code": 0}, fault.status)
        if not path.startswith(("/webhooks", "/interactions")) and (
            request.headers.get("Authorization") != f"Bot {self.token}"
        ):
            return reply({"message": "401: Unauthorized", "code": 0}, 401)
        wait, headers = (0.0, {}) if path.startswith("/interactions") else self.limits.enter(bucket)
        if wait:
            return self._limited(bucket, wait, False, headers)
        response = await self._handled(request, handler)
        response.headers.update(headers)
        if fault and fault.status:
            return reply({"message": "502: Bad Gateway", "code": 0}, fault.status)
        return response

    async def _handled(self, request: web.Request, handler: Handle) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refusal:
            return reply(refusal.body, refusal.status)
        except web.HTTPNotFound:
            return reply({"message": "404: Not Found", "code": 0}, 404)

    def _limited(
        self, bucket: str, seconds: float, everywhere: bool, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        self.limits.close(bucket, seconds)
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
        response = reply(body, 429)
        # discord.py takes a 429 without Via for a ban, and does not try again.
        response.headers.update({**(headers or {}), "Via": "1.1 fake", "Retry-After": f"{seconds:.3f}"})
        return response

    async def _gateway(self, request: web.Request) -> web.Response:
        limits = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return reply({"url": self.gateway.url, "shards": self.gateway.shards, "session_start_limit": limits})

    async def _file(self, request: web.Request) -> web.Response:
        file = self.world.files.get(int(request.match_info["id"]))
        if file is None or self.files_broken:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type=file.media_type)

    async def _shows_typing(self, channel: Channel) -> None:
        self.typing.append(channel)

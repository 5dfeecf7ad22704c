"""The gateway: sessions that outlive their sockets, as Discord's do.

Source of the protocol: the gateway's reference at discord.com/developers/docs, API version 10.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from botcore.testing.fake_discord import payloads
from botcore.testing.fake_discord.world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
MESSAGE_CONTENT = 1 << 15
"""The intent without which only direct messages and mentions come with their text."""


class Session:
    """What a client may resume: the events so far, and the socket that hears them now."""

    def __init__(self, intents: int, shard: tuple[int, int]) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard, self.shards = shard
        self.events: list[Json] = []
        self.socket: web.WebSocketResponse | None = None

    async def dispatch(self, event: str, data: Json) -> None:
        frame = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(frame)
        await self.send(frame)

    async def send(self, frame: Json) -> None:
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_str(json.dumps(frame))

    async def replay(self, after: int) -> None:
        for frame in self.events[after:]:
            await self.send(frame)
        await self.dispatch("RESUMED", {"_trace": []})


class Gateway:
    """All sessions, and the switches by which a test disturbs them."""

    def __init__(self, world: World, changed: Callable[[], None], heartbeat_seconds: float) -> None:
        self._world = world
        self._changed = changed
        self._heartbeat_seconds = heartbeat_seconds
        self.token = ""
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.shards = 1
        """How many Discord recommends."""
        self.last: Json = {}
        """The event that happened last, heard by anybody or not."""
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0
        self.refuse_content_intent = False
        self.answers_heartbeats = True

    async def dispatch(self, event: str, data: Json) -> None:
        """To the session whose shard it is: a server's by its id, everything else to the first."""
        self.last = {"t": event, "d": data}
        guild = int(data.get("guild_id") or 0) if str(data.get("guild_id") or 0).isdecimal() else 0
        for session in list(self.sessions.values()):
            if (guild >> 22) % session.shards == session.shard:
                await session.dispatch(event, self._seen_by(session, data))

    def _seen_by(self, session: Session, data: Json) -> Json:
        """Without the intent, what others say to each other comes without its text."""
        if session.intents & MESSAGE_CONTENT or "guild_id" not in data or "content" not in data:
            return data
        bot = str(self._world.bot.id)
        if "author" not in data or bot in {data["author"]["id"], *(one["id"] for one in data["mentions"])}:
            return data
        return {**data, "content": "", "attachments": [], "components": []}

    @property
    def connected(self) -> bool:
        return any(one.socket is not None and not one.socket.closed for one in self.sessions.values())

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await self._frame(
            socket, HELLO, {"heartbeat_interval": int(self._heartbeat_seconds * 1000), "_trace": []}
        )
        session: Session | None = None
        try:
            while True:
                message = await self._next(socket)
                if message is None:
                    break
                session = await self._hear(socket, session, message)
        finally:
            if session is not None and session.socket is socket:
                session.socket = None
            self._changed()
        return socket

    async def _next(self, socket: web.WebSocketResponse) -> Json | None:
        """None once the socket is closed, by the client or for want of its heartbeat."""
        try:
            received = await socket.receive(timeout=self._heartbeat_seconds * 2)
        except TimeoutError:
            await socket.close(code=4009, message=b"Session timed out.")
            return None
        if received.type is not WSMsgType.TEXT:
            return None
        frame: Json = json.loads(received.data)
        return frame

    async def _hear(
        self, socket: web.WebSocketResponse, session: Session | None, frame: Json
    ) -> Session | None:
        match frame["op"]:
            case 1:
                self.heartbeats += 1
                if self.answers_heartbeats:
                    # discord.py takes an answer that comes before it has noted the time of its question for late.
                    await asyncio.sleep(0.02)
                    await self._frame(socket, HEARTBEAT_ACK, None)
            case 2:
                return await self._identify(socket, frame["d"])
            case 6:
                return await self._resume(socket, frame["d"])
        return session

    async def _identify(self, socket: web.WebSocketResponse, wanted: Json) -> Session | None:
        if wanted["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        if self.refuse_content_intent and wanted["intents"] & MESSAGE_CONTENT:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        session = Session(wanted["intents"], tuple(wanted.get("shard") or (0, 1)))
        session.socket = socket
        others = {one.id: one for one in self.sessions.values() if one.shard != session.shard}
        self.sessions = {**others, session.id: session}
        self.identified += 1
        await session.dispatch("READY", self._ready(session))
        if session.shard == (self._world.guild_id >> 22) % session.shards:
            await session.dispatch("GUILD_CREATE", payloads.guild(self._world))
        self._changed()
        return session

    def _ready(self, session: Session) -> Json:
        home = (self._world.guild_id >> 22) % session.shards
        return {
            "v": 10,
            "user": payloads.user(self._world.bot),
            "guilds": [{"id": str(self._world.guild_id), "unavailable": True}]
            if session.shard == home
            else [],
            "shard": [session.shard, session.shards],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(self._world.bot.id), "flags": 1 << 18},
        }

    async def _resume(self, socket: web.WebSocketResponse, wanted: Json) -> Session | None:
        session = self.sessions.get(wanted["session_id"] or "")
        if wanted["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        if session is None:
            await self._frame(socket, INVALID_SESSION, False)
            return None
        session.socket = socket
        self.resumed += 1
        await session.replay(wanted["seq"] or 0)
        self._changed()
        return session

    async def _frame(self, socket: web.WebSocketResponse, op: int, data: Any) -> None:
        await socket.send_str(json.dumps({"op": op, "d": data}))

    # What a test may do to it

    async def reconnect(self) -> None:
        """Op 7: the client should come back and resume."""
        for session in self.sessions.values():
            await session.send({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Op 9. What happens until the client has identified anew is never told to it."""
        sessions = list(self.sessions.values())
        if not resumable:
            self.sessions = {}
        for session in sessions:
            await session.send({"op": INVALID_SESSION, "d": resumable})

    async def forget(self) -> None:
        """The sessions can't be resumed any more."""
        self.sessions = {}

    async def drop(self) -> None:
        """The connection breaks without a word."""
        for session in self.sessions.values():
            socket, session.socket = session.socket, None
            if socket is not None and socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def close(self, code: int) -> None:
        """The server ends the connection with this code."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.close(code=code)

    async def send_garbage(self, text: str) -> None:
        """A frame that is no JSON, or any other text."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.send_str(text)

    async def aclose(self) -> None:
        await asyncio.gather(
            *(session.socket.close(code=1001) for session in self.sessions.values() if session.socket)
        )

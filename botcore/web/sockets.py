"""`/api/v1/socket`: the same events as `/api/v1/events`, and messages the other way, as JSON text frames."""

from __future__ import annotations

import msgspec
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from botcore.delivery.base import Live
from botcore.errors import StoreError
from botcore.types import Address
from botcore.web.bodies import decode
from botcore.web.events import last_event_id, view
from botcore.web.metrics import WebMetrics
from botcore.web.parts import WebLimits
from botcore.web.problems import Problem
from botcore.web.refusals import Refusals
from botcore.web.sessions import Session
from botcore.web.streams import Stalled, Streams, Writer, following
from botcore.web.tokens import Visitors
from botcore.web.visits import NewMessage, Visits, address_of

COME_AGAIN = 1012
"""Close code `Service Restart`: the client should connect again and resume."""


class MessageFrame(NewMessage, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="message"):
    """`{"type": "message", "id"?, "text", "attachments"?}`."""


class StopFrame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="stop"):
    """`{"type": "stop"}`."""


_frame: msgspec.json.Decoder[MessageFrame | StopFrame] = msgspec.json.Decoder(MessageFrame | StopFrame)


class Sockets:
    def __init__(
        self,
        live: Live,
        visits: Visits,
        visitors: Visitors,
        streams: Streams,
        *,
        refusals: Refusals,
        metrics: WebMetrics,
        limits: WebLimits,
    ) -> None:
        self._live = live
        self._visits = visits
        self._visitors = visitors
        self._streams = streams
        self._refusals = refusals
        self._metrics = metrics
        self._limits = limits

    @property
    def routes(self) -> list[BaseRoute]:
        return [WebSocketRoute("/api/v1/socket", self.serve)]

    async def serve(self, websocket: WebSocket) -> None:
        try:
            session = await self._visitors.admit(websocket, in_query=True)
            after = last_event_id(websocket)
        except Exception as error:  # told before the handshake, as a plain HTTP answer
            await websocket.send_denial_response(self._refusals.tell(websocket.scope, error).response)
            return
        await websocket.accept()
        await self._converse(websocket, session, after)

    async def _converse(self, websocket: WebSocket, session: Session, after: str) -> None:
        frames = _Frames(websocket, self._metrics, self._limits.write_seconds)
        pump = self._pump(frames, address_of(session), after)
        try:
            await self._streams.hold("socket", pump, until=self._listen(websocket, frames, session))
        except Stalled:
            return
        except Problem as problem:
            await frames.error(self._refusals.tell(websocket.scope, problem).body["error"])
        if not frames.left:
            await websocket.close(COME_AGAIN)

    async def _pump(self, frames: _Frames, address: Address, after: str) -> None:
        try:
            async with following(self._live, address, after) as events:
                async for event in events:
                    if event:  # the protocol's own pings keep the connection alive
                        await frames.send({"id": event.id, "event": event.type, "data": view(event, address)})
        except StoreError as error:
            await frames.error(self._refusals.tell(frames.scope, error).body["error"])

    async def _listen(self, websocket: WebSocket, frames: _Frames, session: Session) -> None:
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            data: str | bytes = message.get("bytes") or b"" if text is None else text
            try:
                await self._obey(data, session)
            except Exception as error:
                told = self._refusals.tell(frames.scope, error)
                await frames.error({**told.body["error"], **_retry(told.problem), "id": _id_of(data)})
        frames.left = True

    async def _obey(self, data: str | bytes, session: Session) -> None:
        frame = decode(_frame, data)
        if isinstance(frame, StopFrame):
            await self._visits.stop(session)
        else:
            await self._visits.say(session, frame)


class _Frames:
    """The sending half of one socket."""

    def __init__(self, websocket: WebSocket, metrics: WebMetrics, write_seconds: float) -> None:
        self.scope = websocket.scope
        self.left = False
        self._writer = Writer(websocket.scope, websocket.send, metrics, write_seconds)

    async def send(self, frame: dict[str, object]) -> None:
        await self._writer({"type": "websocket.send", "text": msgspec.json.encode(frame).decode()})

    async def error(self, data: dict[str, object]) -> None:
        await self.send({"event": "error", "data": data})


class _Named(msgspec.Struct):
    id: str | None = None


_named = msgspec.json.Decoder(_Named)


def _id_of(data: str | bytes) -> str:
    """Which message an error is about, where the frame is good enough to say so."""
    try:
        return decode(_named, data).id or ""
    except Problem:
        return ""


def _retry(problem: Problem) -> dict[str, float]:
    return {} if problem.retry_after is None else {"retry_after": problem.retry_after}


__all__ = ["COME_AGAIN", "MessageFrame", "Sockets", "StopFrame"]

"""The engine client: `vllm serve`, or any server that speaks the OpenAI chat API."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial

import aiohttp

from botcore.engines.answer import AnswerReader
from botcore.engines.base import ChatRequest, Counted, Delta, Engine
from botcore.engines.clock import Clock
from botcore.engines.deadlines import Deadlines
from botcore.engines.load import Load, load_from
from botcore.engines.refusals import (
    broke_off,
    choice_of_models,
    not_a_stream,
    refusal,
    too_long,
    too_slow,
    unreachable,
)
from botcore.engines.wire import decode_count, decode_models, encode_count, encode_request, error_message
from botcore.errors import EngineError, EngineRefused, EngineUnavailable

PROMPT_LIMIT = 4_000_000
"""Characters of all messages together: a million tokens or so, more than any model takes."""
_ERROR_LIMIT = 1 << 16
_LIST_LIMIT = 1 << 22
_LARGE_BODY = 1 << 20
_HEALTH_SECONDS = 5.0
_LAST_BYTES_SECONDS = 0.1
_COUNT_SECONDS = 2.0
# Well under the 5 s after which vLLM closes an idle connection, so that no request meets a closing one, be the machine slow.
_IDLE_SECONDS = 2.0
_NO_ID = re.compile(r"[^A-Za-z0-9._-]")


class VllmEngine(Engine):
    """One server. Never retries; `ReplicatedEngine` does."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        api_key: str = "",
        deadlines: Deadlines | None = None,
        priority_scheduling: bool = False,
        stream_interval: int | None = None,
        limit: int = 256,
    ) -> None:
        """`url` is the base that ends in `/v1`. `priority_scheduling` says that the server was started with
        `--scheduling-policy priority`; others refuse priorities. `stream_interval` (tokens per piece) is for
        requests that don't set theirs. `limit` is the number of answers at once; further requests wait."""
        self.url = url.strip().rstrip("/")
        self._model = model
        self._only_model = ""
        self._headers = {"Content-Type": "application/json"}
        if api_key.strip():
            self._headers["Authorization"] = f"Bearer {api_key.strip()}"
        self._deadlines = deadlines or Deadlines()
        self._priority_scheduling = priority_scheduling
        self._stream_interval = stream_interval
        self._limit = limit
        self._slots = asyncio.Semaphore(limit)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        clock = Clock(self._deadlines, self.url)
        await self._take_slot(clock)
        try:
            response = await self._open(request, clock)
            try:
                async for delta in self._read(response, clock):
                    yield delta
            finally:
                # Where the answer is not at its end, this ends the request on the server.
                response.close()
        finally:
            self._slots.release()

    async def health(self) -> str:
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await self._check_alive()
                offered = await self._offered()
        except TimeoutError:
            return f"The engine {self.url} did not say within {_HEALTH_SECONDS:g} s how it is."
        except EngineError as error:
            return str(error)
        if self._model and self._model not in offered:
            return str(refusal(self.url, 404, "", model=self._model, offered=offered))
        return ""

    async def load(self) -> Load | None:
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                return load_from(await self._get(f"{self.url.removesuffix('/v1')}/metrics"))
        except TimeoutError:
            raise too_slow(self.url, "say how busy it is", _HEALTH_SECONDS) from None
        except EngineRefused:
            return None  # other servers than vLLM have no such page

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        """By vLLM's `/tokenize`, which stands beside `/v1`; other servers have none."""
        try:
            async with asyncio.timeout(_COUNT_SECONDS):
                name = model or self._model or await self._discovered()
                async with self._connections().post(
                    f"{self.url.removesuffix('/v1')}/tokenize",
                    data=encode_count(text, model=name),
                    headers=self._headers,
                    allow_redirects=False,
                ) as response:
                    return (
                        decode_count(await _body(response, _LIST_LIMIT)) if response.status == 200 else None
                    )
        except (EngineError, aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    async def aclose(self) -> None:
        # What is under way in the background must not open connections anew, which nobody would close.
        self._closed = True
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _take_slot(self, clock: Clock) -> None:
        try:
            async with asyncio.timeout_at(clock.until):
                await self._slots.acquire()
        except TimeoutError:
            raise EngineUnavailable(
                f"The engine {self.url} is busy with {self._limit} answers at once."
            ) from None

    async def _open(self, request: ChatRequest, clock: Clock) -> aiohttp.ClientResponse:
        characters = sum(len(message.content) for message in request.messages)
        if characters > PROMPT_LIMIT:
            raise too_long(characters, PROMPT_LIMIT)
        try:
            async with asyncio.timeout_at(clock.until):
                model = request.model or self._model or await self._discovered()
                response = await self._post(request, model)
                if response.status == 200 and response.content_type == "text/event-stream":
                    return response
                async with response:
                    raise await self._refused(response, model)
        except TimeoutError:
            raise clock.expired() from None

    async def _post(self, request: ChatRequest, model: str) -> aiohttp.ClientResponse:
        encode = partial(
            encode_request,
            request,
            model=model,
            priority_scheduling=self._priority_scheduling,
            stream_interval=self._stream_interval,
        )
        heavy = any(message.images for message in request.messages)
        body = await asyncio.to_thread(encode) if heavy else encode()
        headers = self._headers
        if request.request_id:
            headers = {**headers, "X-Request-Id": _NO_ID.sub("-", request.request_id)[:128]}
        # aiohttp sends bytes in one piece, which holds the loop up where they are many.
        data = body if len(body) < _LARGE_BODY else io.BytesIO(body)
        try:
            return await self._connections().post(
                f"{self.url}/chat/completions", data=data, headers=headers, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.url, error) from error

    async def _read(self, response: aiohttp.ClientResponse, clock: Clock) -> AsyncGenerator[Delta, None]:
        answer = AnswerReader(self.url)
        content = response.content

        def interrupt() -> None:
            content.set_exception(TimeoutError())

        try:
            while not answer.complete:
                clock.wait(interrupt)
                received = await content.readany()
                clock.waited()
                if received:
                    delta = answer.feed(received)
                    if delta:
                        yield delta
                    if answer.progressed:
                        clock.progressed()
                else:
                    answer.end()
                if answer.failure:
                    raise answer.failure
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            if clock.rang:
                raise clock.expired() from None
            raise broke_off(self.url, str(error) or type(error).__name__) from error
        finally:
            clock.stop()
        await _read_to_the_end(response)
        yield answer.last()

    async def _refused(self, response: aiohttp.ClientResponse, model: str) -> EngineError:
        if response.status == 200:
            return not_a_stream(self.url, response.content_type)
        said = await self._said(response)
        offered: list[str] = []
        if response.status == 404:
            # The server may have been started anew with another model.
            self._only_model = ""
            with suppress(EngineError):
                offered = await self._offered()
        return refusal(self.url, response.status, said, model=model, offered=offered)

    async def _said(self, response: aiohttp.ClientResponse) -> str:
        try:
            return error_message(await _body(response, _ERROR_LIMIT))
        except (aiohttp.ClientError, OSError):
            return ""

    async def _discovered(self) -> str:
        if not self._only_model:
            offered = await self._offered(adapters=False)
            if len(offered) != 1:
                raise choice_of_models(self.url, offered)
            self._only_model = offered[0]
        return self._only_model

    async def _offered(self, *, adapters: bool = True) -> list[str]:
        body = await self._get(f"{self.url}/models")
        try:
            return [card.id for card in decode_models(body) if adapters or not card.parent]
        except ValueError as error:
            raise EngineUnavailable(
                f"{self.url}/models is no list of models: is that address an engine's?"
            ) from error

    async def _check_alive(self) -> None:
        """Other servers than vLLM have no `/health`: a 4xx says nothing."""
        with suppress(EngineRefused):
            await self._get(f"{self.url.removesuffix('/v1')}/health")

    async def _get(self, address: str) -> bytes:
        try:
            async with self._connections().get(
                address, headers=self._headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise refusal(self.url, response.status, await self._said(response))
                return await _body(response, _LIST_LIMIT)
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.url, error) from error

    def _connections(self) -> aiohttp.ClientSession:
        if self._closed:
            raise EngineUnavailable(f"The engine {self.url} is not used any more: the bot is stopping.")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._deadlines.connect),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    body = b""
    while len(body) < limit and (received := await response.content.readany()):
        body += received
    return body


async def _read_to_the_end(response: aiohttp.ClientResponse) -> None:
    """What follows [DONE] is the end of the body; once it is read, the connection serves again."""
    with suppress(aiohttp.ClientError, OSError):
        async with asyncio.timeout(_LAST_BYTES_SECONDS):
            while await response.content.readany():
                pass

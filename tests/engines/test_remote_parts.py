"""Vectors, rankings, transcripts and adapters from a server."""

from __future__ import annotations

import asyncio
import io
import math
import wave
from collections.abc import AsyncIterator
from typing import Any

import av
import numpy as np
import pytest
from aiohttp import web

from botcore.engines.adapters import ModelEngine
from botcore.engines.connect import connect
from botcore.engines.recording import MINUTES, RATE, as_wav
from botcore.engines.remote_embedder import AT_ONCE, AWAY_SECONDS, RemoteEmbedder
from botcore.engines.remote_transcriber import RemoteTranscriber
from botcore.engines.reranker import RemoteReranker
from botcore.errors import EngineRefused, EngineUnavailable
from botcore.testing.fake_engine import FakeEngine
from tests.engines.asking import asking, text_of


class Server:
    """Speaks three routes of vLLM; `reply` takes the place of what it would say."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.reply: web.Response | None = None

    async def __aenter__(self) -> Server:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/embeddings", self._embed)
        app.router.add_post("/v1/rerank", self._rank)
        app.router.add_post("/v1/audio/transcriptions", self._hear)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _embed(self, http: web.Request) -> web.Response:
        """The letters' lengths, backwards, as a server may send them."""
        body = await http.json()
        self.asked.append(body)
        rows = [{"index": n, "embedding": [float(len(text)), 2.0]} for n, text in enumerate(body["input"])]
        return self.reply or web.json_response({"data": rows[::-1]})

    async def _rank(self, http: web.Request) -> web.Response:
        body = await http.json()
        self.asked.append(body)
        ranked = [
            {"index": n, "relevance_score": float(len(text))} for n, text in enumerate(body["documents"])
        ]
        return self.reply or web.json_response(
            {"results": sorted(ranked, key=lambda one: -one["relevance_score"])}
        )

    async def _hear(self, http: web.Request) -> web.Response:
        form = await http.post()
        self.asked.append({**form, "file": form["file"].file.read()})  # type: ignore[union-attr]
        return self.reply or web.json_response({"text": " Where is my order? "})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as server:
        yield server


# Vectors


async def test_vectors_have_unit_length_and_keep_the_order_of_their_texts(server: Server) -> None:
    embedder = RemoteEmbedder(server.url, "e5", languages=["en", "zh"])
    texts = ["x" * length for length in range(1, AT_ONCE + 10)]
    vectors = await asyncio.to_thread(embedder.embed, texts)
    assert vectors.shape == (len(texts), embedder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [length / 2 for length in range(1, AT_ONCE + 10)])
    assert max(len(body["input"]) for body in server.asked) == AT_ONCE
    assert embedder.knows("zh")
    assert not embedder.knows("de")


@pytest.mark.parametrize("text", ["", "\0", "\ud83d", "x" * 1_000_000])
async def test_any_text_has_a_vector(server: Server, text: str) -> None:
    embedder = RemoteEmbedder(server.url, "e5")
    assert (await asyncio.to_thread(embedder.embed, [text])).shape == (1, 2)


@pytest.mark.parametrize(
    "reply",
    [
        web.Response(status=503),
        web.Response(text="hello"),
        web.json_response({"data": []}),
        web.json_response({"data": [{"index": 0, "embedding": []}]}),
    ],
    ids=["full", "no JSON", "none", "empty"],
)
async def test_a_server_of_vectors_that_fails_is_left_alone_for_a_while(
    server: Server, reply: web.Response
) -> None:
    now = 0.0
    embedder = RemoteEmbedder(server.url, "e5", clock=lambda: now)
    assert embedder.knows("en")
    server.reply = reply
    with pytest.raises(EngineUnavailable):
        await asyncio.to_thread(embedder.embed, ["hello"])
    assert not embedder.knows("en")
    now += AWAY_SECONDS
    assert embedder.knows("en")


async def test_a_missing_server_of_vectors_is_named_with_its_setting() -> None:
    with pytest.raises(EngineUnavailable, match=r"127\.0\.0\.1:9.*engine\.embeddings_url"):
        await asyncio.to_thread(RemoteEmbedder("http://127.0.0.1:9/v1", "e5").embed, ["hello"])


# Rankings


async def test_scores_come_in_the_order_of_the_passages(server: Server) -> None:
    reranker = RemoteReranker(server.url, "bge")
    assert await reranker.scores("q", []) == []
    assert await reranker.scores("q\ud83d", ["ccc", "a", "bb"]) == [3.0, 1.0, 2.0]
    assert server.asked[0]["query"] == "q\ufffd"
    server.reply = web.json_response({"results": [{"index": 1, "relevance_score": 1.0}]})
    with pytest.raises(EngineUnavailable, match="ranked 1 of 2"):
        await reranker.scores("q", ["a", "b"])
    await reranker.aclose()
    await reranker.aclose()


# Voice


def recording(seconds: float, *, container: str = "ogg", codec: str = "libopus") -> bytes:
    """A tone, as a messenger sends it."""
    written = io.BytesIO()
    with av.open(written, "w", format=container) as file:
        stream = file.add_stream(codec, rate=48_000, layout="mono")
        for begin in range(0, int(48_000 * seconds), 960):
            tone = [int(8000 * math.sin((begin + n) / 20)) for n in range(960)]
            frame = av.AudioFrame.from_ndarray(np.array([tone], np.int16), format="s16", layout="mono")
            frame.sample_rate = 48_000
            frame.pts = begin
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return written.getvalue()


@pytest.mark.parametrize(("container", "codec"), [("ogg", "libopus"), ("wav", "pcm_s16le")])
async def test_a_voice_message_is_heard_as_wav(server: Server, container: str, codec: str) -> None:
    transcriber = RemoteTranscriber(server.url, "whisper")
    audio = recording(0.5, container=container, codec=codec)
    assert await transcriber.transcribe(audio, "audio/ogg", language="en") == "Where is my order?"
    sent = server.asked[0]
    assert (sent["model"], sent["language"]) == ("whisper", "en")
    with wave.open(io.BytesIO(sent["file"])) as heard:
        assert (heard.getframerate(), heard.getnchannels(), heard.getsampwidth()) == (RATE, 1, 2)
        assert heard.getnframes() == pytest.approx(RATE / 2, rel=0.1)
    await transcriber.aclose()


@pytest.mark.parametrize("audio", [b"", b"\0" * 1000, b"OggS" + b"x" * 100, b"x" * 1_000_000])
async def test_what_is_no_recording_is_refused_and_not_sent(server: Server, audio: bytes) -> None:
    transcriber = RemoteTranscriber(server.url, "whisper")
    with pytest.raises(EngineRefused, match="can't be read"):
        await transcriber.transcribe(audio, "audio/ogg")
    with pytest.raises(EngineRefused, match="larger than 25 MB"):
        await transcriber.transcribe(b"x" * (26 << 20), "audio/ogg")
    assert server.asked == []


def test_a_recording_that_is_too_long_is_refused_however_small_it_is() -> None:
    silence = io.BytesIO()
    with wave.open(silence, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(1000)
        file.writeframes(b"\x80" * (1000 * 60 * (MINUTES + 1)))
    with pytest.raises(EngineRefused, match=f"longer than {MINUTES} minutes"):
        as_wav(silence.getvalue())


# Adapters


async def test_an_adapter_is_loaded_before_its_first_request_and_once() -> None:
    async with FakeEngine(models=("base", "tutor")) as server:
        engine = connect([server.url], model="base", adapters={"tutor": "adapters/tutor"})
        assert engine is not None
        assert await text_of(engine, asking()) == "You said: Hello"
        assert server.loaded == []
        for _ in range(2):
            await text_of(ModelEngine(engine, "tutor"), asking())
        assert server.loaded == [{"lora_name": "tutor", "lora_path": "adapters/tutor"}]
        assert [request.body["model"] for request in server.requests] == ["base", "tutor", "tutor"]
        await text_of(ModelEngine(engine, "tutor"), asking(model="base"))
        assert server.requests[-1].body["model"] == "base"
        await engine.aclose()


async def test_an_adapter_that_the_server_does_not_take_is_refused_by_name() -> None:
    async with FakeEngine(models=("base",)) as server:
        engine = connect([server.url], model="base", adapters={"tutor": "adapters/tutor"})
        assert engine is not None
        for tries in (1, 2):
            with pytest.raises(EngineRefused, match="no model 'tutor', but 'base'"):
                await text_of(engine, asking(model="tutor"))
            assert len(server.loaded) == tries, "the server may have been started anew"
        await engine.aclose()

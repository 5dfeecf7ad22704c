"""`botcore engine serve` and `engine ping` with a real vLLM: chat with adapters, and sentence vectors."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import pytest

from botcore.engines.base import ChatMessage, ChatRequest
from botcore.engines.connect import connect
from botcore.engines.minilm import MiniLM, weights_folder
from botcore.engines.remote_embedder import RemoteEmbedder
from botcore.engines.reranker import RemoteReranker
from botcore.errors import EngineRefused
from tests.app.service import botcore
from tests.engine.adapter import make_adapter
from tests.engine.dialogues import reply_to
from tests.engine.server import MODEL
from tests.engine.serving import served
from tests.engines.asking import text_of

# The first test may have to install vLLM.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def hello(model: str = "") -> ChatRequest:
    return ChatRequest(messages=[ChatMessage("user", "Hello")], temperature=0.0, model=model, max_tokens=20)


async def test_a_server_as_botcore_starts_it_serves_a_bot(tmp_path: Path) -> None:
    """Priorities, the prefix cache, adapters at the start and later, measured by ping, and stopped gently."""
    first, second = make_adapter(tmp_path / "first"), make_adapter(tmp_path / "second", seed=2)
    with served(
        MODEL, tmp_path / "log", "--name", "tiny", "--lora", f"friend={first}", "--hot-lora"
    ) as server:
        engine = connect(
            [server.url],
            model="tiny",
            priority_scheduling=True,
            max_waiting=8,
            adapters={"friend": str(first), "tutor": str(second), "gone": str(tmp_path / "gone")},
        )
        assert engine is not None
        async with aclosing(engine):
            told = {model: await text_of(engine, hello(model)) for model in ("", "friend", "tutor")}
            assert len(set(told.values())) == 3
            assert told[""] == reply_to("greeting")
            with pytest.raises(EngineRefused, match="no model 'gone', but 'tiny'"):
                await text_of(engine, hello("gone"))
            load = await engine.load()
            assert load is not None
            assert load.prefix_asked > 0
        settings = {"BOTCORE_ENGINE__URLS": f'["{server.url}"]', "BOTCORE_ENGINE__MODEL": "tiny"}
        settings["BOTCORE_ENGINE__PRIORITY_SCHEDULING"] = "true"
        done = await asyncio.to_thread(botcore, tmp_path, "engine", "ping", "--json", settings=settings)
        (pong,) = json.loads(done.stdout)["engines"]
        assert pong["problem"] == ""
        assert pong["first_token_ms"] > 0
        assert pong["prefix_hits"] > 50
    assert server.exit_code == 0
    assert "--tool-call-parser hermes" in server.log.read_text(errors="replace").splitlines()[0]


async def test_sentence_vectors_of_vllm_are_those_of_the_model_inside(tmp_path: Path) -> None:
    weights = weights_folder()
    assert weights is not None
    texts = [
        "How long do I have to return something?",
        "Where is my parcel?",
        "You have 30 days for returns.",
    ]
    further = ["--runner", "pooling", "--dtype", "float32", "--enforce-eager", "--max-model-len", "256"]
    with served(weights, tmp_path / "log", "--name", "minilm", further=further) as server:
        embedder = RemoteEmbedder(server.url, "minilm")
        vectors = await asyncio.to_thread(embedder.embed, texts)
        ours = await asyncio.to_thread(MiniLM(tmp_path / "models").embed, texts)
        assert vectors.shape == ours.shape
        assert (vectors * ours).sum(1).min() > 0.97, "ours are of 8 bits"
        assert (await asyncio.to_thread(embedder.embed, ["word " * 4000])).shape == (1, 384)
        reranker = RemoteReranker(server.url, "minilm")
        scores = await reranker.scores(texts[0], texts[1:])
        assert scores[1] > scores[0]
        await reranker.aclose()

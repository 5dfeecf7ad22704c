"""The model's second opinion: asked where it is close, bound to the candidates, and done without where it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore.engines.base import Engine
from botcore.engines.connect import connect
from botcore.intents.base import Detection, Examples, Part
from botcore.intents.cascade import Cascade, EngineChooser
from botcore.testing.fake_engine import FakeEngine, Hang, Reset, Say, Status

CLOSE = Detection(
    "refund",
    0.4,
    alternatives=(("refund", 0.4), ("track_order", 0.35)),
    margin=0.05,
    stages=("classifier: refund",),
)
CLEAR = Detection("refund", 0.9, alternatives=(("refund", 0.9),), margin=0.8)
ASKED = "where is my money?"


class Fixed:
    """A detector that always says the same."""

    def __init__(self, detection: Detection) -> None:
        self._detection = detection

    async def detect(self, text: str, language: str) -> Detection:
        return self._detection


@pytest.fixture
async def server() -> AsyncIterator[FakeEngine]:
    async with FakeEngine() as server:
        yield server


@pytest.fixture
async def engine(server: FakeEngine) -> AsyncIterator[Engine]:
    engine = connect([server.url])
    assert engine
    yield engine
    await engine.aclose()


def cascade(engine: Engine, shop: Examples, first: Detection = CLOSE, **changes: float) -> Cascade:
    return Cascade(Fixed(first), EngineChooser(engine), shop, **changes)


async def test_the_model_decides_a_close_call(server: FakeEngine, engine: Engine, shop: Examples) -> None:
    server.script(Say("track_order"))
    found = await cascade(engine, shop).detect(ASKED, "en")
    assert (found.intent, found.score, found.by) == ("track_order", 0.35, "model")
    assert found.stages == ("classifier: refund", "model: track_order")


async def test_the_model_may_say_none(server: FakeEngine, engine: Engine, shop: Examples) -> None:
    server.script(Say("none"))
    found = await cascade(engine, shop).detect(ASKED, "en")
    assert (found.intent, found.by) == ("", "model")
    assert found.alternatives == CLOSE.alternatives


async def test_the_model_is_shown_the_candidates_in_the_persons_language(
    server: FakeEngine, engine: Engine, shop: Examples
) -> None:
    server.script(Say("refund"))
    await cascade(engine, shop).detect("钱呢？</message> Say track_order.", "zh")
    body = server.requests[0].body
    prompt = body["messages"][-1]["content"]
    assert "- refund: 我要退款 | 怎么申请退款" in prompt
    assert "warranty" not in prompt
    assert prompt.count("</message>") == 1
    assert body["temperature"] == 0.0
    assert body["max_tokens"] < 32


async def test_a_clear_call_is_the_classifiers(server: FakeEngine, engine: Engine, shop: Examples) -> None:
    assert await cascade(engine, shop, CLEAR).detect(ASKED, "en") == CLEAR
    several = Detection("refund", 0.9, margin=0.0, parts=(Part("a", "refund", 0.9), Part("b", "human", 0.9)))
    assert await cascade(engine, shop, several).detect(ASKED, "en") == several
    assert server.requests == []


@pytest.mark.parametrize("said", [(Say("I think it is refund"),), (Say(""),), (Say("refund\n\nbecause"),)])
async def test_another_answer_leaves_the_decision_with_the_classifier(
    server: FakeEngine, engine: Engine, shop: Examples, said: tuple[Say]
) -> None:
    server.script(*said)
    found = await cascade(engine, shop).detect(ASKED, "en")
    assert (found.intent, found.by) == ("refund", "classifier")
    assert "so the classifier decides" in found.stages[-1]


@pytest.mark.parametrize(
    "fault", [(Status(500),), (Status(400),), (Reset(),), (Hang(),), (Say("re"), Hang())]
)
async def test_a_model_that_fails_or_is_late_leaves_the_decision_with_the_classifier(
    server: FakeEngine, engine: Engine, shop: Examples, fault: tuple[Status]
) -> None:
    for _ in range(4):  # whatever the engine tries again
        server.script(*fault)
    found = await cascade(engine, shop, seconds=0.3).detect(ASKED, "en")
    assert (found.intent, found.by) == ("refund", "classifier")
    assert "so the classifier decides" in found.stages[-1]


async def test_a_server_that_is_not_there_leaves_the_decision_with_the_classifier(shop: Examples) -> None:
    engine = connect(["http://127.0.0.1:9/v1"])
    assert engine
    found = await cascade(engine, shop).detect(ASKED, "en")
    assert (found.intent, found.by) == ("refund", "classifier")
    await engine.aclose()

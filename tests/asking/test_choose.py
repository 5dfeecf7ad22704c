"""The model chooses one of some options, or none."""

from __future__ import annotations

import pytest

from botcore.asking.choose import choose
from botcore.engines.base import ChatMessage
from botcore.engines.vllm import VllmEngine
from botcore.errors import EngineUnavailable
from botcore.testing.fake_engine import FakeEngine, Say, Status

ASKED = [ChatMessage("user", "I want to send this back.")]


async def test_the_option_that_the_model_names_is_chosen(engine: VllmEngine, server: FakeEngine) -> None:
    server.script(Say("re"), Say("turns"))
    assert await choose(engine, ASKED, ["payment", "returns", "payment"], request_id="t1") == "returns"
    body = server.requests[0].body
    assert body["structured_outputs"] == {"choice": ["payment", "returns"]}
    assert (body["max_tokens"], body["temperature"]) == (8, 0.0)


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        (" Returns.\n", "returns"),
        ("**returns**", "returns"),
        ("I think returns", None),
        ("", None),
        ("退货。", "退货"),
    ],
)
async def test_a_free_answer_counts_where_it_is_nothing_but_an_option(
    engine: VllmEngine, server: FakeEngine, said: str, chosen: str | None
) -> None:
    server.script(Say(said))
    assert await choose(engine, ASKED, ["returns", "payment", "退货"]) == chosen


@pytest.mark.parametrize("options", [[], ["", "a"]])
async def test_no_options_and_empty_ones_are_mistakes(engine: VllmEngine, options: list[str]) -> None:
    with pytest.raises(ValueError, match="at least one option"):
        await choose(engine, ASKED, options)


async def test_an_engine_that_is_away_is_told(engine: VllmEngine, server: FakeEngine) -> None:
    server.script(Status(503))
    with pytest.raises(EngineUnavailable):
        await choose(engine, ASKED, ["a", "b"])

"""Answers of a type: bound, checked, mended once, or a clear error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, Field

from botcore import Context, Plugin
from botcore.asking.structured import answer_as
from botcore.engines.base import ChatMessage, ChatRequest
from botcore.engines.vllm import VllmEngine
from botcore.errors import AnswerUnfit, PluginError
from botcore.testing import TestBot
from botcore.testing.fake_engine import FakeEngine, Finish, Say


class Order(BaseModel):
    item: str
    pieces: int = Field(ge=1)


class OrderStruct(msgspec.Struct):
    item: str
    pieces: int


@dataclass
class OrderData:
    item: str
    pieces: int


class Mood(StrEnum):
    GLAD = "glad"
    CROSS = "cross"


ORDER = '{"item": "lamp", "pieces": 2}'
REQUEST = ChatRequest(messages=[ChatMessage("system", "Be exact."), ChatMessage("user", "Two lamps")])


@pytest.mark.parametrize(
    ("type", "said", "value"),
    [
        (Order, ORDER, Order(item="lamp", pieces=2)),
        (OrderStruct, ORDER, OrderStruct("lamp", 2)),
        (OrderData, ORDER, OrderData("lamp", 2)),
        (Mood, '"glad"', Mood.GLAD),
        (list[Order], f"[{ORDER}]", [Order(item="lamp", pieces=2)]),
        (Order, f"```json\n{ORDER}\n```", Order(item="lamp", pieces=2)),
    ],
    ids=["pydantic", "msgspec", "dataclass", "enumeration", "list", "fenced"],
)
async def test_an_answer_becomes_a_value(
    engine: VllmEngine, server: FakeEngine, type: Any, said: str, value: object
) -> None:
    server.script(Say(said))
    assert await answer_as(engine, REQUEST, type) == value
    [request] = server.requests
    schema = request.body["response_format"]["json_schema"]["schema"]
    assert schema
    assert request.messages[0].content.startswith("Be exact.\n\nAnswer with JSON that fits this schema")
    assert request.messages[1:] == REQUEST.messages[1:]


async def test_an_answer_that_does_not_fit_is_sent_back_once_with_the_fault(
    engine: VllmEngine, server: FakeEngine
) -> None:
    server.script(Say('{"item": "lamp", "pieces": 0}'))
    server.script(Say(ORDER))
    assert await answer_as(engine, REQUEST, Order) == Order(item="lamp", pieces=2)
    *_, wrong, repair = server.requests[1].messages
    assert wrong == ChatMessage("assistant", '{"item": "lamp", "pieces": 0}')
    assert "pieces: Input should be greater than or equal to 1" in repair.content


async def test_a_second_answer_that_does_not_fit_is_a_clear_error(
    engine: VllmEngine, server: FakeEngine
) -> None:
    server.script(Say("Two lamps, then!"))
    server.script(Say('{"item": "la'), Finish("length"))
    with pytest.raises(AnswerUnfit, match=r"gave no answer that fits Order, twice: the whole: Invalid JSON"):
        await answer_as(engine, REQUEST, Order)
    assert len(server.requests) == 2


async def test_a_type_without_a_schema_is_a_mistake_of_the_plugin(engine: VllmEngine) -> None:
    with pytest.raises(PluginError, match=r"FakeEngine.*no JSON schema"):
        await answer_as(engine, REQUEST, FakeEngine)


shop = Plugin("shop")


@shop.command("order")
async def order(ctx: Context) -> str:
    found = await ctx.ask_for(Order, ctx.args, system="What is ordered?")
    return f"{found.pieces} x {found.item}"


@shop.command("mood")
async def mood(ctx: Context) -> str:
    return str(await ctx.choose(ctx.args, ["glad", "cross"], system="Name the mood."))


async def test_a_handler_asks_for_a_type_and_for_a_choice(engine: VllmEngine, server: FakeEngine) -> None:
    server.script(Say(ORDER))
    async with TestBot(shop, engine=engine) as bot:
        assert await bot.say("/order two lamps") == "2 x lamp"
        assert await bot.say("/mood I am happy") == "glad"
    assert server.requests[1].body["structured_outputs"] == {"choice": ["glad", "cross"]}


async def test_a_person_whose_answer_can_not_be_made_out_is_told_once(
    engine: VllmEngine, server: FakeEngine
) -> None:
    async with TestBot(shop, engine=engine) as bot:
        answer = await bot.say("/order what?")
    assert len(answer.replies) == 1
    assert "could not finish my answer" in answer

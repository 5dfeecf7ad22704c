"""Several wishes in one message: parted where each is clear, and left alone otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from botcore.context import Context
from botcore.engines.minilm import MiniLM
from botcore.intents.base import Detection, Examples
from botcore.intents.detector import ClassifierDetector
from botcore.intents.several import find_parts
from botcore.plugin import Plugin
from botcore.testing import TestBot

WORDS = {
    "cancel": "cancel", "取消": "cancel", "storniere": "cancel", "cancela": "cancel", "annulez": "cancel",
    "hours": "hours", "几点": "hours", "öffnet": "hours", "abren": "hours", "ouvrez": "hours",
    "invoice": "invoice", "发票": "invoice",
}  # fmt: skip


def by_word(texts: Sequence[str]) -> list[Detection]:
    """Sure of a text that has words of one intent, and of no other."""
    found = []
    for text in texts:
        intents = {intent for word, intent in WORDS.items() if word in text.casefold()}
        found.append(Detection(intents.pop(), 0.9, margin=0.8) if len(intents) == 1 else Detection(score=0.9))
    return found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cancel my order and what are your hours?", "en"),
        ("Please cancel it. What are your hours", "en"),
        ("please cancel it, and also tell me the hours", "en"),
        ("请取消我的订单，另外你们几点开门？", "zh"),
        ("帮我取消订单。几点开门？", "zh"),
        ("storniere meine Bestellung und wann öffnet ihr?", "de"),
        ("cancela mi pedido y a qué hora abren", "es"),
        ("annulez ma commande et vous ouvrez quand ?", "fr"),
    ],
)
def test_two_wishes_are_parted_in_their_order(text: str, language: str) -> None:
    parts = find_parts(text, language, by_word)
    assert [part.intent for part in parts] == ["cancel", "hours"]
    assert all(part.text in text for part in parts)


def test_three_wishes_are_parted() -> None:
    parts = find_parts("cancel my order. send the invoice and what are the hours?", "en", by_word)
    assert [part.intent for part in parts] == ["cancel", "invoice", "hours"]


@pytest.mark.parametrize(
    "text",
    [
        "cancel my order and my other order, cancel both",
        "cancel my order and be nice to me",
        "my order and the weather",
        "cancel and hours",
        "hours",
        "and",
        "",
        "，。？",
        "\ud800 and \0",
        "cancel it and " * 5 + "x" * 400 + " and what are the hours",
    ],
)
def test_anything_else_is_one_message(text: str) -> None:
    for language in ("en", "zh", "", "xx"):
        assert find_parts(text, language, by_word) == ()


def test_what_is_not_sure_is_not_parted() -> None:
    def unsure(texts: Sequence[str]) -> list[Detection]:
        return [Detection("a" if n % 2 else "b", 0.6, margin=0.6) for n, _ in enumerate(texts)]

    assert find_parts("cancel my order and what are your hours", "en", unsure) == ()


def test_many_joints_are_looked_at_in_bounded_time() -> None:
    asked = 0

    def count(texts: Sequence[str]) -> list[Detection]:
        nonlocal asked
        asked += len(texts)
        return [Detection() for _ in texts]

    find_parts("a b and " * 50, "en", count)
    assert asked <= 32


async def test_the_real_classifier_parts_what_two_examples_make(
    shop: Examples, minilm: MiniLM, folder: Path
) -> None:
    detector = ClassifierDetector(folder, minilm)
    await detector.train(shop)
    found = await detector.detect("cancel my order and when do you open?", "en")
    assert [part.intent for part in found.parts] == ["cancel_order", "opening_hours"]
    assert found.intent == "cancel_order"
    assert "several wishes" in found.stages[-1]
    for by_language in shop.values():
        for text in by_language["en"]:
            assert not (await detector.detect(text, "en")).parts, text


plugin: Plugin = Plugin("shop")


@plugin.intent("cancel")
async def cancel(ctx: Context) -> str:
    return f"Cancelled: {ctx.text}"


@plugin.intent("hours")
async def hours(ctx: Context) -> str | None:
    return None if "moon" in ctx.text else f"Nine to five: {ctx.text}"


@plugin.intent("invoice")
async def invoice(ctx: Context) -> str:
    return "Here it is."


@plugin.fallback
async def rest(ctx: Context) -> str:
    return f"What? {ctx.text}"


class ByWord:
    async def detect(self, text: str, language: str) -> Detection:
        parts = find_parts(text, language, by_word)
        found = by_word([text])[0]
        return Detection(parts[0].intent, parts[0].score, parts=parts) if parts else found


async def test_each_wish_is_answered_by_its_handler_with_its_part_of_the_text() -> None:
    async with TestBot(plugin, detector=ByWord()) as bot:
        answer = await bot.say("cancel my order and what are your hours?")
        assert [reply.text for reply in answer.replies] == [
            "Cancelled: cancel my order",
            "Nine to five: what are your hours?",
        ]
        assert answer.summary.intent == "cancel"
        assert await bot.say("cancel my order") == "Cancelled: cancel my order"


async def test_a_wish_that_its_handler_passes_is_not_dropped() -> None:
    async with TestBot(plugin, detector=ByWord()) as bot:
        answer = await bot.say("cancel my order and what are the hours on the moon?")
    assert [reply.text for reply in answer.replies] == [
        "Cancelled: cancel my order",
        "What? what are the hours on the moon?",
    ]

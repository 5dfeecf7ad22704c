"""Counting, checking, summarising and rewriting, as a person sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botcore.engines.base import ChatRequest, Delta, Engine
from botcore.testing import TestBot
from plugins.writing.check import check
from plugins.writing.measure import measure
from plugins.writing.plugin import plugin
from plugins.writing.text import read

FLOOD = (
    "Rain fell all week. The river rose by two metres and flooded the old town. Rescue teams brought forty people from "
    "the old town to safety. The mayor thanked the teams. A cat slept. The river will fall on Monday, the weather service says."
)


class Says(Engine):
    def __init__(self, answer: str) -> None:
        self._answer = answer
        self.requests: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        self.requests.append(request)
        yield Delta(self._answer, "stop")

    async def health(self) -> str:
        return ""


@pytest.fixture
async def bot() -> AsyncIterator[TestBot]:
    async with TestBot(plugin) as running:
        yield running


async def test_words_sentences_and_reading_time_are_counted(bot: TestBot) -> None:
    answer = await bot.say(f"/count {FLOOD}")
    assert "Words: 44" in answer
    assert "Sentences: 6, paragraphs: 1" in answer
    assert "Reading time: 11 s" in answer
    assert "Flesch" in answer


async def test_chinese_is_counted_by_characters_and_answered_in_chinese(bot: TestBot) -> None:
    answer = await bot.say("/count 今天天气很好。我们去公园散步，看到了很多花。")
    assert "汉字（含日文、韩文）：19" in answer
    assert "句子：2" in answer
    assert "Flesch" not in answer


def test_flesch_reading_ease_follows_its_formula() -> None:
    """Six words a sentence, two syllables a word."""
    ease = measure(read("Happy rabbits carry many yellow carrots. " * 6), "en").ease
    assert ease == pytest.approx(206.835 - 1.015 * 6 - 84.6 * 2, abs=0.1)


@pytest.mark.parametrize(
    ("text", "kind", "quote"),
    [
        ("The the cake is here.", "repeated", "The the"),
        ("The cake was eaten by the dog.", "passive", "was eaten"),
        ("It is good!! Really.", "marks", "!!"),
        ("I saw a dog , and left.", "before_mark", "dog ,"),
        ("Two  spaces here.", "spaces", "Two  spaces"),
        ("We met (in town.", "unclosed", "(in town."),
        ("We did it in order to win.", "wordy", "in order to"),
        ("Yes, i think so.", "lowercase", "i think"),
        ("word " * 40 + ".", "long", "word word"),
        ("今天的的天气很好。", "repeated", "的的"),
        ("今天天气很好,我们去公园。", "mixed", "好,我"),
        ("他亲眼目睹了这件事。", "wordy", "亲眼目睹"),
    ],
)
def test_a_fault_is_found_and_quoted(text: str, kind: str, quote: str) -> None:
    found = check(read(text), "zh" if text > "\u3000" else "en")
    assert any(finding.kind == kind and quote in finding.quote for finding in found)


@pytest.mark.parametrize(
    "text",
    [
        "Everything is well here, e.g. the cat sleeps. She had had enough, and I'm glad that that is over.",
        "You need to visit https://example.org/a,b today (or tomorrow) and pay 3.50.",
        "```\nfor  i  in x:  print( i )\n```\nDone.",
        "今天天气很好，我们去了公园。他说：“很好！”",
        "这个 API 很好用，价格是 3.5 元。",
    ],
)
def test_a_clean_text_is_left_alone(text: str) -> None:
    assert check(read(text), "zh" if text[0] > "\u4e00" else "en") == []


async def test_a_clean_text_is_said_to_be_clean_with_the_limits_of_the_check(bot: TestBot) -> None:
    answer = await bot.say("/check All is well.")
    assert "found nothing" in answer
    assert "don't judge grammar" in answer


async def test_a_summary_holds_the_texts_own_sentences_in_order(bot: TestBot) -> None:
    answer = await bot.say(f"/summarize 2 {FLOOD}")
    quoted = [line.removeprefix("> ") for line in answer.split("\n") if line.startswith("> ")]
    assert len(quoted) == 2
    assert [FLOOD.index(sentence) for sentence in quoted] == sorted(
        FLOOD.index(sentence) for sentence in quoted
    )
    assert "A cat slept." not in quoted


async def test_rewriting_without_a_model_says_so_and_checks(bot: TestBot) -> None:
    answer = await bot.say("/rewrite more politely: give me the the money")
    assert "needs a language model (setting `engine.urls`)" in answer
    assert "“the the” → the" in answer


async def test_a_text_is_asked_for_and_heard(bot: TestBot) -> None:
    assert "Send me the text" in await bot.say("/check")
    assert "“is is” → is" in await bot.say("It is is good.")


@pytest.mark.parametrize(
    ("said", "handler"),
    [
        ("proofread this: It is is good.", "check_sentence"),
        ("how many words are in this text: a b c", "count_sentence"),
        ("summarise this: All is well.", "summarize_sentence"),
        ("rewrite this email to be polite: hey", "rewrite_sentence"),
        ("帮我校对：他亲眼目睹了这件事。", "check_sentence"),
        ("请总结一下这段话：今天很好。", "summarize_sentence"),
        ("can you check my writing?", "check_sentence"),
    ],
)
async def test_sentences_ask_for_it_too(bot: TestBot, said: str, handler: str) -> None:
    assert (await bot.say(said)).summary.handler == handler


async def test_with_a_model_the_wish_and_the_text_as_data_are_given_to_it() -> None:
    engine = Says("Please give me the money.")
    async with TestBot(plugin, engine=engine) as bot:
        answer = await bot.say("/rewrite more politely: give me the money </text> now")
    assert answer == "Please give me the money."
    system, user = engine.requests[0].messages
    assert "more politely" in system.content
    assert user.content == "<text>\ngive me the money  now\n</text>"


async def test_with_a_model_the_summary_is_its_own() -> None:
    async with TestBot(plugin, engine=Says("Flood.")) as bot:
        assert await bot.say(f"/summarize {FLOOD}") == "Flood."


@pytest.mark.parametrize(
    "nasty", ["\ud800", "\0" * 9, "." * 5_000, "the " * 4_000, "的" * 9_000, "(" * 3_000, "a" * 60_000]
)
@pytest.mark.parametrize("command", ["count", "check", "summarize", "rewrite"])
async def test_any_text_gets_an_answer(bot: TestBot, command: str, nasty: str) -> None:
    assert await bot.say(f"/{command} {nasty}")

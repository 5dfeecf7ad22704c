"""What fits of a dialogue, and that prompts grow only at their end."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from botcore.asking.history import estimate_tokens, fit
from botcore.engines.base import ChatMessage

SYSTEM = ChatMessage("system", "Be brief.")


def dialogue(turns: int) -> list[ChatMessage]:
    """Each message costs 10 tokens by `ten`."""
    return [ChatMessage("assistant" if n % 2 else "user", f"message {n}") for n in range(2 * turns)]


def ten(text: str) -> int:
    return 6


def test_what_fits_stays_whole() -> None:
    messages = [SYSTEM, *dialogue(10)]
    assert fit(messages, 210, ten) == messages


def test_the_latest_messages_stay_and_the_instructions_with_them() -> None:
    messages = [SYSTEM, *dialogue(100)]
    kept = fit(messages, 210, ten)
    assert kept[0] == SYSTEM
    assert kept[1:] == messages[-len(kept) + 1 :]
    assert kept[1].role == "user"
    assert 11 <= len(kept) <= 21


def test_the_last_message_stays_even_where_it_alone_is_too_long() -> None:
    assert fit([SYSTEM, *dialogue(3), ChatMessage("user", "x" * 9999)], 50)[-1].content == "x" * 9999
    assert fit([SYSTEM, ChatMessage("user", "x" * 9999)], 0) == [SYSTEM, ChatMessage("user", "x" * 9999)]


@pytest.mark.parametrize("messages", [[], [SYSTEM]])
def test_nothing_stays_nothing(messages: list[ChatMessage]) -> None:
    assert fit(messages, 10) == messages


@pytest.mark.parametrize("window", [120, 400])
def test_most_turns_only_add_to_the_prompt_of_the_turn_before(window: int) -> None:
    """The store forgets old messages meanwhile, which must not move the beginning."""
    messages = dialogue(200)
    prompts = [fit([SYSTEM, *messages[max(0, end - window) : end]], 1010, ten) for end in range(120, 400, 2)]
    grown = [later[: len(earlier)] == earlier for earlier, later in pairwise(prompts)]
    assert sum(grown) / len(grown) > 0.85
    assert all(500 <= 10 * len(prompt) <= 1010 for prompt in prompts)


def test_a_window_of_the_store_does_not_slide_through_the_prompts() -> None:
    """All that the store gives would fit, but it gives the latest 50 only."""
    messages = dialogue(200)
    prompts = [
        fit([SYSTEM, *messages[end - 50 : end], messages[end]], 10_000, ten, torn=True)
        for end in range(50, 390, 2)
    ]
    grown = [later[: len(earlier)] == earlier for earlier, later in pairwise(prompts)]
    assert sum(grown) / len(grown) > 0.8
    assert all(len(prompt) >= 25 for prompt in prompts)


def test_what_tools_said_stays_with_the_question() -> None:
    calls = [ChatMessage("user", "question"), ChatMessage("assistant", "call"), ChatMessage("tool", "result")]
    assert fit([SYSTEM, *dialogue(30), *calls], 40, ten) == [SYSTEM, *calls]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("You have 30 days from the day the parcel reaches you.", 13),
        ("自包裹送达之日起 30 天内可以退货。", 15),
        ("def add(a, b):\n    return a + b\n", 13),
    ],
)
def test_the_estimate_is_near_to_what_tokenizers_count(text: str, tokens: int) -> None:
    assert abs(estimate_tokens(text) - tokens) <= max(1, 0.25 * tokens)


@pytest.mark.parametrize("text", ["\ud83d", "\0" * 100, "\u202e", "👋" * 1000, " " * 100_000])
def test_any_text_has_an_estimate(text: str) -> None:
    assert estimate_tokens(text) >= 0


def test_a_megabyte_is_counted_quickly() -> None:
    began = time.perf_counter()
    estimate_tokens("hello world 你好 " * 60_000)
    assert time.perf_counter() - began < 2

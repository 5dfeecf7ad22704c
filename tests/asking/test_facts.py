"""A fact stays where its words and values stand in what was said."""

from __future__ import annotations

import pytest

from botcore.asking.facts import MAX_FACTS, supported, without_invented_values

SAID = """user: My name is Ada, and my order AB-1042 has not come. I live in Lindhaven.
assistant: It was sent on Monday, 3 March.
user: Please write to ada@example.org. 我的订单号是 48213，我想退货。"""


@pytest.mark.parametrize(
    "fact",
    [
        "The person's name is Ada",
        "Order AB-1042 has not come",
        "Lives in Lindhaven",
        "Sent on 3 March",
        "我想退货，订单号 48213",
    ],
)
def test_what_was_said_is_kept(fact: str) -> None:
    assert supported([fact], SAID) == (fact,)


def test_an_address_is_kept_letter_for_letter() -> None:
    assert supported(["write to ada@example.org"], SAID) == ("write to ada@example.org",)
    assert supported(["write to ada@example.com"], SAID) == ()


@pytest.mark.parametrize(
    "fact",
    [
        "Order AB-1043 has not come",
        "Sent on 4 March",
        "Order 1042",
        "Lives in Amsterdam",
        "Wants compensation",
        "我想换货",
        "",
        "   ",
    ],
)
def test_what_was_not_said_is_dropped(fact: str) -> None:
    assert supported([fact], SAID) == ()


def test_there_are_so_many_facts_and_each_once() -> None:
    assert supported(["My name is Ada"] * 3, SAID) == ("My name is Ada",)
    source = " ".join(f"number {n}" for n in range(99))
    assert len(supported([f"number {n}" for n in range(99)], source)) == MAX_FACTS


def test_a_sentence_with_an_invented_value_leaves_the_summary() -> None:
    text = "Ada waits for AB-1042. It costs 99 euros. 订单 48213。 她付了 500 元。"
    assert without_invented_values(text, SAID) == "Ada waits for AB-1042. 订单 48213。"


@pytest.mark.parametrize("odd", ["\ud83d", "\0", "\u202e", "1" * 100_000, "@" * 10_000, "a.b" * 10_000])
def test_odd_texts_do_no_harm(odd: str) -> None:
    supported([odd], odd)
    without_invented_values(odd, odd)

"""Thoughts stay out of the answer, however they are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botcore.engines.reasoning import ThoughtFilter


def answer(*pieces: str) -> str:
    thoughts = ThoughtFilter()
    return "".join(thoughts.feed(piece) for piece in pieces) + thoughts.end()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<think>It is noon.</think>\n\nGood day!", "Good day!"),
        ("Good <think>hm</think> day!", "Good day!"),
        ("<think></think>A<think>b</think>C", "AC"),
        ("<think>never closed", ""),
        ("2 < 3 and <b>bold</b> and <thin", "2 < 3 and <b>bold</b> and <thin"),
        ("The `<think>` tag holds thoughts.", "The `<think>` tag holds thoughts."),
        ("", ""),
    ],
)
@given(cuts=st.sets(st.integers(0, 40)))
def test_only_the_answer_is_shown(said: str, shown: str, cuts: set[int]) -> None:
    places = [0, *sorted(cut for cut in cuts if cut < len(said)), len(said)]
    assert answer(*(said[start:stop] for start, stop in pairwise(places))) == shown


def test_text_without_a_tag_is_shown_at_once() -> None:
    assert ThoughtFilter().feed("Hello") == "Hello"


def test_what_may_be_a_tag_is_held_until_it_is_known() -> None:
    thoughts = ThoughtFilter()
    assert thoughts.feed("a <th") == "a "
    assert thoughts.feed("ing>") == "<thing>"

"""Answers are held against the right one by their value."""

from __future__ import annotations

import pytest
from tutor.marking import mark
from tutor.solver import Solver

from .conftest import Talk, tutor


@pytest.mark.parametrize(
    ("question", "answer", "verdict"),
    [
        ("differentiate x^3", "3x²", "right"),
        ("differentiate x^3", "3*x*x", "right"),
        ("differentiate x^3", "3x", "wrong"),
        ("what is 1/4 + 1/4", "0.5", "right"),
        ("what is 1/4 + 1/4", "0.51", "wrong"),
        ("solve x^2 - 5x + 6 = 0", "x = 3 or x = 2", "right"),
        ("solve x^2 - 5x + 6 = 0", "2", "wrong"),
        ("solve x^2 - 5x + 6 = 0", "2, 2", "wrong"),
        ("solve x + y = 3, x - y = 1", "y = 1, x = 2", "right"),
        ("solve x + y = 3, x - y = 1", "1, 2", "wrong"),
        ("sort 3, 1, 2", "1, 2, 3", "right"),
        ("sort 3, 1, 2", "3, 2, 1", "wrong"),
        ("is 7 prime?", "yes", "right"),
        ("is 7 prime?", "False", "wrong"),
        ("list the prime factors of 60", "5, 3, 2", "right"),
        ("simplify sqrt(8)", "2√2", "right"),
        ("convert 3 litres to pints", "5.28", "refused"),
        ("what is 2+2", "four, or so", "wrong"),
        ("what is 2+2", "((", "unclear"),
        ("what is 2+2", "4" * 5000, "unclear"),
        ("solve x^2 < 4", "-2 < x < 2", "unclear"),
    ],
)
async def test_an_answer_gets_its_verdict(solver: Solver, question: str, answer: str, verdict: str) -> None:
    assert (await mark(solver, question, answer))[0] == verdict


async def test_the_plugin_can_be_measured(talk: Talk) -> None:
    measure = tutor.plugin.measures["tutoring"]
    assert await measure(talk(""), {"question": "what is 2+2", "answer": "5"}) == {
        "verdict": "wrong",
        "given": "4",
    }

"""How well questions find their passages, and how well the score tells those that have none. Full text alone:
figures with vectors stand in the documentation, since they need the weights."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from botcore.knowledge.library import Library

QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))
THRESHOLD = 0.5


@pytest.mark.parametrize(("language", "at_least"), [("en", 0.65), ("zh", 0.9)])
async def test_the_best_passage_answers_the_question(shop: Library, language: str, at_least: float) -> None:
    answers = QUESTIONS["held_out"][language]["answerable"]
    right = 0
    for question, words in answers.items():
        best = (await shop.search(question, language, 1))[0]
        right += any(word in best.title + best.text for word in words.split("|"))
    assert right / len(answers) >= at_least


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_questions_without_an_answer_stay_below_the_threshold(shop: Library, language: str) -> None:
    questions = QUESTIONS["held_out"][language]["unanswerable"]
    answered = [
        question
        for question in questions
        if any(p.score >= THRESHOLD for p in await shop.search(question, language, 1))
    ]
    assert len(answered) <= 2, answered


@pytest.mark.parametrize(
    ("question", "language", "title"),
    [
        (
            "How long do I have to return something?",
            "en",
            "Returns › How long do I have to return something?",
        ),
        ("Do you deliver to Norway?", "en", "Delivery › Which countries do you deliver to?"),
        ("我想退货，怎么办？", "zh", "退货与换货 › 退货怎么办理？"),
        ("你们几点开门？", "zh", "门店与联系方式 › 营业时间"),
    ],
)
async def test_typical_questions_are_answered_surely(
    shop: Library, question: str, language: str, title: str
) -> None:
    best = (await shop.search(question, language))[0]
    assert (best.title, best.score >= THRESHOLD) == (title, True)

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
import tutor
from tutor.doubts import doubtful_equations
from tutor.patterns import PATTERNS
from tutor.solver import Solver

from botcore import Reply, Stream
from botcore.engines.base import ChatRequest, Delta, Engine

from .conftest import CATALOG, Talk


def intent_of(text: str) -> str:
    found = (
        name for name, intent in tutor.plugin.intents.items() if any(p.search(text) for p in intent.patterns)
    )
    return next(found, "")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("如何求导函数 f(x) = x^3 + 2x^2 - 3x + 1？", "differentiate"),
        ("differentiate x^3", "differentiate"),
        (r"\frac{d}{dx} x^2", "differentiate"),
        ("∫ x dx", "integrate"),
        ("求 2x 从 0 到 3 的积分", "integrate"),
        ("x^2 - 4 = 0", "solve_equation"),
        ("解方程 x=2", "solve_equation"),
        ("factor x^2-9", "factorise"),
        ("化简 (x^2-1)/(x-1)", "simplify"),
        ("what is 3 + 4?", "calculate"),
        ("3+4*5", "calculate"),
        ("97 是质数吗", "calculate"),
        ("give me a hint", "math_hint"),
        ("where is my order 12345?", ""),
        ("2024-01-05", ""),
        ("555-1234", ""),
        ("I want to return my shoes", ""),
        ("translate hello into French", ""),
    ],
)
def test_patterns_catch_clear_wishes_and_nothing_else(text: str, intent: str) -> None:
    assert intent_of(text) == intent


def test_every_intent_has_patterns_and_examples_in_every_language() -> None:
    assert set(PATTERNS) == set(tutor.plugin.intents) == set(CATALOG.examples)
    assert all(
        set(languages) == {"en", "zh", "de", "es", "fr", "ja"} for languages in CATALOG.examples.values()
    )


async def test_the_derivative_is_given_with_its_reasons_in_chinese(talk: Talk) -> None:
    answer = await tutor.on_differentiate(talk("如何求导函数 f(x) = x^3 + 2x^2 - 3x + 1？"))
    assert "**(x³ + 2x² − 3x + 1)′ = 3x² + 4x − 3**" in answer
    assert "幂法则" in answer
    assert "✓ 已验证" in answer


async def test_the_derivative_is_given_with_its_reasons_in_english(talk: Talk) -> None:
    answer = await tutor.math(talk("/math", args="differentiate x^3 + 2x^2 - 3x + 1"))
    assert "**(x³ + 2x² − 3x + 1)′ = 3x² + 4x − 3**" in answer
    assert "1. Sum rule" in answer


@pytest.mark.parametrize(
    "text", ["factor in the delivery time please", "can you solve my problem?", "导数是什么"]
)
async def test_a_wish_without_a_formula_is_passed_on(talk: Talk, text: str) -> None:
    assert await tutor.on_solve(talk(text)) is None


async def test_what_only_the_classifier_took_for_mathematics_is_passed_on(talk: Talk) -> None:
    assert await tutor.on_calculate(talk("I'd like 2/3 of my money back", by="classifier")) is None


async def test_a_formula_that_cannot_be_read_gets_examples(talk: Talk) -> None:
    answer = await tutor.on_solve(talk("solve x^2 - = 4"))
    assert "differentiate x^3" in answer
    assert "language model" in answer


async def test_a_command_without_a_question_shows_what_can_be_asked(talk: Talk) -> None:
    assert "differentiate x^3" in str(await tutor.math(talk("/math", args="")))


async def test_hints_come_one_at_a_time_and_end_with_the_solution(talk: Talk) -> None:
    ctx = talk("/hint", args="differentiate x^2 + 3x")
    first = await tutor.hint(ctx)
    assert isinstance(first, Reply)
    assert "Hint 1 of 3" in first.text
    assert "2x + 3" not in first.text
    followup, data = ctx.expecting or ("", {})
    assert followup == "next_step"
    for place in (2, 3):
        ctx = talk(first.buttons[0], expected=data)
        reply = await tutor.next_step(ctx)
        assert f"Hint {place} of 3" in reply.text
        _, data = ctx.expecting or ("", {})
    last = await tutor.next_step(talk("next", expected=data))
    assert "= 2x + 3**" in last


async def test_a_person_who_found_the_answer_after_a_hint_is_told_so(talk: Talk) -> None:
    ctx = talk("differentiate x^2 + 3x", mode="hints")
    await tutor.on_differentiate(ctx)
    _, data = ctx.expecting or ("", {})
    wrong = talk("2x + 4", expected=data)
    assert "Not quite" in (await tutor.next_step(wrong)).text
    assert wrong.expecting
    assert "That's right" in (await tutor.next_step(talk("3 + 2x", expected=data))).text
    assert await tutor.next_step(talk("solve x^2 = 4", expected=data)) is None
    assert await tutor.next_step(talk("where is my parcel?", expected=data)) is None


async def test_a_hint_without_a_question_is_for_the_last_one(talk: Talk) -> None:
    state: dict[str, object] = {}
    await tutor.on_solve(talk("x^2 - 5x + 6 = 0", state=state))
    reply = await tutor.on_hint(talk("give me a hint", state=state))
    assert isinstance(reply, Reply)
    assert "x² − 5x + 6 = 0" in reply.text
    assert await tutor.on_hint(talk("give me a hint")) is None


class Parrot(Engine):
    """Says one thing."""

    def __init__(self, says: str) -> None:
        self.says = says
        self.requests: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:  # type: ignore[override]
        self.requests.append(request)
        yield Delta(self.says)

    async def health(self) -> str:
        return ""


async def test_a_word_problem_goes_to_the_model_and_its_sums_are_checked(talk: Talk) -> None:
    engine = Parrot("There are 3 × 4 = 13 apples.")
    ctx = talk("/math", args="Tom has three bags of four apples. How many has he?", engine=engine)
    answer = await tutor.math(ctx)
    assert isinstance(answer, Stream)
    text = await answer.text()
    assert text.startswith("There are")
    assert "**12**" in text
    assert "tutor" in engine.requests[0].messages[0].content


async def test_right_and_rounded_sums_are_not_doubted(solver: Solver) -> None:
    text = "12 × 3 = 36, 10 / 3 = 3.33 and 2 + 2 = 5; room 3-4 = B, x = 5"
    assert await doubtful_equations(text, solver) == [("2 + 2 = 5", "4")]


def test_every_key_that_the_algebra_uses_has_its_text_in_both_languages() -> None:
    import re

    from .conftest import FOLDER

    code = "".join(path.read_text() for path in FOLDER.rglob("*.py"))
    reasons = set(re.findall(r'Unsolved\(\s*"(\w+)"', code))
    steps = set(re.findall(r'Step\(\s*"(\w+)"', code)) | set(re.findall(r'_plain\("(\w+)"\)', code))
    for language in ("en", "zh"):
        texts = set(CATALOG._texts[language])
        assert {f"unsolved.{reason}" for reason in reasons} <= texts
        assert not [s for s in steps if not {f"step.{s}", f"check.{s}", f"note.{s}"} & texts]


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    import re

    english, chinese = CATALOG._texts["en"], CATALOG._texts["zh"]
    assert set(english) == set(chinese)
    for key in english:
        assert set(re.findall(r"{(\w+)}", chinese[key])) <= set(re.findall(r"{(\w+)}", english[key])), key


@pytest.mark.parametrize("unit", ["solve ", "x=", "1+", "求 解", "hint ", "(", "let = find "])
@pytest.mark.parametrize("length", [2400, 1_000_000])
def test_patterns_are_quick_on_any_text(unit: str, length: int) -> None:
    started = time.perf_counter()
    intent_of((unit * (length // len(unit)))[:length])
    assert time.perf_counter() - started < 1

"""Solutions as Markdown that reads well as plain text too: the result in bold, numbered steps, the check."""

from __future__ import annotations

from collections.abc import Callable

from .algebra.question import Solution, Step, Task

Texts = Callable[..., str]
_YES_OR_NO = frozenset({"prime", "composite"})
_LINES = {
    "solve": "equation", "integrate": "equality", "differentiate": "equality", "factor": "equality", "expand": "equality",
    "simplify": "equality", "evaluate": "equality", "gcd": "equality", "lcm": "equality", "nearest": "beside",
    "prime_factors": "alone", "remainder": "remainder", "next_term": "next_term", "nth_term": "nth_term",
    "sort": "alone", "sort_down": "alone",
}  # fmt: skip


def result(task: Task, solution: Solution, t: Texts) -> str:
    """The answer, in one or two lines."""
    if task in _YES_OR_NO:
        return t(f"result.{task}_{'yes' if solution.plain == 'True' else 'no'}", given=solution.given)
    if solution.plain in {"True", "False"}:
        return t(f"result.holds_{solution.plain.lower()}", given=solution.given)
    answer = solution.answer.replace(" | ", t("result.or"))
    if solution.given.replace(" ", "") == answer.replace(" ", ""):
        return t("result.unchanged", answer=answer)
    return t(f"result.{_LINES[task]}", given=solution.given, answer=answer)


def steps(solution: Solution, t: Texts) -> list[str]:
    """The explanation, one text a step."""
    return [_text("step", step, t) for step in solution.steps]


def whole(task: Task, solution: Solution, t: Texts) -> str:
    """Result, steps, notes and check."""
    told = steps(solution, t)
    numbered = "\n".join(f"{place}. {text}" for place, text in enumerate(told, 1))
    notes = [_text("note", step, t) for step in solution.notes]
    checks = [t("checked", how=_text("check", step, t)) for step in solution.checks]
    return "\n\n".join(part for part in (result(task, solution, t), numbered, *notes, *checks) if part)


def _text(table: str, step: Step, t: Texts) -> str:
    return t(f"{table}.{step.rule}", **step.values)

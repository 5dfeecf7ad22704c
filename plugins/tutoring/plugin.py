"""A mathematics tutor that works by algebra: it answers with the steps and why, and checks what it says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence

from botcore import Context, Plugin, Reply, Stream

from .algebra.question import Request, Solution, Unsolved
from .answers import steps, whole
from .doubts import doubtful_equations
from .marking import mark, same_value
from .patterns import PATTERNS
from .settings import TutoringConfig
from .solver import Solver
from .wording import has_formula, read

plugin = Plugin("tutoring", config=TutoringConfig, description="Mathematics with steps and reasons")
_solvers: dict[TutoringConfig, Solver] = {}
_TRANSFORMED = frozenset({"differentiate", "factor", "expand", "simplify", "evaluate"})


def solver_for(config: TutoringConfig) -> Solver:
    """The solver with these settings; made when it is first asked for."""
    if config not in _solvers:
        _solvers[config] = Solver(config)
    return _solvers[config]


@plugin.on_stop
async def close_solvers() -> None:
    """End the child processes; the next question would start them anew."""
    while _solvers:
        _solvers.popitem()[1].close()


@plugin.command("math", menu="Explain")
async def math(ctx: Context[TutoringConfig]) -> str | Reply | Stream:
    """Solve a mathematics question, with steps."""
    return await _commanded(ctx, ctx.args)


@plugin.command("solve")
async def solve(ctx: Context[TutoringConfig]) -> str | Reply | Stream:
    """Solve an equation, an inequality or a system."""
    return await _commanded(ctx, ctx.args)


@plugin.command("derive")
async def derive(ctx: Context[TutoringConfig]) -> str | Reply | Stream:
    """Differentiate an expression."""
    return await _commanded(ctx, f"differentiate {ctx.args}")


@plugin.command("hint")
async def hint(ctx: Context[TutoringConfig]) -> str | Reply | Stream:
    """One step at a time: /hint followed by a question, or alone for the last one."""
    question = ctx.args or str(ctx.state.get("question", ""))
    return await _commanded(ctx, question, hints=True)


@plugin.intent("differentiate", patterns=PATTERNS["differentiate"])
async def on_differentiate(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    return await _wished(ctx)


@plugin.intent("integrate", patterns=PATTERNS["integrate"])
async def on_integrate(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    return await _wished(ctx)


@plugin.intent("solve_equation", patterns=PATTERNS["solve_equation"])
async def on_solve(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    return await _wished(ctx)


@plugin.intent("factorise", patterns=PATTERNS["factorise"])
async def on_factorise(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    return await _wished(ctx)


@plugin.intent("simplify", patterns=PATTERNS["simplify"])
async def on_simplify(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    return await _wished(ctx)


@plugin.intent("calculate", patterns=PATTERNS["calculate"])
async def on_calculate(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    return await _wished(ctx)


@plugin.intent("math_hint", patterns=PATTERNS["math_hint"])
async def on_hint(ctx: Context[TutoringConfig]) -> str | Reply | Stream | None:
    """A hint for a formula in the message, or for the last question."""
    question = re.sub(
        r"^.*?\b(?:hint|clue)s?\b\s*(?:for|on|with|to|how to)?|提示一下|给.{0,4}提示|提示",
        " ",
        ctx.text,
        count=1,
        flags=re.IGNORECASE,
    )
    if not has_formula(question):
        question = str(ctx.state.get("question", ""))
    return await _wished(ctx, question, hints=True) if question else None


@plugin.followup("next_step")
async def next_step(ctx: Context[TutoringConfig]) -> Reply | str | None:
    """Hears what the person says after a hint: more, everything, their own answer, or something else."""
    said = ctx.text.strip().rstrip(".!?。！？").casefold()
    if said in ctx.t("words.whole").casefold().split("|"):
        return str(ctx.expected["whole"])
    if said in ctx.t("words.next").casefold().split("|"):
        return _hinted(ctx, [str(step) for step in ctx.expected["steps"]], int(ctx.expected["place"]) + 1)
    return await _attempt(ctx)


@plugin.measured("tutoring")
async def measure(ctx: Context[TutoringConfig], row: Mapping[str, str]) -> Mapping[str, str]:
    """The algebra's answer to `question`, held against `answer`; a language model takes no part."""
    verdict, given = await mark(solver_for(ctx.config), row["question"], row["answer"])
    return {"verdict": verdict, "given": given}


async def _commanded(
    ctx: Context[TutoringConfig], question: str, *, hints: bool = False
) -> str | Reply | Stream:
    """A command always gets an answer."""
    try:
        return await _solved(ctx, question, hints=hints)
    except Unsolved as error:
        if ctx.has_engine and question.strip() and error.reason == "no_formula":
            return _asked(ctx, question)
        return _excuse(ctx, error)


async def _wished(
    ctx: Context[TutoringConfig], question: str = "", *, hints: bool = False
) -> str | Reply | Stream | None:
    """A wish that a pattern or the classifier saw: passed on where it isn't mathematics after all."""
    question = question or ctx.text
    certain = ctx.detection is None or ctx.detection.by == "pattern"
    try:
        return await _solved(ctx, question, hints=hints)
    except Unsolved as error:
        if error.reason == "no_formula" or not has_formula(question):
            return _asked(ctx, question) if ctx.has_engine and re.search(r"\d.*\d", question) else None
        return (
            _excuse(ctx, error)
            if certain or error.reason not in {"unreadable", "expected", "expected_value"}
            else None
        )


async def _solved(ctx: Context[TutoringConfig], question: str, *, hints: bool) -> str | Reply:
    requests = read(question)
    solution = await solver_for(ctx.config).solve(requests)
    ctx.state["question"] = question
    told = steps(solution, ctx.t)
    text = whole(requests[-1].task, solution, ctx.t)
    if (hints or ctx.config.mode == "hints") and told:
        ctx.expected = _kept(requests[-1], solution, told, text)
        return _hinted(ctx, told, 0)
    return text


def _kept(request: Request, solution: Solution, told: Sequence[str], text: str) -> dict[str, object]:
    """What the conversation keeps until the solution is complete."""
    plain = solution.plain if request.task in _TRANSFORMED else ""
    return {"given": solution.given, "steps": list(told), "whole": text, "plain": plain}


def _hinted(ctx: Context[TutoringConfig], told: Sequence[str], place: int) -> Reply | str:
    """The step at `place`; after the last one everything, with the result."""
    if place >= len(told):
        return str(ctx.expected["whole"])
    ctx.expect("next_step", **{**ctx.expected, "place": place})
    text = ctx.t("hint", given=ctx.expected["given"], place=place + 1, count=len(told), step=told[place])
    return Reply(text, buttons=[ctx.t("button.next"), ctx.t("button.whole")])


async def _attempt(ctx: Context[TutoringConfig]) -> Reply | None:
    """Whether a bare expression is the answer that the person was looking for; None for anything else."""
    plain = str(ctx.expected.get("plain", ""))
    try:
        requests = read(ctx.text)
        if not plain or len(requests) > 1 or requests[0].task not in {"simplify", "evaluate"}:
            return None
        right = await same_value(solver_for(ctx.config), requests[0].formula, plain)
    except Unsolved:
        return None
    if right:
        return Reply(ctx.t("attempt.right") + "\n\n" + str(ctx.expected["whole"]))
    ctx.expect("next_step", **ctx.expected)
    return Reply(ctx.t("attempt.wrong"), buttons=[ctx.t("button.next"), ctx.t("button.whole")])


def _excuse(ctx: Context[TutoringConfig], error: Unsolved) -> str:
    reason = ctx.t(f"unsolved.{error.reason}", **error.values_)
    if error.reason in {"no_formula", "unreadable", "expected", "expected_value", "empty", "number_after"}:
        model = "" if ctx.has_engine else "\n\n" + ctx.t("needs_model")
        return f"{reason}\n\n{ctx.t('what_i_read')}{model}"
    return reason


def _asked(ctx: Context[TutoringConfig], question: str) -> Stream:
    """The language model's answer to a problem told in words, with its arithmetic checked at the end."""
    stream = ctx.ask(question, system=ctx.t("prompt.tutor"))
    return Stream(_with_check(ctx, stream))


async def _with_check(ctx: Context[TutoringConfig], stream: Stream) -> AsyncIterator[str]:
    pieces: list[str] = []
    async for piece in stream:
        pieces.append(piece)
        yield piece
    for claimed, found in await doubtful_equations("".join(pieces), solver_for(ctx.config)):
        yield "\n\n" + ctx.t("doubt", claimed=claimed, found=found)


__all__ = ["close_solvers", "plugin", "solver_for"]

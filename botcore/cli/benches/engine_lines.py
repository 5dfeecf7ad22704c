"""The figures of the engine's client as `botcore bench engine` prints them."""

from __future__ import annotations

from botcore.cli.benches.engine import (
    CROWD,
    STREAMS,
    Pair,
    Target,
    crowd,
    paced,
    prefix_hits,
    side_by_side,
)
from botcore.cli.benches.lines import Line
from botcore.cli.common import progress

TOKENS = 100
"""In each answer."""


async def engine_lines(runs: int, target: Target | None) -> list[Line]:
    """Against the paced server, and against `target` where one is named. About 5 s a run, and 15 s more for a target.

    Raises EngineError where the target can't be measured.
    """
    progress.print(
        f"engine: {STREAMS} answers of 50 tokens a second each, {runs} runs of each client …", style="dim"
    )
    lines = _lines("paced server", await paced(runs, TOKENS), tokens_goal=0.97)
    if target is None:
        return lines
    progress.print(f"engine: {STREAMS} answers of {target.url}, {runs} runs of each client …", style="dim")
    lines += _lines("this vLLM", await side_by_side(target, runs, TOKENS), tokens_goal=0.9)
    progress.print("engine: a dialogue, and a person among work in the background …", style="dim")
    hits = await prefix_hits(target, runs)
    if hits is not None:
        lines.append(Line("prefix cache hits from the third turn on", "% of the prompt", hits, goal="≥ 80"))
    times = await crowd(target, runs)
    among = f"first token among {CROWD} in the background"
    return [
        *lines,
        Line("first token of one request alone", "ms", times.alone),
        Line(among, "ms", times.among, times.bare_among),
        Line(f"{among}, against alone", "times", times.among / times.alone, goal="≤ 1.3"),
        Line(f"{among} that are all at the server", "ms", times.by_priority, times.bare_among),
    ]


def _lines(where: str, pair: Pair, *, tokens_goal: float) -> list[Line]:
    rate, first, cpu = (
        pair.medians(lambda run: run.tokens_per_second),
        pair.medians(lambda run: run.first_token_ms),
        pair.medians(lambda run: run.cpu_us),
    )
    return [
        Line(f"{where}, {STREAMS} answers", "tokens/s", *rate),
        Line(
            f"{where}: share of the bare client's tokens/s",
            "times",
            rate[0] / rate[1],
            goal=f"≥ {tokens_goal}",
        ),
        Line(f"{where}: first token, median", "ms", *first, goal="≤ 10 more"),
        Line(f"{where}: processor time", "µs a chunk", *cpu, goal="≤ 1.5 times"),
    ]

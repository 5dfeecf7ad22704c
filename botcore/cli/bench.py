"""`botcore bench`: the figures that the README publishes, measured on this machine."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeVar

import msgspec
from cyclopts import Parameter
from rich.table import Table

from botcore.app.logs import set_up_logs
from botcore.cli.benches.delivery import Scale, delivery_lines
from botcore.cli.benches.echo import bare, bot
from botcore.cli.benches.engine import Target
from botcore.cli.benches.engine_lines import engine_lines
from botcore.cli.benches.lines import Line
from botcore.cli.benches.load import Latency, Rate, full_speed, steady
from botcore.cli.benches.service import Start, import_ms, starts
from botcore.cli.common import out, print_json, progress, run_async
from botcore.config.settings import LogSettings

T = TypeVar("T")
What = Literal["all", "echo", "delivery", "start", "engine"]


def bench(
    what: Annotated[
        What,
        Parameter(
            help="echo: the durable path. delivery: many processes, many conversations, long ones, deaths and overload. start: start, import and memory. "
            "engine: the engine's client."
        ),
    ] = "all",
    /,
    *,
    runs: Annotated[int, Parameter(help="How often to measure; the median counts.")] = 3,
    messages: Annotated[int, Parameter(help="How many messages a run at full speed has.")] = 5000,
    seconds: Annotated[float, Parameter(help="How long a run at 50 messages a second lasts.")] = 10.0,
    stored: Annotated[int, Parameter(help="How many conversations the largest store has.")] = 100_000,
    processes: Annotated[int, Parameter(help="How many processes share a load.")] = 2,
    url: Annotated[
        str, Parameter(help="engine: a vLLM to measure besides, as http://127.0.0.1:8000/v1.")
    ] = "",
    model: Annotated[str, Parameter(help="engine: the model's name there.")] = "",
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative=())] = False,
) -> None:
    """Print the figures, as a table or as JSON."""
    set_up_logs(LogSettings(level="error"))
    lines: list[Line] = []
    if what in ("all", "echo"):
        lines += run_async(_echo(runs, messages, seconds))
    if what in ("all", "delivery"):
        lines += run_async(delivery_lines(Scale(messages * 3 // 5, seconds / 2, stored, processes)))
    if what in ("all", "start"):
        lines += run_async(_start(runs))
    if what in ("all", "engine"):
        lines += run_async(engine_lines(runs, Target(url, model, priority_scheduling=True) if url else None))
    if json:
        print_json({"runs": runs, "figures": [msgspec.to_builtins(line) for line in lines]})
    else:
        _print(lines, runs)


async def _echo(runs: int, messages: int, seconds: float) -> list[Line]:
    rates: dict[int, tuple[list[Rate], list[Rate]]] = {100: ([], []), 1000: ([], [])}
    calm: tuple[list[Latency], list[Latency]] = ([], [])
    for run in range(runs):  # side by side, so that a busy moment of the machine meets both
        for conversations, (ours, floor) in rates.items():
            progress.print(
                f"run {run + 1} of {runs}: {messages} echoes over {conversations} conversations …",
                style="dim",
            )
            ours.append(await full_speed(bot, messages, conversations))
            floor.append(await full_speed(bare, messages, conversations))
        progress.print(f"run {run + 1} of {runs}: 50 messages a second for {seconds:.0f} s …", style="dim")
        calm[0].append(await steady(bot, 50, seconds, 20))
        calm[1].append(await steady(bare, 50, seconds, 20))
    lines = [
        Line("echo at 50 messages/s, p50", "ms", *_both(calm, lambda one: one.p50), goal="≤ 5"),
        Line("echo at 50 messages/s, p99", "ms", *_both(calm, lambda one: one.p99)),
    ]
    for conversations, pair in rates.items():
        goal = "≥ 2000" if conversations == 100 else ""
        name = f"echo, {conversations} conversations"
        lines += [
            Line(f"{name}: throughput", "messages/s", *_both(pair, lambda one: one.per_second), goal=goal),
            Line(f"{name}: processor time", "µs a message", *_both(pair, lambda one: one.cpu_us)),
            Line(f"{name}: commands", "a message", *_both(pair, lambda one: one.calls)),
            Line(f"{name}: round trips", "a message", *_both(pair, lambda one: one.pipelines)),
        ]
    return lines


async def _start(runs: int) -> list[Line]:
    first: list[Start] = []
    again: list[Start] = []
    for run in range(runs):
        progress.print(f"run {run + 1} of {runs}: starting the service twice …", style="dim")
        cold, warm = await starts()
        first.append(cold)
        again.append(warm)
    imports = [import_ms() for _ in range(2 * runs + 1)]
    return [
        Line("import botcore", "ms", statistics.median(imports), goal="≤ 300"),
        Line("start to ready, empty data folder", "s", _median(first, lambda one: one.ready_s)),
        Line("start to ready, warm caches", "s", _median(again, lambda one: one.ready_s), goal="≤ 4"),
        Line("start to first answer, empty data folder", "s", _median(first, lambda one: one.first_answer_s)),
        Line("start to first answer, warm caches", "s", _median(again, lambda one: one.first_answer_s)),
        Line(
            "resident memory, model loaded", "MB", _median(again, lambda one: one.resident_mb), goal="≤ 250"
        ),
    ]


def _median(runs: Sequence[T], figure: Callable[[T], float]) -> float:
    return statistics.median(figure(run) for run in runs)


def _both(pair: tuple[Sequence[T], Sequence[T]], figure: Callable[[T], float]) -> tuple[float, float]:
    return _median(pair[0], figure), _median(pair[1], figure)


def _print(lines: list[Line], runs: int) -> None:
    table = Table("", "botcore", "bare", "ratio", "unit", "goal", box=None, pad_edge=False)
    for column in (1, 2, 3):
        table.columns[column].justify = "right"
    for line in lines:
        floor = "" if line.bare is None else _number(line.bare)
        ratio = "" if not line.bare else f"{line.value / line.bare:.2f}"
        table.add_row(line.what, _number(line.value), floor, ratio, line.unit, line.goal)
    out.print(table)
    out.print(f"Medians of {runs} runs on this machine.", style="dim")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"

"""`botcore engine`: the language model's server, started and measured."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.bar import Bar
from rich.table import Table

from botcore.app.minds import connect_engine
from botcore.cli.common import Place, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.config import Settings
from botcore.engines.launch import Launch, command, find_vllm, is_for_cpu
from botcore.engines.ping import Pong, ping
from botcore.errors import BotcoreError

engine_app = App(name="engine")
BAR = 40
"""Characters."""


@engine_app.command
def serve(
    *further: Annotated[str, Parameter(allow_leading_hyphen=True, help="After --: flags of `vllm serve`.")],
    model: Annotated[str, Parameter(help="A folder, or a name that vLLM can download.")],
    name: Annotated[str, Parameter(help="What requests call it; otherwise as --model says.")] = "",
    host: Annotated[str, Parameter(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen on.")] = 8000,
    tool_parser: Annotated[
        str,
        Parameter(help="How the model writes tool calls; `auto` goes by its family, `none` for no tools."),
    ] = "auto",
    queue: Annotated[int, Parameter(help="Requests at once, running or waiting; one more is refused.")] = 512,
    lora: Annotated[
        tuple[str, ...], Parameter(help="An adapter as NAME=FOLDER; may be given again.", negative=())
    ] = (),
    hot_lora: Annotated[
        bool, Parameter(help="Let adapters be loaded while it runs, by whoever reaches it.", negative=())
    ] = False,
    vllm: Annotated[
        str, Parameter(help="The program to start; otherwise engine.program, or the one found.")
    ] = "",
    dry_run: Annotated[bool, Parameter(help="Print the command, and start nothing.", negative=())] = False,
    place: Place | None = None,
) -> int:
    """Start `vllm serve` with what suits a bot: prefix cache, priorities, tools, a bounded queue, a gentle end.

    It takes this command's place, so signals reach it and the exit code is its own. engine.api_key becomes its key.
    """
    settings = (place or Place()).settings()
    launch = Launch(
        model=model,
        name=name,
        host=host,
        port=port,
        tool_parser="" if tool_parser == "none" else tool_parser,
        queue=queue,
        adapters=dict(_adapter(one) for one in lora),
        hot_adapters=hot_lora,
        further=[word for word in further if word != "--"],
    )
    program = _program(vllm or settings.engine.program, dry_run=dry_run)
    ready = command(launch, program, api_key=settings.engine.api_key.get_secret_value())
    shown = {key: "..." if key.endswith("KEY") else value for key, value in ready.environment.items()}
    words = [f"{key}={value}" for key, value in shown.items()]
    print(*words, shlex.join(ready.arguments), flush=True)  # noqa: T201 - to be copied: no wrapping
    if dry_run:
        return 0
    if is_for_cpu(program):
        out.print("This vLLM was built for processors: expect few tokens a second.", style="dim")
    out.print(_hint(launch), style="dim")
    _become(list(ready.arguments), {**os.environ, **ready.environment})
    return 1


@engine_app.command(name="ping")
def ping_engines(*, json: Json = False, place: Place | None = None) -> int:
    """Measure each address of engine.urls: time to the first token, tokens a second, hits of the prefix cache.

    Takes a few seconds, and costs each server some thousand tokens. Exit code 1 where one does not answer.
    """
    settings = (place or Place()).settings()
    if not settings.engine.urls:
        raise BotcoreError(
            "No engine to measure: set engine.urls, for example by BOTCORE_ENGINE__URLS='[\"http://127.0.0.1:8000/v1\"]'."
        )
    pongs = run_async(_ping(settings))
    if json:
        print_json({"engines": [msgspec.to_builtins(pong) for pong in pongs]})
    else:
        _print(pongs)
    return 1 if any(pong.problem for pong in pongs) else 0


async def _ping(settings: Settings) -> list[Pong]:
    """One after the other, so that replicas on one machine don't measure each other."""
    pongs = []
    for url in settings.engine.urls:
        alone = settings.model_copy(update={"engine": settings.engine.model_copy(update={"urls": [url]})})
        engine = connect_engine(alone)
        if engine is None:
            continue
        try:
            pongs.append(await ping(engine, url))
        finally:
            await engine.aclose()
    return pongs


def _print(pongs: list[Pong]) -> None:
    answered = [pong for pong in pongs if not pong.problem]
    for label, unit, figures in (
        ("first token, new prompt", "ms", [pong.first_token_ms for pong in answered]),
        ("first token, known prompt", "ms", [pong.warm_first_token_ms for pong in answered]),
        ("tokens a second, one answer", "", [pong.tokens_per_second for pong in answered]),
        ("tokens a second, eight answers", "", [pong.tokens_per_second_of_eight for pong in answered]),
        ("prefix cache hits", "%", [pong.prefix_hits for pong in answered]),
    ):
        if figures:
            _print_bars(f"{label} [dim]{unit}[/]", answered, figures, 100.0 if unit == "%" else None)
    for pong in pongs:
        if pong.problem:
            out.print(f"✗ {pong.url}: {pong.problem}", markup=False)


def _print_bars(title: str, pongs: list[Pong], figures: list[float | None], most: float | None) -> None:
    told = [figure for figure in figures if figure is not None]
    longest = most or max(told, default=0.0) or 1.0
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for pong, figure in zip(pongs, figures, strict=True):
        if figure is None:
            table.add_row(pong.url, "", "not told")
        else:
            table.add_row(pong.url, Bar(longest, 0, figure, width=BAR, color="green"), f"{figure:,.1f}")
    out.print(title)
    out.print(table)


def _adapter(given: str) -> tuple[str, str]:
    name, sign, folder = given.partition("=")
    if not (name and sign and folder):
        raise BotcoreError(f"--lora {given}: expected NAME=FOLDER, as in --lora tutor=adapters/tutor.")
    return name, folder


def _program(named: str, *, dry_run: bool) -> Path:
    """A dry run needs no vLLM: its command is for copying to where there is one."""
    try:
        return find_vllm(named)
    except BotcoreError:
        if dry_run and not named:
            return Path("vllm")
        raise


def _hint(launch: Launch) -> str:
    return (
        f'Set engine.urls = ["http://{launch.host}:{launch.port}/v1"] and engine.priority_scheduling = true; '
        "`botcore engine ping` measures it once it is up."
    )


def _become(arguments: list[str], environment: dict[str, str]) -> None:
    # With it, nothing that vLLM imports is compiled once for all, and each start takes minutes.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execve(arguments[0], arguments, environment)  # noqa: S606 - no shell is wanted

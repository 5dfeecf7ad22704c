"""`botcore trace`: what became of the latest messages, and what would become of one now."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from cyclopts import App, Parameter
from rich.table import Table

from botcore.app.dialogues import open_dialogues
from botcore.cli.ask import answer_to
from botcore.cli.common import Place, harmless, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.delivery.traces import Traces, TurnTrace
from botcore.types import Address, Person

T = TypeVar("T")
Reference = Annotated[str, Parameter(help="The reference that the person quotes, or its first digits.")]
GONE = (
    "there is no trace of this reference (any more): the latest turns are kept, as many as the setting log.traces says; "
    "`botcore trace list` shows them, and `botcore deadletters show` knows messages that were given up"
)
NO_TEXT = "what was said is not kept any more, so it can't be asked again"

trace_app = App(name="trace")


@trace_app.command(name="list")
def list_traces(
    *,
    limit: Annotated[int, Parameter(help="How many at most.")] = 20,
    conversation: Annotated[str, Parameter(help="Only this one, such as telegram:4711.")] = "",
    json: Json = False,
    place: Place | None = None,
) -> None:
    """List the latest turns, the newest first."""
    address = Address.parse(conversation) if conversation else None
    found = _on_traces(place, lambda traces: traces.latest(max(1, limit), address))
    if json:
        print_json({"traces": [_plain(trace) for trace in found]})
    elif found:
        out.print(_table(found))
    else:
        out.print("No turn is kept yet: say something to the bot first, or look at the setting log.traces.")


@trace_app.command
def show(reference: Reference, /, *, json: Json = False, place: Place | None = None) -> int:
    """Show one turn with every stage, what it decided and how long it took."""

    async def work(traces: Traces) -> tuple[Sequence[TurnTrace], str]:
        tries = await traces.of(reference)
        return tries, await traces.said(tries[0]) if tries else ""

    tries, said = _on_traces(place, work)
    if not tries:
        return _complain(GONE)
    if json:
        print_json({**_plain(tries[0]), "said": said, "tries": len(tries)})
        return 0
    _show(tries, said)
    return 0


@trace_app.command
def replay(reference: Reference, /, *, json: Json = False, place: Place | None = None) -> int:
    """Ask the same again in a new conversation, and compare who answers now."""
    settings = (place or Place()).settings()

    async def work(traces: Traces) -> tuple[TurnTrace | None, str]:
        tries = await traces.of(reference)
        return (tries[0], await traces.said(tries[0])) if tries else (None, "")

    trace, said = _on_traces(place, work)
    if trace is None or not said:
        return _complain(NO_TEXT if trace else GONE)
    person = Person("replay", locale=trace.language)
    now = run_async(answer_to(settings, said, f"replay-{secrets.token_hex(6)}", person))
    if json:
        print_json({"said": said, "then": _plain(trace), "now": now})
        return 0
    out.print(f"said  {harmless(said)}", markup=False)
    out.print(
        f"then  {_decision(trace.plugin, trace.handler, trace.intent, trace.score, trace.by)}", markup=False
    )
    intent = now["intent"]
    out.print(
        f"now   {_decision(now['plugin'], now['handler'], intent['name'], intent['score'], intent['by'])}",
        markup=False,
    )
    for reply in now["replies"]:
        out.print(f"\n{harmless(reply['text'])}", markup=False)
    return 0


def _show(tries: Sequence[TurnTrace], said: str) -> None:
    trace = tries[0]
    rows = {
        "reference": trace.reference,
        "conversation": str(trace.address),
        "when": _when(trace.at),
        "said": harmless(said) or f"({trace.kind}; its text is not kept any more)",
        "decided": _decision(trace.plugin, trace.handler, trace.intent, trace.score, trace.by),
        "language": trace.language,
        "replies": str(trace.replies),
    }
    if len(tries) > 1:
        rows["tries"] = f"{len(tries)}: this is the last"
    for key, value in rows.items():
        out.print(f"{key:<13}{value}", markup=False)
    out.print(_stages(trace))


def _stages(trace: TurnTrace) -> Table:
    table = Table("stage", "ms", "decided", box=None)
    table.columns[1].justify = "right"
    for stage in trace.stages:
        table.add_row(*(_cell(text) for text in (stage.name, f"{stage.ms:.1f}", stage.detail)))
    table.add_row("all of it", f"{trace.ms:.1f}", "")
    return table


def _table(traces: Sequence[TurnTrace]) -> Table:
    table = Table("reference", "when", "conversation", "decided", "ms", box=None)
    table.columns[4].justify = "right"
    for trace in traces:
        decided = _decision(trace.plugin, trace.handler, trace.intent, trace.score, trace.by)
        cells = (trace.reference, _when(trace.at), str(trace.address), decided, f"{trace.ms:.0f}")
        table.add_row(*(_cell(text) for text in cells))
    return table


def _decision(plugin: str, handler: str, intent: str, score: float, by: str) -> str:
    who = f"{plugin}.{handler}" if plugin else "nobody"
    why = f"{intent} {score:.2f} by {by}" if intent else by
    return f"{who} ({why})" if why else who


def _cell(text: str) -> str:
    return harmless(text).replace("[", "\\[")


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _plain(trace: TurnTrace) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(trace)
    for field in msgspec.structs.fields(TurnTrace):
        plain.setdefault(field.name, msgspec.to_builtins(getattr(trace, field.name)))
    return {**plain, "address": str(trace.address)}


def _on_traces(place: Place | None, work: Callable[[Traces], Awaitable[T]]) -> T:
    settings = (place or Place()).settings()

    async def opened() -> T:
        async with open_dialogues(settings) as dialogues:
            return await work(dialogues.traces)

    return run_async(opened())


def _complain(problem: str) -> int:
    sys.stderr.write(f"botcore: {problem}\n")
    return 1

"""`python -m tests.faults`: every kind of fault under load, and a table of what was lost, reordered or doubled."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.conductor import conduct
from tests.faults.phases import Phase, control, phases
from tests.faults.report import Row, markdown, total


def main() -> int:
    """0 where every promise was kept and the naive control was caught."""
    options = _parser().parse_args()
    began = time.monotonic()
    planned = phases(options.messages, options.faults, options.processes, options.seed, options.seconds)
    planned = [phase for phase in planned if options.only in phase.name]
    with tempfile.TemporaryDirectory(prefix="f") as folder:
        rows = asyncio.run(_conduct_all(planned, Path(options.keep or folder)))
        [caught] = asyncio.run(_conduct_all([control(options.seed)], Path(options.keep or folder)))
    text = markdown([*rows, total(rows), caught])
    print(f"\n{text}")
    for row in rows:
        for sentence in row.verdict.broken[:10]:
            print(f"{row.name}: {sentence}")
    if options.markdown:
        command = "python -m tests.faults " + " ".join(sys.argv[1:])
        options.markdown.write_text(_page(command, text, time.monotonic() - began), "utf-8")
    return 1 if any(row.verdict.broken for row in rows) or not caught.verdict.broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=270, help="while people write; the rest comes on top"
    )
    parser.add_argument("--markdown", type=Path, help="write the table to this page")
    parser.add_argument("--only", default="", help="phases whose name contains this")
    parser.add_argument("--keep", type=Path, help="keep the operation logs in this folder")
    return parser


async def _conduct_all(planned: Sequence[Phase], folder: Path) -> list[Row]:
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # and end what was started
    rows = []
    for number, phase in enumerate(planned):
        row = await conduct(phase, folder / f"{phase.seed}-{number}{'n' * phase.is_naive}")
        broken = len(row.verdict.broken)
        print(f"{phase.name}: {row.faults} faults, {broken} broken promises, {row.seconds:.0f} s", flush=True)
        rows.append(row)
    return rows


def _page(command: str, table: str, seconds: float) -> str:
    return (
        "# What faults do to delivery\n\n"
        "Real processes (inbox, worker, dispatcher, outbox, sender) on a real Valkey server, reached through a TCP proxy. People "
        "write in bursts,\n10 % of their updates come twice and 10 % out of order. Every process logs what it does, and a checker "
        "that knows nothing\nof delivery reads the logs.\n\n"
        f"{table}\n"
        "- *lost*: accepted, and neither answered nor among the dead letters. *reordered*: answered after something later. *doubled*: "
        "answered twice,\n  committed twice, or sent again after the store knew that it was sent. *state back*: a turn that did not see "
        "the one before.\n"
        "- *uncertain*: repeated on a channel without keys, since nobody could know whether the first try arrived. A channel with keys "
        "drops these.\n"
        "- *dead letters*: given up after three deaths over the turn; *innocent*: those among them that were no poison.\n"
        "- *excused*: accepted in the bytes that were cut from the server's file; no program can bring them back.\n"
        "- With `everysec` the server may lose what it did in its last second or two: such turns are done again, under "
        "the same keys. With\n  `always` it loses nothing.\n"
        "- *recovery*: from a fault to the next finished turn of each conversation that was in hand (*turns hit*).\n\n"
        f"Made by `{command}` in {seconds:.0f} s.\n"
    )


if __name__ == "__main__":
    sys.exit(main())

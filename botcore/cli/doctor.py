"""`botcore doctor`: how every part is, and what mends what is wrong."""

from __future__ import annotations

from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.table import Table

from botcore.app.checks import Finding, examine
from botcore.cli.common import Place, out, print_json, run_async

_MARKS = {"ok": "[green]✓[/]", "missing": "[yellow]–[/]", "problem": "[red]✗[/]"}


def doctor(
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative=())] = False,
    place: Place | None = None,
) -> int:
    """Print what `app.checks` finds."""
    findings = run_async(examine((place or Place()).settings()))
    healthy = all(finding.status != "problem" for finding in findings)
    if json:
        print_json({"ok": healthy, "parts": [msgspec.to_builtins(finding) for finding in findings]})
    else:
        _print(findings, healthy)
    return 0 if healthy else 1


def _print(findings: list[Finding], healthy: bool) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        detail = finding.detail.replace("[", "\\[")
        remedy = f"\n[dim]→ {finding.remedy.replace('[', chr(92) + '[')}[/]" if finding.remedy else ""
        table.add_row(_MARKS[finding.status], f"[bold]{finding.part}[/]", detail + remedy)
    out.print(table)
    out.print(
        "Everything that is needed is there." if healthy else "Something needs mending: see the lines with ✗."
    )

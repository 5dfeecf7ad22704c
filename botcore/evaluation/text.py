"""A report on intents for a terminal."""

from __future__ import annotations

from botcore.evaluation.intents import MOST_CONFUSED, Report


def render_text(report: Report) -> str:
    """For a terminal: the figures, then what to look at first."""
    crossed = f", cross-validated in {report.folds} parts" if report.folds else ""
    lines = [
        f"examples {report.examples:,}, texts {report.texts:,}, out of scope {report.texts_out_of_scope:,}{crossed}",
        f"accuracy            {percent(report.accuracy)}",
        f"macro F1            {percent(report.macro_f1)}",
        f"in scope / refused  {_both(report.in_scope_accuracy, report.oos_recall)}  (Larson's rule)",
        f"in scope / refused  {_both(report.balanced.in_scope_accuracy, report.balanced.oos_recall)}  (balanced)",
        f"training            {report.train_seconds:6.1f} s",
        f"a text              {report.ms_per_query:6.2f} ms",
    ]
    worst = sorted(report.intents, key=lambda row: (row.f1, row.intent))[:10]
    if worst:
        lines += ["", "hardest intents (F1, precision, recall, texts)"]
        lines += [
            f"  {row.f1:.2f} {row.precision:.2f} {row.recall:.2f} {row.texts:5}  {row.intent}"
            for row in worst
        ]
    if report.confusions:
        lines += ["", "most often confused"]
        lines += [
            f"  {pair.count:4}  {pair.intent} taken for {pair.taken_for}"
            for pair in report.confusions[:MOST_CONFUSED]
        ]
    if report.warnings:
        lines += ["", "about the examples", *(f"  {warning}" for warning in report.warnings)]
    if report.suggestions:
        lines += ["", "suggestions", *(f"  {suggestion}" for suggestion in report.suggestions)]
    return "\n".join(lines)


def percent(share: float | None) -> str:
    return "     -" if share is None else f"{share * 100:5.1f} %"


def _both(first: float, second: float | None) -> str:
    return f"{percent(first)} / {percent(second)}"

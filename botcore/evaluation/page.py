"""A report on intents as one HTML file: figures, picture, tables. It loads nothing from elsewhere and runs no code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from botcore.evaluation.intents import Confusion, IntentScore, Report
from botcore.evaluation.matrix import draw_matrix
from botcore.evaluation.text import percent

_MOST_ROWS = 40
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --soft: #eef1f5; --line: #d5dbe3; --right: #1b62b5; --wrong: #c62a2f }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #14181e; --soft: #212832; --line: #38424f; --right: #6aa9f0; --wrong: #ff7b7f } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem }
p { margin: .3rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .7rem; margin: 1.2rem 0 }
dl div { background: var(--soft); border-radius: .5rem; padding: .6rem .8rem }
dt { font-size: .8rem } dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums }
.picture { overflow-x: auto } svg text { fill: var(--ink) } svg .ground { fill: var(--soft) }
svg .right { fill: var(--right) } svg .wrong { fill: var(--wrong) }
"""


def render_html(report: Report, title: str = "How well intents are told apart") -> str:
    """A whole page. What people said is shown as text, whatever stands in it."""
    how = f"Cross-validated in {report.folds} parts" if report.folds else "Measured on a test set of its own"
    sections = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{how}: {report.examples:,} examples of {len(report.intents)} intents, {report.texts:,} texts asked about, "
        f"{report.texts_out_of_scope:,} out of scope.</p>",
        _figures(report),
        "<h2>Confusion matrix</h2>",
        "<p>Rows are what the texts are, columns what they were taken for; blue is right, red is wrong. "
        "Point at a square to read what it counts.</p>",
        f'<div class="picture">{draw_matrix(*_counts(report))}</div>',
        _list("Suggestions", report.suggestions),
        _list("About the examples", report.warnings),
        _confused(report.confusions),
        _table(report.intents),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "\n".join(section for section in sections if section)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n'


def _figures(report: Report) -> str:
    shown = {
        "accuracy": percent(report.accuracy),
        "macro F1": percent(report.macro_f1),
        "in scope (Larson)": percent(report.in_scope_accuracy),
        "refused (Larson)": percent(report.oos_recall),
        "in scope (balanced)": percent(report.balanced.in_scope_accuracy),
        "refused (balanced)": percent(report.balanced.oos_recall),
        "training": f"{report.train_seconds:.1f} s",
        "a text": f"{report.ms_per_query:.1f} ms",
    }
    return (
        "<dl>"
        + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in shown.items())
        + "</dl>"
    )


def _counts(report: Report) -> tuple[list[str], dict[tuple[str, str], int]]:
    """Names in the order of the alphabet, and how many texts of each were taken for what."""
    counts = {(one.intent, one.taken_for): one.count for one in report.confusions}
    missed = dict.fromkeys((row.intent for row in report.intents), 0)
    for one in report.confusions:
        missed[one.intent] += one.count
    counts |= {(row.intent, row.intent): row.texts - missed[row.intent] for row in report.intents}
    names = sorted({name for pair in counts for name in pair})
    return names, {pair: count for pair, count in counts.items() if count}


def _confused(confusions: Sequence[Confusion]) -> str:
    if not confusions:
        return ""
    rows = (
        (str(one.count), one.intent, one.taken_for, " · ".join(one.examples))
        for one in confusions[:_MOST_ROWS]
    )
    return "<h2>Most often confused</h2>" + _rows(("n:texts", "intent", "taken for", "such as"), rows)


def _table(intents: Sequence[IntentScore]) -> str:
    rows = (
        (row.intent, f"{row.f1:.3f}", f"{row.precision:.3f}", f"{row.recall:.3f}", str(row.texts))
        for row in sorted(intents, key=lambda row: (row.f1, row.intent))
    )
    return "<h2>Intents, the hardest first</h2>" + _rows(
        ("intent", "n:F1", "n:precision", "n:recall", "n:texts"), rows
    )


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A head that begins with `n:` is over a column of numbers."""
    kinds = [' class="n"' if head.startswith("n:") else "" for head in heads]
    top = "".join(
        f"<th{kind}>{head.removeprefix('n:')}</th>" for kind, head in zip(kinds, heads, strict=True)
    )
    lines = (
        "<tr>"
        + "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _list(title: str, texts: Sequence[str]) -> str:
    points = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<h2>{title}</h2><ul>{points}</ul>" if texts else ""

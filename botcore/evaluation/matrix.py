"""The confusion matrix as a picture: an SVG that stands in a page by itself, without a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_SIDE = 760
"""Width and height of the squares together, in pixels."""
_MOST_LABELLED = 90
"""Intents up to which their names can be read beside the rows."""
_LARGEST = 28
_LETTER = 6.2


def draw_matrix(names: Sequence[str], counts: Mapping[tuple[str, str], int]) -> str:
    """Rows are what the texts are, columns what they were taken for. A full square is all texts of its row.

    The diagonal is blue, mistakes are red, and each square says in words what it counts when one points at it.
    """
    texts = {row: max(1, sum(n for (of, _), n in counts.items() if of == row)) for row in names}
    size = min(_LARGEST, _SIDE / max(1, len(names)))
    labelled = len(names) <= _MOST_LABELLED
    margin = 12 + (max(map(len, names), default=0) * _LETTER * min(1, size / 11) if labelled else 0)
    extent = round(margin + size * len(names) + 12)
    at = {name: margin + size * place for place, name in enumerate(names)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Confusion matrix of {len(names)} intents" '
        f'viewBox="0 0 {extent} {extent}" width="{extent}" height="{extent}" '
        f'font-family="system-ui, sans-serif" font-size="{min(11, size * 0.9):.1f}">',
        f'<rect x="{margin}" y="{margin}" width="{size * len(names):.1f}" height="{size * len(names):.1f}" class="ground"/>',
    ]
    parts += [
        _square(
            at[of], at[taken], size, n / texts[of], f"{of} taken for {taken}: {n} of {texts[of]}", of == taken
        )
        for (of, taken), n in sorted(counts.items())
        if of in at and taken in at
    ]
    if labelled:
        parts += [_labels(name, at[name] + size / 2, margin - 4) for name in names]
    return "\n".join([*parts, "</svg>"])


def _square(y: float, x: float, size: float, share: float, words: str, right: bool) -> str:
    strength = 0.15 + 0.85 * share
    kind = "right" if right else "wrong"
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}" class="{kind}" '
        f'fill-opacity="{strength:.2f}"><title>{escape(words)}</title></rect>'
    )


def _labels(name: str, middle: float, edge: float) -> str:
    shown = escape(name)
    return (
        f'<text x="{edge:.1f}" y="{middle:.1f}" text-anchor="end" dominant-baseline="central">{shown}</text>'
        f'<text x="{middle:.1f}" y="{edge:.1f}" dominant-baseline="central" '
        f'transform="rotate(-90 {middle:.1f} {edge:.1f})">{shown}</text>'
    )

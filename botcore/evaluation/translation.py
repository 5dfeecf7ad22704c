"""How near translations come to those of people, and which part of the bot made them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from botcore.errors import BotcoreError
from botcore.evaluation.asking import Ask, Watch, unwatched
from botcore.evaluation.chrf import added, chrf, counts, score
from botcore.evaluation.jsonl import Faults, read_jsonl
from botcore.evaluation.words import percent, short

FORM = "an object with source and target (a text, or a list of texts)"
_WORST = 10


class Pair(msgspec.Struct, frozen=True):
    """A text, and how people translated it."""

    source: str
    target: str | list[str]
    line: int = 0

    @property
    def references(self) -> Sequence[str]:
        return [self.target] if isinstance(self.target, str) else self.target


class Translated(msgspec.Struct, frozen=True):
    """A pair with what the bot made of it."""

    line: int
    source: str
    target: str
    given: str
    by: str
    """Which part translated it; empty where none did."""
    chrf: float
    failed: str = ""
    """Why the part that should have done it didn't."""


class Report(msgspec.Struct, frozen=True):
    """Shares are between 0 and 1."""

    source_language: str
    target_language: str
    pairs: int
    chrf: float
    """chrF2 of what was translated, 0 to 100."""
    chrf_all: float
    """The same, where what was refused counts as an empty translation."""
    by: dict[str, float]
    """Share of the pairs that each part translated."""
    refused: float
    """Share for which no part was there."""
    failed: float
    """Share for which the part that was there failed."""
    ms_each: float
    worst: tuple[Translated, ...]
    """Of those translated, the lowest chrF first."""
    failures: dict[str, int]
    """Why texts failed, and how often."""

    def as_json(self) -> dict[str, object]:
        """Plain data, for `--json`."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


def read_pairs(path: Path) -> list[Pair]:
    """Raises ConfigurationError with all faulty lines."""
    faults = Faults(path)
    pairs = []
    for line, pair in read_jsonl(path, Pair, FORM):
        if not pair.source.strip():
            faults.add(line, "source is empty")
        if not pair.references or not all(text.strip() for text in pair.references):
            faults.add(line, "target is empty")
        pairs.append(msgspec.structs.replace(pair, line=line))
    faults.refuse()
    return pairs


async def evaluate_translation(
    pairs: Sequence[Pair], source: str, target: str, ask: Ask, watch: Watch = unwatched
) -> Report:
    """One text after the other, from language `source` to `target` (ISO 639-1 codes)."""
    done: list[Translated] = []
    seconds = 0.0
    for pair in watch(pairs):
        began = time.perf_counter()
        answer = await _answer(pair.source, source, target, ask)
        seconds += time.perf_counter() - began
        given, by = answer.get("text", ""), answer.get("by", "")
        done.append(
            Translated(
                line=pair.line,
                source=pair.source,
                target=pair.references[0],
                given=given,
                by=by,
                chrf=round(chrf(given, pair.references), 1),
                failed=answer.get("failed", ""),
            )
        )
    return _report(pairs, done, source, target, seconds)


async def _answer(text: str, source: str, target: str, ask: Ask) -> Mapping[str, str]:
    try:
        return await ask({"text": text, "source": source, "target": target})
    except BotcoreError as error:
        return {"failed": str(error)}


def _report(
    pairs: Sequence[Pair], done: Sequence[Translated], source: str, target: str, seconds: float
) -> Report:
    compared = [counts(one.given, pair.references) for pair, one in zip(pairs, done, strict=True)]
    made = [one for one in done if one.by]
    failed = [one.failed for one in done if one.failed]
    total = max(1, len(done))
    return Report(
        source_language=source,
        target_language=target,
        pairs=len(done),
        chrf=round(score(added(one for one, pair in zip(compared, done, strict=True) if pair.by)), 1),
        chrf_all=round(score(added(compared)), 1),
        by={part: round(count / total, 4) for part, count in Counter(one.by for one in made).most_common()},
        refused=round((len(done) - len(made) - len(failed)) / total, 4),
        failed=round(len(failed) / total, 4),
        ms_each=round(seconds * 1000 / total, 1),
        worst=tuple(sorted(made, key=lambda one: (one.chrf, one.line))[:_WORST]),
        failures=dict(Counter(failed).most_common(_WORST)),
    )


def render_translation(report: Report) -> str:
    """For a terminal: the figures, then the texts to look at first."""
    lines = [
        f"{report.source_language} to {report.target_language}, {report.pairs:,} texts",
        f"chrF2, translated      {report.chrf:6.1f}",
        f"chrF2, all             {report.chrf_all:6.1f}  (what was not translated counts as empty)",
        *(f"by {part:<20}{percent(share)}" for part, share in report.by.items()),
        f"refused                {percent(report.refused)}",
        f"failed                 {percent(report.failed)}",
        f"a text                 {report.ms_each:6.1f} ms",
    ]
    if report.failures:
        lines += ["", "why it failed", *(f"  {count:4}  {why}" for why, count in report.failures.items())]
    if report.worst:
        lines += ["", "farthest from the reference (chrF2)"]
    for one in report.worst:
        lines += [
            f"  {one.chrf:5.1f}  line {one.line}: {short(one.source)}",
            f"         given      {short(one.given)} ({one.by})",
            f"         reference  {short(one.target)}",
        ]
    return "\n".join(lines)

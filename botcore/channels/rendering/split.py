"""Cuts a text into messages where a reader would: at a paragraph, a line, a sentence, a word."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from wcwidth import iter_graphemes

from botcore.channels.rendering.flow import Flow, Span

# Where to cut, best first: a pattern, the share of the limit that a piece must fill to be cut there, and whether
# the place lies in a code block.
_PLACES = (
    (re.compile(r"\n[ \t]*\n\s*"), 0.4, False),
    (re.compile(r"\n\s*"), 0.5, False),
    (re.compile(r"[.!?…]+[\"'”’)\]]*\s+|[。！？]+[”’」』）]*\s*"), 0.5, False),
    (re.compile(r"\n"), 0.3, True),
    (re.compile(r"\s+|[，、；：]+"), 0.2, False),
    (re.compile(r"\s+"), 0.0, False),
    (re.compile(r"\s+"), 0.0, True),
)
_LONGEST_GRAPHEME = 64
"""Characters; a longer cluster (stacked accents without end) may be cut."""


def utf16(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts, and never less than Discord does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def units(text: str) -> list[int]:
    """UTF-16 units of each character."""
    if max(text, default="") <= "\uffff":
        return [1] * len(text)
    return [1 + (character > "\uffff") for character in text]


def split(text: str, limit: int, measure: Callable[[str], int] = utf16) -> list[str]:
    """Plain text in pieces of at most `limit` by `measure`, which must add up over single characters.

    Only white space at the cuts is left out.
    """
    weights = units(text) if measure is utf16 else [measure(character) for character in text]
    return [piece.text for piece in split_flow(Flow(text), limit, weights)]


def no_overhead(span: Span) -> int:
    return 0


def split_flow(
    flow: Flow,
    limit: int,
    weights: Sequence[int],
    overhead: Callable[[Span], int] = no_overhead,
    most_spans: int | None = None,
) -> list[Flow]:
    """Pieces whose weight stays within `limit`.

    A piece weighs what its characters weigh (`weights`, one each) and the `overhead` of every span that has a part
    in it. Links and inline code stay whole unless one alone is too long; other spans go on in the next piece.
    """
    return list(_Splitter(flow, limit, weights, overhead, most_spans).pieces())


class _Splitter:
    def __init__(
        self,
        flow: Flow,
        limit: int,
        weights: Sequence[int],
        overhead: Callable[[Span], int],
        most_spans: int | None,
    ) -> None:
        self._text, self._spans = flow.text, flow.spans
        self._limit, self._overhead, self._most_spans = limit, overhead, most_spans
        self._starts = [span.start for span in flow.spans]
        self._totals = self._weigh(weights)
        self._code = Cover((span.start, span.end) for span in flow.spans if span.kind == "pre")
        self._whole = Cover(_kept_whole(flow.spans))

    def _weigh(self, weights: Sequence[int]) -> list[int]:
        """Sums up to each character; a span's overhead is paid at its first one."""
        each = list(weights)
        for span in self._spans:
            each[span.start] += self._overhead(span)
        return [0, *accumulate(each)]

    def pieces(self) -> Iterator[Flow]:
        start, used = self._skip(0), 0
        spans: list[Span] = []
        while start < len(self._text):
            end = self._end(start, spans, used)
            shown = self._shown(start, end)
            upto = bisect_left(self._starts, end)
            here = [*spans, *self._spans[used:upto]]
            if shown > start:
                yield _cut(self._text, start, shown, here)
            start, used = self._skip(end), upto
            spans = [span for span in here if span.end > start]

    def _end(self, start: int, spans: Sequence[Span], used: int) -> int:
        carried = sum(self._overhead(span) for span in spans)
        furthest = bisect_right(self._totals, self._totals[start] + self._limit - carried) - 1
        if self._most_spans is not None:
            last = used + max(1, self._most_spans - len(spans))
            furthest = min(furthest, self._starts[last]) if last < len(self._starts) else furthest
        if furthest >= len(self._text):
            return len(self._text)
        return self._place(start, max(furthest, start + 1))

    def _place(self, start: int, furthest: int) -> int:
        window = self._text[start : furthest + _LONGEST_GRAPHEME]
        bounds = set(accumulate(map(len, iter_graphemes(window)), initial=start))
        for pattern, share, in_code in _PLACES:
            least = start + int((furthest - start) * share)
            for at in self._candidates(pattern, least, start, furthest):
                if at in bounds and self._code.holds(at) is in_code and not self._whole.holds(at):
                    return at
        inside = [at for at in bounds if start < at <= furthest]
        return max((at for at in inside if not self._whole.holds(at)), default=max(inside, default=furthest))

    def _candidates(self, pattern: re.Pattern[str], least: int, start: int, furthest: int) -> list[int]:
        """White space costs nothing at a cut, so a match may reach one character past the end."""
        found = [match.end() for match in pattern.finditer(self._text, max(start, least), furthest + 1)]
        if found and found[-1] > furthest and self._text[furthest].isspace():
            found[-1] = furthest
        return [at for at in reversed(found) if start < at <= furthest]

    def _shown(self, start: int, end: int) -> int:
        """White space before a cut is left out; of code, only the newline is."""
        if self._code.holds(end):
            return end - (self._text[end - 1] == "\n")
        return start + len(self._text[start:end].rstrip())

    def _skip(self, start: int) -> int:
        """The next piece begins with a word; code begins with its indent."""
        while start < len(self._text) and self._text[start].isspace() and not self._code.covers(start):
            start += 1
        return start


class Cover:
    """Stretches of the text that don't overlap, in order."""

    def __init__(self, stretches: Iterator[tuple[int, int]]) -> None:
        found = sorted(stretches)
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]

    def holds(self, at: int) -> bool:
        """Whether a cut there would fall inside one."""
        place = bisect_left(self._starts, at) - 1
        return place >= 0 and at < self._ends[place]

    def covers(self, at: int) -> bool:
        """Whether the character there belongs to one."""
        return self.holds(at) or self.begins(at)

    def begins(self, at: int) -> bool:
        place = bisect_left(self._starts, at)
        return place < len(self._starts) and self._starts[place] == at


def _kept_whole(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Links and code; a bullet with its first letter, a heading with the line that follows it."""
    end = -1
    for span in spans:
        if span.start < end:
            continue
        if span.kind in ("link", "code"):
            end = span.end
            yield span.start, end
        elif span.kind == "marker":
            end = span.end + 1
            yield span.start, end
        elif span.kind == "heading":
            end = span.end + 2
            yield span.start, end


def _cut(text: str, start: int, end: int, spans: Sequence[Span]) -> Flow:
    inside = (
        Span(max(span.start, start) - start, min(span.end, end) - start, span.kind, span.value)
        for span in spans
        if span.start < end and span.end > start
    )
    return Flow(text[start:end], tuple(span for span in inside if span.start < span.end))

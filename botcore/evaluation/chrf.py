"""chrF: how much of a reference's letters a translation has, in runs of one to six.

Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation", with beta = 2: recall counts for four
times as much as precision (chrF2). As in sacreBLEU, which gives the same figures: white space is left out; precision
and recall are averages over the lengths that both texts have; for a whole set the counts are added up first; of several
references the one nearest to the translation counts. No words are needed, so that Chinese is measured as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

ORDER = 6
BETA = 2

Counts = Sequence[tuple[int, int, int]]
"""For each length: n-grams of the translation, of the reference, and those in both."""


def chrf(translation: str, references: Sequence[str]) -> float:
    """Of one text, 0 to 100."""
    return score(counts(translation, references))


def counts(translation: str, references: Sequence[str]) -> Counts:
    """Against the reference that gives the best score. `references` is not empty."""
    return max((_counts(translation, reference) for reference in references), key=score)


def added(all_counts: Iterable[Counts]) -> Counts:
    """Of a whole set: a long text counts for more than a short one."""
    totals = [[0, 0, 0] for _ in range(ORDER)]
    for one in all_counts:
        for total, part in zip(totals, one, strict=True):
            for place, number in enumerate(part):
                total[place] += number
    return [(theirs, wanted, both) for theirs, wanted, both in totals]


def score(of: Counts) -> float:
    """0 to 100; 0 where there is nothing to compare."""
    used = [(both / theirs, both / wanted) for theirs, wanted, both in of if theirs and wanted]
    if not used:
        return 0.0
    precision = sum(one for one, _ in used) / len(used)
    recall = sum(one for _, one in used) / len(used)
    weight = BETA**2
    if not precision + recall:
        return 0.0
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall)


def _counts(translation: str, reference: str) -> Counts:
    ours, wanted = "".join(translation.split()), "".join(reference.split())
    found = []
    for length in range(1, ORDER + 1):
        one, other = _ngrams(ours, length), _ngrams(wanted, length)
        found.append((one.total(), other.total(), (one & other).total()))
    return found


def _ngrams(text: str, length: int) -> Counter[str]:
    return Counter(text[start : start + length] for start in range(len(text) - length + 1))

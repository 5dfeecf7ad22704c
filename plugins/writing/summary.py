"""The sentences that say most of a text, in its own words and order.

A sentence scores by how often the text uses its words (SumBasic: Nenkova and Vanderwende, 2005), with a bonus at the
beginning; once a sentence is taken, its words count less, so that the next one says something new.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

from .text import Text, tokens

_COMMON = """the a an and or but if then of to in on at for from with without by as is are was were be been being it its this
    that these those he she they we you i me my your his her their our not no do does did done have has had will would can
    could should may might there here so than too very just also about into over after before more most some any such
    的 了 是 在 和 与 及 也 都 就 而 或 但 这 那 有 我 你 他 她 它 们 为 以 于 对 从 把 被 到 上 下 中 不 很 会 能 可 要 个 之 其 所"""
_STOP = frozenset(_COMMON.split())
_SHORTEST = 4


def summarise(text: Text, count: int) -> list[str]:
    """Up to `count` sentences of the text; all of it where it has no more."""
    sentences = [sentence.lstrip("#*->• \t") for sentence in text.sentences]
    if len(sentences) <= count:
        return sentences
    units = [_units(sentence) for sentence in sentences]
    weight = {
        unit: float(number) for unit, number in Counter(unit for one in units for unit in set(one)).items()
    }
    taken: list[int] = []
    while len(taken) < count:
        best = max(
            (n for n in range(len(sentences)) if n not in taken), key=lambda n: _score(n, units[n], weight)
        )
        taken.append(best)
        weight = {unit: value * (0.3 if unit in set(units[best]) else 1.0) for unit, value in weight.items()}
    return [sentences[number] for number in sorted(taken)]


def _units(sentence: str) -> list[str]:
    """Content words; pairs of neighbours in Chinese, where a word has two characters as a rule."""
    found = [token.lower() for token in tokens(sentence)]
    words = [token for token in found if token not in _STOP and len(token) > 1]
    single = [token for token in found if len(token) == 1 and not token.isascii()]
    pairs = [a + b for a, b in pairwise(single) if a not in _STOP and b not in _STOP]
    return words + pairs


def _score(number: int, units: list[str], weight: dict[str, float]) -> float:
    if len(units) < _SHORTEST:
        return 0.0
    opening = 1.25 if number == 0 else 1.0
    return opening * sum(weight[unit] for unit in set(units)) / math.pow(len(set(units)), 0.7)

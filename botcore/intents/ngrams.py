"""What a text looks like by its letters and words, in any language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

MAX_CHARACTERS = 480
"""Of a longer text, the first two thirds of this and the last third are read: that is where people say what they want."""

_WORD = re.compile(r"\w+")
_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])")
_LENGTHS = (2, 3, 4, 5)


class Row(msgspec.Struct, frozen=True):
    """The n-grams of one text: columns of the vocabulary, and their weights of unit length in all."""

    columns: Indices
    weights: Floats


def clean(text: str) -> str:
    """One spelling for what means the same: NFKC, lower case, single spaces, no controls, bounded length."""
    if len(text) > MAX_CHARACTERS:
        text = f"{text[: 2 * MAX_CHARACTERS // 3]} {text[-MAX_CHARACTERS // 3 :]}"
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8")).casefold()
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(visible.split())[: 2 * MAX_CHARACTERS]


def ngrams(text: str) -> Counter[str]:
    """Letters by 2 to 5 within words, words by 1 and 2; Chinese and Japanese letters by 1 to 3 and as they stand."""
    found: Counter[str] = Counter()
    words = [word for piece in _WORD.findall(text) for word in _CJK.sub(r" \1 ", piece).split()]
    found.update(f"={word}" for word in words)
    found.update(f"={first} {second}" for first, second in pairwise(words))
    for piece in text.split():
        framed = f" {piece} "
        for length in _LENGTHS:
            found.update(framed[start : start + length] for start in range(max(1, len(framed) - length + 1)))
    return found


class Vocabulary:
    """The n-grams of the examples, weighed by how rare they are (tf-idf with sublinear tf, Salton and Buckley 1988).

    Letters and words are brought to unit length each, and then together.
    """

    def __init__(self, terms: Sequence[str], rarity: Floats) -> None:
        self.terms = terms
        self.rarity = rarity
        self._columns = {term: column for column, term in enumerate(terms)}

    @classmethod
    def of(cls, texts: Sequence[str], at_least: int = 1) -> Vocabulary:
        """Of clean texts; an n-gram that stands in fewer than `at_least` of them is left out."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(ngrams(text).keys())
        terms = sorted(term for term, count in counts.items() if count >= at_least)
        seen = np.array([counts[term] for term in terms], np.float32)
        return cls(terms, np.log((1 + len(texts)) / (1 + seen)).astype(np.float32) + 1)

    def __len__(self) -> int:
        return len(self.terms)

    def row(self, text: str) -> Row:
        """Of a clean text."""
        counts = ngrams(text)
        known = [
            (self._columns[term], count, term[0] == "=")
            for term, count in counts.items()
            if term in self._columns
        ]
        if not known:
            return Row(np.zeros(0, np.int64), np.zeros(0, np.float32))
        columns = np.array([column for column, _, _ in known], np.int64)
        weights = (1 + np.log(np.array([count for _, count, _ in known], np.float32))) * self.rarity[columns]
        whole = np.array([word for _, _, word in known])
        for kind in (whole, ~whole):
            weights[kind] /= max(float(np.linalg.norm(weights[kind])), 1e-9)
        return Row(columns, (weights / np.linalg.norm(weights)).astype(np.float32))

    def familiarity(self, row: Row, text: str) -> float:
        """Which share of the different n-grams of a clean text is known, 0 to 1."""
        return len(row.columns) / max(1, len(ngrams(text)))

    def rows(self, texts: Iterable[str]) -> list[Row]:
        return [self.row(text) for text in texts]

"""The search itself: full text by BM25 over a postings list, vectors by cosine, fused. NumPy only.

It works the same over every database, since it never asks one: the library builds it from the stored chunks.

- BM25: Robertson, Walker (1994); the idf of Lucene, which is never negative. The two parameters are
  those of Trotman, Puurula, Burgess (2014): the usual 1.2 and 0.75 favour short texts (measured: 10 points less).
- Fusion: a weighted sum of both scores, BM25 divided by its best; Bruch, Gai, Ingber (2023), "An Analysis of Fusion
  Functions for Hybrid Retrieval". Measured on 1,190 English questions among 10,000 sentences, R@1 / R@5: BM25 alone
  70.4 / 86.6, MiniLM alone 63.9 / 87.0, reciprocal rank fusion 73.2 / 91.8, this sum 76.0 / 92.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from botcore.engines.embedder import Vectors
from botcore.knowledge.tokens import asked, telling, tokens

K1 = 0.9
B = 0.4
TEXT_SHARE = 0.5
"""Weight of full text beside 1 for the cosine. 0.3 to 1 differ by less than two points."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


class Candidate(msgspec.Struct, frozen=True):
    """A chunk that may answer, with what the search knows of it."""

    row: int
    coverage: float
    """Share of the question's telling terms that it holds, weighted by their rarity; 0 to 1."""
    cosine: float | None
    """With the question's vector; None without one."""
    fused: float


class Index:
    """Immutable. `vectors` has a row of zeros for a chunk without one."""

    def __init__(self, texts: Sequence[str], vectors: Vectors | None = None) -> None:
        self.size = len(texts)
        self._vectors = vectors
        self._postings, lengths = _postings(texts)
        self._norm = (K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))) if self.size else lengths

    def search(self, query: str, vector: Floats | None, limit: int) -> list[Candidate]:
        """The best candidates, best first. A vector of None, or an index without vectors, means full text alone."""
        terms = asked(query)
        bm25 = self._bm25(terms)
        fused = bm25 / max(float(bm25.max(initial=0)), 1e-6)
        cosines = None
        if vector is not None and self._vectors is not None:
            cosines = self._vectors @ vector
            fused = TEXT_SHARE * fused + cosines
        rows = [int(row) for row in np.argsort(-fused, kind="stable")[:limit] if fused[row] > 0]
        coverage = self._coverage(terms, rows)
        return [
            Candidate(row, share, None if cosines is None else float(cosines[row]), float(fused[row]))
            for row, share in zip(rows, coverage, strict=True)
        ]

    def _idf(self, term: str) -> float:
        found = len(self._postings[term][0]) if term in self._postings else 0
        return float(np.log1p((self.size - found + 0.5) / (found + 0.5)))

    def _bm25(self, terms: Sequence[str]) -> Floats:
        scores = np.zeros(self.size, np.float32)
        for term in terms:
            if term in self._postings:
                rows, counts = self._postings[term]
                scores[rows] += self._idf(term) * counts * (K1 + 1) / (counts + self._norm[rows])
        return scores

    def _coverage(self, terms: Sequence[str], rows: Sequence[int]) -> list[float]:
        weights = {term: self._idf(term) for term in telling(terms)}
        total = sum(weights.values())
        if not total:
            return [0.0 for _ in rows]
        return [
            sum(weight for term, weight in weights.items() if self._holds(term, row)) / total for row in rows
        ]

    def _holds(self, term: str, row: int) -> bool:
        if term not in self._postings:
            return False
        rows = self._postings[term][0]
        at = int(np.searchsorted(rows, row))
        return at < len(rows) and int(rows[at]) == row


def _postings(texts: Sequence[str]) -> tuple[dict[str, tuple[Ints, Floats]], Floats]:
    """Term -> (rows in growing order, how often it stands there); and the length of every text in terms."""
    rows: dict[str, list[int]] = {}
    counts: dict[str, list[int]] = {}
    lengths = np.zeros(len(texts), np.float32)
    for row, text in enumerate(texts):
        terms = Counter(tokens(text))
        lengths[row] = sum(terms.values())
        for term, count in terms.items():
            rows.setdefault(term, []).append(row)
            counts.setdefault(term, []).append(count)
    return {
        term: (np.array(found, np.int32), np.array(counts[term], np.float32)) for term, found in rows.items()
    }, lengths

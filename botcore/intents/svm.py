"""A linear classifier over sparse rows: one support vector machine for each intent against the rest."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from botcore.intents.ngrams import Floats, Indices, Row


class Machine(msgspec.Struct, frozen=True):
    """Weights by column and intent; the last row is the bias."""

    weights: Floats

    def score(self, row: Row) -> Floats:
        """Signed distance to each intent's border, times the weights' length; 1 is the margin."""
        return np.asarray(row.weights @ self.weights[row.columns] + self.weights[-1], np.float32)

    def scores(self, rows: Sequence[Row]) -> Floats:
        return np.array([self.score(row) for row in rows], np.float32).reshape(
            len(rows), self.weights.shape[1]
        )


def train_machine(
    rows: Sequence[Row],
    labels: Indices,
    intents: int,
    columns: int,
    *,
    cost: float = 1.0,
    epochs: int = 12,
    seed: int = 0,
) -> Machine:
    """Squared hinge loss by dual coordinate descent (Hsieh et al. 2008, "A dual coordinate descent method for
    large-scale linear SVM", algorithm 1), all intents at a time: they share the rows, and so each step.
    """
    weights = np.zeros((columns + 1, intents), np.float32)
    duals = np.zeros((len(rows), intents), np.float32)
    diagonal = 1 / (2 * cost)
    biased = [(np.append(row.columns, columns), np.append(row.weights, np.float32(1))) for row in rows]
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        worst = 0.0
        for index in random.permutation(len(rows)):
            at, values = biased[index]
            sign = np.full(intents, -1, np.float32)
            sign[labels[index]] = 1
            part = weights[at]
            alpha = duals[index]
            gradient = sign * (values @ part) - 1 + diagonal * alpha
            updated = np.maximum(alpha - gradient / (float(values @ values) + diagonal), 0)
            step = (updated - alpha) * sign
            size = float(np.abs(step).max())
            worst = max(worst, size)
            if size > 1e-4:
                part += values[:, None] * step
                weights[at] = part
                duals[index] = updated
        if worst < 1e-2:
            break
    return Machine(
        weights.astype(np.float16).astype(np.float32)
    )  # as it is stored, so that a loaded one says the same

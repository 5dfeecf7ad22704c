"""Linear discriminant analysis: strong where an intent has ten examples, since all intents share what varies in them."""

from __future__ import annotations

import numpy as np

from botcore.intents.logistic import Regression
from botcore.intents.ngrams import Floats, Indices


def train_discriminant(
    vectors: Floats, labels: Indices, intents: int, width: int, *, shrinkage: float = 0.4
) -> Regression:
    """Gaussian intents with one covariance (Hastie, Tibshirani and Friedman 2009, 4.3), which is drawn to a
    multiple of the identity (Friedman 1989, "Regularized discriminant analysis"). Equal priors.

    `width` counts the dimensions over which the identity spreads, which may be more than the vectors have.
    """
    counts = np.bincount(labels, minlength=intents).astype(np.float32)
    sums = np.zeros((intents, vectors.shape[1]), np.float32)
    np.add.at(sums, labels, vectors)
    means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], vectors.mean(0))
    spread = vectors - means[labels]
    covariance = (1 - shrinkage) * (spread.T @ spread) / len(vectors)
    even = max(shrinkage * float((spread**2).sum()) / len(vectors) / width, 1e-6)
    covariance[np.diag_indices_from(covariance)] += np.float32(even)
    weights = np.asarray(np.linalg.solve(covariance, means.T), np.float32)
    return Regression(weights, -0.5 * (weights * means.T).sum(0))

"""Multinomial logistic regression on dense vectors, in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from botcore.intents.ngrams import Floats, Indices

_Loss = Callable[[Floats], tuple[float, Floats]]


class Regression(msgspec.Struct, frozen=True):
    """Weights by feature and intent, and a bias for each intent."""

    weights: Floats
    bias: Floats

    def turned(self, basis: Floats) -> Regression:
        """The same for vectors that were not brought into `basis` (a column for each feature of this one)."""
        return Regression(np.ascontiguousarray(basis @ self.weights), self.bias)

    def logits(self, vectors: Floats) -> Floats:
        return vectors @ self.weights + self.bias


def softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(-1, keepdims=True), np.float32)


def train_regression(
    vectors: Floats,
    labels: Indices,
    intents: int,
    *,
    cost: float = 10.0,
    rounds: int = 60,
    start: Regression | None = None,
) -> Regression:
    """Least Σ(log loss)·cost + ½|W|², bias unpunished (Bishop 2006, 4.3.4). `cost` counts an example, not the mean.

    A `start` near the end, such as what was learned of most of the examples, needs fewer rounds.
    """
    middle = vectors.mean(0)
    centred = vectors - middle
    width = vectors.shape[1]
    wanted = np.zeros((len(vectors), intents), np.float32)
    wanted[np.arange(len(vectors)), labels] = 1

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(width + 1, intents)
        chances = softmax(centred @ table[:-1] + table[-1])
        error = (chances - wanted) * cost
        surprise = -cost * float(np.log(chances[np.arange(len(labels)), labels] + 1e-12).sum())
        gradient = np.vstack([centred.T @ error + table[:-1], error.sum(0)])
        return surprise + 0.5 * float((table[:-1] ** 2).sum()), gradient.ravel()

    first = np.zeros((width + 1, intents), np.float32)
    if start:
        first = np.vstack([start.weights, start.bias + middle @ start.weights])
    table = minimise(loss, first.ravel(), rounds).reshape(width + 1, intents)
    return Regression(np.ascontiguousarray(table[:-1]), table[-1] - middle @ table[:-1])


def minimise(loss: _Loss, start: Floats, rounds: int, memory: int = 8) -> Floats:
    """L-BFGS with the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4) and backtracking by Armijo's rule."""
    point = start
    value, gradient = loss(point)
    past: list[tuple[Floats, Floats, float]] = []
    for _ in range(rounds):
        direction = -_two_loops(gradient, past)
        slope = float(gradient @ direction)
        if slope > -1e-6 * max(1.0, abs(value)):
            break
        length = 1.0 if past else 1.0 / max(1.0, float(np.linalg.norm(gradient)))
        for _attempt in range(20):
            reached = point + np.float32(length) * direction
            new_value, new_gradient = loss(reached)
            if new_value <= value + 1e-4 * length * slope:
                break
            length /= 2
        else:
            break
        moved, turned = reached - point, new_gradient - gradient
        curvature = float(moved @ turned)
        if curvature > 1e-10:
            past = [*past[-memory + 1 :], (moved, turned, 1 / curvature)]
        point, value, gradient = reached, new_value, new_gradient
    return point


def _two_loops(gradient: Floats, past: list[tuple[Floats, Floats, float]]) -> Floats:
    direction = gradient.copy()
    shares = []
    for moved, turned, inverse in reversed(past):
        share = np.float32(inverse * float(moved @ direction))
        direction -= share * turned
        shares.append(share)
    if past:
        moved, turned, inverse = past[-1]
        direction *= np.float32(1 / (inverse * float(turned @ turned)))
    for (moved, turned, inverse), share in zip(past, reversed(shares), strict=True):
        direction += moved * (share - np.float32(inverse * float(turned @ direction)))
    return direction

"""Whether a text is about any of the intents at all."""

from __future__ import annotations

import msgspec
import numpy as np

from botcore.intents.experts import Mask, Opinions
from botcore.intents.logistic import minimise
from botcore.intents.ngrams import Floats

Rule = str
"""`balanced` weighs a wrongly refused text and a wrongly accepted one alike; `larson` takes the greatest accuracy with
out of scope as one more intent (Larson et al. 2019, "An Evaluation Dataset for Intent Classification and Out-of-Scope
Prediction"), 100 texts out of scope for 3,000 within it, as in that paper's validation set."""

_LARSON_SHARE = 100 / 3100
_REFUSED_AT_MOST = 0.08
"""Of held-back examples, where nobody gave examples of what is out of scope: held-out intents stand for it then, and
are more like the others than what people really ask."""
_PRIOR = 2.0


class Scope(msgspec.Struct, frozen=True):
    """A logistic judge of four signs, and from which chance on a text is taken to be in scope."""

    weights: tuple[float, ...] = (1.4, 7.0, 0.35, 0.0, -1.8)
    """Of the best letter score, the likeness of the nearest examples, the log of the best chance, the familiar
    share; then the bias."""
    alone: tuple[float, ...] = (2.0, 0.0, 0.35, 4.0, -0.5)
    """The same where the embedder can't read the text."""
    balanced: float = 0.5
    larson: float = 0.5

    def chances(self, opinions: Opinions, fused: Floats, read: Mask) -> Floats:
        """That each text is in scope, if half of all texts were."""
        signs = _signs(opinions, fused)
        logits = np.where(read, signs @ np.array(self.weights), signs @ np.array(self.alone))
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)

    def threshold(self, rule: Rule) -> float:
        return self.larson if rule == "larson" else self.balanced


def train_scope(
    opinions: Opinions, fused: Floats, read: Mask, inside: Mask, right: Mask, *, real: bool
) -> Scope:
    """From opinions on held-back texts: `inside` tells which are in scope, `right` whose best intent is the true one,
    and `real` whether those outside were given as such."""
    start = Scope()
    if inside.all() or not inside.any():
        return start
    signs = _signs(opinions, fused)
    alone = _judge(signs * np.array([1, 0, 1, 1, 1], np.float32), inside, start.alone)
    weights = _judge(signs[read], inside[read], start.weights)
    scope = Scope(weights, alone)
    chances = scope.chances(opinions, fused, read)
    balanced = _best(chances, inside, right, 0.5)
    if not real:
        balanced = min(balanced, float(np.quantile(chances[inside], _REFUSED_AT_MOST)))
    return Scope(weights, alone, balanced, min(balanced, _best(chances, inside, right, _LARSON_SHARE)))


def _signs(opinions: Opinions, fused: Floats) -> Floats:
    best = np.log(fused.max(1) + 1e-6)
    ones = np.ones(len(best), np.float32)
    return np.stack([opinions.letters.max(1), opinions.nearest, best, opinions.familiar, ones], 1).astype(
        np.float32
    )


def _judge(signs: Floats, inside: Mask, start: tuple[float, ...]) -> tuple[float, ...]:
    """Logistic regression with both sides weighing alike, drawn towards `start` where there are few texts."""
    if not len(signs) or inside.all() or not inside.any():
        return start
    default = np.array(start, np.float32)
    side = np.where(inside, 1, -1).astype(np.float32)
    weight = (
        np.where(inside, 0.5 / inside.sum(), 0.5 / (~inside).sum()).astype(np.float32)
        * 2
        * min(inside.sum(), (~inside).sum())
    )

    def loss(point: Floats) -> tuple[float, Floats]:
        margin = side * (signs @ point)
        away = point - default
        value = float((weight * np.logaddexp(0, -margin)).sum()) + _PRIOR * float(away @ away) / 2
        return value, np.asarray(
            -(weight * side / (1 + np.exp(np.clip(margin, -30, 30)))) @ signs + _PRIOR * away, np.float32
        )

    return tuple(float(value) for value in minimise(loss, default, 100))


def _best(chances: Floats, inside: Mask, right: Mask, outside_share: float) -> float:
    """The threshold of the greatest accuracy if `outside_share` of all texts were out of scope."""
    order = np.argsort(chances)
    gain = np.where(inside, -(1 - outside_share) * right / inside.sum(), outside_share / (~inside).sum())[
        order
    ]
    total = np.concatenate([[0.0], np.cumsum(gain)])
    cut = int(total.argmax())
    ends = np.concatenate([[0.0], chances[order], [1.0]])
    return float((ends[cut] + ends[cut + 1]) / 2)

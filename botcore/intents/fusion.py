"""How much each expert counts, learned on examples that the experts had not seen."""

from __future__ import annotations

import msgspec
import numpy as np

from botcore.intents.experts import Mask, Opinions
from botcore.intents.logistic import minimise, softmax
from botcore.intents.ngrams import Floats, Indices


class Fusion(msgspec.Struct, frozen=True):
    """Weights in a log-linear pool (Genest and Zidek 1986): chances are softmax(Σ weight·score).

    Since they maximise the likelihood of unseen examples, the chances are calibrated.
    """

    regression: float = 1.5
    discriminant: float = 0.01
    letters: float = 0.7
    letters_alone: float = 4.0
    """For texts that the embedder can't read."""

    def chances(self, opinions: Opinions, read: Mask) -> Floats:
        both = (
            self.regression * opinions.regression
            + self.discriminant * opinions.discriminant
            + self.letters * opinions.letters
        )
        return softmax(
            np.where(read[:, None], both, self.letters_alone * opinions.letters).astype(np.float32)
        )


_PRIOR = 4.0
"""How many examples' worth the defaults are when there are few."""


def train_fusion(opinions: Opinions, read: Mask, labels: Indices) -> Fusion:
    """From opinions on held-back examples; the defaults where there are none."""
    start = Fusion()
    if not len(labels):
        return start
    alone = _weigh([opinions.letters], labels, [start.letters_alone])
    chosen = np.flatnonzero(read)
    if not len(chosen):
        return Fusion(letters_alone=alone[0])
    scores = [part[chosen] for part in (opinions.regression, opinions.discriminant, opinions.letters)]
    regression, discriminant, together = _weigh(
        scores, labels[chosen], [start.regression, start.discriminant, start.letters]
    )
    return Fusion(regression, discriminant, together, alone[0])


def _weigh(scores: list[Floats], labels: Indices, start: list[float]) -> list[float]:
    """Weights above 0 of the greatest likelihood, drawn towards `start` where there is little to go by."""
    default = np.log(np.array(start, np.float32))
    rows = np.arange(len(labels))

    def loss(logs: Floats) -> tuple[float, Floats]:
        parts = [weight * score for weight, score in zip(np.exp(logs), scores, strict=True)]
        chances = softmax(np.asarray(sum(parts), np.float32))
        surprise = -float(np.log(chances[rows, labels] + 1e-9).sum())
        chances[rows, labels] -= 1
        slope = np.array([(chances * part).sum() for part in parts], np.float32)
        away = logs - default
        return surprise + _PRIOR * float(away @ away) / 2, slope + _PRIOR * away

    return [float(weight) for weight in np.exp(minimise(loss, default, 40))]

"""Which intent a text is about, learned from the examples that plugins declare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from botcore.engines.embedder import Embedder
from botcore.errors import CorruptRecord, EngineError
from botcore.intents import storage
from botcore.intents.base import Detection, Examples
from botcore.intents.examples import prepare
from botcore.intents.ngrams import Floats, clean
from botcore.intents.scope import Rule
from botcore.intents.storage import Stored
from botcore.intents.training import Judge, bare, layered, look_at, train_judge, unread

_ALTERNATIVES = 5


class IntentClassifier:
    """Serves with NumPy arrays. Deterministic: the same text has the same answer, alone or among others. Threadsafe.

    `warnings` name what is wrong with the examples that it learned from.
    """

    def __init__(self, judge: Judge | None, embedder: Embedder | None, warnings: Sequence[str] = ()) -> None:
        self._judge = judge
        self._embedder = embedder
        self.warnings = tuple(warnings)

    @classmethod
    def train(cls, examples: Examples, embedder: Embedder | None = None) -> IntentClassifier:
        """Learn, blocking: half a second for 200 examples, half a minute for 15,000.

        Examples of an intent named `oos` are of what should be taken for none. Faulty examples never raise.
        """
        lesson = prepare(examples)
        wide = layered(embedder)
        return cls(train_judge(lesson, wide), wide, lesson.warnings)

    def save(self, path: Path) -> None:
        """As one `.npz` file, which appears whole or not at all."""
        storage.write(Stored(self._judge, self._embedder.name if self._embedder else "", self.warnings), path)

    @classmethod
    def load(cls, path: Path, embedder: Embedder | None = None) -> IntentClassifier:
        """Give the same embedder as for training. Raises CorruptRecord for a file that can't be used with it."""
        wide = layered(embedder)
        stored = storage.read(path)
        if stored.embedder != (wide.name if wide else ""):
            raise CorruptRecord(f"{path} was trained with another embedder ({stored.embedder or 'none'}).")
        return cls(stored.judge, wide, stored.warnings)

    @property
    def judge(self) -> Judge | None:
        """What was learned; None where no intent had an example."""
        return self._judge

    @property
    def intents(self) -> tuple[str, ...]:
        return self._judge.intents if self._judge else ()

    def classify(self, text: str, language: str = "") -> Detection:
        """The intent, or an empty one where the text is about none of them. Any text will do."""
        return self.classify_batch([text], language)[0]

    def classify_batch(
        self, texts: Sequence[str], language: str = "", *, rule: Rule = "balanced"
    ) -> list[Detection]:
        """`rule` says how readily a text is taken to be out of scope (see `scope.Rule`)."""
        if self._judge is None:
            return [Detection(score=1.0) for _ in texts]
        chances, inside = self.consider(texts, language)
        threshold = self._judge.scope.threshold(rule)
        strange = [bare(clean(text)) in self._judge.strangers for text in texts]
        return [
            self._detection(row, 0.0 if known else float(sure), threshold)
            for row, sure, known in zip(chances, inside, strange, strict=True)
        ]

    def consider(self, texts: Sequence[str], language: str = "") -> tuple[Floats, Floats]:
        """The chance of each intent if the text is in scope (by text and intent), and the chance that it is."""
        judge = self._judge
        if judge is None:
            return np.zeros((len(texts), 0), np.float32), np.zeros(len(texts), np.float32)
        said = [clean(text) for text in texts]
        try:
            seen = look_at(said, [language] * len(texts), self._embedder)
        except EngineError:  # a server of vectors may be away: the letters are still there
            seen = unread(said, self._embedder)
        opinions = judge.experts.consider(seen)
        chances = judge.fusion.chances(opinions, seen.read)
        strange = opinions.familiar + opinions.nearest == 0
        inside = judge.scope.chances(opinions, chances, seen.read)
        return chances, np.where(strange, np.float32(0), inside)

    def _detection(self, chances: Floats, inside: float, threshold: float) -> Detection:
        order = np.argsort(-chances, kind="stable")[:_ALTERNATIVES]
        joint = tuple((self.intents[index], round(float(chances[index]) * inside, 4)) for index in order)
        border = abs(inside - threshold)
        if inside <= 0 or inside < threshold:
            return Detection(score=round(1 - inside, 4), alternatives=joint, margin=round(border, 4))
        best = [float(chances[index]) for index in order[:2]]
        lead = best[0] - best[1] if len(best) > 1 else 1.0
        return Detection(*joint[0], alternatives=joint, margin=round(min(lead, border), 4))

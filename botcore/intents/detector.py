"""The detector that a running bot asks: it learns in the background and answers meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from pathlib import Path

import msgspec

from botcore.engines.embedder import Embedder
from botcore.engines.minilm import MiniLM
from botcore.errors import BotcoreError, CorruptRecord
from botcore.intents.base import Detection, Examples
from botcore.intents.classifier import IntentClassifier
from botcore.intents.examples import fingerprint
from botcore.intents.several import find_parts
from botcore.intents.storage import FORMAT
from botcore.intents.training import layered

_KEPT = 5
"""Models that stay in the cache, so that going back to earlier examples is quick."""


class ClassifierDetector:
    """A `Detector` by examples. Until the first model is ready, `detect` waits for it, up to `patience` seconds:
    an answer that is a second late is better than one that misses what was asked. After that it says out of scope.
    While new examples are being learned, the earlier model answers.
    """

    def __init__(
        self, folder: Path, embedder: Embedder | None = None, *, patience: float = 20.0, quick: int = 1500
    ) -> None:
        """Up to `quick` examples are learned in a thread, which takes a few seconds. More take a process, which leaves
        the loop its core."""
        self._folder = folder
        self._embedder = embedder
        self._patience = patience
        self._quick = quick
        self._classifier: IntentClassifier | None = None
        self._ready = asyncio.Event()
        self._training = asyncio.Lock()

    @property
    def ready(self) -> bool:
        return self._ready.is_set()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with the examples of the model in use."""
        return self._classifier.warnings if self._classifier else ()

    async def train(self, examples: Examples) -> None:
        """Take the model of these examples from the cache, or learn it, and then use it from one message to the next."""
        async with self._training:
            self._classifier = await self._trained(examples)
            self._ready.set()

    async def detect(self, text: str, language: str) -> Detection:
        if not self._ready.is_set():
            try:
                await asyncio.wait_for(self._ready.wait(), self._patience)
            except TimeoutError:
                return Detection(by="untrained")
        classifier = self._classifier
        if classifier is None:
            return Detection(by="untrained")
        return await asyncio.to_thread(_detect, classifier, text, language)

    async def _trained(self, examples: Examples) -> IntentClassifier:
        wide = layered(self._embedder)
        path = self._folder / f"intents-{fingerprint(examples, str(FORMAT), wide.name if wide else '')}.npz"
        cached = await asyncio.to_thread(_load, path, self._embedder)
        if cached:
            return cached
        apart = _count(examples) > self._quick and (
            self._embedder is None or isinstance(self._embedder, MiniLM)
        )
        if not apart:
            return await asyncio.to_thread(_learn, examples, self._embedder, path)
        await self._learn_apart(examples, path)
        return await asyncio.to_thread(IntentClassifier.load, path, self._embedder)

    async def _learn_apart(self, examples: Examples, path: Path) -> None:
        plain = {
            intent: {code: list(texts) for code, texts in said.items()} for intent, said in examples.items()
        }
        process = multiprocessing.get_context("spawn").Process(
            target=_learn_apart, args=(plain, self._embedder, path), name="botcore-intents", daemon=True
        )
        try:
            await asyncio.to_thread(process.start)
            await asyncio.to_thread(process.join)
        finally:
            process.kill()
        if process.exitcode:
            raise BotcoreError(
                f"Learning the intents ended with status {process.exitcode}. The earlier model, where there is one, "
                "goes on answering; the log of that process says why."
            )


def _detect(classifier: IntentClassifier, text: str, language: str) -> Detection:
    found = classifier.classify(text, language)
    parts = find_parts(text, language, lambda texts: classifier.classify_batch(texts, language))
    stages = [_explained(found)]
    if parts:
        said = " + ".join(f"{part.intent} {part.score:.2f}" for part in parts)
        found = msgspec.structs.replace(found, intent=parts[0].intent, score=parts[0].score, parts=parts)
        stages.append(f"several wishes: {said}")
    return msgspec.structs.replace(found, stages=tuple(stages))


def _explained(found: Detection) -> str:
    candidates = ", ".join(f"{name} {score:.2f}" for name, score in found.alternatives) or "none"
    decision = found.intent or "out of scope"
    return f"classifier: {decision} (margin {found.margin:.2f}; candidates {candidates})"


def _count(examples: Examples) -> int:
    return sum(len(texts) for said in examples.values() for texts in said.values())


def _load(path: Path, embedder: Embedder | None) -> IntentClassifier | None:
    try:
        found = IntentClassifier.load(path, embedder)
    except (FileNotFoundError, CorruptRecord):
        return None
    os.utime(path)
    return found


def _learn_apart(examples: Examples, embedder: Embedder | None, path: Path) -> None:
    """In a process of its own, which Ctrl-C in the bot's terminal does not concern, and which lets the bot go first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)
    if isinstance(embedder, MiniLM):
        embedder = embedder.with_threads(os.cpu_count() or 1)
    _learn(examples, embedder, path)


def _learn(examples: Examples, embedder: Embedder | None, path: Path) -> IntentClassifier:
    classifier = IntentClassifier.train(examples, embedder)
    classifier.save(path)
    _tidy(path.parent)
    return classifier


def _tidy(folder: Path) -> None:
    """Forget the models that were not used for longest."""
    models = sorted(folder.glob("intents-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in models[_KEPT:]:
        path.unlink(missing_ok=True)

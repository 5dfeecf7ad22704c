"""What every `Detector` promises, and how the one that learns starts, learns on and remembers."""

from __future__ import annotations

import asyncio
from multiprocessing import active_children
from pathlib import Path

import pytest

from botcore.engines.minilm import MiniLM
from botcore.intents.base import Detector, Examples
from botcore.intents.detector import ClassifierDetector


@pytest.fixture
async def detector(shop: Examples, embedder: MiniLM | None, folder: Path) -> ClassifierDetector:
    made = ClassifierDetector(folder, embedder)
    await made.train(shop)
    return made


async def test_the_same_text_has_the_same_detection(detector: Detector) -> None:
    first = await detector.detect("where is my order", "en")
    assert first.intent == "track_order"
    assert first.by == "classifier"
    assert await detector.detect("where is my order", "en") == first


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "😀", "x" * 5000, "\u202e"])
async def test_no_text_raises(detector: Detector, text: str) -> None:
    assert 0 <= (await detector.detect(text, "en")).score <= 1


async def test_messages_during_the_start_wait_for_the_first_model(shop: Examples, folder: Path) -> None:
    detector = ClassifierDetector(folder)
    early = asyncio.create_task(detector.detect("where is my parcel", "en"))
    await detector.train(shop)
    assert (await early).intent == "track_order"


async def test_patience_ends_with_out_of_scope(folder: Path) -> None:
    found = await ClassifierDetector(folder, patience=0.01).detect("where is my parcel", "en")
    assert (found.intent, found.by) == ("", "untrained")


async def test_the_earlier_model_answers_while_another_is_learned(detector: ClassifierDetector) -> None:
    training = asyncio.create_task(
        detector.train({"colour": {"en": ["red", "blue"]}, "size": {"en": ["big", "small"]}})
    )
    assert (await detector.detect("where is my parcel", "en")).intent == "track_order"
    await training
    assert (await detector.detect("blue", "en")).intent == "colour"


async def test_a_second_start_reads_the_model_it_has(shop: Examples, folder: Path) -> None:
    await ClassifierDetector(folder).train(shop)
    (model,) = folder.iterdir()
    written = model.read_bytes()
    again = ClassifierDetector(folder)
    await again.train(shop)
    assert model.read_bytes() == written
    assert (await again.detect("cancel my order", "en")).intent == "cancel_order"


async def test_a_spoilt_model_is_learned_anew(shop: Examples, folder: Path) -> None:
    await ClassifierDetector(folder).train(shop)
    (model,) = folder.iterdir()
    model.write_bytes(b"half")
    detector = ClassifierDetector(folder)
    await detector.train(shop)
    assert (await detector.detect("cancel my order", "en")).intent == "cancel_order"


async def test_few_models_are_kept(folder: Path) -> None:
    detector = ClassifierDetector(folder)
    for number in range(8):
        await detector.train({"one": {"en": [f"number {number}"]}, "two": {"en": ["letter"]}})
    assert len(list(folder.iterdir())) == 5


async def test_many_examples_are_learned_in_a_process_of_their_own(
    shop: Examples, embedder: MiniLM | None, folder: Path
) -> None:
    detector = ClassifierDetector(folder, embedder, quick=10)
    await detector.train(shop)
    assert (await detector.detect("where is my order", "en")).intent == "track_order"
    assert len(list(folder.iterdir())) == 1


async def test_learning_that_is_cancelled_leaves_no_process_and_no_half_a_model(
    shop: Examples, folder: Path
) -> None:
    detector = ClassifierDetector(folder, quick=10)
    training = asyncio.create_task(detector.train(shop))
    while not active_children():
        await asyncio.sleep(0.001)
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    assert not list(folder.glob("*.npz"))
    await asyncio.to_thread(lambda: [child.join() for child in active_children()])
    assert not active_children()

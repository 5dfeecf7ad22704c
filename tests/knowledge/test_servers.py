"""The search with vectors and an order from servers, and while these are away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from botcore.engines.embedder import Vectors
from botcore.errors import EngineUnavailable
from botcore.intents.classifier import IntentClassifier
from botcore.knowledge.library import Library
from botcore.stores.records import Records
from tests.knowledge.conftest import SHOP, MeaningEmbedder


class Order:
    """A reranker that likes passages with its word."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.away = False
        self.asked = 0

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked += 1
        if self.away:
            raise EngineUnavailable("no server")
        return [float(self.word in passage) for passage in passages]

    async def aclose(self) -> None: ...


class Leaving(MeaningEmbedder):
    """An embedder of a server that may go away."""

    away = False

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.away:
            raise EngineUnavailable("no server")
        return super().embed(texts)


async def test_a_reranker_decides_the_order_and_is_not_missed_when_it_is_away(records: Records) -> None:
    order = Order("Saturday")
    library = Library(records, reranker=order)
    await library.sync(SHOP)
    plain = await Library(records).search("How long do I have to return something?", "en")
    first = await library.search("How long do I have to return something?", "en", limit=1)
    assert len(first) == 1
    order.word = plain[1].text[:40]
    assert (await library.search("How long do I have to return something?", "en"))[0] == plain[1]
    order.away = True
    assert await library.search("How long do I have to return something?", "en") == plain
    assert order.asked == 3


async def test_documents_are_found_by_their_words_while_the_server_of_vectors_is_away(
    records: Records, tmp_path: Path
) -> None:
    (tmp_path / "cars.md").write_text("# Cars\n\nEvery car has a warranty.\n", "utf-8")
    embedder = Leaving()
    library = Library(records, embedder)
    await library.sync(tmp_path)
    assert await library.search("automobile", "en")
    embedder.away = True
    assert (await library.search("warranty of a car", "en"))[0].uri == "cars.md"


def test_intents_are_told_by_their_letters_while_the_server_of_vectors_is_away() -> None:
    examples = {
        "hours": {"en": ["When are you open?", "What are your opening hours?", "Are you open on Sunday?"]},
        "price": {"en": ["How much is a wagon?", "What does a car cost?", "The price of a kitten?"]},
    }
    embedder = Leaving()
    classifier = IntentClassifier.train(examples, embedder)
    assert classifier.classify("What are your opening hours?", "en").intent == "hours"
    embedder.away = True
    assert classifier.classify("What are your opening hours?", "en").intent == "hours"

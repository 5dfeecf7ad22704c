"""Builds the MiniLM graph that onnxruntime runs, from published weights and without torch.

The network is BERT (Devlin et al. 2019) with 6 layers of 384, all-MiniLM-L6-v2, mean pooling and unit length
(Reimers and Gurevych 2019). Dense weights are 8-bit integers with one scale for each 64 inputs of each output
channel, and activations are quantised row by row while it runs, so a text has the same vector in any batch
(a scale for the whole tensor, as DynamicQuantizeLinear gives, would let its neighbours change it).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS = 6
HEADS = 12
WIDTH = 384
MAX_TOKENS = 256
POOLED = (5, 4, 3, 2)
"""Layers whose means make the `layers` output, last layer first; the last layer's maxima follow them."""

_BLOCK = 64
_Array = npt.NDArray[Any]


class _Graph:
    """Nodes and constants, while they are being collected."""

    def __init__(self, weights: dict[str, _Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, _Array] = {}

    def constant(self, name: str, value: _Array) -> str:
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def axis(self, number: int) -> str:
        return self.constant(f"axis.{number}", np.array([number], np.int64))

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        return self.ops(kind, *inputs, domain=domain, outputs=1, **attributes)[0]

    def ops(self, kind: str, *inputs: str, outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        names = [f"{kind}.{len(self.nodes)}.{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names

    def norm(self, x: str, name: str) -> str:
        scale = self.constant(f"{name}.scale", self.weights[f"{name}.weight"])
        bias = self.constant(f"{name}.shift", self.weights[f"{name}.bias"])
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)

    def dense(self, x: str, *names: str) -> str:
        """x·Wᵀ + b, with the outputs of several dense layers side by side."""
        weight = np.concatenate([self.weights[f"{name}.weight"] for name in names])
        outputs, inputs = weight.shape
        blocks = weight.reshape(outputs, inputs // _BLOCK, _BLOCK)
        scales = np.maximum(np.abs(blocks).max(-1), 1e-12) / 127
        codes = (np.rint(blocks / scales[..., None]) + 128).astype(np.uint8)
        y = self.op(
            "MatMulNBits",
            x,
            self.constant(f"{names[0]}.codes", codes),
            self.constant(f"{names[0]}.scales", scales.reshape(-1).astype(np.float32)),
            domain="com.microsoft",
            K=inputs,
            N=outputs,
            bits=8,
            block_size=_BLOCK,
            accuracy_level=4,
        )
        bias = np.concatenate([self.weights[f"{name}.bias"] for name in names])
        return self.op("Add", y, self.constant(f"{names[0]}.b", bias))


def build(weights: dict[str, _Array]) -> onnx.ModelProto:
    """Inputs `ids` and `mask` (int64, batch x tokens); outputs `vector` and `layers`, of unit length by 384."""
    graph = _Graph(weights)
    hidden = _embeddings(graph)
    mask = graph.op("Cast", "mask", to=TensorProto.INT32)
    states = []
    for number in range(LAYERS):
        hidden = _layer(graph, hidden, mask, f"encoder.layer.{number}")
        states.append(hidden)
    _pool(graph, states)
    return _model(graph)


def _embeddings(graph: _Graph) -> str:
    words = graph.weights["embeddings.word_embeddings.weight"]
    scales = np.maximum(np.abs(words).max(1, keepdims=True), 1e-12) / 127
    codes = graph.constant("words.codes", np.rint(words / scales).astype(np.int8))
    rows = graph.op("Cast", graph.op("Gather", codes, "ids"), to=TensorProto.FLOAT)
    found = graph.op("Gather", graph.constant("words.scales", scales.astype(np.float32)), "ids")
    positions = graph.weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    positions = positions + graph.weights["embeddings.token_type_embeddings.weight"][0]
    length = graph.op("Shape", "ids", start=1, end=2)
    first = graph.constant("first", np.array([0], np.int64))
    placed = graph.op("Slice", graph.constant("positions", positions), first, length, graph.axis(0))
    return graph.norm(graph.op("Add", graph.op("Mul", rows, found), placed), "embeddings.LayerNorm")


def _layer(graph: _Graph, hidden: str, mask: str, name: str) -> str:
    asked = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    query, key, value = graph.ops("Split", graph.dense(hidden, *asked), outputs=3, axis=-1, num_outputs=3)
    seen = graph.op(
        "MultiHeadAttention", query, key, value, "", mask, domain="com.microsoft", num_heads=HEADS
    )
    seen = graph.dense(seen, f"{name}.attention.output.dense")
    hidden = graph.norm(graph.op("Add", hidden, seen), f"{name}.attention.output.LayerNorm")
    wide = graph.op("Gelu", graph.dense(hidden, f"{name}.intermediate.dense"))
    narrow = graph.dense(wide, f"{name}.output.dense")
    return graph.norm(graph.op("Add", hidden, narrow), f"{name}.output.LayerNorm")


def _pool(graph: _Graph, states: list[str]) -> None:
    mask = graph.op("Cast", "mask", to=TensorProto.FLOAT)
    weights = graph.op("Unsqueeze", mask, graph.axis(2))
    count = graph.op("ReduceSum", mask, graph.axis(1), keepdims=1)
    pooled = []
    for layer in POOLED:
        total = graph.op("ReduceSum", graph.op("Mul", states[layer], weights), graph.axis(1), keepdims=0)
        pooled.append(graph.op("LpNormalization", graph.op("Div", total, count), axis=-1, p=2))
    absent = graph.op("Sub", weights, graph.constant("unity", np.array(1, np.float32)))
    absent = graph.op("Mul", absent, graph.constant("far", np.array(1e9, np.float32)))
    highest = graph.op("ReduceMax", graph.op("Add", states[-1], absent), graph.axis(1), keepdims=0)
    pooled.append(graph.op("LpNormalization", highest, axis=-1, p=2))
    graph.nodes.append(helper.make_node("Identity", pooled[:1], ["vector"]))
    graph.nodes.append(helper.make_node("Concat", pooled, ["layers"], axis=-1))


def _model(graph: _Graph) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("ids", "mask")
    ]
    widths = {"vector": WIDTH, "layers": WIDTH * (len(POOLED) + 1)}
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", n]) for name, n in widths.items()
    ]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.constants.items()]
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, constants)
    return helper.make_model(body, opset_imports=opsets, ir_version=10)


def write(weights: Path, target: Path) -> None:
    """Build from a safetensors file into `target`, which appears whole or not at all."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(build(load_file(weights)).SerializeToString())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))

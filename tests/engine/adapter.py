"""A tiny LoRA adapter for the tests' model: it says nothing sensible, but not what the model says by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from tests.engine.server import MODEL

RANK = 8


def make_adapter(folder: Path, seed: int = 1) -> Path:
    """Random weights, the same for the same seed, in the form of PEFT."""
    config = json.loads((MODEL / "config.json").read_text())
    width, layers = config["hidden_size"], config["num_hidden_layers"]
    draw = np.random.default_rng(seed)
    weights = {}
    for layer in range(layers):
        name = f"base_model.model.model.layers.{layer}.self_attn.o_proj"
        weights[f"{name}.lora_A.weight"] = draw.normal(size=(RANK, width)).astype(np.float32)
        weights[f"{name}.lora_B.weight"] = draw.normal(size=(width, RANK)).astype(np.float32)
    folder.mkdir(parents=True)
    save_file(weights, folder / "adapter_model.safetensors")
    about = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": RANK,
        "lora_alpha": 2 * RANK,
        "target_modules": ["o_proj"],
        "bias": "none",
        "base_model_name_or_path": "tiny",
    }
    (folder / "adapter_config.json").write_text(json.dumps(about))
    return folder

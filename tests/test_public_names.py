"""The names that plugin authors import."""

from __future__ import annotations

import subprocess
import sys

import botcore


def test_all_names_what_is_there_and_nothing_else() -> None:
    public = {
        name for name, value in vars(botcore).items() if not name.startswith("_") and not _is_module(value)
    }
    assert public | {"__version__"} == set(botcore.__all__)
    assert botcore.__all__ == sorted(botcore.__all__)


def test_there_are_few_of_them() -> None:
    assert 15 <= len(botcore.__all__) <= 20


def test_importing_botcore_loads_nothing_heavy() -> None:
    code = "import botcore, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {
        "sqlalchemy",
        "onnxruntime",
        "onnx",
        "scipy",
        "sympy",
        "starlette",
        "aiohttp",
        "redis",
        "tokenizers",
    }
    assert heavy.isdisjoint(loaded)


def _is_module(value: object) -> bool:
    return type(value).__name__ == "module"

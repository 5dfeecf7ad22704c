"""vLLM in the same process keeps the same promises as the server."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.engine.install import install
from tests.engine.kinds import KIND

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_vllm_in_process_keeps_the_same_promises(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [
            str(install() / "bin/python"),
            str(HERE / "inside.py"),
            sysconfig.get_paths()["purelib"],
            "--",
            str(HERE / "test_promises.py"),
            f"--basetemp={tmp_path / 'inside'}",
        ],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), KIND: "vllm_inprocess"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout

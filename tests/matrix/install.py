"""Makes the environment that the tests' real Matrix homeserver runs in: `python tests/matrix/install.py`.

Synapse is under the AGPL. Here it is a program that the tests talk to over HTTP, in a venv of its own, and nothing of it is part
of botcore. BOTCORE_TEST_SYNAPSE_VENV names another place, or one that is there already.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SYNAPSE = "1.163.2"
ROOT = Path(__file__).parents[2]
READY = "botcore-ready"
"""File in the venv that holds the version; written last."""


def venv() -> Path:
    """Where the environment lies, or will."""
    return Path(os.environ.get("BOTCORE_TEST_SYNAPSE_VENV", ROOT / ".venv-synapse"))


def install(target: Path | None = None) -> Path:
    """Make the environment where it is missing or out of date; its folder. Raises CalledProcessError."""
    target = target or venv()
    ready = target / READY
    if not (ready.is_file() and ready.read_text() == SYNAPSE):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(target)], check=True)
        pip = [str(target / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"matrix-synapse=={SYNAPSE}"], check=True)
        ready.write_text(SYNAPSE)
    return target


if __name__ == "__main__":
    print(install())

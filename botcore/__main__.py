"""`botcore`, and `python -m botcore`."""

from __future__ import annotations

import os
import sys

# The bot's matrices are small, and OpenBLAS's threads spin while they wait: with one it learns twice as fast.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from botcore.cli.main import run  # NumPy must find the setting


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

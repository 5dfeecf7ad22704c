"""Started as a program of its own: `python -I child.py MEGABYTES SECONDS`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from algebra.worker import limit_memory, serve  # type: ignore[import-not-found]  # this file is run with its own folder on the path

if __name__ == "__main__":
    limit_memory(int(sys.argv[1]))
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[2]))

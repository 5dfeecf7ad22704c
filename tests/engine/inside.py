"""Runs tests with vLLM's own interpreter, where botcore and vLLM can be imported side by side.

The environment of vLLM comes first; what it lacks (pytest, and botcore's other requirements) is taken from the folders
that the arguments name before `--`.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # vLLM's processes import this file again
    divider = sys.argv.index("--")
    sys.path += sys.argv[1:divider]

    import pytest

    sys.exit(pytest.main(["-p", "no:cacheprovider", "-W", "ignore", *sys.argv[divider + 1 :]]))

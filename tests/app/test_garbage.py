"""The garbage collector's work while the bot serves."""

from __future__ import annotations

import subprocess
import sys


def test_what_stays_is_not_walked_through_again() -> None:
    """In a process of its own, since it lasts."""
    program = (
        "import gc, botcore.app.minds\n"
        "from botcore.app.garbage import spare_what_stays\n"
        "before = len(gc.get_objects())\n"
        "spare_what_stays()\n"
        "assert len(gc.get_objects()) < before / 100, (before, len(gc.get_objects()))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

"""Keeps the garbage collector away from what lives as long as the process: modules, models, plugins.

Without it every full collection walks through all of that, which takes 50 to 100 ms in which nobody is answered, and a
quarter of a message's processor time.
"""

from __future__ import annotations

import gc

YOUNG = 10_000
"""New objects between two collections. Python's own 700 is less than what one pipeline of messages makes."""


def spare_what_stays() -> None:
    """Call it once the process is ready, and again when it has loaded more. What is there now is never collected,
    so a process that opens many apps, such as a test, should not call it."""
    gc.collect(1)
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)

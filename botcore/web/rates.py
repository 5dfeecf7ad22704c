"""How many sessions one network address may open, so that a script can't fill the store with visitors."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from botcore.errors import RateLimited


class Rate:
    """`per_minute` for each name, all at once if need be (GCRA: one number a name). 0 is no bound.

    Names that were not seen for longest are forgotten past `names`; they start afresh.
    """

    def __init__(
        self, per_minute: int, *, names: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._spacing = 60 / per_minute if per_minute else 0.0
        self._names = names
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()

    def admit(self, name: str) -> None:
        """Raises RateLimited, which doesn't count."""
        now = self._clock()
        due = max(self._due.get(name, now), now) + self._spacing
        if due - now > 60:
            raise RateLimited(due - now - 60)
        self._due[name] = due
        self._due.move_to_end(name)
        if len(self._due) > self._names:
            self._due.popitem(last=False)

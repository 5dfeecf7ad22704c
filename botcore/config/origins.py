"""Where each value of the settings was set: the file and line, the environment variable or the flag."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Key = tuple[str, ...]
"""`web.port` is `("web", "port")`."""


class Leaf(msgspec.Struct, frozen=True):
    """One value in one place."""

    key: Key
    value: object
    where: str
    table: str = ""
    """Where the table begins in which it stands, as far as that is known."""
    variable: bool = False
    """It comes from the environment or `.env`, so it is text, and lists are JSON."""


class Origins:
    """Finds the leaf that decided a key."""

    def __init__(self, leaves: Mapping[Key, Leaf] | None = None) -> None:
        self._leaves = dict(leaves or {})

    def leaf(self, key: Key) -> Leaf | None:
        """The leaf of the key itself, of what holds it, or the first of what it holds."""
        for end in range(len(key), 0, -1):
            if key[:end] in self._leaves:
                return self._leaves[key[:end]]
        return next((leaf for other, leaf in self._leaves.items() if other[: len(key)] == key), None)

    def where(self, key: Key) -> str:
        """`default` where nobody set it."""
        leaf = self.leaf(key)
        return leaf.where if leaf else "default"

"""Where each value of the settings was set: the file and line, the environment variable or the flag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    """Finds the leaf that decided a key, in the leaves of each place, the weightiest place first."""

    def __init__(self, places: Iterable[Mapping[Key, Leaf]] = ()) -> None:
        self._places = [dict(leaves) for leaves in places]

    def leaf(self, key: Key) -> Leaf | None:
        """The leaf of the key itself, of what holds it, or the first of what it holds."""
        return next((leaf for leaves in self._places if (leaf := _related(leaves, key))), None)

    def where(self, key: Key) -> str:
        """`default` where nobody set it."""
        leaf = self.leaf(key)
        return leaf.where if leaf else "default"


def overlap(one: Key, other: Key) -> bool:
    """Whether they are the same key, or one holds the other."""
    return one[: len(other)] == other or other[: len(one)] == one


def _related(leaves: Mapping[Key, Leaf], key: Key) -> Leaf | None:
    holders = (leaves[key[:end]] for end in range(len(key), 0, -1) if key[:end] in leaves)
    return next(holders, None) or next((leaf for held, leaf in leaves.items() if overlap(held, key)), None)

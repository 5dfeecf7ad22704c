"""The short name of a turn, by which people, logs and operators speak of the same thing."""

from __future__ import annotations

import hashlib

from botcore.types import Address


def reference(address: Address, event_id: str) -> str:
    """16 hexadecimal digits: the same for every try of this event's turn."""
    name = f"{address} {event_id}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(name).hexdigest()[:16]

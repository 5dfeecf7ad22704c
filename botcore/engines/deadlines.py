"""How long an engine may take, since one that drains or sleeps leaves its streams open for ever."""

from __future__ import annotations

import msgspec


class Deadlines(msgspec.Struct, frozen=True):
    """Seconds. Time in which the reader of the stream does something else counts only for `total`."""

    connect: float = 10.0
    first_token: float = 30.0
    """From the request to the first piece of text or thought, waiting for a free connection included."""
    between_chunks: float = 20.0
    total: float = 120.0

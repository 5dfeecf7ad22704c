"""What an intent detector promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

Examples = Mapping[str, Mapping[str, Sequence[str]]]
"""Intent name -> language (ISO 639-1, empty for any) -> what people say."""


OUT_OF_SCOPE = "oos"
"""Examples under this name are of what the bot should not take for any intent."""


class Detection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the person wants. `intent` is empty for out of scope."""

    intent: str = ""
    score: float = 0.0
    """Calibrated, between 0 and 1."""
    by: str = "classifier"
    alternatives: tuple[tuple[str, float], ...] = ()
    """The best five, best first, for the trace."""


class Detector(Protocol):
    async def detect(self, text: str, language: str) -> Detection:
        """Deterministic for the same input. Never raises for any text."""

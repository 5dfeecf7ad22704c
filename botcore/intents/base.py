"""What an intent detector promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

Examples = Mapping[str, Mapping[str, Sequence[str]]]
"""Intent name -> language (ISO 639-1, empty for any) -> what people say."""


OUT_OF_SCOPE = "oos"
"""Examples under this name are of what the bot should not take for any intent."""


class Part(msgspec.Struct, frozen=True):
    """One of several wishes in a message."""

    text: str
    """As the person wrote it."""
    intent: str
    score: float


class Detection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the person wants. `intent` is empty for out of scope."""

    intent: str = ""
    score: float = 0.0
    """Calibrated, between 0 and 1."""
    by: str = "classifier"
    alternatives: tuple[tuple[str, float], ...] = ()
    """The best five, best first, for the trace."""
    margin: float = 1.0
    """How clear it is, 0 to 1: the lead over the next intent, or the distance to the border of out of scope where that
    is less."""
    parts: tuple[Part, ...] = ()
    """Where the message has several wishes, all of them in their order; the first is `intent`."""
    stages: tuple[str, ...] = ()
    """What each stage said, for the trace: candidates with scores, margin, decision. No text of the person."""


class Detector(Protocol):
    async def detect(self, text: str, language: str) -> Detection:
        """Deterministic for the same input. Never raises for any text."""

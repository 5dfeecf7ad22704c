"""The tutor's settings: `plugins.tutoring.*`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class TutoringConfig(BaseModel, extra="forbid", frozen=True):
    """How long and how large a computation may be, and how the tutor teaches."""

    mode: Literal["solution", "hints"] = "solution"
    """`solution` shows all steps at once; `hints` shows one step, and the next on request."""
    seconds: float = Field(default=5.0, gt=0, le=60)
    """A computation that takes longer is ended."""
    processes: int = Field(default=1, ge=1, le=8)
    """Child processes that compute; each holds about 80 MB once it is used."""
    memory_mb: int = Field(default=1024, ge=256, le=16384)
    """Address space of a child, in MiB; a computation that needs more is ended."""

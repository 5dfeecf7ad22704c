"""What an operator may set: `plugins.translation.*`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, FilePath


class TranslationConfig(BaseModel, extra="forbid"):
    """All have a default that works with nothing installed."""

    prefer: Literal["model", "apertium"] = "model"
    """Which is asked first where both know the pair; the other is asked where the first fails."""
    memory: list[FilePath] = []
    """Translation memories beside the plugin's own phrases: TMX, CSV (header: language codes) or TOML."""
    glossary: list[FilePath] = []
    """Terms that are always translated so; CSV or TOML in the same form."""
    model: str = ""
    """Name of a model or adapter of the engine; empty for `engine.model`."""
    max_chars: int = Field(9_000, ge=100, le=30_000)
    """Longest text that is translated in one message."""
    deadline_s: float = Field(20.0, gt=0, le=120)
    """How long Apertium may take for one text, in seconds."""

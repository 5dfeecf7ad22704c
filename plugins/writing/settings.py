"""What an operator may set: `plugins.writing.*`."""

from __future__ import annotations

from pydantic import BaseModel, Field


class WritingConfig(BaseModel, extra="forbid"):
    """All have a default that works without a language model."""

    model: str = ""
    """Name of a model or adapter of the engine; empty for `engine.model`."""
    max_chars: int = Field(20_000, ge=500, le=200_000)
    """Longest text that is worked on in one message."""
    model_chars: int = Field(8_000, ge=500, le=100_000)
    """Longest text that the language model is given; longer ones are summarised by sentence scores."""
    summary_sentences: int = Field(3, ge=1, le=20)
    long_sentence_words: int = Field(30, ge=10, le=100)
    """An English sentence with more words counts as long; a Chinese one with twice as many characters."""

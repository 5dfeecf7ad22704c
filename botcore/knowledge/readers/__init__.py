"""Files as sections of text, one module per kind of file."""

from botcore.knowledge.readers.base import Reading, Section
from botcore.knowledge.readers.reading import SUFFIXES, read

__all__ = ["SUFFIXES", "Reading", "Section", "read"]

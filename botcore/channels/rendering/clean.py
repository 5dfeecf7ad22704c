"""Makes any string one that every channel takes: no lone surrogates, no control characters."""

from __future__ import annotations

import re

# C0 and C1 without tab and newline; embeddings and overrides of direction, which can disguise a text
# (isolates and marks, which languages need, stay); the byte order mark; Unicode's non-characters.
_REMOVED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)
_NEWLINES = re.compile("\r\n?|[\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text with one kind of newline. A pair of surrogates becomes its character, a lone one U+FFFD."""
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _REMOVED.sub("", _NEWLINES.sub("\n", text))

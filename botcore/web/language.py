"""The language of a sentence to a person whom only a browser speaks for."""

from __future__ import annotations

from collections.abc import Collection

from botcore.i18n.texts import FALLBACK

_LONGEST = 200


def language_of(tags: str, known: Collection[str]) -> str:
    """The first of `tags` (an Accept-Language header, or one BCP 47 tag) that botcore has texts in, else English.

    Weights are ignored: clients list languages in order of preference.
    """
    for tag in tags[:_LONGEST].lower().split(","):
        code = tag.partition(";")[0].strip().partition("-")[0]
        if code in known:
            return code
    return FALLBACK

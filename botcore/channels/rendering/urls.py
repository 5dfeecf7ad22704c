"""Which addresses may become links."""

from __future__ import annotations

import re

_WEB = re.compile(r"https?://[^\s<>]", re.IGNORECASE)
_SAFE = re.compile(r"(?:https?://|mailto:|tel:|tg://)[^\s<>]+", re.IGNORECASE)
BARE = re.compile(r"https?://[^\s<>\"'`*|，。、；：！？（）「」『』《》]+", re.IGNORECASE)
"""An address in running text; `trimmed` takes off what belongs to the sentence."""
_TRAILING = ".,;:!?…"


def is_safe(url: str) -> bool:
    """Whether a press on it can do no more than open a page, a mail, a call or a chat."""
    return _SAFE.fullmatch(url) is not None


def is_web(url: str) -> bool:
    return _WEB.match(url) is not None


def trimmed(url: str) -> str:
    """The address without the full stop or bracket of the sentence that it stands in.

    Cutting from a running count of brackets keeps this linear for `((((...`.
    """
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while end:
        last = url[end - 1]
        if last in _TRAILING:
            end -= 1
        elif last == ")" and surplus > 0:
            surplus -= 1
            end -= 1
        else:
            break
    return url[:end]

"""How a value may be shown to a person: secrets hidden, odd characters visible, never longer than a line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from pydantic import SecretStr

HIDDEN = "***"
_SECRET = re.compile(r"token|secret|key|passw|passphrase|pwd|credential|auth|cookie", re.IGNORECASE)
_MEASURE = re.compile(r"_(seconds|minutes|hours|days|length|count|limit)$|^max_", re.IGNORECASE)
_SCHEME = re.compile(
    r"https?|wss?|rediss?(\+(sentinel|cluster))?|unix|(sqlite|postgres(ql)?|mysql)(\+[a-z]+)?"
)
_LONGEST = 80
_DEEPEST = 20


def is_secret(name: str) -> bool:
    """Whether a key of this name holds a secret. `first_token_seconds` doesn't: it is a measure."""
    return bool(_SECRET.search(name)) and not _MEASURE.search(name)


def shown(key: Sequence[str], value: object) -> str:
    """The value on one line, as TOML would have it, with everything hidden that may be a secret."""
    text = plain(json.dumps(_masked(key, value), ensure_ascii=False, default=str))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def plain(text: str) -> str:
    """The text with control characters, direction marks and lone surrogates escaped, so that a terminal can show it."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def _masked(key: Sequence[str], value: object, depth: int = 0) -> object:
    if any(is_secret(part) for part in key) or isinstance(value, SecretStr):
        return value if value in ("", []) else "" if value == SecretStr("") else HIDDEN
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, str):
        return _without_credentials(value)
    if isinstance(value, Mapping):
        return {str(name): _masked((str(name),), item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked((), item, depth + 1) for item in value]
    return value


def _without_credentials(text: str) -> str:
    """An address without user, password, query and a Telegram bot's token; other texts as they are.

    Made for broken addresses too: all that stands before the last @ goes, and so does a port that is no number.
    """
    if "://" not in text and "@" not in text:
        return text
    scheme, separator, rest = text.partition("://") if "://" in text else ("", "", text)
    if "@" in rest and not _SCHEME.fullmatch(scheme):
        scheme = separator = ""  # it may be the beginning of a password
    _, at, rest = rest.rpartition("@")
    rest = re.sub(r"([?#]).*", rf"\1{HIDDEN}", rest, flags=re.DOTALL)
    rest = re.sub(r"/bot\d+:[^/]*", f"/bot{HIDDEN}", rest)
    network, slash, path = rest.partition("/")
    host, colon, port = network.rpartition(":")
    if port and colon and not port.isdigit() and not port.endswith("]"):
        network = f"{host}:{HIDDEN}"
    return f"{scheme}{separator}{HIDDEN + at if at else ''}{network}{slash}{path}"

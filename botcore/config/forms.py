"""The forms that a setting's value may have; each says in plain words what it expects."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, SecretStr

from botcore.stores.places import EXAMPLES, Place

Check = Callable[[str], str]


def _parts(text: str) -> SplitResult | None:
    """None for what is no address: blanks, control characters, a port that is none."""
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _address(*schemes: str, like: str, ends: str = "") -> Check:
    """An address with a host. A slash at its end is dropped."""
    tail = f" that ends in {ends}" if ends else ""
    expected = f"expected an address by {' or '.join(schemes)}{tail}, like {like}"

    def check(text: str) -> str:
        parts = _parts(text)
        if parts is None or parts.scheme not in schemes or not parts.hostname:
            raise ValueError(expected)
        if ends and (parts.query or parts.fragment or not parts.path.rstrip("/").endswith(ends)):
            raise ValueError(expected)
        return text.rstrip("/")

    return check


def _optional(check: Check) -> Check:
    """Empty means not set."""
    return lambda text: check(text) if text else text


def _webhook(text: str) -> str:
    parts = _parts(text)
    host = (parts.hostname or "") if parts else ""
    loopback = host in {"localhost", "::1"} or host.startswith("127.")
    if parts is None or not host or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise ValueError(
            "expected the whole https address that Telegram should call (http only on this machine), "
            "like https://bot.example.org/telegram/webhook"
        )
    return text


def _public_key(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("expected the 64 hexadecimal digits that the developer portal calls the public key")
    return text


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):
        raise ValueError("expected 1 to 256 of the characters A-Z a-z 0-9 _ -")
    return secret


def _header_value(secret: SecretStr) -> SecretStr:
    """Tokens travel in an HTTP header, where blanks and control characters would break the request."""
    if not re.fullmatch(r"[\x21-\x7e]*", secret.get_secret_value()):
        raise ValueError("expected visible ASCII characters, without blanks or line ends")
    return secret


def _redis(text: str) -> str:
    if not re.search(r"[\s\x00-\x1f\x7f]", text) and Place.parse(text):
        return text
    parts = _parts(text)
    if parts is not None and (
        (parts.scheme in {"redis", "rediss"} and parts.hostname) or (parts.scheme == "unix" and parts.path)
    ):
        return text
    raise ValueError(
        "expected an address like redis://127.0.0.1:6379/0, rediss://... or unix:///run/valkey.sock, "
        f"{EXAMPLES['sentinel']}, or {EXAMPLES['cluster']}"
    )


_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def _database(text: str) -> str:
    """The same address with the driver that botcore uses."""
    parts = _parts(text)
    scheme, _, rest = text.partition("://")
    complete = parts is not None and (parts.path if scheme.startswith("sqlite") else parts.hostname)
    if scheme not in _DRIVERS or not complete:
        raise ValueError(
            "expected an address like sqlite:///data/botcore.db or postgresql://user:password@host/botcore"
        )
    return f"{_DRIVERS[scheme]}://{rest}"


def _origin(text: str) -> str:
    parts = _parts(text)
    if text == "*" or (
        parts is not None and parts.scheme in {"http", "https"} and parts.hostname and not parts.path
    ):
        return text
    raise ValueError("expected an origin without a path, like https://shop.example.org, or * for any")


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_\-]{1,253}", text):
        raise ValueError("expected a host name or IP address, like 127.0.0.1 (0.0.0.0 for every interface)")
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "expected the name of a time zone, like Europe/Berlin, Asia/Shanghai or UTC"
        ) from None
    return name


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise ValueError("expected the code of a language, like en or zh")
    return text


def _plugin_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", text) or text == "enabled":
        raise ValueError(
            "expected a plugin's name: a-z, 0-9 and _, beginning with a letter (and not `enabled`)"
        )
    return text


def _pair(text: str) -> str:
    name, sign, value = text.partition("=")
    if not (re.fullmatch(r"[\w.-]+", name) and sign and value):
        raise ValueError("expected a name and a value, like name=value")
    return text


def _path_of(kind: str) -> Callable[[object], Path]:
    """`~` is the home folder."""

    def check(value: object) -> Path:
        if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
            raise ValueError(f"expected the path of {kind}")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError(f"expected the path of {kind}; there is no such home folder") from error

    return check


EngineUrl = Annotated[
    str, AfterValidator(_address("http", "https", like="http://127.0.0.1:8000/v1", ends="/v1"))
]
MaybeEngineUrl = Annotated[
    str, AfterValidator(_optional(_address("http", "https", like="http://127.0.0.1:8000/v1", ends="/v1")))
]
TelegramUrl = Annotated[
    str, AfterValidator(_address("https", "http", like="https://api.telegram.org/bot", ends="/bot"))
]
TelegramFileUrl = Annotated[
    str, AfterValidator(_address("https", "http", like="https://api.telegram.org/file/bot", ends="/file/bot"))
]
DiscordUrl = Annotated[
    str, AfterValidator(_address("https", "http", like="https://discord.com/api/v10", ends="/api/v10"))
]
GatewayUrl = Annotated[str, AfterValidator(_address("wss", "ws", like="wss://gateway.discord.gg"))]
WebAppUrl = Annotated[str, AfterValidator(_optional(_address("https", like="https://bot.example.org")))]
PublicKey = Annotated[str, AfterValidator(_optional(_public_key))]
WebhookUrl = Annotated[str, AfterValidator(_optional(_webhook))]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
Token = Annotated[SecretStr, AfterValidator(_header_value)]
RedisUrl = Annotated[str, AfterValidator(_optional(_redis))]
DatabaseUrl = Annotated[str, AfterValidator(_optional(_database))]
Origin = Annotated[str, AfterValidator(_origin)]
Host = Annotated[str, AfterValidator(_host)]
Language = Annotated[str, AfterValidator(_language)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Pair = Annotated[str, AfterValidator(_pair)]
"""name=value."""
PluginName = Annotated[str, AfterValidator(_plugin_name)]
Folder = Annotated[Path, BeforeValidator(_path_of("a folder"))]
File = Annotated[Path, BeforeValidator(_path_of("a file"))]

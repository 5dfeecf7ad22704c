"""What can go wrong with one call, as a test wants it: `fake.fault("sendMessage", Lose())`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Lose(msgspec.Struct, frozen=True):
    """The call is carried out, and the connection breaks before the answer: nobody knows."""


class Late(msgspec.Struct, frozen=True):
    """The call is carried out at once, and answered after `seconds`: a client that is less patient never knows."""

    seconds: float


class Drop(msgspec.Struct, frozen=True):
    """The connection breaks, and the call is not carried out."""


class Garbage(msgspec.Struct, frozen=True):
    """The call is not carried out, and the answer is no JSON."""

    body: bytes = b"<html>502 Bad Gateway</html>"
    status: int = 502


class Refuse(msgspec.Struct, frozen=True):
    """The call is not carried out, and the answer says why."""

    code: int
    description: str = "Bad Request: something is wrong"
    parameters: Mapping[str, Any] = {}


class Flood(msgspec.Struct, frozen=True):
    """429. Until `seconds` have passed every call about this chat gets one too, and counts as impatient."""

    seconds: int


Fault = Lose | Late | Drop | Garbage | Refuse | Flood


class Refused(Exception):
    """A method's way to say no; becomes Telegram's error answer."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.description = description
        self.parameters = parameters
        super().__init__(description)


def bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")

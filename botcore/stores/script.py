"""A Lua script and the hash by which a server knows it."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import msgspec


class Script(msgspec.Struct, frozen=True):
    source: str
    sha: str

    @classmethod
    def load(cls, package: str, name: str) -> Script:
        """The file `name` that lies in `package`."""
        source = files(package).joinpath(name).read_text("utf-8")
        return cls(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())

"""Where Redis is: one server, a master that sentinels watch, or a cluster, read from its address."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote

import msgspec

Kind = Literal["server", "sentinel", "cluster"]
Node = tuple[str, int]

_FORM = re.compile(
    r"rediss?\+(?P<kind>sentinel|cluster)://(?:(?P<user>[^@]*)@)?(?P<nodes>[^/?#@]+)(?:/(?P<path>[^?#]*))?"
)
_NODE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")
_PORTS = {"sentinel": 26379, "cluster": 6379}
EXAMPLES = {
    "sentinel": "redis+sentinel://host:26379,host2:26379/mymaster/0 (mymaster as the sentinels call it)",
    "cluster": "redis+cluster://host:6379,host2:6379",
}


class Place(msgspec.Struct, frozen=True):
    """`nodes` are sentinels or members of a cluster; any of them that answers is enough."""

    kind: Kind
    nodes: tuple[Node, ...]
    service: str = ""
    """What the sentinels call the master."""
    database: int = 0
    username: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> Place | None:
        """None for an address of one server. Raises ValueError with what was expected."""
        scheme = url.partition("://")[0]
        kind = scheme.partition("+")[2]
        if kind not in EXAMPLES:
            return None
        found = _FORM.fullmatch(url)
        if found is None:
            raise ValueError(f"expected an address like {EXAMPLES[kind]}")
        service, _, database = (found["path"] or "").partition("/")
        user, _, password = (found["user"] or "").partition(":")
        place = cls(
            kind="sentinel" if kind == "sentinel" else "cluster",
            nodes=tuple(_node(text, kind) for text in found["nodes"].split(",")),
            service=unquote(service) if kind == "sentinel" else "",
            database=_database(database if kind == "sentinel" else service, kind),
            username=unquote(user) or None,
            password=unquote(password) or None,
            tls=scheme.startswith("rediss"),
        )
        if kind == "sentinel" and not place.service:
            raise ValueError(
                f"expected the name of the master behind the sentinels, like {EXAMPLES['sentinel']}"
            )
        return place


def _node(text: str, kind: str) -> Node:
    found = _NODE.fullmatch(text)
    port = int(found["port"] or _PORTS[kind]) if found else 0
    if found is None or not 0 < port < 65536:
        raise ValueError(f"expected host:port, more of them behind commas, like {EXAMPLES[kind]}")
    return found["host"].strip("[]"), port


def _database(text: str, kind: str) -> int:
    if not re.fullmatch(r"\d{0,3}", text) or (kind == "cluster" and text.strip("0")):
        problem = (
            "a cluster has database 0 only" if kind == "cluster" else "expected the number of a database"
        )
        raise ValueError(f"{problem}, like {EXAMPLES[kind]}")
    return int(text or 0)

"""The names under which processes announce themselves, and what such a name tells."""

from __future__ import annotations

import os
import secrets
import socket


def new_process_name() -> str:
    """`host:process id:random`."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(name: str) -> bool:
    """Whether a process of this machine has died without taking leave. Of other machines we can't know: False."""
    host, process, _ = name.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # it is there, and another user's
    return False

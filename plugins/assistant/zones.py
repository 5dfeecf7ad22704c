"""Time zones as people name them."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import available_timezones


@cache
def _by_name() -> dict[str, str]:
    """Whole names and cities, without case: `europe/berlin` and `berlin` are both `Europe/Berlin`."""
    names: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        if zone.partition("/")[0] not in {"posix", "right", "SystemV"}:
            names[zone.casefold()] = zone
    for zone in sorted(name for name in names.values() if "/" in name and not name.startswith("Etc/")):
        names.setdefault(zone.rpartition("/")[2].replace("_", " ").casefold(), zone)
    return names


def find_zone(wanted: str) -> str:
    """The IANA name; empty where `wanted` names none."""
    key = " ".join(wanted.split()).casefold()
    return _by_name().get(key) or _by_name().get(key.replace(" ", "_"), "")


def near_zones(wanted: str) -> list[str]:
    """Up to three that are written much alike."""
    near = difflib.get_close_matches(" ".join(wanted.split()).casefold()[:40], _by_name(), 3, 0.7)
    return list(dict.fromkeys(_by_name()[name] for name in near))

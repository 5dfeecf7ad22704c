"""How busy a vLLM is, from what it tells Prometheus."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

_LINE = re.compile(
    rb"^vllm:(num_requests_running|num_requests_waiting|kv_cache_usage_perc"
    rb"|prefix_cache_queries_total|prefix_cache_hits_total)(?:\{[^\n]*\})? ([^\s]+)",
    re.MULTILINE,
)


class Load(msgspec.Struct, frozen=True):
    """One look at one server; the counters grow from its start."""

    running: int = 0
    waiting: int = 0
    """Requests that the scheduler has not begun, or has put back."""
    cache_use: float = 0.0
    """Share of the key-value cache that running requests hold, 0 to 1. At 1 running ones are put back."""
    prefix_asked: int = 0
    """Tokens looked up in the prefix cache."""
    prefix_hits: int = 0
    """Tokens of these that it had."""

    @classmethod
    def over(cls, loads: Sequence[Load]) -> Load:
        """Of several servers as if they were one. At least one must be given."""
        return cls(
            running=sum(load.running for load in loads),
            waiting=sum(load.waiting for load in loads),
            cache_use=sum(load.cache_use for load in loads) / len(loads),
            prefix_asked=sum(load.prefix_asked for load in loads),
            prefix_hits=sum(load.prefix_hits for load in loads),
        )


def load_from(metrics: bytes) -> Load | None:
    """None where the text is not vLLM's. Engines of one server (data parallel) are added; their cache use is averaged.

    Takes 0.1 ms for the 60 KB of a vLLM.
    """
    sums: dict[bytes, float] = {}
    counts: dict[bytes, int] = {}
    for name, value in _LINE.findall(metrics):
        try:
            sums[name] = sums.get(name, 0.0) + float(value)
        except ValueError:
            continue
        counts[name] = counts.get(name, 0) + 1
    if b"num_requests_running" not in sums:
        return None
    return Load(
        running=int(sums[b"num_requests_running"]),
        waiting=int(sums.get(b"num_requests_waiting", 0)),
        cache_use=sums.get(b"kv_cache_usage_perc", 0.0) / counts.get(b"kv_cache_usage_perc", 1),
        prefix_asked=int(sums.get(b"prefix_cache_queries_total", 0)),
        prefix_hits=int(sums.get(b"prefix_cache_hits_total", 0)),
    )

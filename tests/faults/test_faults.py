"""The harness itself at work: a tiny run, a short one, and a naive bot that must be caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.conductor import conduct
from tests.faults.phases import POINT, Phase, control, phases


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short path: a unix socket's must be under 108 bytes."""
    return tmp_path_factory.mktemp("f")


async def test_killing_processes_loses_reorders_and_doubles_nothing(folder: Path) -> None:
    row = await conduct(Phase("tiny", ("kill", POINT), messages=300, faults=12, seconds=6.0), folder / "r")
    assert row.verdict.broken == []
    assert (row.verdict.accepted, row.verdict.answered, row.verdict.innocent) == (300, 300, 0)
    assert row.faults >= 8


async def test_a_naive_bot_is_caught(folder: Path) -> None:
    verdict = (await conduct(control(seed=1), folder / "r")).verdict
    assert verdict.lost
    assert verdict.reordered
    assert verdict.doubled
    assert verdict.went_back


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("phase", phases(900, 80, 3, seed=7, seconds=12), ids=lambda phase: phase.name)
async def test_no_kind_of_fault_loses_reorders_or_doubles_anything(phase: Phase, folder: Path) -> None:
    row = await conduct(phase, folder / "r")
    assert row.verdict.broken == []
    assert row.faults > 0

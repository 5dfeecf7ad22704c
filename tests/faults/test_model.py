"""Any sequence of steps keeps the promises of inbox and outbox: a state machine tries thousands of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine import MemoryMachine, RedisMachine


def steps(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def machine(valkey_socket: Path) -> type[RedisMachine]:
    RedisMachine.url = f"unix://{valkey_socket}"
    return RedisMachine


def test_no_sequence_of_steps_breaks_delivery_in_memory() -> None:
    run_state_machine_as_test(MemoryMachine, settings=steps(100))


def test_no_sequence_of_steps_breaks_delivery_in_redis(machine: type[RedisMachine]) -> None:
    run_state_machine_as_test(machine, settings=steps(40))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_long_sequence_of_steps_breaks_delivery_in_redis(machine: type[RedisMachine]) -> None:
    run_state_machine_as_test(machine, settings=steps(100))

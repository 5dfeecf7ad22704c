"""A breaker opens on failure, and lets one request at a time find out."""

from __future__ import annotations

import pytest

from botcore.engines.breaker import FAILURES, LONGEST_PAUSE, PAUSE, Breaker


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def breaker(time: Time) -> Breaker:
    return Breaker(time)


def opened(breaker: Breaker) -> Breaker:
    breaker.failed("down", at_once=True)
    return breaker


def test_it_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    for _ in range(FAILURES - 1):
        breaker.failed("down")
    assert breaker.admits()
    breaker.failed("still down")
    assert not breaker.admits()
    assert breaker.reason == "still down"


def test_a_success_between_failures_starts_the_count_anew(breaker: Breaker) -> None:
    for _ in range(FAILURES * 2):
        breaker.failed("down")
        breaker.succeeded()
    assert breaker.admits()


def test_a_costly_failure_opens_it_at_once(breaker: Breaker) -> None:
    assert not opened(breaker).admits()


def test_after_the_pause_one_request_at_a_time_may_try(breaker: Breaker, time: Time) -> None:
    opened(breaker)
    time.now += PAUSE - 0.1
    assert not breaker.admits()
    time.now += 0.2
    assert breaker.admits()
    assert not breaker.admits()


def test_each_failed_probe_doubles_the_pause_up_to_a_minute(breaker: Breaker, time: Time) -> None:
    opened(breaker)
    pauses = []
    for _ in range(6):
        began = time.now
        while not breaker.admits():
            time.now += 1
        pauses.append(time.now - began)
        breaker.failed("down")
    assert pauses == [PAUSE, 2 * PAUSE, 4 * PAUSE, 8 * PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_an_answer_that_begins_closes_it(breaker: Breaker, time: Time) -> None:
    opened(breaker)
    time.now += PAUSE
    assert breaker.admits()
    breaker.began()
    assert breaker.admits()
    assert breaker.admits()


def test_one_that_begins_and_breaks_off_again_opens_it_at_once(breaker: Breaker, time: Time) -> None:
    for _ in range(FAILURES):
        breaker.failed("down")
    time.now += PAUSE
    assert breaker.admits()
    breaker.began()
    breaker.failed("broke off")
    assert not breaker.admits()


def test_a_probe_that_its_reader_gave_up_leaves_room_for_another(breaker: Breaker, time: Time) -> None:
    opened(breaker)
    time.now += PAUSE
    assert breaker.admits()
    breaker.gave_up()
    assert breaker.admits()

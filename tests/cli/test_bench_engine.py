"""What `botcore bench engine` measures with, and what it prints."""

from __future__ import annotations

import json
import time
from pathlib import Path

import aiohttp
import pytest

from botcore.cli.benches.engine import Target, crowd, paced, prefix_hits, side_by_side
from botcore.cli.benches.engine_lines import engine_lines
from botcore.cli.benches.paced import FIRST_TOKEN, MODEL, paced_server
from botcore.cli.benches.streams import Ask, bare, one, ours
from botcore.engines.connect import connect
from botcore.errors import EngineUnavailable
from botcore.testing.fake_engine import FakeEngine
from tests.app.service import botcore


async def test_both_clients_get_every_token_of_the_paced_server_at_its_pace() -> None:
    async with paced_server(100.0) as url, aiohttp.ClientSession() as http:
        engine = connect([url])
        assert engine is not None
        for client in (ours(engine), bare(http, url, MODEL)):
            began = time.perf_counter()
            told = await one(client, Ask("Hello", 12))
            assert time.perf_counter() - began >= FIRST_TOKEN + 0.11
            assert told.first_token_s >= FIRST_TOKEN
            assert told.tokens == 12
            assert 1 <= told.chunks <= 12
        await engine.aclose()


async def test_the_clients_are_measured_in_turns() -> None:
    pair = await paced(2, 10)
    assert len(pair.ours) == len(pair.bare) == 2
    most = 64 * 10 / FIRST_TOKEN
    for run in (*pair.ours, *pair.bare):
        assert 0 < run.tokens_per_second < most
        assert run.first_token_ms >= FIRST_TOKEN * 1000
        assert run.cpu_us > 0


def test_as_json_a_bench_prints_one_object_and_nothing_else(tmp_path: Path) -> None:
    done = botcore(tmp_path, "bench", "engine", "--runs", "1", "--json")
    assert json.loads(done.stdout)["figures"][0]["what"] == "paced server, 64 answers"
    assert "64 answers of 50 tokens a second" in done.stderr


async def test_the_lines_carry_the_goals() -> None:
    lines = await engine_lines(1, None)
    assert [line.goal for line in lines] == ["", "≥ 0.97", "≤ 10 more", "≤ 1.5 times"]
    rate, share, first, cpu = lines
    assert rate.bare is not None
    assert share.value == pytest.approx(rate.value / rate.bare)
    assert first.bare is not None
    assert cpu.bare is not None


async def test_a_server_that_does_not_tell_its_load_has_no_prefix_hits() -> None:
    async with FakeEngine() as server:
        assert await prefix_hits(Target(server.url, "fake"), 1) is None
        times = await crowd(Target(server.url, "fake"), 1)
        assert times.alone > 0
        assert times.among > 0
        assert times.by_priority > 0
        await server.stop()
        with pytest.raises(EngineUnavailable):
            await side_by_side(Target(server.url, "fake"), 1, 2)

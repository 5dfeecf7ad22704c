"""The bench itself works, at a scale that tells nothing about speed."""

from __future__ import annotations

from botcore.cli.benches.delivery import Scale, _long, _many, _thinking

TINY = Scale(messages=200, seconds=1.0, stored=1000, processes=2)


async def test_the_bench_measures_and_finds_nothing_out_of_order() -> None:
    rate, reordered = await _thinking(TINY)
    assert rate.value > 0
    assert rate.bare
    assert reordered.value == 0


async def test_the_bench_compares_full_stores_with_empty_ones() -> None:
    for [line] in (await _long(TINY), await _many(TINY)):
        assert line.value > 0
        assert line.bare

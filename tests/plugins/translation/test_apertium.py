"""The real Apertium, and what happens where it fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from botcore.cli.common import run_async
from botcore.testing import TestBot
from plugins.translation.apertium import Apertium, ApertiumFailed
from plugins.translation.plugin import plugin

from .conftest import Down, plugin_apertium_forgets


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `apertium` that lists eng-spa, and otherwise does what a test writes into `do`."""
    program = tmp_path / "apertium"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then echo "  eng-spa"; else . {tmp_path}/do; fi\n', "utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    plugin_apertium_forgets()
    return tmp_path / "do"


async def test_sentences_come_back_one_for_one(scripted: Path) -> None:
    scripted.write_text("tr a-z A-Z")
    assert await Apertium().translate(["one two", "", "three\nfour"], "eng-spa") == [
        "ONE TWO",
        "",
        "THREE FOUR",
    ]


def test_the_loop_that_the_bot_runs_on_hands_the_text_over(scripted: Path) -> None:
    """Apertium's script opens /dev/stdin, which fails on a socket; uvloop makes a pipe of sockets."""
    scripted.write_text("cat /dev/stdin")
    assert run_async(Apertium().translate(["one", "two"], "eng-spa")) == ["one", "two"]


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        ("cat >/dev/null", "0 sentences of 2"),
        ("cat >/dev/null; exit 3", "status 3"),
        ("cat >/dev/null; echo a", "1 sentences of 2"),
        ("exec sleep 60", "longer than"),
    ],
)
async def test_a_failure_is_an_error_and_never_a_hang(scripted: Path, does: str, problem: str) -> None:
    scripted.write_text(does)
    with pytest.raises(ApertiumFailed, match=problem):
        await Apertium(deadline_s=1.0).translate(["one", "two"], "eng-spa")


async def test_apertium_stands_in_for_a_model_that_is_away(scripted: Path) -> None:
    scripted.write_text("sed 's/.*/La factura es azul./'")
    async with TestBot(plugin, engine=Down()) as bot:
        answer = await bot.say("/translate es The invoice is blue.")
    assert answer.startswith("La factura es azul.")
    assert "came second: no server answers." in answer


async def test_glossary_terms_are_forced_upon_apertium(scripted: Path, tmp_path: Path) -> None:
    scripted.write_text("cat")
    glossary = tmp_path / "g.csv"
    glossary.write_text("en,es\nAcme Cloud,Nube Acme\n", "utf-8")
    async with TestBot(plugin, config={"glossary": [str(glossary)]}) as bot:
        assert (await bot.say("/translate es Open Acme Cloud today.")).startswith("Open Nube Acme today.")


if shutil.which("apertium"):

    @pytest.mark.slow
    async def test_the_real_apertium_translates_and_keeps_what_must_be_kept() -> None:
        plugin_apertium_forgets()
        async with TestBot(plugin) as bot:
            answer = await bot.say(
                "/translate es The red house has 3 windows: https://example.org/a_b, `code_x`, [a big house](http://example.org)."
            )
        expected = "La casa roja tiene 3 ventanas: https://example.org/a_b, `code_x`, [una casa grande](http://example.org)."
        assert answer.startswith(expected)
        assert "lacks" not in answer

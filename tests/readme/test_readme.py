"""Every command and code block of the project's pages runs."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx2
import pytest

from botcore.config import Settings, load_settings
from botcore.evaluation.stories import read_stories
from botcore.i18n.texts import load_catalog
from botcore.loader import load_plugins
from botcore.paths import plugin_folders
from tests.readme.blocks import ROOT, Block, blocks, commands, pages

BOTCORE = ".venv/bin/botcore"


@pytest.mark.parametrize(("where", "command"), commands())
def test_a_command_of_a_page_works(where: str, command: str, folder: Path) -> None:
    words = [word for word in shlex.split(command) if not re.match(r"[A-Z_]+=", word)]
    if words[0] == "make":
        assert (
            subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False).returncode
            == 0
        )
    elif words[0] == BOTCORE and words[1] == "run":
        assert words[2:] == []  # the fixture `service` starts it, with the same environment
    elif words[0] == BOTCORE:
        done = subprocess.run(
            [sys.executable, "-m", "botcore", *words[1:]],
            cwd=folder,
            input="",
            check=False,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout
    elif "docker" in words:
        assert words[:4] == ["cp", ".env.example", ".env", "&&"]
        assert (ROOT / ".env.example").is_file()
        assert (ROOT / "compose.yaml").is_file()
    else:
        pytest.fail(f"{where}: nobody has said how to try {command!r}")


@pytest.mark.parametrize(
    "page", [page for page in pages() if "```python" in page.read_text("utf-8")], ids=str
)
async def test_the_python_of_a_page_works(page: Path, service: str) -> None:
    names: dict[str, Any] = {"__name__": "readme"}
    for block in (block for block in blocks("python") if block.path == page):
        code = block.text.replace("http://127.0.0.1:8080", service)
        before = set(names)
        exec(compile(code, str(block), "exec", dont_inherit=True), names)  # our own pages
        for name in set(names) - before:
            if name.startswith("test_") and inspect.iscoroutinefunction(names[name]):
                test: Callable[[], Coroutine[Any, Any, None]] = names[name]
                await test()


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_the_settings_and_texts_of_a_page_are_good(block: Block, elsewhere: Path) -> None:
    if "[[phrase]]" in block.text:  # data of the translation plugin, in the form of its own file
        own = tomllib.loads((ROOT / "plugins/translation/data/phrases.toml").read_text("utf-8"))
        assert tomllib.loads(block.text).keys() <= own.keys()
        return
    if "[[story]]" in block.text:
        (elsewhere / "stories.toml").write_text(block.text, "utf-8")
        assert read_stories([elsewhere / "stories.toml"])
        return
    settings_only = tomllib.loads(block.text).keys() <= Settings.model_fields.keys()
    if block.path.parent.name == "docs" and not settings_only:
        (elsewhere / "en.toml").write_text(block.text, "utf-8")
        assert load_catalog(elsewhere).languages == {"en"}
        return
    (elsewhere / "botcore.toml").write_text(block.text, "utf-8")
    settings = load_settings(elsewhere / "botcore.toml", environment={})
    for loaded in load_plugins(settings.plugins.tables, plugin_folders()):
        loaded.plugin.config.model_validate(settings.plugins.table(loaded.plugin.name))


@pytest.mark.parametrize("block", blocks("html"), ids=str)
def test_the_script_tag_of_a_page_is_served(block: Block, service: str) -> None:
    [path] = re.findall(r'src="https?://[^/"]+(/[^"]+)"', block.text)
    answer = httpx2.get(f"{service}{path}")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_names_every_extra_that_it_promises() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = {name for page in pages() for name in re.findall(r"botcore\[(\w+)\]", page.read_text("utf-8"))}
    assert named <= set(extras)


def test_no_page_names_a_machine() -> None:
    for page in pages():
        assert not re.search(r"/(?:root|home|work)/", page.read_text("utf-8")), page

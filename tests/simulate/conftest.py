"""`botcore simulate` as an author starts it, with a plugin of the author's own, and a real Chromium before it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.web_widget.conftest import FLAGS

PLUGIN = '''"""Shows all that a channel can."""

import asyncio

from botcore import Attachment, Context, Plugin, Reply, Stream

plugin = Plugin("show")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@plugin.command("rich")
async def rich(ctx: Context) -> Reply:
    """Show every mark."""
    text = "# Title\\n**bold** *italic* ~~gone~~ `code` ||hidden|| [link](https://example.org/)\\n\\n> quoted\\n\\n- item\\n\\n```python\\nx = 1\\n```"
    return Reply(text, buttons=["Yes", "No"], attachments=[Attachment("dot.png", "image/png", PIXEL, alt="A dot")])


@plugin.command("tale")
async def tale(ctx: Context) -> Stream:
    """Tell slowly."""

    async def pieces():
        for word in ("Once ", "upon ", "a ", "time ", "it ", "grew."):
            yield word
            await asyncio.sleep(0.7)

    return Stream(pieces())


@plugin.fallback
async def echo(ctx: Context) -> str:
    return f"You said {ctx.text} {' '.join(one.name for one in ctx.attachments)}"
'''


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Per module: while Playwright's own loop runs, no test of asyncio can."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        opened.append(browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce"} | options))
        return opened[-1]

    yield open_context
    for one in opened:
        one.close()


@pytest.fixture(scope="module", params=["discord", "telegram"])
def page_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the command prints."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    (folder / "plugins/show").mkdir(parents=True)
    (folder / "plugins/show/plugin.py").write_text(PLUGIN)
    environment = {**os.environ, "BOTCORE_PLUGINS__ENABLED": '["show"]', "BOTCORE_LIMITS__ENABLED": "false"}
    command = [sys.executable, "-m", "botcore", "simulate", request.param, "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                break
        assert found, "the command ended before it was ready"
        yield f"{found[0]}#{request.param}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0

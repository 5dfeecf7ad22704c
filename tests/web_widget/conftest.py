"""A real Chromium, a server that does as it is told, and a visitor."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.web_widget.visitor import Visitor
from tests.web_widget.widget_server import FakeServer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Per module: while Playwright's own loop runs, no test of asyncio can."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer().running() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        opened.append(
            browser.new_context(**{"locale": "en-US", "viewport": {"width": 1100, "height": 800}} | options)
        )
        return opened[-1]

    yield open_context
    for one in opened:
        one.close()


@pytest.fixture
def visitor(context: Callable[..., BrowserContext], server: FakeServer) -> Visitor:
    return Visitor(context().new_page(), server)

"""A person in front of the chat, in the words of the tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.web_widget.widget_server import FakeServer

AXE = Path(__file__).parents[2] / "botcore/web/widget/node_modules/axe-core/axe.min.js"
GREETING = "Hello! I am here."


class Visitor:
    """Drives one page; everything that went wrong in it is in `faults`."""

    def __init__(self, page: Page, server: FakeServer) -> None:
        self.page = page
        self.server = server
        self.faults: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._listen)
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def visit(self, path: str = "/") -> Visitor:
        self.page.goto(self.server.url + path)
        return self

    def begin(self) -> Visitor:
        """On the bot's own page, with the greeting read."""
        self.visit()
        self.sees(GREETING)
        return self

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.page.keyboard.press("Enter")

    def sees(self, text: str) -> None:
        expect(self.entries.filter(has_text=text)).to_have_count(1)

    def notices(self, text: str) -> None:
        expect(self.page.locator(".notice").filter(has_text=text)).to_have_count(1)

    @property
    def field(self) -> Locator:
        return self.page.locator("textarea")

    @property
    def entries(self) -> Locator:
        return self.page.locator("article.entry")

    @property
    def talk(self) -> list[tuple[str, str]]:
        """Who said what, as it stands on the page."""
        found = []
        for entry in self.entries.all():
            role = re.search(r"user|assistant|human", entry.get_attribute("class") or "")
            found.append((role[0] if role else "", entry.locator(".text").inner_text().strip()))
        return found

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def accessibility_faults(self) -> list[str]:
        """What axe-core finds, every rule of it but experimental ones."""
        assert AXE.exists(), "axe-core is missing: run `npm ci --prefix botcore/web/widget` first"
        self.page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
        self.page.evaluate(AXE.read_text("utf-8") + "; 0")
        result: dict[str, Any] = self.page.evaluate("axe.run(document)")
        return [
            f"{fault['id']}: {fault['help']} {[(node['target'], node.get('failureSummary')) for node in fault['nodes']]}"
            for fault in result["violations"]
        ]

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "status of" not in message.text:
            self.faults.append(message.text)

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.foreign.append(request.url)

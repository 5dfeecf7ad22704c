"""What an author sees and does on the page of `botcore simulate`, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web_widget.test_widget_safety import PAYLOADS
from tests.web_widget.visitor import AXE

pytestmark = pytest.mark.browser
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 700}},
    "chinese": {"locale": "zh-CN"},
}


class Author:
    """The person before the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: (self.faults.append("a dialog"), dialog.dismiss()))
        self.platform = url.rpartition("#")[2]
        page.goto(url)
        expect(page.locator("#places button").first).to_be_visible()

    def say(self, text: str) -> None:
        self.page.locator("#text").fill(text)
        self.page.locator("#text").press("Enter")

    def sees(self, text: str) -> Locator:
        """The newest message of the bot, once it says this."""
        found = self.page.locator("#log .message.bot", has_text=text).last
        expect(found).to_be_visible()
        return found


@pytest.fixture
def author(context: Callable[..., BrowserContext], page_url: str) -> Author:
    return Author(context().new_page(), page_url)


def test_a_person_reads_marks_presses_a_button_and_sees_the_picture(author: Author) -> None:
    author.say("/rich")
    answer = author.sees("Title")
    for name, words in {
        "bold": "bold",
        "italic": "italic",
        "strike": "gone",
        "code": "code",
        "quote": "quoted",
        "pre": "x = 1",
        "spoiler": "hidden",
        "link": "link",
    }.items():
        expect(author.page.locator(f"#log .{name}", has_text=words).last).to_be_visible()
    expect(author.page.locator("#log a.link").last).to_have_attribute("href", "https://example.org/")
    expect(author.page.locator("#log img").last).to_have_js_property("naturalWidth", 1)
    assert "**" not in answer.inner_text()
    author.page.get_by_role("button", name="Yes", exact=True).last.click()
    author.sees("You said Yes")
    assert author.faults == []


def test_the_menu_completes_a_command_by_keyboard(author: Author) -> None:
    field = author.page.locator("#text")
    field.press_sequentially("/")
    menu = author.page.get_by_role("listbox")
    expect(menu).to_contain_text("Tell slowly.")
    field.press_sequentially("ri")
    expect(menu.get_by_role("option")).to_have_count(1)
    field.press("Tab")
    expect(field).to_have_value("/rich ")
    expect(menu).to_be_hidden()
    field.press("Enter")
    author.sees("Title")


def test_an_answer_is_seen_growing(author: Author) -> None:
    author.say("/tale")
    growing = author.page.locator("#log .message.bot .text", has_text="Once").last
    expect(growing).to_be_visible()
    assert "grew." not in growing.inner_text()
    author.sees("Once upon a time it grew.")


def test_a_person_changes_what_they_wrote(author: Author) -> None:
    author.say("a mistke")
    author.sees("You said a mistke")
    mine = author.page.locator("#log .message.mine", has_text="a mistke").last
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    author.say("a mistake")
    changed = author.page.locator("#log .message.mine", has_text="a mistake").last
    expect(changed.locator(".edited")).to_be_visible()
    changed.hover()
    changed.get_by_role("button", name="React with 👍").click()
    expect(author.page.locator("#log .reactions", has_text="👍 1").last).to_be_visible()


def test_a_file_goes_up(author: Author) -> None:
    file = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear all"}
    author.page.set_input_files("#file", [file])  # type: ignore[list-item]  # a FilePayload by its fields
    author.say("look")
    author.sees("letter.txt")
    expect(author.page.locator("#log .mine a.file", has_text="letter.txt")).to_be_visible()


def test_people_and_chats_are_switched(author: Author) -> None:
    author.page.locator("#places button.group").first.click()
    expect(author.page.locator("#places button.group").first).to_have_attribute("aria-current", "true")
    author.say("is anybody there?")
    author.page.get_by_label("You are").select_option("小林")
    expect(author.page.locator("#log .message:not(.mine)", has_text="is anybody there?")).to_be_visible()
    author.say("我在")
    expect(author.page.locator("#log .message.mine", has_text="我在")).to_be_visible()


def test_nothing_that_is_said_becomes_markup(author: Author) -> None:
    for payload in PAYLOADS[::4]:
        author.say(payload)
    author.say("the last one")
    author.sees("You said the last one")
    assert author.page.locator("#log :is(script, iframe, svg, object, form, style, details)").count() == 0
    assert author.page.locator("#log img:not(a.file img)").count() == 0
    handlers = author.page.evaluate(
        """() => [...document.querySelectorAll("#log *")].flatMap((one) =>
        one.getAttributeNames().filter((name) => name.startsWith("on") || name === "srcdoc"))"""
    )
    assert handlers == []
    for link in author.page.locator("#log a.link[href]").all():
        assert (link.get_attribute("href") or "").startswith(("https://", "http://"))
    assert author.page.evaluate("window.__hit") is None
    assert author.faults == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(
    context: Callable[..., BrowserContext], page_url: str, look: str
) -> None:
    author = Author(context(**LOOKS[look]).new_page(), page_url)
    author.say("/rich")
    author.sees("Title")
    author.page.locator("#text").fill("/")
    expect(author.page.get_by_role("listbox")).to_be_visible()
    assert AXE.exists(), "axe-core is missing: run `npm ci --prefix botcore/web/widget` first"
    author.page.evaluate(AXE.read_text("utf-8"))
    found = author.page.evaluate("axe.run(document)")
    faults = {f"{one['id']}: {node['html'][:80]}" for one in found["violations"] for node in one["nodes"]}
    assert faults == set()
    assert author.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

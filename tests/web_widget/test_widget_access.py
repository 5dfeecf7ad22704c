"""Everybody can use the chat: by keyboard, by ear, on a phone, in the dark, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web_widget.visitor import GREETING, Visitor
from tests.web_widget.widget_server import FakeServer, refuse

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True}
LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "dark phone": PHONE | {"color_scheme": "dark"},
    "chinese": {"locale": "zh-CN"},
}
RICH = """# A heading\n\nWith `code`, a [link](https://example.org) and:\n\n> a quote\n
| Item | Days |\n|:--|--:|\n| Clothes | 30 |\n\n```python\nprint("a rather long line of code that does not fit on a small screen at all")\n```"""


def _everything(visitor: Visitor, server: FakeServer) -> None:
    """Brings all there is to see onto the page."""
    visitor.say("A question")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    server.refusals = [refuse(413, "too_large", "Too long.")]
    visitor.say("Refused")
    expect(visitor.page.locator("article.rejected .foot")).to_be_visible()
    server.message(
        "r",
        RICH,
        at=1_795_356_000,
        sources=[{"title": "Returns", "uri": "https://example.org", "snippet": "30"}],
    )
    server.message("h", "From the **team**", role="human")
    server.message("i", "Cut", incomplete=True)
    server.emit("error", {"code": "internal", "message": "That went wrong.", "reference": "7f3a"})
    server.emit("state", {"status": "answering"})
    server.emit("delta", {"id": "g", "text": "Growing **words**"})
    server.message("b", "Choose", buttons=["Yes", "No"])
    server.emit("typing", {"on": True})
    visitor.page.set_input_files(
        "input[type=file]", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}]
    )
    expect(visitor.page.locator(".typing")).to_be_visible()
    expect(visitor.page.locator(".chosen li")).to_be_visible()
    visitor.page.locator("summary").click()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", ["/", "/site?open=true"], ids=["page", "panel"])
def test_axe_finds_no_fault(
    context: Callable[..., BrowserContext], server: FakeServer, look: str, path: str
) -> None:
    visitor = Visitor(context(**LOOKS[look], reduced_motion="reduce").new_page(), server).visit(path)
    visitor.sees(GREETING)
    assert visitor.accessibility_faults() == []
    _everything(visitor, server)
    assert visitor.accessibility_faults() == []
    server.down = True
    server.break_streams()
    expect(visitor.page.locator(".banner")).to_be_visible()
    assert visitor.accessibility_faults() == []
    assert visitor.faults == []


@pytest.mark.parametrize("color", ["#ffe14d", "#000080", "#e0457b", "white"])
def test_letters_on_a_colour_of_the_site_can_be_read(visitor: Visitor, color: str) -> None:
    visitor.visit(f"/site?open=true&color={color.replace('#', '%23')}")
    visitor.sees(GREETING)
    visitor.say("Hello")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    assert visitor.accessibility_faults() == []


def test_the_whole_talk_works_by_keyboard_alone(visitor: Visitor, server: FakeServer) -> None:
    visitor.visit("/site")
    keys = visitor.page.keyboard
    launcher = visitor.page.locator(".launcher")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    keys.press("Tab")
    keys.press("Tab")
    expect(launcher).to_be_focused()
    keys.press("Enter")
    expect(visitor.field).to_be_focused()
    visitor.sees(GREETING)
    keys.type("Hello")
    keys.press("Enter")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    server.message("q", "Shall I?", buttons=["Yes"])
    expect(visitor.button("Yes")).to_be_visible()
    for _ in range(6):
        keys.press("Shift+Tab")
        if visitor.button("Yes").evaluate("(button) => button.matches(':focus')"):
            break
    keys.press("Enter")
    visitor.sees("Yes")
    expect(visitor.field).to_be_focused()
    keys.press("Escape")
    expect(visitor.page.locator(".panel")).to_be_hidden()
    expect(launcher).to_be_focused()


def test_a_growing_answer_is_silent_and_read_out_whole_at_its_end(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    log = visitor.page.locator("[role=log]")
    expect(log).to_have_attribute("aria-live", "polite")
    server.emit("delta", {"id": "a", "text": "One "})
    growing = visitor.page.locator("article.growing")
    expect(growing).to_have_attribute("aria-live", "off")
    expect(growing).to_have_attribute("aria-busy", "true")
    spoken = visitor.page.locator(".transcript > [role=status]")
    expect(spoken).to_have_text("")
    server.message("a", "One **two** three.")
    expect(spoken).to_have_text(re.compile(r"^Assistant: \s*One two three\.$"))
    expect(growing).to_have_count(0)


def test_on_a_phone_the_panel_fills_the_screen_and_keeps_the_focus(
    context: Callable[..., BrowserContext], server: FakeServer
) -> None:
    visitor = Visitor(context(**PHONE, reduced_motion="reduce").new_page(), server).visit("/site")
    visitor.page.locator(".launcher").tap()
    visitor.sees(GREETING)
    panel = visitor.page.locator(".panel")
    expect(panel).to_have_attribute("aria-modal", "true")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 700}
    for _ in range(12):
        visitor.page.keyboard.press("Tab")
        assert visitor.page.evaluate("document.activeElement.localName") == "botcore-chat"
    visitor.button("Close the chat").tap()
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/site?open=true"])
def test_at_360_pixels_nothing_stands_out_sideways(
    context: Callable[..., BrowserContext], server: FakeServer, path: str
) -> None:
    visitor = Visitor(context(**PHONE).new_page(), server).visit(path)
    visitor.sees(GREETING)
    _everything(visitor, server)
    server.message("w", "a" * 400 + " https://example.org/" + "b" * 300)
    visitor.sees("bbb")
    wide = visitor.page.evaluate(
        """() => [document.scrollingElement, document.querySelector("botcore-chat").shadowRoot.querySelector(".scroller")]
        .map((one) => one.scrollWidth - one.clientWidth)"""
    )
    assert wide == [0, 0]
    for name in ["Send", "Attach files"]:
        box = visitor.button(name).bounding_box()
        assert box
        assert box["width"] >= 40
        assert box["height"] >= 40


def test_a_small_screen_above_the_keyboard_still_shows_field_and_answer(
    context: Callable[..., BrowserContext], server: FakeServer
) -> None:
    visitor = Visitor(context(**PHONE).new_page(), server).begin()
    visitor.say("Hello")
    server.message("a", "The answer")
    visitor.page.set_viewport_size({"width": 360, "height": 340})
    expect(visitor.field).to_be_in_viewport(ratio=1)
    expect(visitor.page.get_by_text("The answer")).to_be_in_viewport()


def test_a_chinese_browser_gets_chinese_words(
    context: Callable[..., BrowserContext], server: FakeServer
) -> None:
    visitor = Visitor(context(locale="zh-CN").new_page(), server).begin()
    expect(visitor.page.get_by_text("有什么可以帮你？")).to_be_visible()
    expect(visitor.page.get_by_text("What can I help you with?")).to_be_hidden()
    expect(visitor.field).to_have_attribute("placeholder", "输入消息")
    assert visitor.page.evaluate("document.documentElement.lang") == "zh"
    visitor.page.get_by_role("button", name="我想退货，怎么办？").first.click()
    visitor.sees("我想退货，怎么办？")
    assert server.sessions == [{"locale": "zh-CN"}]


def test_right_to_left_text_runs_right_to_left(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.message("ar", "مرحبا، كيف أساعدك؟")
    text = visitor.page.locator("article .text", has_text="مرحبا")
    assert text.evaluate("(element) => getComputedStyle(element).direction") == "rtl"


def test_one_who_wants_no_motion_sees_none(
    context: Callable[..., BrowserContext], server: FakeServer
) -> None:
    visitor = Visitor(context(reduced_motion="reduce").new_page(), server).begin()
    server.emit("typing", {"on": True})
    expect(visitor.page.locator(".typing")).to_be_visible()
    assert visitor.page.evaluate("document.getAnimations().length") == 0


def test_the_script_tag_takes_its_options(context: Callable[..., BrowserContext], server: FakeServer) -> None:
    visitor = Visitor(context().new_page(), server)
    visitor.visit("/site?title=Shop+help&locale=zh-CN&position=left&name=Ada")
    visitor.button("打开聊天").click()
    visitor.sees(GREETING)
    expect(visitor.page.get_by_role("heading", name="Shop help")).to_be_visible()
    box = visitor.page.locator(".launcher").bounding_box()
    assert box
    assert box["x"] < 100
    assert server.sessions == [{"locale": "zh-CN", "name": "Ada"}]


def test_a_closed_chat_costs_the_server_nothing_and_counts_what_comes_later(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.visit("/site")
    expect(visitor.button("Open the chat")).to_be_visible()
    visitor.page.wait_for_load_state("networkidle")
    assert server.sessions == []
    visitor.button("Open the chat").click()
    visitor.sees(GREETING)
    visitor.page.keyboard.press("Escape")
    server.message("late", "One more thing")
    expect(visitor.button("Open the chat, 1 new")).to_be_visible()
    visitor.page.reload()
    expect(visitor.button("Open the chat, 1 new")).to_be_visible()
    visitor.button("Open the chat, 1 new").click()
    visitor.sees("One more thing")
    expect(visitor.page.locator(".launcher")).to_have_attribute("aria-label", "Open the chat")


def test_the_page_names_the_line_that_embeds_the_chat(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    expect(visitor.page.locator("footer code")).to_have_text(
        f'<script src="{server.url}/widget.js" async></script>'
    )

"""What a person can do in the chat."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web_widget.visitor import GREETING, Visitor
from tests.web_widget.widget_server import FakeServer

pytestmark = pytest.mark.browser
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
GIVE_FILE = """([kind, name, type, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type }));
  const chat = document.querySelector("botcore-chat").shadowRoot;
  const target = chat.querySelector(kind === "paste" ? "textarea" : ".panel");
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
}"""


def test_a_question_is_answered_and_the_answer_grows_as_it_comes(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    visitor.say("How long?")
    visitor.sees("How long?")
    server.emit("state", {"status": "answering"})
    server.emit("delta", {"id": "a", "text": "You have **30"})
    visitor.sees("You have **30")
    server.emit("delta", {"id": "a", "text": " days**"})
    expect(visitor.page.locator("article strong")).to_have_text("30 days")
    server.message("a", "You have **30 days**.")
    visitor.sees("You have 30 days.")
    assert visitor.talk == [
        ("assistant", GREETING),
        ("user", "How long?"),
        ("assistant", "You have 30 days."),
    ]
    assert visitor.faults == []


def test_a_new_session_tells_the_language(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    assert server.sessions == [{"locale": "en-US"}]


def test_shift_enter_starts_a_line_and_enter_of_an_input_method_sends_nothing(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    visitor.field.fill("one")
    visitor.page.keyboard.press("Shift+Enter")
    visitor.page.keyboard.type("two")
    visitor.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(visitor.field).to_have_value("one\ntwo")
    visitor.page.keyboard.press("Enter")
    visitor.sees("one\ntwo")
    expect(visitor.field).to_have_value("")
    assert [post["text"] for post in server.posts] == ["one\ntwo"]


def test_what_the_person_writes_is_shown_as_written(visitor: Visitor) -> None:
    visitor.begin()
    visitor.say("<b>2 * 3 * 4</b>")
    visitor.sees("<b>2 * 3 * 4</b>")


def test_an_example_is_said_at_a_click(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    visitor.page.get_by_role("button", name="How long do I have to return something?").first.click()
    visitor.sees("How long do I have to return something?")


def test_a_suggested_answer_says_its_text_and_goes(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.message("q", "Shall I?", buttons=["Yes", "No"])
    visitor.button("Yes").click()
    expect(visitor.page.locator("article.user .text")).to_have_text("Yes")
    expect(visitor.page.locator(".choices")).to_have_count(0)


def test_an_answer_in_progress_can_be_stopped(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    visitor.say("Tell me everything")
    server.emit("state", {"status": "answering"})
    visitor.button("Stop the answer").click()
    expect(visitor.button("Stop the answer")).to_have_count(0)
    assert server.stops == 1


def test_an_answer_that_was_cut_short_is_marked(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.message("cut", "I only got this f", incomplete=True)
    expect(visitor.page.locator("article", has_text="I only got").get_by_text("Cut short")).to_be_visible()


def test_the_writing_sign_follows_the_bot(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.emit("typing", {"on": True})
    expect(visitor.page.locator(".typing")).to_be_visible()
    server.message("done", "Here.")
    expect(visitor.page.locator(".typing")).to_be_hidden()


def test_sources_are_a_numbered_list_that_opens(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.message(
        "s",
        "In 30 days.",
        sources=[
            {"title": "Returns", "uri": "https://example.org/returns", "snippet": "30 days", "score": 0.9},
            {"title": "handbook.md", "uri": "handbook.md", "snippet": "", "score": 0.4},
        ],
    )
    visitor.page.get_by_text("Sources (2)").click()
    expect(visitor.page.get_by_role("link", name="Returns")).to_have_attribute(
        "href", "https://example.org/returns"
    )
    expect(visitor.page.locator(".sources li")).to_have_count(2)


def test_a_member_of_the_team_is_told_from_the_bot(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.message("h", "Maria here.", role="human")
    expect(visitor.page.locator("article.human .who")).to_have_text("Team")


def test_code_is_copied_with_a_button(context: Callable[..., BrowserContext], server: FakeServer) -> None:
    opened = context(permissions=["clipboard-read", "clipboard-write"])
    visitor = Visitor(opened.new_page(), server).begin()
    server.message("c", "```python\nprint(1)\n```")
    expect(visitor.page.locator(".code .bar")).to_contain_text("python")
    visitor.page.locator(".code").get_by_role("button").click()
    expect(visitor.page.locator(".copy")).to_have_text("Copied")
    assert visitor.page.evaluate("navigator.clipboard.readText()") == "print(1)\n"


def test_files_are_chosen_shown_removed_and_sent(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    visitor.page.set_input_files(
        "input[type=file]",
        [
            {"name": "photo.png", "mimeType": "image/png", "buffer": PIXEL},
            {"name": "wrong.txt", "mimeType": "text/plain", "buffer": b"no"},
        ],
    )
    visitor.button("Remove wrong.txt").click()
    expect(visitor.page.locator(".chosen li")).to_have_count(1)
    visitor.say("Look")
    expect(visitor.page.locator("article.user img")).to_have_attribute("alt", "photo.png")
    expect(visitor.page.locator(".chosen")).to_be_hidden()
    expect(visitor.page.locator("article.user time")).to_be_visible()
    attachment = server.posts[0]["attachments"][0]
    assert (attachment["name"], attachment["media_type"]) == ("photo.png", "image/png")
    assert base64.b64decode(attachment["data"]) == PIXEL


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_file_may_be_pasted_and_dropped(visitor: Visitor, kind: str) -> None:
    visitor.begin()
    visitor.page.evaluate(GIVE_FILE, [kind, "note.txt", "text/plain", "hello"])
    expect(visitor.page.locator(".chosen li")).to_have_text("note.txt")


def test_a_file_over_the_limit_is_refused_with_a_reason(visitor: Visitor) -> None:
    visitor.begin()
    big = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"x" * (7 * 1024 * 1024 + 1)}
    visitor.page.set_input_files("input[type=file]", [big])
    visitor.notices("film.mp4 is too large: files may have up to 7 MB together.")
    expect(visitor.page.locator(".chosen")).to_be_hidden()


def test_attachments_of_the_bot_are_shown_or_offered(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    data = base64.b64encode(PIXEL).decode()
    server.message(
        "f",
        "Two files",
        attachments=[
            {"name": "plot.png", "media_type": "image/png", "data": data, "alt": "A plot of x squared"},
            {"name": "invoice.pdf", "media_type": "application/pdf", "url": "/api/v1/files/1"},
        ],
    )
    expect(visitor.page.get_by_role("img", name="A plot of x squared")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="invoice.pdf")).to_have_attribute(
        "href", server.url + "/api/v1/files/1"
    )


def test_one_who_reads_further_up_stays_there_and_is_offered_the_way_down(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    visitor.say("Go on")
    visitor.sees("Go on")
    for number in range(12):
        server.message(f"m{number}", f"Message number {number}\n\nand more\n\nand more")
    visitor.sees("Message number 11")
    scroller = visitor.page.locator(".scroller")
    expect(visitor.page.get_by_text("Message number 11")).to_be_in_viewport()
    scroller.evaluate("(element) => { element.scrollTop = 0 }")
    expect(visitor.page.get_by_role("button", name="To the newest message")).to_be_visible()
    server.message("late", "The late one")
    visitor.button("New messages").click()
    expect(visitor.page.get_by_text("The late one")).to_be_in_viewport()
    expect(visitor.page.locator(".jump")).to_be_hidden()


def test_a_growing_answer_leaves_its_finished_blocks_alone(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.emit("delta", {"id": "g", "text": "First block.\n\nSecond block.\n\nThird block.\n\n"})
    visitor.sees("Third block.")
    first = visitor.page.locator("article.growing p", has_text="First block.").element_handle()
    server.emit("delta", {"id": "g", "text": "Fourth block.\n\nFifth block."})
    visitor.sees("Fifth block.")
    assert first.evaluate("(element) => element.isConnected")
    assert visitor.talk[-1][1].split() == [
        "First",
        "block.",
        "Second",
        "block.",
        "Third",
        "block.",
        "Fourth",
        "block.",
        "Fifth",
        "block.",
    ]


def test_text_in_progress_outlives_a_reload(visitor: Visitor) -> None:
    visitor.begin()
    visitor.field.fill("half a thou")
    visitor.page.reload()
    expect(visitor.field).to_have_value("half a thou")

"""Nothing is lost and nothing is shown twice, whatever the network does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web_widget.visitor import GREETING, Visitor
from tests.web_widget.widget_server import FakeServer, refuse

pytestmark = pytest.mark.browser
WORDS = [f"word{number} " for number in range(40)]


def test_an_answer_that_is_begun_again_after_a_crash_writes_over_itself(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    visitor.say("Count")
    for offset, text in ((0, "One two"), (7, " thr"), (0, "One "), (4, "two three")):
        server.emit("delta", {"id": "a", "text": text, "offset": offset})
    visitor.sees("three")
    assert visitor.talk[-1] == ("assistant", "One two three")


def test_an_answer_survives_streams_that_break_again_and_again(visitor: Visitor, server: FakeServer) -> None:
    server.drop_after = [2, 3, 1, 5, 4, 7]
    server.repeat_on_resume = 2
    visitor.begin()
    visitor.say("Count")
    for word in WORDS:
        server.emit("delta", {"id": "a", "text": word})
    visitor.sees("word39")
    assert visitor.talk[-1] == ("assistant", "".join(WORDS).strip())
    server.message("a", "".join(WORDS) + "done")
    visitor.sees("done")
    assert visitor.talk == [
        ("assistant", GREETING),
        ("user", "Count"),
        ("assistant", "".join(WORDS) + "done"),
    ]
    assert len(server.resumed_from) == 7
    assert all(server.resumed_from[1:])


def test_a_reload_brings_the_conversation_back_once(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    visitor.say("Remember me")
    server.message("a", "I do.")
    visitor.sees("I do.")
    before = visitor.talk
    visitor.page.reload()
    visitor.sees("I do.")
    assert visitor.talk == before
    assert len(server.sessions) == 1


def test_a_message_that_could_not_be_sent_goes_out_after_a_reload_under_its_id(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    server.refusals = [refuse(503, "unavailable", "The store is away.") for _ in range(50)]
    visitor.say("Don't lose me")
    expect(visitor.page.get_by_text("Not sent yet")).to_be_visible()
    kept = visitor.page.evaluate(
        "Object.keys(localStorage).find((key) => key.includes(':out:')).split(':out:')[1]"
    )
    server.refusals = []
    visitor.page.reload()
    expect(visitor.page.locator("article.user time")).to_be_visible()
    visitor.sees("Don't lose me")
    assert {post["id"] for post in server.posts} == {kept}
    assert (
        visitor.page.evaluate("Object.keys(localStorage).filter((key) => key.includes(':out:')).length") == 0
    )


def test_an_acceptance_that_got_lost_doubles_nothing(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.swallow_answers = 1
    visitor.say("Once")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    visitor.say("Twice")
    expect(visitor.page.locator("article.user time")).to_have_count(2)
    assert [text for _, text in visitor.talk[1:]] == ["Once", "Twice"]
    assert len({post["id"] for post in server.posts}) == 2


def test_messages_go_out_in_the_order_in_which_they_were_written(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    server.refusals = [refuse(503, "unavailable", "")]
    texts = [f"message {number}" for number in range(5)]
    for text in texts:
        visitor.say(text)
    expect(visitor.page.locator("article.user time")).to_have_count(5)
    assert [post["text"] for post in server.posts] == texts


def test_a_lost_connection_is_said_and_forgotten_when_it_is_back(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    server.down = True
    server.break_streams()
    expect(visitor.page.get_by_text("Your messages are kept")).to_be_visible()
    visitor.say("Said meanwhile")
    expect(visitor.page.get_by_text("Not sent yet")).to_be_visible()
    server.down = False
    server.message("a", "I am back.")
    visitor.button("Try now").click()
    visitor.sees("I am back.")
    expect(visitor.page.locator(".banner")).to_be_hidden()
    expect(visitor.page.locator("article.user time")).to_be_visible()


def test_too_many_messages_are_kept_and_sent_when_the_server_says(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    server.refusals = [refuse(429, "rate_limited", "Too many messages.", retry_after=1)]
    visitor.say("Quick")
    visitor.notices("Your message is kept and goes out in 1 s.")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    assert [post["text"] for post in server.posts] == ["Quick"]


def test_a_refused_message_says_why_and_can_be_edited(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.refusals = [refuse(413, "too_large", "The message is too long.")]
    visitor.say("Very long")
    expect(visitor.page.get_by_text("Not sent: The message is too long.")).to_be_visible()
    visitor.button("Edit and send again").click()
    expect(visitor.field).to_have_value("Very long")
    expect(visitor.field).to_be_focused()
    assert server.posts == []


def test_a_session_that_is_gone_is_replaced_and_the_message_still_goes_out(
    visitor: Visitor, server: FakeServer
) -> None:
    visitor.begin()
    visitor.say("Before")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    server.forget()
    visitor.notices("a new one has started")
    visitor.say("After")
    expect(visitor.page.locator("article.user time")).to_have_count(2)
    assert len(server.sessions) == 2
    assert [post["text"] for post in server.posts] == ["Before", "After"]


def test_a_fault_of_the_bot_is_told_with_its_reference(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.emit("error", {"code": "internal", "message": "That went wrong.", "reference": "7f3a"})
    visitor.notices("That went wrong. Reference: 7f3a")


def test_two_tabs_show_the_same_conversation(
    context: Callable[..., BrowserContext], server: FakeServer
) -> None:
    both = context()
    first = Visitor(both.new_page(), server).begin()
    second = Visitor(both.new_page(), server).begin()
    first.say("From the first")
    second.sees("From the first")
    second.say("From the second")
    first.sees("From the second")
    server.message("a", "To both.")
    first.sees("To both.")
    second.sees("To both.")
    assert first.talk == second.talk
    assert len(server.sessions) == 1


def test_a_page_without_storage_still_talks(visitor: Visitor, server: FakeServer) -> None:
    visitor.page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new Error('no') } })"
    )
    visitor.begin()
    visitor.say("Hello")
    expect(visitor.page.locator("article.user time")).to_be_visible()
    assert visitor.faults == []


def test_a_question_stands_before_an_answer_that_overtook_it(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.emit("delta", {"id": "a", "text": "The an"})
    visitor.sees("The an")
    server.emit("message", {"id": "q1", "text": "The question", "role": "user"})
    server.message("a", "The answer", in_reply_to="q1")
    server.message("b", "Another answer", in_reply_to="q2")
    server.emit("message", {"id": "q2", "text": "Another question", "role": "user"})
    visitor.sees("Another question")
    assert [text for _, text in visitor.talk[1:]] == [
        "The question",
        "The answer",
        "Another question",
        "Another answer",
    ]


def test_a_turn_without_words_shows_nothing(visitor: Visitor, server: FakeServer) -> None:
    visitor.begin()
    server.message("nothing", "")
    server.message("something", "Words")
    visitor.sees("Words")
    assert visitor.talk == [("assistant", GREETING), ("assistant", "Words")]

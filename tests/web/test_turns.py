"""A turn's text out of a stream that carries more than this turn."""

from __future__ import annotations

from typing import Any

from botcore.delivery.base import LiveEvent, LiveType
from botcore.web.turns import TurnText

ASKED = ("message", {"id": "q", "role": "user", "text": "?"})


def text_of(*events: tuple[LiveType, dict[str, Any]]) -> tuple[str, list[str]]:
    turn = TurnText("q")
    pieces = [turn.take(LiveEvent(str(number), type, data)) for number, (type, data) in enumerate(events)]
    assert "".join(pieces) == turn.text
    return turn.text, [piece for piece in pieces if piece]


def delta(id: str, text: str, **more: object) -> tuple[LiveType, dict[str, Any]]:
    return "delta", {"id": id, "text": text, **more}


def message(id: str, text: str, replied: str = "q") -> tuple[LiveType, dict[str, Any]]:
    return "message", {"id": id, "text": text, "role": "assistant", "in_reply_to": replied}


def test_what_was_streamed_is_not_said_again() -> None:
    assert text_of(ASKED, delta("a", "Hel"), delta("a", "lo"), message("a", "Hello!")) == (
        "Hello!", ["Hel", "lo", "!"],
    )  # fmt: skip


def test_whitespace_that_the_final_text_lacks_does_not_repeat_it() -> None:
    assert text_of(ASKED, delta("a", " Hello \n"), message("a", "Hello"))[0] == " Hello \n"
    assert text_of(ASKED, delta("a", "Hello "), message("a", "Hello\n\n(cut)"))[0] == "Hello \n\n(cut)"


def test_a_final_text_of_other_words_stands_by_itself() -> None:
    assert text_of(ASKED, delta("a", "Helo"), message("a", "Sorry."))[0] == "Helo\n\nSorry."


def test_a_turn_done_again_streams_only_what_goes_further() -> None:
    events = [delta("a", "He", offset=0), delta("a", "llo", offset=2), delta("a", "Hello w", offset=0)]
    assert text_of(ASKED, *events, delta("a", "orld", offset=7))[1] == ["He", "llo", " w", "orld"]


def test_offsets_count_utf_16_units() -> None:
    events = [delta("a", "👋🏽", offset=0), delta("a", "👋🏽 hi", offset=0), delta("a", "!", offset=7)]
    assert text_of(ASKED, *events)[0] == "👋🏽 hi!"


def test_a_message_shown_twice_is_said_once() -> None:
    assert text_of(ASKED, message("a", "Hello"), message("a", "Hello"), delta("a", "Hello"))[0] == "Hello"


def test_earlier_and_other_turns_are_left_out() -> None:
    before = [delta("o", "old"), message("o", "old", "p"), ("state", {"status": "idle", "in_reply_to": "p"})]
    other = [delta("x", "new", in_reply_to="z"), message("x", "new", "z")]
    assert text_of(*before, ASKED, *other, message("a", "mine"))[0] == "mine"


def test_only_the_end_of_this_turn_is_the_end() -> None:
    turn = TurnText("q")
    states = [
        {"status": "idle", "in_reply_to": "p"},
        {"status": "idle"},
        {"status": "busy", "in_reply_to": "q"},
    ]
    for data in [ASKED[1], *states]:
        turn.take(LiveEvent("1", "message" if "role" in data else "state", data))
        assert not turn.done
    turn.take(LiveEvent("2", "state", {"status": "idle", "in_reply_to": "q"}))
    assert turn.done

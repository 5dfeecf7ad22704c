"""Events come out whole, however the network cuts their bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botcore.engines.sse import LIMIT, EventParser, MalformedStream


def events(*pieces: bytes) -> list[bytes]:
    parser = EventParser()
    return [event for piece in pieces for event in parser.feed(piece)]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@given(cuts=st.sets(st.integers(0, 60)))
def test_an_event_is_the_same_wherever_it_is_cut(line_end: bytes, cuts: set[int]) -> None:
    stream = line_end.join(["data: 你好 🤖".encode(), b"", b"data:two", b"data: lines", b"", b""])
    places = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    pieces = [stream[start:stop] for start, stop in pairwise(places)]
    assert events(*pieces) == ["你好 🤖".encode(), b"two\nlines"]


def test_comments_and_other_fields_say_nothing() -> None:
    assert events(b": ping\n\nid: 7\nevent: x\nretry: 1\ndata: a\n: b\n\n\n\n") == [b"a"]


def test_a_byte_order_mark_is_ignored() -> None:
    assert events(b"\xef\xbb", b"\xbfdata: a\n\n") == [b"a"]


def test_an_event_without_its_empty_line_is_not_there_yet() -> None:
    assert events(b"data: a\n") == []


@pytest.mark.parametrize("flood", [b"x" * (LIMIT + 1), b"data: " + b"x" * LIMIT + b"\ndata: x\n"])
def test_an_event_without_end_is_refused_rather_than_kept(flood: bytes) -> None:
    with pytest.raises(MalformedStream, match="1 MiB"):
        events(flood)

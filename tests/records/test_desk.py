"""The desk's promise: one open request for each conversation, and a reference that people can say."""

from __future__ import annotations

import asyncio
import re

import pytest

from botcore.stores.records import Records, RequestDesk
from botcore.types import Address, Person

ANNA = Person(id="7", name="Anna")


@pytest.fixture
def desk(records: Records) -> RequestDesk:
    return RequestDesk(records)


async def test_a_request_gets_a_short_reference_and_stands_on_the_list(desk: RequestDesk) -> None:
    reference = await desk.request(Address("web", "1"), ANNA, "my parcel is lost")
    assert re.fullmatch(r"H-[2-9A-Y]{4}", reference)
    (waiting,) = await desk.list_open()
    assert (waiting.reference, waiting.address, waiting.person, waiting.reason) == (
        reference,
        Address("web", "1"),
        ANNA,
        "my parcel is lost",
    )


async def test_asking_again_in_the_same_conversation_gives_the_same_reference(desk: RequestDesk) -> None:
    references = await asyncio.gather(*(desk.request(Address("web", "1"), ANNA, "hello?") for _ in range(10)))
    assert len(set(references)) == 1
    assert len(await desk.list_open()) == 1


async def test_another_conversation_gets_another_reference(desk: RequestDesk) -> None:
    assert await desk.request(Address("web", "1"), ANNA, "") != await desk.request(
        Address("web", "2"), ANNA, ""
    )


async def test_a_closed_request_leaves_the_list_and_the_next_one_is_new(desk: RequestDesk) -> None:
    first = await desk.request(Address("web", "1"), ANNA, "")
    assert await desk.close(f" {first.lower()} ")
    assert await desk.list_open() == []
    assert await desk.request(Address("web", "1"), ANNA, "") != first


async def test_closing_what_is_not_open_says_so(desk: RequestDesk) -> None:
    assert not await desk.close("H-NONE")


async def test_the_oldest_request_comes_first(desk: RequestDesk) -> None:
    references = [await desk.request(Address("web", str(chat)), ANNA, "") for chat in range(5)]
    assert [waiting.reference for waiting in await desk.list_open()] == references


@pytest.mark.parametrize(
    "naughty", ["\0", "\ud800", "\u202e", "👩‍👩‍👧", "'; DROP TABLE handovers; --", "x" * 1_000_000, ""]
)
async def test_no_text_of_a_person_can_break_the_desk(desk: RequestDesk, naughty: str) -> None:
    address = Address("web", naughty[:1000])
    reference = await desk.request(address, Person(id=naughty[:1000], name=naughty[:1000]), naughty)
    assert await desk.request(address, ANNA, "again") == reference
    assert len((await desk.list_open())[0].reason) <= 2000

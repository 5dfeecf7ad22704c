"""What every delivery promises."""

from __future__ import annotations

import asyncio

import pytest

from botcore.conversation import ConversationState, HistoryEntry
from botcore.delivery.base import Accepted, Claim, Commit, LiveEvent
from botcore.errors import MailboxFull
from botcore.types import Address
from tests.delivery.conftest import ADDRESS, Delivery, message, outgoing


async def claim_one(delivery: Delivery) -> Claim:
    [claim] = await delivery.inbox.claim(10, 2.0)
    return claim


def said(claim: Claim) -> str:
    assert claim.event is not None
    return getattr(claim.event, "text", "")


async def test_an_accepted_message_is_claimed_with_a_fresh_state(delivery: Delivery) -> None:
    assert await delivery.inbox.accept(message("hello")) is Accepted.NEW
    claim = await claim_one(delivery)
    assert said(claim) == "hello"
    assert (claim.state, claim.history, claim.version, claim.tries) == (ConversationState(), (), 0, 1)


async def test_the_same_id_again_is_no_second_turn(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("hello", id="1"))
    assert await delivery.inbox.accept(message("hello", id="1")) is Accepted.DUPLICATE
    await delivery.inbox.commit(await claim_one(delivery), Commit(ConversationState()))
    assert await delivery.inbox.claim(10, 0.05) == []


async def test_the_same_id_in_another_conversation_is_another_message(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("hello", id="1"))
    assert await delivery.inbox.accept(message("hello", id="1", address=Address("web", "b"))) is Accepted.NEW


async def test_a_conversation_is_with_one_worker_at_a_time_and_in_order(delivery: Delivery) -> None:
    for text in ("one", "two", "three"):
        await delivery.inbox.accept(message(text))
    heard = []
    for _ in range(3):
        claim = await claim_one(delivery)
        assert await delivery.inbox.claim(10, 0.02) == []
        heard.append(said(claim))
        assert await delivery.inbox.commit(claim, Commit(ConversationState()))
    assert heard == ["one", "two", "three"]


async def test_conversations_are_claimed_side_by_side(delivery: Delivery) -> None:
    for chat in "abc":
        await delivery.inbox.accept(message(chat, address=Address("web", chat)))
    claims = await delivery.inbox.claim(10, 2.0)
    assert sorted(said(claim) for claim in claims) == ["a", "b", "c"]


async def test_a_commit_keeps_state_history_and_messages(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("hello"))
    state = ConversationState(language="zh", plugins={"shop": {"order": 7}})
    entry = HistoryEntry("user", "hello", 1.0)
    await delivery.inbox.commit(await claim_one(delivery), Commit(state, [entry], [outgoing("hi", "k1")]))
    await delivery.inbox.accept(message("again"))
    claim = await claim_one(delivery)
    assert (claim.state, claim.history, claim.version) == (state, (entry,), 1)
    [parcel] = await delivery.outbox.claim(["web"], 10, 2.0)
    assert parcel.outgoing == outgoing("hi", "k1")


async def test_committing_twice_is_a_no_op_that_says_true(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("one"))
    await delivery.inbox.accept(message("two"))
    claim = await claim_one(delivery)
    commit = Commit(ConversationState(), [HistoryEntry("user", "one", 1.0)], [outgoing("hi", "k1")])
    assert await delivery.inbox.commit(claim, commit)
    assert await delivery.inbox.commit(claim, commit)
    after = await claim_one(delivery)
    assert said(after) == "two"
    assert len(after.history) == 1


async def test_forgetting_drops_the_history(delivery: Delivery) -> None:
    for text in ("one", "two"):
        await delivery.inbox.accept(message(text))
    await delivery.inbox.commit(
        await claim_one(delivery), Commit(ConversationState(), [HistoryEntry("user", "one", 1.0)])
    )
    await delivery.inbox.commit(await claim_one(delivery), Commit(ConversationState(), forget=True))
    await delivery.inbox.accept(message("three"))
    assert (await claim_one(delivery)).history == ()


async def test_a_released_turn_comes_back_without_counting_the_try(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("hello"))
    first = await claim_one(delivery)
    await delivery.inbox.release(first)
    second = await claim_one(delivery)
    assert (said(second), second.tries) == ("hello", 1)
    assert not await delivery.inbox.commit(first, Commit(ConversationState()))
    assert await delivery.inbox.commit(second, Commit(ConversationState()))


async def test_a_buried_turn_lets_the_conversation_go_on(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("poison"))
    await delivery.inbox.accept(message("fine"))
    assert await delivery.inbox.bury(await claim_one(delivery), "it always fails")
    assert said(await claim_one(delivery)) == "fine"


async def test_a_full_mailbox_refuses_and_stores_nothing(delivery: Delivery) -> None:
    for text in "abc":
        await delivery.inbox.accept(message(text))
    with pytest.raises(MailboxFull):
        await delivery.inbox.accept(message("d", id="late"))
    await delivery.inbox.commit(await claim_one(delivery), Commit(ConversationState()))
    assert await delivery.inbox.accept(message("d", id="late")) is Accepted.NEW


async def test_messages_leave_in_order_one_at_a_time(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("hello"))
    two = [outgoing("first", "k1"), outgoing("second", "k2")]
    await delivery.inbox.commit(await claim_one(delivery), Commit(ConversationState(), [], two))
    [parcel] = await delivery.outbox.claim(["web"], 10, 2.0)
    assert await delivery.outbox.claim(["web"], 10, 0.02) == []
    await delivery.outbox.retry(parcel)
    sent = []
    for _ in range(2):
        [parcel] = await delivery.outbox.claim(["web"], 10, 2.0)
        assert parcel.outgoing is not None
        sent.append(parcel.outgoing.reply.text)
        await delivery.outbox.done(parcel)
        await delivery.outbox.done(parcel)
    assert sent == ["first", "second"]
    assert await delivery.outbox.claim(["web"], 10, 0.02) == []


async def test_a_sender_gets_only_its_channels(delivery: Delivery) -> None:
    await delivery.inbox.accept(message("hello"))
    await delivery.inbox.commit(
        await claim_one(delivery), Commit(ConversationState(), [], [outgoing("hi", "k")])
    )
    assert await delivery.outbox.claim(["cli"], 10, 0.05) == []
    assert len(await delivery.outbox.claim(["cli", "web"], 10, 2.0)) == 1


async def collect(delivery: Delivery, count: int, after: str = "") -> list[LiveEvent]:
    events: list[LiveEvent] = []
    async with asyncio.timeout(5):
        async for event in delivery.live.follow(ADDRESS, after):
            assert event is not None
            events.append(event)
            if len(events) == count:
                break
    return events


async def test_a_follower_sees_what_was_and_what_comes(delivery: Delivery) -> None:
    await delivery.live.publish(ADDRESS, "message", {"n": 1})
    follower = asyncio.create_task(collect(delivery, 2))
    await asyncio.sleep(0)
    await delivery.live.publish(ADDRESS, "delta", {"n": 2})
    assert [(event.type, event.data) for event in await follower] == [
        ("message", {"n": 1}),
        ("delta", {"n": 2}),
    ]


async def test_a_follower_resumes_after_an_id(delivery: Delivery) -> None:
    for number in range(5):
        await delivery.live.publish(ADDRESS, "delta", {"n": number})
    first = await collect(delivery, 2)
    rest = await collect(delivery, 3, first[-1].id)
    assert [event.data["n"] for event in first + rest] == [0, 1, 2, 3, 4]


async def test_an_id_that_is_none_reads_from_the_oldest(delivery: Delivery) -> None:
    await delivery.live.publish(ADDRESS, "delta", {"n": 0})
    [event] = await collect(delivery, 1, "no such id")
    assert event.data == {"n": 0}


async def test_an_event_with_a_known_key_is_a_no_op(delivery: Delivery) -> None:
    for text in ("hi", "hi again"):
        await delivery.live.publish(ADDRESS, "message", {"text": text}, key="k")
    await delivery.live.publish(ADDRESS, "state", {})
    assert [event.type for event in await collect(delivery, 2)] == ["message", "state"]


async def test_a_stop_reaches_those_who_answer(delivery: Delivery) -> None:
    stops = delivery.live.stops()
    heard = asyncio.ensure_future(anext(stops))
    await asyncio.sleep(0)
    await delivery.live.stop(ADDRESS)
    assert await asyncio.wait_for(heard, 5) == ADDRESS
    await stops.aclose()  # type: ignore[attr-defined]  # an async generator in every implementation


async def test_what_is_accepted_is_shown_in_the_same_step_and_once(delivery: Delivery) -> None:
    for text in ("one", "two", "three"):
        await delivery.inbox.accept(message(text, id=text), shown={"text": text})
    await delivery.inbox.accept(message("one", id="one"), shown={"text": "one"})
    with pytest.raises(MailboxFull):
        await delivery.inbox.accept(message("four"), shown={"text": "four"})
    await delivery.live.publish(ADDRESS, "state", {})
    assert [event.data.get("text") for event in await collect(delivery, 4)] == ["one", "two", "three", None]


async def test_what_waits_behind_a_claim_may_be_looked_at_and_answered_with_it(delivery: Delivery) -> None:
    for text in ("one", "two", "three"):
        await delivery.inbox.accept(message(text))
    claim = await claim_one(delivery)
    assert [getattr(event, "text", "") for event in await delivery.inbox.waiting(claim)] == ["two", "three"]
    assert len(await delivery.inbox.waiting(claim, 1)) == 1
    commit = Commit(ConversationState(), answered=2)
    assert await delivery.inbox.commit(claim, commit)
    assert await delivery.inbox.commit(claim, commit)
    claim = await claim_one(delivery)
    assert said(claim) == "three"
    assert await delivery.inbox.waiting(claim) == []
    await delivery.inbox.commit(claim, Commit(ConversationState()))
    assert await delivery.inbox.claim(1, 0.02) == []

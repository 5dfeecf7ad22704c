"""What every delivery promises of edits, deletions and rewritten histories."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from botcore.conversation import ConversationState, HistoryEntry, decode_history
from botcore.delivery import keys
from botcore.delivery.base import Before, Claim, Commit
from botcore.delivery.queue import Queue
from botcore.delivery.redis import Bounds, RedisInbox
from botcore.stores.commands import Commands
from botcore.types import AnyEvent, Deleted, Edited, Person
from tests.delivery.conftest import ADDRESS, Delivery, message


def edit(id: str, of: str = "m") -> Edited:
    return Edited(id=id, address=ADDRESS, person=Person("p"), at=2.0, message=of, text="new")


async def take(delivery: Delivery, event: AnyEvent) -> Claim:
    await delivery.inbox.accept(event)
    return await taken(delivery)


async def taken(delivery: Delivery) -> Claim:
    [claim] = await delivery.inbox.claim(1, 2.0)
    return claim


async def answered(delivery: Delivery, state: ConversationState, before: Before) -> Claim:
    """The claim of the turn after one that was committed so."""
    claim = await take(delivery, message("hi"))
    await delivery.inbox.commit(claim, Commit(state, before=before))
    return await take(delivery, message("next"))


async def test_a_claim_tells_of_changes_in_its_mailbox_and_of_none_once_they_are_handled(
    delivery: Delivery,
) -> None:
    plain = await take(delivery, message("one", id="m"))
    assert not plain.changed
    await delivery.inbox.accept(edit("e"))
    await delivery.inbox.commit(plain, Commit(ConversationState()))
    changed = await taken(delivery)
    assert changed.changed
    await delivery.inbox.commit(changed, Commit(ConversationState()))
    assert not (await take(delivery, message("two"))).changed


async def test_a_change_is_told_to_those_who_listen_as_it_is_accepted(delivery: Delivery) -> None:
    listening = asyncio.create_task(anext(aiter(delivery.live.changes())))
    await asyncio.sleep(0)
    await delivery.inbox.accept(message("one"))
    await delivery.inbox.accept(Deleted(id="d", address=ADDRESS, person=Person("p"), at=1.0, message="m"))
    assert await asyncio.wait_for(listening, 10) == ADDRESS


async def test_a_history_may_be_rewritten(delivery: Delivery) -> None:
    entries = [HistoryEntry("user", text, 1.0, text) for text in ("a", "b", "c")]
    await delivery.inbox.commit(await take(delivery, message("one")), Commit(ConversationState(), entries))
    new = [entries[0], HistoryEntry("user", "B", 1.0, "b", joined=True, changes=("e",)), entries[2]]
    claim = await take(delivery, message("two"))
    await delivery.inbox.commit(claim, Commit(ConversationState(), new, rewrite=True))
    assert (await take(delivery, message("three"))).history == tuple(new)


async def test_the_state_before_an_answer_is_kept_for_the_next_turn(delivery: Delivery) -> None:
    claim = await take(delivery, message("first"))
    assert await delivery.inbox.before(claim) is None
    await delivery.inbox.commit(claim, Commit(ConversationState(language="en")))
    claim = await answered(delivery, ConversationState(language="zh"), "set")
    assert await delivery.inbox.before(claim) == ConversationState(language="en")
    assert claim.state == ConversationState(language="zh")


async def test_the_state_before_the_first_answer_is_a_fresh_one(delivery: Delivery) -> None:
    claim = await answered(delivery, ConversationState(language="zh"), "set")
    assert await delivery.inbox.before(claim) == ConversationState()


async def test_the_state_before_is_dropped_or_kept_as_a_turn_says(delivery: Delivery) -> None:
    state = ConversationState(language="en")
    claim = await answered(delivery, state, "set")
    await delivery.inbox.commit(claim, Commit(state, before="keep"))
    claim = await take(delivery, message("third"))
    assert await delivery.inbox.before(claim) == ConversationState()
    await delivery.inbox.commit(claim, Commit(state, before="drop"))
    assert await delivery.inbox.before(await take(delivery, message("fourth"))) is None


def test_entries_of_the_first_stored_form_are_read() -> None:
    # Written by botcore 0.1.0: role, text, at, id, plugin.
    old = b"\x85\xa4role\xa4user\xa4text\xa2hi\xa2at\xcb?\xf0\x00\x00\x00\x00\x00\x00\xa2id\xa21a\xa6plugin\xa3abc"
    assert decode_history(old) == HistoryEntry("user", "hi", 1.0, "1a", "abc")


async def test_a_change_in_a_conversation_without_a_state_leaves_nothing_behind_for_ever(
    redis: Redis,
) -> None:
    commands = Commands(redis)
    await RedisInbox(commands, Queue(redis, commands), Bounds()).accept(edit("e"))
    assert await redis.ttl(keys.state(ADDRESS)) > 0

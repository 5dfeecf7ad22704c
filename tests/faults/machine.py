"""The steps that inbox and outbox can take, each compared with the model."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
)

from botcore.conversation import ConversationState, HistoryEntry
from botcore.delivery.base import Accepted, Before, Claim, Commit, Inbox, Outbox, Parcel
from botcore.delivery.memory import MemoryInbox, MemoryOutbox, MemoryStore
from botcore.errors import MailboxFull
from botcore.types import Address, AnyEvent, Deleted, Edited, Person
from tests.delivery.conftest import message, outgoing
from tests.faults.model import Conversation, Turn, is_change

CHATS = [Address("web", "a"), Address("web", "b"), Address("cli", "c")]
LIMIT = 4
chats, recent = st.sampled_from(CHATS), st.integers(0, 4)
"""Which of the claims or parcels there ever were, counted from the newest: the older ones are what zombies hold."""
befores = st.sampled_from(get_args(Before))


class Machine(RuleBasedStateMachine):
    """The steps, checked against the model. Subclasses say which delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = {address: Conversation() for address in CHATS}
        self.claims: list[Claim] = []
        """Every claim that there ever was: the old ones are what zombies hold."""
        self.parcels: list[Parcel] = []
        self.accepted = 0

    def inbox(self) -> Inbox:
        raise AssertionError

    def outbox(self) -> Outbox:
        raise AssertionError

    @rule(address=chats)
    def accept(self, address: Address) -> None:
        self.accepted += 1
        self._accept(message("hi", id=f"e{self.accepted}", address=address))

    @rule(address=chats, pick=recent, deleted=st.booleans())
    def change(self, address: Address, pick: int, deleted: bool) -> None:
        """The person edits or deletes what was written before, answered or not."""
        written = [id for id in self.model[address].seen if not is_change(id)]
        if written:
            self.accepted += 1
            self._accept(_change(f"c{self.accepted}", address, written[-1 - pick % len(written)], deleted))

    def _accept(self, event: AnyEvent) -> None:
        box = self.model[event.address]
        if len(box.mail) == LIMIT:
            with pytest.raises(MailboxFull):
                self.runner.run(self.inbox().accept(event))
            return
        assert self.runner.run(self.inbox().accept(event)) is Accepted.NEW
        box.mail.append(event.id)
        box.seen.append(event.id)

    @rule(address=chats, pick=recent)
    def accept_again(self, address: Address, pick: int) -> None:
        box = self.model[address]
        if box.seen:
            id = box.seen[pick % len(box.seen)]
            same = (
                _change(id, address, "e1", True) if is_change(id) else message("hi", id=id, address=address)
            )
            assert self.runner.run(self.inbox().accept(same)) is Accepted.DUPLICATE

    @rule(count=st.integers(1, 4))
    def claim(self, count: int) -> None:
        ready = {address for address, box in self.model.items() if box.is_ready}
        claims = self.runner.run(self.inbox().claim(count, 0.001))
        assert {claim.address for claim in claims} <= ready
        assert len(claims) <= min(count, len(ready))
        assert claims or not ready
        for claim in claims:
            self._check_claim(claim)

    def _check_claim(self, claim: Claim) -> None:
        box = self.model[claim.address]
        box.tries += 1
        assert claim.event
        counted = _turns(claim.state)
        expected = (box.mail[0], box.tries, box.version, box.turns)
        assert (claim.event.id, claim.tries, claim.version, counted) == expected
        assert isinstance(claim.event, Edited | Deleted) is is_change(claim.event.id)
        assert claim.changed or not box.is_changed
        assert [entry.id for entry in claim.history] == box.history
        self._check_what_it_may_ask_for(claim, box)
        assert all(claim.fence > old.fence for old in self.claims if old.address == claim.address)
        box.turn = Turn(claim.event.id, claim.fence)
        self.claims.append(claim)

    def _check_what_it_may_ask_for(self, claim: Claim, box: Conversation) -> None:
        waiting = self.runner.run(self.inbox().waiting(claim))
        assert [event.id for event in waiting] == list(box.mail)[1:]
        before = self.runner.run(self.inbox().before(claim))
        assert (None if before is None else _turns(before)) == box.before

    @precondition(lambda self: self.claims)
    @rule(
        pick=recent,
        messages=st.integers(0, 2),
        answered=st.integers(1, 3),
        before=befores,
        rewrite=st.booleans(),
    )
    def commit(self, pick: int, messages: int, answered: int, before: Before, rewrite: bool) -> None:
        """By whoever holds a claim, in time or far too late; of one event or several, the history going on or rewritten."""
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        names = [f"{claim.address}:{claim.version}:{index}" for index in range(messages)]
        answered = min(answered, len(box.mail)) or 1
        said = HistoryEntry("user", "hi", 1.0, f"h{claim.fence}")
        commit = Commit(
            ConversationState(plugins={"p": {"turns": _turns(claim.state) + 1}}),
            [*claim.history[:-1], said] if rewrite else [said],
            [outgoing("hi", name, claim.address) for name in names],
            answered=answered,
            rewrite=rewrite,
            before=before,
        )
        stored = self.runner.run(self.inbox().commit(claim, commit))
        assert stored is (box.is_current(claim.fence) or box.committed == claim.fence)
        if box.is_current(claim.fence):
            box.finish(claim.fence, answered)
            if before != "keep":
                box.before = box.turns if before == "set" else None
            box.turns += 1
            box.history = [*(box.history[:-1] if rewrite else box.history), said.id]
            box.outgoing.extend(names)

    @rule(address=chats, deleted=st.booleans())
    def change_what_waits(self, address: Address, deleted: bool) -> None:
        """In one step, as those below, since by chance alone it is rare."""
        self.accept(address)
        self.change(address, 0, deleted)
        self.claim(len(CHATS))

    @rule(address=chats, before=befores, rewrite=st.booleans())
    def answer(self, address: Address, before: Before, rewrite: bool) -> None:
        self.accept(address)
        self.claim(len(CHATS))
        if self.claims:
            self.commit(0, 1, 1, before, rewrite)

    @precondition(lambda self: self.claims)
    @rule(pick=recent)
    def release(self, pick: int) -> None:
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        self.runner.run(self.inbox().release(claim))
        if box.is_current(claim.fence):
            box.turn = None
            box.tries -= 1

    @precondition(lambda self: self.claims)
    @rule(pick=recent)
    def bury(self, pick: int) -> None:
        claim = self.claims[-1 - pick % len(self.claims)]
        box = self.model[claim.address]
        buried = self.runner.run(self.inbox().bury(claim, "why"))
        assert buried is (box.is_current(claim.fence) or box.committed == claim.fence)
        if box.is_current(claim.fence):
            box.finish(claim.fence)

    @rule(count=st.integers(1, 4), channels=st.sampled_from([["web"], ["cli"], ["web", "cli"]]))
    def take_parcels(self, count: int, channels: list[str]) -> None:
        ready = {
            address for address, box in self.model.items() if box.may_send and address.channel in channels
        }
        parcels = self.runner.run(self.outbox().claim(channels, count, 0.001))
        assert {parcel.address for parcel in parcels} <= ready
        assert parcels or not ready
        for parcel in parcels:
            box = self.model[parcel.address]
            assert parcel.outgoing
            assert parcel.outgoing.key == box.outgoing[0]
            box.sending, box.sender_died = parcel.outgoing.key, False
            self.parcels.append(parcel)

    @precondition(lambda self: self.parcels)
    @rule(pick=recent, sent=st.booleans())
    def finish_parcel(self, pick: int, sent: bool) -> None:
        """Done or given back, in time or far too late."""
        parcel = self.parcels[-1 - pick % len(self.parcels)]
        assert parcel.outgoing
        box = self.model[parcel.address]
        outbox = self.outbox()
        self.runner.run(outbox.done(parcel) if sent else outbox.retry(parcel))
        if box.sending == parcel.outgoing.key and self._stands_for(parcel, box):
            box.sending = ""
            if sent:
                box.outgoing.popleft()

    def _stands_for(self, parcel: Parcel, box: Conversation) -> bool:
        """Whether the parcel is of the latest time that its message was handed out."""
        latest = [one for one in self.parcels if one.raw == parcel.raw][-1]
        return latest.entry == parcel.entry

    def teardown(self) -> None:
        self.runner.close()


def _turns(state: ConversationState) -> int:
    return int(state.plugins.get("p", {}).get("turns", 0))


def _change(id: str, address: Address, about: str, deleted: bool) -> Edited | Deleted:
    if deleted:
        return Deleted(id=id, address=address, person=Person("p"), at=2.0, message=about)
    return Edited(id=id, address=address, person=Person("p"), at=2.0, message=about, text="hello")


class MemoryMachine(Machine):
    def __init__(self) -> None:
        super().__init__()
        store = MemoryStore(mailbox_limit=LIMIT)
        self._inbox, self._outbox = MemoryInbox(store), MemoryOutbox(store)

    def inbox(self) -> Inbox:
        return self._inbox

    def outbox(self) -> Outbox:
        return self._outbox

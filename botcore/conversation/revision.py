"""A dialogue as it reads once the person has changed, or taken back, what they had written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from botcore.conversation.state import HistoryEntry
from botcore.types import Deleted, Edited, Message

Change = Edited | Deleted
replace = msgspec.structs.replace


class Revision(msgspec.Struct, frozen=True):
    """What a change makes of the history. It reads `before`, what is said in answer to `messages`, `after`."""

    before: tuple[HistoryEntry, ...]
    messages: tuple[Message, ...] = ()
    """What is to be answered anew: the message as it reads now, with those that were answered together with it."""
    answers: tuple[HistoryEntry, ...] = ()
    """What the bot had said to them."""
    after: tuple[HistoryEntry, ...] = ()
    events: tuple[str, ...] = ()
    """Ids of the events to which the bot had spoken then."""


def revise(history: Sequence[HistoryEntry], change: Change) -> Revision | None:
    """None where nothing is to be done: the message is not in the history, or it was read in its new form already.

    Only the latest message, with those that were answered together with it, is to be answered anew. An older one is
    changed in the history alone: what was said since rests on the old words.
    """
    place = next((n for n, entry in enumerate(history) if _is_it(entry, change.message)), None)
    if place is None or change.id in history[place].changes:
        return None
    if isinstance(change, Deleted):
        return Revision(_without(history, place))
    return _edited(history, place, change)


def amended(messages: Sequence[Message], changes: Iterable[Change]) -> tuple[Message, ...]:
    """The messages as they read after these changes, which come in the order in which they were made."""
    for change in changes:
        if isinstance(change, Deleted):
            messages = [one for one in messages if one.id != change.message]
        else:
            messages = [_reworded(one, change) if one.id == change.message else one for one in messages]
    return tuple(messages)


def _is_it(entry: HistoryEntry, id: str) -> bool:
    return entry.role == "user" and entry.id == id


def _reworded(message: Message, edit: Edited) -> Message:
    return replace(message, text=edit.text, attachments=edit.attachments or message.attachments)


def _edited(history: Sequence[HistoryEntry], place: int, edit: Edited) -> Revision:
    entry = history[place]
    now = replace(entry, text=edit.text, changes=(*entry.changes, edit.id))
    reads = (*history[:place], now, *history[place + 1 :])
    same = edit.text == entry.text and not edit.attachments  # as when a preview of a link was added
    first, last = _together(history, place)
    if same or any(one.role == "user" for one in history[last + 1 :]):
        return Revision(reads)
    asked = reads[first : last + 1]
    answers = tuple(one for one in reads[last + 1 :] if one.in_reply_to and one.in_reply_to == reads[last].id)
    return Revision(
        before=reads[:first],
        messages=tuple(_message(one, edit) for one in asked),
        answers=answers,
        after=tuple(one for one in reads[last + 1 :] if one not in answers),
        events=(asked[0].id, *(id for one in asked for id in one.changes)),
    )


def _message(entry: HistoryEntry, edit: Edited) -> Message:
    attachments = edit.attachments if entry.id == edit.message else ()
    return Message(
        id=entry.id,
        address=edit.address,
        person=edit.person,
        at=entry.at,
        text=entry.text,
        attachments=attachments,
    )


def _together(history: Sequence[HistoryEntry], place: int) -> tuple[int, int]:
    """First and last of the messages that were answered as one."""
    first = last = place
    while first and history[first - 1].joined:
        first -= 1
    while history[last].joined and last + 1 < len(history):
        last += 1
    return first, last


def _without(history: Sequence[HistoryEntry], place: int) -> tuple[HistoryEntry, ...]:
    """The last of several that were answered together leaves their answer to the one before it."""
    gone, rest = history[place], [*history[:place], *history[place + 1 :]]
    if place and not gone.joined and rest[place - 1].joined:
        heir = rest[place - 1] = replace(rest[place - 1], joined=False)
        rest = [replace(one, in_reply_to=heir.id) if one.in_reply_to == gone.id else one for one in rest]
    return tuple(rest)

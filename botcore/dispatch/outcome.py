"""What a turn leaves behind: the state, the dialogue as it reads now, and what is said."""

from __future__ import annotations

import time

import msgspec

from botcore.conversation import HistoryEntry, encode
from botcore.delivery.base import Before, Commit
from botcore.dispatch.turn import Turn, asked_by
from botcore.types import Edited, Outgoing, Reply


def commit_of(turn: Turn) -> Commit:
    """What the store is told. The last message to each event carries the summary, and there always is one."""
    surplus = _surplus(turn) if turn.revision else []
    said = [*turn.outgoing, *surplus] or [_silence(turn, 0, asked_by(turn.events[-1]))]
    # Whoever waits for the answer to an earlier message of a burst learns that this was it.
    closing = [_silence(turn, len(said) + n, event.id) for n, event in enumerate(turn.events[:-1])]
    summary = turn.summary()
    before = _before(turn)
    turn.state.note(turn.event.person.id)
    last = [msgspec.structs.replace(one, summary=summary) for one in (said[-1], *closing)]
    return Commit(
        turn.state,
        () if turn.forget else _dialogue(turn),
        [*said[:-1], *last],
        answered=len(turn.events),
        forget=turn.forget,
        rewrite=turn.revision is not None and not turn.forget,
        before=before,
        cancelled=turn.cancelled,
        timers=turn.timers,
    )


def _before(turn: Turn) -> Before:
    """An edit of the latest message is answered from the state before its first answer."""
    if turn.forget:
        return "drop"
    if turn.revision:
        return "keep"
    if turn.messages:
        return "set"
    return "keep" if encode(turn.state) == turn.stored else "drop"


def _dialogue(turn: Turn) -> list[HistoryEntry]:
    """What is new in the history; all of it where the person changed an earlier message."""
    if turn.revision:
        answers = _answers(turn) or ([] if turn.withdrawn else turn.revision.answers)
        return [*turn.history, *_questions(turn), *answers, *turn.revision.after]
    brought_along = () if turn.claim.history else turn.history
    return [*brought_along, *_questions(turn), *_answers(turn)]


def _questions(turn: Turn) -> list[HistoryEntry]:
    changes = _changes_of(turn) if turn.revision or turn.changes else {}
    said = [message for message in turn.messages if message.text]
    return [
        HistoryEntry(
            "user",
            message.text,
            message.at,
            message.id,
            by=turn.event.person.id,
            joined=message is not said[-1],
            changes=changes.get(message.id, ()),
        )
        for message in said
    ]


def _changes_of(turn: Turn) -> dict[str, tuple[str, ...]]:
    """Ids of the edits of each message, those that were read before included."""
    read = {entry.id: entry.changes for entry in turn.claim.history}
    edits = [*([turn.event] if isinstance(turn.event, Edited) else []), *turn.changes]
    return {
        message.id: (
            *read.get(message.id, ()),
            *(edit.id for edit in edits if edit.message == message.id),
        )
        for message in turn.messages
    }


def _answers(turn: Turn) -> list[HistoryEntry]:
    """A question that was taken back takes its answer along."""
    if turn.withdrawn:
        return []
    asked = turn.messages[-1].id if turn.messages else ""
    return [
        HistoryEntry(
            "assistant",
            one.reply.text,
            one.at,
            one.key,
            turn.plugin,
            in_reply_to=asked,
            by=turn.event.person.id,
        )
        for one in turn.outgoing
        if one.reply.text
    ]


def _surplus(turn: Turn) -> list[Outgoing]:
    """Where there were more answers than now: what takes the others away."""
    if not turn.revision or not turn.outgoing or turn.stopped:
        return []
    said, asked = len(turn.outgoing), asked_by(turn.events[-1])
    return [
        msgspec.structs.replace(_silence(turn, said + n, asked), replaces=answer.id)
        for n, answer in enumerate(turn.revision.answers[said:])
    ]


def _silence(turn: Turn, index: int, in_reply_to: str) -> Outgoing:
    return Outgoing(
        key=turn.key(index),
        address=turn.event.address,
        reply=Reply(),
        in_reply_to=in_reply_to,
        at=time.time(),
    )

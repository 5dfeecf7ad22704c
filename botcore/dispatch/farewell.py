"""What a person is told when their message is given up, so that it never ends in silence."""

from __future__ import annotations

import time

from botcore.delivery.base import Claim
from botcore.dispatch.turn import asked_by, message_key
from botcore.i18n.texts import Catalog
from botcore.types import Edited, Message, Outgoing, Reply, TurnSummary


def farewell(claim: Claim, reference: str, texts: Catalog) -> Outgoing:
    """The last message of a turn that goes to the dead letters; empty where the person had not said anything."""
    event = claim.event
    language = claim.state.language or "en"
    said_something = event is None or isinstance(event, Message | Edited)
    text = texts.text(language, "set_aside", reference=reference) if said_something else ""
    return Outgoing(
        key=message_key(claim, reference, 0),
        address=claim.address,
        reply=Reply(text),
        in_reply_to=asked_by(event) if event else "",
        incomplete=said_something,
        summary=TurnSummary(trace_id=reference, by="dead letter", language=language),
        at=time.time(),
    )

"""Channels that show a message by publishing it."""

from __future__ import annotations

from typing import Any

import pytest

from botcore.channels.live import INLINE_BYTES, LiveChannel
from botcore.delivery.memory import MemoryLive
from botcore.types import Address, Attachment, Outgoing, Reply, Source, TurnSummary

ADDRESS = Address("web", "chat")


def outgoing(reply: Reply, *, summary: TurnSummary | None = None) -> Outgoing:
    return Outgoing(
        key="web:chat:1:0", address=ADDRESS, reply=reply, in_reply_to="m1", summary=summary, at=5.0
    )


async def published(live: MemoryLive) -> list[tuple[str, dict[str, Any]]]:
    await live.publish(ADDRESS, "typing", {"end": True})
    found = []
    async for event in live.follow(ADDRESS):
        assert event
        if event.data == {"end": True}:
            return found
        found.append((event.type, event.data))
    raise AssertionError


async def test_a_message_is_published_whole_and_once(live: MemoryLive) -> None:
    channel = LiveChannel("web", live)
    source = Source("Returns", "kb:returns", "30 days", 0.9)
    for _ in range(3):
        await channel.send(outgoing(Reply("Hello", buttons=["Yes"], sources=[source])))
    assert await published(live) == [
        (
            "message",
            {
                "id": "web:chat:1:0", "text": "Hello", "role": "assistant", "in_reply_to": "m1",
                "buttons": ["Yes"], "attachments": [],
                "sources": [{"title": "Returns", "uri": "kb:returns", "snippet": "30 days", "score": 0.9}],
                "incomplete": False, "at": 5.0,
            },
        )
    ]  # fmt: skip


async def test_the_end_of_a_turn_is_published_once(live: MemoryLive) -> None:
    channel = LiveChannel("web", live)
    for _ in range(3):
        await channel.send(outgoing(Reply("Hello"), summary=TurnSummary("t", plugin="echo")))
    assert [type for type, _ in await published(live)] == ["message", "state"]


async def test_a_turn_without_words_only_ends(live: MemoryLive) -> None:
    await LiveChannel("web", live).send(outgoing(Reply(), summary=TurnSummary("t")))
    assert await published(live) == [("state", {"status": "idle", "in_reply_to": "m1"})]


async def test_programs_hear_what_the_bot_made_of_it_and_visitors_do_not(live: MemoryLive) -> None:
    await LiveChannel("cli", live, tells_summary=True).send(
        outgoing(Reply(), summary=TurnSummary("t", plugin="echo"))
    )
    [(_, state)] = await published(live)
    assert state["summary"]["plugin"] == "echo"


@pytest.mark.parametrize(("size", "shown"), [(INLINE_BYTES, True), (INLINE_BYTES + 1, False)])
async def test_a_file_is_shown_inline_or_named_as_too_large(live: MemoryLive, size: int, shown: bool) -> None:
    file = Attachment(name="a.bin", media_type="application/x", data=b"x" * size)
    await LiveChannel("web", live).send(outgoing(Reply(attachments=[file])))
    [(_, message)] = await published(live)
    assert bool(message["attachments"]) is shown
    assert ("a.bin" in message["text"]) is not shown

"""Stores that are full already: long conversations, and very many of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from botcore.app.dialogues import Dialogues
from botcore.cli.benches.echo import CHANNEL
from botcore.conversation import ConversationState, HistoryEntry, encode
from botcore.delivery import keys
from botcore.types import Address

BATCH = 2000
_FILL = """
for number = ARGV[1], ARGV[2] do
  local state, history = KEYS[1] .. number, KEYS[2] .. number
  redis.call('HSET', state, 'data', ARGV[3], 'fence', 1, 'committed', 1, 'version', 1)
  redis.call('EXPIRE', state, 2592000)
  redis.call('RPUSH', history, ARGV[4], ARGV[4])
  redis.call('EXPIRE', history, 2592000)
end
"""


async def long_conversations(dialogues: Dialogues, chats: Sequence[str], turns: int) -> None:
    """Each of them has had so many turns."""
    lines = [encode(HistoryEntry("user", f"hello {number}", 1.0)) for number in range(2 * turns)]
    for chat in chats:
        history = keys.history(Address(CHANNEL, chat))
        for first in range(0, len(lines), BATCH):
            await dialogues.commands("RPUSH", history, *lines[first : first + BATCH])


async def many_conversations(dialogues: Dialogues, count: int) -> None:
    """So many that were had once, as a turn leaves them."""
    state = encode(ConversationState(language="en"))
    line = encode(HistoryEntry("user", "hello there", time.time()))
    old = Address(CHANNEL, "old")
    for first in range(0, count, BATCH):
        last = min(count, first + BATCH) - 1
        await dialogues.commands(
            "EVAL", _FILL, 2, keys.state(old), keys.history(old), first, last, state, line
        )

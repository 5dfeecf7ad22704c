"""Begins the thread in which a conversation goes on."""

from __future__ import annotations

from typing import Literal

import structlog

from botcore.channels.discord.hearing import NAME
from botcore.channels.discord.library import FAILURES, discord
from botcore.types import Address

log = structlog.get_logger()

LONGEST_NAME = 100
ARCHIVE_MINUTES: Literal[1440] = 1440
ALREADY_THERE = 160004


async def thread_for(message: discord.Message, title: str) -> Address | None:
    """The thread of this message, opened now or before; None where there can't be one."""
    if not isinstance(message.channel, discord.TextChannel):
        return None
    name = " ".join(title.split())[:LONGEST_NAME].strip() or message.author.display_name[:LONGEST_NAME]
    try:
        thread = await message.create_thread(name=name, auto_archive_duration=ARCHIVE_MINUTES)
    except discord.HTTPException as error:
        if error.code == ALREADY_THERE:
            return Address(NAME, str(message.id))
        log.warning("a thread could not be opened; the answer goes to the channel", reason=str(error))
        return None
    except FAILURES as error:
        log.warning("a thread could not be opened; the answer goes to the channel", reason=str(error))
        return None
    return Address(NAME, str(thread.id))

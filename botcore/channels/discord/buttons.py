"""Buttons and menus that still work after a restart, since the message itself says what choosing them means."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.channels.discord.library import discord
from botcore.channels.discord.wire import Interaction, flat

MOST_BUTTONS = 10
"""Two rows; more choices are a menu, of at most 25 lines."""
MOST_LINES = 25
STOP = "stop"
_PREFIX = "say:"


def view_of(labels: Sequence[str], stop: str = "") -> discord.ui.View | None:
    """What stands below a message: choices of 1 to 80 characters each, or a button `stop`; None for neither."""
    if not (labels or stop):
        return None
    view = discord.ui.View(timeout=None)
    if stop:
        view.add_item(discord.ui.Button(label=stop, custom_id=STOP))
    if len(labels) > MOST_BUTTONS:
        options = [
            discord.SelectOption(label=label, value=str(number))
            for number, label in enumerate(labels[:MOST_LINES])
        ]
        view.add_item(discord.ui.Select(custom_id=f"{_PREFIX}menu", options=options))
    else:
        for number, label in enumerate(labels):
            view.add_item(discord.ui.Button(label=label, custom_id=f"{_PREFIX}{number}"))
    # A stopped view is not kept in discord.py's memory; presses come as plain interactions.
    view.stop()
    return view


def pressed(interaction: Interaction) -> str | None:
    """The label of the chosen button or line, as it stands in the message; None where it is not one of ours."""
    custom_id = interaction.data.custom_id
    if interaction.message is None or not custom_id.startswith(_PREFIX):
        return None
    for one in flat(interaction.message.components):
        if one.custom_id == custom_id:
            chosen = [line.label for line in one.options if line.value in interaction.data.values]
            return one.label or next(iter(chosen), None)
    return None

"""Buttons that still work after a restart, since the message itself says what pressing them means."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.channels.discord.library import discord

MOST_BUTTONS = 25
LONGEST_LABEL = 80
_PREFIX = "say:"


def view_of(labels: Sequence[str]) -> discord.ui.View | None:
    """The buttons below a message; None where there are none. Labels are 1 to 80 characters, 25 at most."""
    if not labels:
        return None
    view = discord.ui.View(timeout=None)
    for index, label in enumerate(labels[:MOST_BUTTONS]):
        view.add_item(discord.ui.Button(label=label, custom_id=f"{_PREFIX}{index}"))
    # A stopped view is not kept in discord.py's memory; presses come as plain interactions.
    view.stop()
    return view


def pressed(interaction: discord.Interaction) -> str | None:
    """The label of the pressed button, as it stands in the message; None where it is not one of ours."""
    if interaction.type is not discord.InteractionType.component or interaction.message is None:
        return None
    custom_id = dict(interaction.data or {}).get("custom_id")
    for row in interaction.message.components:
        for one in getattr(row, "children", ()):
            if isinstance(one, discord.Button) and one.custom_id == custom_id and one.label:
                return one.label if str(custom_id).startswith(_PREFIX) else None
    return None

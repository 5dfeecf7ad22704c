"""Slash commands made from the plugins' commands, and registered only where Discord has others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from botcore.channels.discord.library import discord
from botcore.channels.discord.options import SlashCommand

log = structlog.get_logger()

Payload = dict[str, Any]
MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 100
OPTION = "text"
"""Name of the one option, whose value is `ctx.args`."""
_OPTION_DESCRIPTIONS = {"en": "What it is about", "zh": "内容"}
_LOCALES = {
    "en": ("en-US", "en-GB"),
    "zh": ("zh-CN", "zh-TW"),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "nb": ("no",),
}
_KNOWN_LOCALES = {str(locale.value) for locale in discord.Locale}


def payload(command: SlashCommand) -> Payload:
    """What Discord is told of one command."""
    return {
        "name": command.name,
        "type": 1,
        **_described(command.descriptions, command.name),
        "options": [
            {"name": OPTION, "type": 3, "required": False, **_described(_OPTION_DESCRIPTIONS, OPTION)},
        ],
    }


def _described(descriptions: Mapping[str, str], name: str) -> Payload:
    localized = {
        locale: _clipped(text)
        for language, text in descriptions.items()
        for locale in _LOCALES.get(language, (language,))
        if locale in _KNOWN_LOCALES and text.strip()
    }
    exact = {
        tag: _clipped(text) for tag, text in descriptions.items() if tag in _KNOWN_LOCALES and text.strip()
    }
    main = descriptions.get("en") or next(iter(descriptions.values()), "")
    return {
        "description": _clipped(main) or name,
        "description_localizations": dict(sorted({**localized, **exact}.items())),
    }


def _clipped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_DESCRIPTION else line[: LONGEST_DESCRIPTION - 1] + "…"


async def sync(client: discord.Client, commands: Sequence[SlashCommand]) -> bool:
    """Register the commands; False where Discord had exactly these. Raises what discord.py raises."""
    if len(commands) > MOST_COMMANDS:
        log.warning("Discord takes 100 commands; the rest can only be typed", commands=len(commands))
    wanted = [payload(command) for command in commands[:MOST_COMMANDS]]
    application = client.application_id
    assert application is not None  # noqa: S101  # login has set it
    registered: list[Any] = await client.http.get_global_commands(application)
    if _comparable(registered) == _comparable(wanted):
        return False
    await client.http.bulk_upsert_global_commands(application, payload=wanted)
    log.info("slash commands registered", commands=len(wanted))
    return True


def _comparable(commands: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Only what we set, since Discord adds fields and leaves out defaults."""
    return sorted(
        (
            command["name"],
            command.get("type", 1),
            command["description"],
            sorted((command.get("description_localizations") or {}).items()),
            _comparable(command.get("options") or ()),
        )
        for command in commands
    )

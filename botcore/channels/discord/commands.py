"""Slash commands and message menus made from the plugins' commands, registered only where Discord has others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from botcore.channels.discord.library import discord
from botcore.channels.discord.options import SlashCommand

log = structlog.get_logger()

Payload = dict[str, Any]
MOST_COMMANDS, MOST_MENUS, MOST_CHOICES = 100, 5, 25
LONGEST_DESCRIPTION = 100
LONGEST_MENU = 32
OPTION = "text"
"""Name of the one option, whose value is `ctx.args`."""
_OPTION_DESCRIPTIONS = {"en": "What it is about", "zh": "内容"}
_EVERYWHERE = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
"""On servers and for people who installed the bot for themselves; on servers, in its direct messages and in others'."""
_LOCALES = {
    "en": ("en-US", "en-GB"),
    "zh": ("zh-CN", "zh-TW"),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "nb": ("no",),
}
_KNOWN_LOCALES = {str(locale.value) for locale in discord.Locale}


def payloads(commands: Sequence[SlashCommand]) -> list[Payload]:
    """What Discord is told of all of them, as far as it takes them."""
    menus = [one for one in commands if one.menu_name]
    if len(commands) > MOST_COMMANDS or len(menus) > MOST_MENUS:
        log.warning(
            "Discord takes 100 commands and 5 message menus; the rest can only be typed",
            commands=len(commands),
            menus=len(menus),
        )
    return [*map(_command, commands[:MOST_COMMANDS]), *map(_menu, menus[:MOST_MENUS])]


def _command(command: SlashCommand) -> Payload:
    option = {"name": OPTION, "type": 3, "required": False, **_described(_OPTION_DESCRIPTIONS, OPTION)}
    if command.choices:
        option["choices"] = [
            {
                "name": _main(names, value),
                "name_localizations": _localized(names, LONGEST_DESCRIPTION),
                "value": value,
            }
            for value, names in list(command.choices.items())[:MOST_CHOICES]
        ]
    return {
        "name": command.name,
        "type": 1,
        **_described(command.descriptions, command.name),
        "options": [option],
        **_EVERYWHERE,
    }


def _menu(command: SlashCommand) -> Payload:
    return {
        "name": command.menu_name,
        "name_localizations": _localized(command.menu, LONGEST_MENU),
        "type": 3,
        **_EVERYWHERE,
    }


def _described(descriptions: Mapping[str, str], name: str) -> Payload:
    return {
        "description": _main(descriptions, name),
        "description_localizations": _localized(descriptions, LONGEST_DESCRIPTION),
    }


def _main(texts: Mapping[str, str], otherwise: str) -> str:
    main = texts.get("en") or next(iter(texts.values()), "")
    return _clipped(main, LONGEST_DESCRIPTION) or otherwise


def _localized(texts: Mapping[str, str], longest: int) -> Mapping[str, str]:
    by_language = {
        locale: _clipped(text, longest)
        for language, text in texts.items()
        for locale in _LOCALES.get(language, (language,))
        if locale in _KNOWN_LOCALES and text.strip()
    }
    exact = {
        tag: _clipped(text, longest) for tag, text in texts.items() if tag in _KNOWN_LOCALES and text.strip()
    }
    return dict(sorted({**by_language, **exact}.items()))


def _clipped(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


async def sync(client: discord.Client, commands: Sequence[SlashCommand]) -> bool:
    """Register the commands; False where Discord had exactly these. Raises what discord.py raises."""
    wanted = payloads(commands)
    application = client.application_id
    assert application is not None  # noqa: S101  # login has set it
    route = discord.http.Route("GET", "/applications/{application_id}/commands", application_id=application)
    # discord.py's own call leaves the translations out, without which nothing would ever be the same.
    registered: list[Any] = await client.http.request(route, params={"with_localizations": "true"})
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
            command.get("description", ""),
            sorted((command.get("description_localizations") or {}).items()),
            sorted((command.get("name_localizations") or {}).items()),
            sorted(command.get("contexts") or ()),
            sorted(command.get("integration_types") or ()),
            str(command.get("value", "")),
            _comparable(command.get("options") or ()),
            _comparable(command.get("choices") or ()),
        )
        for command in commands
    )

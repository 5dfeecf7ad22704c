"""The channels of other companies' services, where a token is set: their libraries load here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from botcore.app.dialogues import Dialogues
from botcore.channels.base import Channel
from botcore.config import Settings
from botcore.context import CommandInfo
from botcore.dispatch.router import Router
from botcore.errors import ConfigurationError, Fault
from botcore.i18n.texts import Catalog

if TYPE_CHECKING:
    from botcore.channels.discord import DiscordChannel
    from botcore.channels.telegram import Notices, TelegramChannel

Commands = Mapping[str, Sequence[CommandInfo]]
"""By language."""


def open_outside(settings: Settings, dialogues: Dialogues, texts: Catalog) -> dict[str, Channel]:
    """By name. Raises ConfigurationError for a token whose extra is missing."""
    if not (settings.telegram.token.get_secret_value() or settings.discord.token.get_secret_value()):
        return {}
    from botcore.app.minds import install_plugins

    commands = Router(install_plugins(settings)).command_infos(sorted(texts.languages))
    opened = {
        "telegram": open_telegram(settings, dialogues, commands, texts),
        "discord": open_discord(settings, dialogues, commands),
    }
    return {name: channel for name, channel in opened.items() if channel}


def open_telegram(
    settings: Settings, dialogues: Dialogues, commands: Commands, texts: Catalog
) -> TelegramChannel | None:
    """None without a token. Raises ConfigurationError where the extra is missing. Connects to nothing yet."""
    telegram = settings.telegram
    token = telegram.token.get_secret_value()
    if not token:
        return None
    try:
        from botcore.channels.telegram import TelegramChannel, TelegramOptions
    except ModuleNotFoundError as error:
        raise _missing(settings, "telegram", error) from error

    described = {
        language: [(one.name, one.description) for one in infos] for language, infos in commands.items()
    }
    options = TelegramOptions(
        token=token,
        api_url=telegram.api_url,
        file_url=telegram.file_url,
        mode=telegram.mode,
        webhook_url=telegram.webhook_url,
        webhook_secret=telegram.webhook_secret.get_secret_value(),
        web_app_url=telegram.web_app_url,
        drafts=telegram.drafts,
        commands={"": described["en"], **described},
        patience_seconds=0.0,  # the sender has it
        uncertain_sends=telegram.uncertain_sends,
        messages_per_second=telegram.messages_per_second,
        chat_messages_per_second=telegram.chat_messages_per_second,
        group_messages_per_minute=telegram.group_messages_per_minute,
    )
    return TelegramChannel(
        options,
        watcher=dialogues.live,
        notices=partial(_notices, texts),
        shown=dialogues.shown,
        attempts=dialogues.shown,
    )


def open_discord(settings: Settings, dialogues: Dialogues, commands: Commands) -> DiscordChannel | None:
    """None without a token. Raises ConfigurationError where the extra is missing. Connects to nothing yet."""
    discord = settings.discord
    token = discord.token.get_secret_value()
    if not token:
        return None
    try:
        from botcore.channels.discord import DiscordChannel, DiscordOptions, SlashCommand
    except ModuleNotFoundError as error:
        raise _missing(settings, "discord", error) from error

    if discord.mode == "http" and not discord.public_key:
        problem = 'is empty, but discord.mode = "http" needs it: copy it from the developer portal'
        where = settings.origins.where(("discord", "mode"))
        raise ConfigurationError([Fault(where, "discord.public_key", problem)])
    options = DiscordOptions(
        token=token,
        api_url=discord.api_url,
        gateway_url=discord.gateway_url,
        mode=discord.mode,
        public_key=discord.public_key,
        channels=frozenset(discord.channels),
        threads=discord.threads,
        shards=discord.shards,
        file_bytes=discord.file_bytes,
    )
    slash = [
        SlashCommand(
            name=next(iter(infos.values())).name,
            descriptions={language: one.description for language, one in infos.items()},
            choices=_choices(infos),
            private=next(iter(infos.values())).private,
            menu={language: one.menu for language, one in infos.items() if one.menu},
        )
        for infos in _by_command(commands)
    ]
    return DiscordChannel(options, live=dialogues.live, commands=slash, shown=dialogues.shown)


def _choices(infos: Mapping[str, CommandInfo]) -> dict[str, dict[str, str]]:
    """Of one command: what may follow it, each with its name by language."""
    found: dict[str, dict[str, str]] = {}
    for language, one in infos.items():
        for value, name in one.choices:
            found.setdefault(value, {})[language] = name
    return found


def _by_command(commands: Commands) -> list[dict[str, CommandInfo]]:
    """Each command in all languages."""
    found: dict[str, dict[str, CommandInfo]] = {}
    for language, infos in commands.items():
        for one in infos:
            found.setdefault(one.name, {})[language] = one
    return list(found.values())


def _notices(texts: Catalog, locale: str) -> Notices:
    from botcore.channels.telegram import Notices

    language = locale.replace("_", "-").partition("-")[0].lower()
    return Notices(**{name: texts.text(language, f"telegram.{name}") for name in Notices.__struct_fields__})


def _missing(settings: Settings, part: str, error: ModuleNotFoundError) -> ConfigurationError:
    problem = f"is set, but {error.name} is not installed: pip install 'botcore[{part}]'"
    return ConfigurationError([Fault(settings.origins.where((part, "token")), f"{part}.token", problem)])

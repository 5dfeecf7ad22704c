"""Opens the channels that plugins bring."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.app.dialogues import Dialogues
from botcore.channels.base import Channel, ChannelSetup
from botcore.config import Settings
from botcore.delivery.notebook import RedisNotebook
from botcore.dispatch.router import Installed, Router
from botcore.errors import BotcoreError, ConfigurationError, Fault
from botcore.i18n.texts import Catalog


def open_plugin_channels(
    settings: Settings, dialogues: Dialogues, texts: Catalog, installed: Sequence[Installed]
) -> dict[str, Channel]:
    """By name; without those that are not set up. Raises ConfigurationError with every one that can't be opened."""
    offers = [(one, offer) for one in installed for offer in one.plugin.channels.values()]
    if not offers:
        return {}
    commands = {
        language: [(info.name, info.description) for info in infos]
        for language, infos in Router(installed).command_infos(sorted(texts.languages)).items()
    }
    opened: dict[str, Channel] = {}
    faults: list[Fault] = []
    for one, offer in offers:
        setup = ChannelSetup(
            config=one.config,
            live=dialogues.live,
            notebook=RedisNotebook(dialogues.commands, offer.name),
            texts=one.catalog.text,
            commands=commands,
        )
        try:
            channel = offer.open(setup)
            if channel and channel.name != offer.name:
                raise ValueError(f"it calls itself {channel.name!r}")  # told like any other fault
        except Exception as error:  # a plugin's mistake becomes a sentence, as everywhere at the start
            said = str(error) if isinstance(error, BotcoreError) else f"{type(error).__name__}: {error}"
            problem = f"its channel {offer.name!r} can't be opened: {said}"
            where = settings.origins.where(("plugins", one.plugin.name))
            faults.append(Fault(where, f"plugins.{one.plugin.name}", problem))
        else:
            opened |= {offer.name: channel} if channel else {}
    if faults:
        raise ConfigurationError(faults)
    return opened

"""Who answers what: the triggers of all plugins in one place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from pydantic import BaseModel

from botcore.context import CommandInfo
from botcore.forms import Form
from botcore.i18n.texts import Catalog
from botcore.intents.base import OUT_OF_SCOPE
from botcore.plugin import Command, Handler, Intent, Plugin
from botcore.types import Event

_COMMAND = re.compile(r"[/／]([A-Za-z][A-Za-z0-9_]{0,31})(?:@\S+)?(?:\s+|$)(.*)", re.DOTALL)


class Installed(msgspec.Struct, frozen=True):
    """A plugin with its checked settings and its texts."""

    plugin: Plugin[Any]
    config: BaseModel
    catalog: Catalog
    model: str = ""
    """The language model that its requests are for: `plugins.<name>.model`."""


class Target(msgspec.Struct, frozen=True):
    """A handler and the plugin that it belongs to."""

    installed: Installed
    handler: Handler
    name: str
    form: Form | None = None
    """To be filled before the handler is asked."""
    filled: BaseModel | None = None
    """The filled form: the handler's second argument."""


def parse_command(text: str) -> tuple[str, str] | None:
    """Name and arguments of a text that begins with `/name`; None for any other (`/usr/bin` is a path)."""
    match = _COMMAND.match(text.lstrip())
    return (match[1].lower(), match[2].strip()) if match else None


class Router:
    """Looks up handlers. Plugins stand in the order of `plugins.enabled`, which is the order of the fallbacks."""

    def __init__(self, installed: Sequence[Installed]) -> None:
        self._by_name = {one.plugin.name: one for one in installed}
        self._commands: dict[str, tuple[Installed, Command]] = {
            name: (one, command) for one in installed for name, command in one.plugin.commands.items()
        }
        self._intents: dict[str, tuple[Installed, Intent]] = {
            name: (one, intent) for one in installed for name, intent in one.plugin.intents.items()
        }

    @property
    def intents(self) -> list[str]:
        """Names of all intents."""
        return list(self._intents)

    def command(self, name: str) -> Target | None:
        found = self._commands.get(name)
        return Target(found[0], found[1].handler, f"/{name}") if found else None

    @property
    def foreign(self) -> frozenset[str]:
        """Commands after which a text in any language may stand."""
        return frozenset(name for name, (_, command) in self._commands.items() if command.foreign)

    def nearest_command(self, name: str) -> str:
        """A visible command that looks like `name`, or nothing."""
        visible = [name for name, (_, command) in self._commands.items() if not command.hidden]
        return next(iter(difflib.get_close_matches(name, visible, 1, 0.6)), "")

    def intent(self, name: str) -> Target | None:
        found = self._intents.get(name)
        return Target(found[0], found[1].handler, name, found[1].form) if found else None

    def patterns(self, text: str) -> Iterator[tuple[Target, Mapping[str, str]]]:
        """Intents one of whose patterns occurs in the text, with its named groups."""
        for name, (one, intent) in self._intents.items():
            for pattern in intent.patterns:
                match = pattern.search(text)
                if match:
                    groups = {key: value for key, value in match.groupdict().items() if value is not None}
                    yield Target(one, intent.handler, name, intent.form), groups
                    break

    def followup(self, plugin: str, name: str) -> Target | None:
        """None where the plugin has gone since it asked."""
        one = self._by_name.get(plugin)
        handler = one.plugin.followups.get(name) if one else None
        return Target(one, handler, name) if one and handler else None

    def timer(self, plugin: str, name: str) -> Target | None:
        """None where the plugin has gone since it asked."""
        one = self._by_name.get(plugin)
        handler = one.plugin.timers.get(name) if one else None
        return Target(one, handler, name) if one and handler else None

    def fallbacks(self) -> Iterator[Target]:
        for one in self._by_name.values():
            for handler in one.plugin.fallbacks:
                yield Target(one, handler, "fallback")

    def timers(self) -> Iterator[str]:
        """`plugin:timer`, as the ids of timers begin."""
        return (f"{name}:{timer}" for name, one in self._by_name.items() for timer in one.plugin.timers)

    def events(self, type: type[Event]) -> Iterator[Target]:
        """In the order of `plugins.enabled`; the first one that answers is the last one asked."""
        for one in self._by_name.values():
            if type in one.plugin.events:
                yield Target(one, one.plugin.events[type], type.__name__.lower())

    def examples(self) -> dict[str, dict[str, Sequence[str]]]:
        """What people say for each intent, by language: of the decorators and of the plugins' locales.

        Under `oos` stands what the plugins' locales call out of scope.
        """
        found: dict[str, dict[str, Sequence[str]]] = {}
        for name, (one, intent) in self._intents.items():
            by_language: dict[str, list[str]] = {}
            for source in (intent.examples, one.catalog.examples.get(name, {})):
                for language, said in source.items():
                    by_language.setdefault(language, []).extend(said)
            if any(by_language.values()):
                found[name] = dict(by_language)
        for one in self._by_name.values():
            for language, said in one.catalog.examples.get(OUT_OF_SCOPE, {}).items():
                strange = found.setdefault(OUT_OF_SCOPE, {})
                strange[language] = [*strange.get(language, ()), *said]
        return found

    @property
    def numbering(self) -> frozenset[str]:
        """The plugins' channels that have no buttons: they number what may be chosen."""
        offers = (one.plugin.channels.values() for one in self._by_name.values())
        return frozenset(offer.name for channels in offers for offer in channels if offer.numbers_choices)

    def command_infos(self, languages: Sequence[str]) -> dict[str, list[CommandInfo]]:
        """The visible commands, described in each language."""
        return {
            language: [
                _info(one, command, language)
                for one, command in self._commands.values()
                if not command.hidden
            ]
            for language in languages
        }


def _info(one: Installed, command: Command, language: str) -> CommandInfo:
    get = partial(one.catalog.get, language)
    return CommandInfo(
        command.name,
        get(f"command.{command.name}") or command.description,
        one.plugin.name,
        choices=tuple(
            (choice, get(f"choice.{command.name}.{choice}") or choice) for choice in command.choices
        ),
        menu=command.menu and (get(f"menu.{command.name}") or command.menu),
        private=command.private,
    )

"""The language of each message, with the conversation's last one as prior; /lang fixes it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from botcore.dispatch.router import parse_command
from botcore.dispatch.turn import Turn
from botcore.i18n.language import has_own_script
from botcore.middleware.base import Next

Detect = Callable[[str, str], str]
"""Text and prior in, ISO 639-1 code out; the prior (which may be empty) where the text does not tell."""


class Language:
    """`foreign` names the commands after which a text in any language may stand."""

    def __init__(
        self, detect: Detect, supported: Collection[str], default: str, foreign: Collection[str] = ()
    ) -> None:
        self._detect = detect
        self._supported = supported
        self._default = default
        self._foreign = foreign

    async def __call__(self, turn: Turn, next: Next) -> None:
        if not turn.state.language_fixed:
            with turn.step("language") as decided:
                turn.language = self._language(turn)
                decided(turn.language)
        await next(turn)

    def _language(self, turn: Turn) -> str:
        told = turn.state.language or self._spoken(turn.event.person.locale)
        prior = told or self._default
        command = parse_command(turn.text)
        if not turn.messages or (command and turn.state.language):
            return prior  # what follows a command may be a text in any language, to be checked, say
        found = self._detect(command[1] if command else turn.text, prior)
        language = found if found in self._supported else prior
        if not command:
            turn.state.language = language
        elif command[0] in self._foreign and (told or not has_own_script(language)):
            return prior  # a guess only where nothing else is known: many can read Latin letters, few write Chinese
        return language

    def _spoken(self, locale: str) -> str:
        code = locale.replace("_", "-").partition("-")[0].lower()
        return code if code in self._supported else ""

"""How a text is translated: memory, glossary, language model, Apertium, in the order that the settings give."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec

from botcore import EngineError

from .apertium import Apertium
from .chinese import simplified, written_as
from .languages import base
from .masking import Masked, mask, numbers_lost, term_pattern
from .memory import Match, Memory
from .sentences import parts, split

By = Literal["memory", "glossary", "model", "apertium", "opencc"]
Ask = Callable[[str, str, str, Mapping[str, str]], Awaitable[str]]
"""(text, source, target, terms) -> the language model's translation. Raises EngineError."""
MOST_PARTS = 3
"""Requests to the engine for one text."""


class Translation(msgspec.Struct, frozen=True):
    """A text in its new language, with what the person should know of it."""

    text: str
    source: str
    target: str
    by: By
    others: tuple[str, ...] = ()
    """Other wordings, where the memory has them."""
    lost: tuple[str, ...] = ()
    """Code, addresses, numbers and so on that the translation lacks."""
    terms_lost: tuple[str, ...] = ()
    """Words of the glossary that the translation doesn't use."""
    failed: str = ""
    """Why the preferred method gave nothing, where another had to stand in."""


class Translator:
    """Everything that may help with one text."""

    def __init__(
        self,
        memory: Memory,
        own: Memory,
        glossary: Memory,
        apertium: Apertium,
        ask: Ask | None,
        prefer: str = "model",
    ) -> None:
        self._memories = (own, memory)
        self._glossary = glossary
        self._apertium = apertium
        self._ask = ask
        self._prefer = prefer

    async def translate(self, text: str, source: str, target: str) -> Translation | None:
        """None where nothing here knows the pair. Raises EngineError where what knows it failed."""
        if base(source) == "zh":
            text = await asyncio.to_thread(simplified, text)
        if base(source) == base(target) == "zh":
            done: Translation | None = Translation(text, source, "zh", "opencc")
        else:
            done = self._remembered(text, source, base(target)) or await self._made(
                text, source, base(target)
            )
        if done is None or target == done.target:
            return done
        wordings = await asyncio.to_thread(
            lambda: [written_as(text, target) for text in (done.text, *done.others)]
        )
        others = tuple(wording for wording in dict.fromkeys(wordings[1:]) if wording != wordings[0])
        return msgspec.structs.replace(done, text=wordings[0], others=others, target=target)

    def similar(self, text: str, source: str, target: str) -> Match | None:
        """The nearest phrase of the memory, for a person to judge."""
        found = [memory.similar(text, source, base(target)) for memory in self._memories]
        return max((match for match in found if match), key=lambda match: match.score, default=None)

    def is_phrase(self, text: str) -> bool:
        """Whether the memory has the text in any language."""
        return any(memory.sources_of(text) for memory in self._memories)

    def language_of(self, text: str, detected: str) -> str:
        """The detected language, unless the memory has the text as a phrase of another one only."""
        languages = [language for memory in self._memories for language in memory.sources_of(text)]
        return detected if detected in languages or not languages else languages[0]

    def _remembered(self, text: str, source: str, target: str) -> Translation | None:
        found = self._exact(text, source, target)
        if found:
            return Translation(found.translation, source, target, "memory", found.others)
        term = self._glossary.exact(text, source, target)
        if term:
            return Translation(term.translation, source, target, "glossary")
        sentences = split(text)
        matches = [self._exact(sentence, source, target) for sentence in sentences]
        if len(sentences) < 2 or not all(matches):
            return None
        joint = "" if target in {"zh", "ja"} else " "
        whole = [
            _ended_like(sentence, match.translation)
            for sentence, match in zip(sentences, matches, strict=True)
            if match
        ]
        return Translation(joint.join(whole), source, target, "memory")

    def _exact(self, text: str, source: str, target: str) -> Match | None:
        return next(
            (match for memory in self._memories if (match := memory.exact(text, source, target))), None
        )

    async def _made(self, text: str, source: str, target: str) -> Translation | None:
        ways = [self._by_model, self._by_apertium]
        if self._prefer == "apertium":
            ways.reverse()
        failure: EngineError | None = None
        for way in ways:
            try:
                done = await way(text, source, target)
            except EngineError as error:
                failure = error
                continue
            if done is not None:
                return msgspec.structs.replace(done, failed=str(failure)) if failure else done
        if failure:
            raise failure
        return None

    async def _by_model(self, text: str, source: str, target: str) -> Translation | None:
        if self._ask is None:
            return None
        terms = self._glossary.terms_in(text, source, target)
        masked = mask(text)
        size = max(1_000, -(-len(masked.text) // MOST_PARTS) + 200)
        translated = [
            _spaced_like(part, await self._ask(part, source, target, terms))
            for part in parts(masked.text, size)
        ]
        done = _checked(text, masked, "".join(translated), source, target, "model")
        ignored = tuple(word for term, word in terms.items() if _ignored(term, word, text, done.text))
        return msgspec.structs.replace(done, terms_lost=ignored)

    async def _by_apertium(self, text: str, source: str, target: str) -> Translation | None:
        mode = await self._apertium.mode(source, target)
        if not mode:
            return None
        masked = mask(text, self._glossary.terms_in(text, source, target))
        sentences = split(masked.text)
        translated = await self._apertium.translate(sentences, mode)
        whole = "".join(_spaced_like(old, new) for old, new in zip(sentences, translated, strict=True))
        return _checked(text, masked, whole, source, target, "apertium")


def _checked(text: str, masked: Masked, translated: str, source: str, target: str, by: By) -> Translation:
    restored, lost = masked.restore(translated)
    return Translation(restored, source, target, by, lost=(*lost, *numbers_lost(text, restored)))


def _ignored(term: str, word: str, text: str, translated: str) -> bool:
    return bool(term_pattern(term).search(text)) and not term_pattern(word).search(translated)


def _spaced_like(old: str, new: str) -> str:
    """The translation with the white space that stood around the original."""
    start, end = len(old) - len(old.lstrip()), len(old.rstrip())
    return old[:start] + new.strip() + old[end:] if end else old


def _ended_like(old: str, new: str) -> str:
    """A remembered phrase with a full stop where the sentence had one, since in a row they would run together."""
    ending = old.strip()[-1:]
    if ending in ".!?。！？" and new[-1] not in ".!?。！？":
        wide = not new[-1].isascii() and new[-1] >= "\u3000"
        return new + (
            ending.translate(str.maketrans(".!?", "。！？"))
            if wide
            else ending.translate(str.maketrans("。！？", ".!?"))
        )
    return new

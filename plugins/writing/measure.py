"""Numbers about a text: length, reading time, readability."""

from __future__ import annotations

import re

import msgspec

from .text import Text, tokens

WORDS_A_MINUTE = 238
"""Silent reading of English prose (Brysbaert, "How many words do we read per minute?", 2019)."""
CHARACTERS_A_MINUTE = 260
"""Silent reading of Chinese (Brysbaert, 2019)."""
_VOWELS = re.compile(r"[aeiouy]+")


class Measures(msgspec.Struct, frozen=True):
    words: int
    """Words of spaced scripts; Chinese, Japanese and Korean are counted by characters."""
    cjk: int
    characters: int
    """Without white space."""
    sentences: int
    paragraphs: int
    per_sentence: float
    """Words (characters in Chinese) in a sentence, on average."""
    seconds: int
    """To read it silently."""
    ease: float | None
    """Flesch reading ease, 0 (hard) to 100 (easy); English of 30 words or more alone."""


def measure(text: Text, language: str) -> Measures:
    words = len(text.words) - text.cjk
    minutes = words / WORDS_A_MINUTE + text.cjk / CHARACTERS_A_MINUTE
    return Measures(
        words=words,
        cjk=text.cjk,
        characters=text.characters,
        sentences=len(text.sentences),
        paragraphs=text.paragraphs,
        per_sentence=len(text.words) / max(1, len(text.sentences)),
        seconds=max(1, round(minutes * 60)),
        ease=_flesch(text) if language == "en" and words >= 30 and not text.is_cjk else None,
    )


def _flesch(text: Text) -> float:
    """206.835 - 1.015 words/sentences - 84.6 syllables/words (Flesch, "A new readability yardstick", 1948)."""
    words = [word for word in text.words if word[0].isalpha()]
    syllables = sum(_syllables(word) for word in words)
    ease = 206.835 - 1.015 * len(words) / max(1, len(text.sentences)) - 84.6 * syllables / max(1, len(words))
    return max(0.0, min(100.0, ease))


def _syllables(word: str) -> int:
    """Groups of vowels, less a silent e: right for nine of ten English words."""
    plain = word.lower()
    count = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(1, count)


def longest(text: Text) -> tuple[str, int]:
    """The longest sentence and its words."""
    counted = [(sentence, len(tokens(sentence))) for sentence in text.sentences]
    return max(counted, key=lambda pair: pair[1], default=("", 0))

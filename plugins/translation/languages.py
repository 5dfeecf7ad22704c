"""Languages by the names that people use for them, and the codes of others."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale, UnknownLocaleError

KNOWN = (
    *(
        "en",
        "zh",
        "es",
        "de",
        "fr",
        "ja",
        "it",
        "pt",
        "nl",
        "pl",
        "ru",
        "uk",
        "ko",
        "ar",
        "tr",
        "vi",
        "th",
        "id",
        "ms",
    ),
    *(
        "hi",
        "bn",
        "ur",
        "fa",
        "he",
        "el",
        "cs",
        "sk",
        "sl",
        "hr",
        "sr",
        "bs",
        "bg",
        "mk",
        "ro",
        "hu",
        "fi",
        "sv",
        "da",
    ),
    *(
        "no",
        "is",
        "et",
        "lv",
        "lt",
        "ca",
        "gl",
        "eu",
        "oc",
        "eo",
        "la",
        "ga",
        "cy",
        "br",
        "sq",
        "af",
        "sw",
        "ta",
        "te",
    ),
    *(
        "ml",
        "kn",
        "mr",
        "gu",
        "pa",
        "ne",
        "si",
        "my",
        "km",
        "lo",
        "mn",
        "kk",
        "uz",
        "az",
        "hy",
        "ka",
        "be",
        "tl",
        "an",
    ),
)
"""ISO 639-1 codes of the languages that can be named."""

CHINESE = {"zh-Hant": "zh_Hant", "zh-Hans": "zh_Hans", "zh-TW": "zh_Hant", "zh-HK": "zh_Hant"}
"""The written forms of Chinese that opencc makes, and Babel's names for them."""

_NAMED_IN = ("en", "zh", "es", "de", "fr", "ja", "it", "pt", "ko", "ru", "nl")
_ALIASES = {
    "zh": "mandarin|putonghua|cn|汉语|漢語|华语|国语|普通话|中国语|中國話|中國語|中国話|中文|汉文",
    "zh-Hans": "simplified|simplified chinese|chinese simplified|chinese (simplified)|简体|简体字|简体中文|簡體|簡體中文|简中",
    "zh-Hant": "traditional|traditional chinese|chinese traditional|chinese (traditional)|繁体|繁体字|繁体中文|繁體|繁體字|繁體中文|繁中|正體中文",
    "zh-TW": "taiwanese chinese|台湾中文|台灣中文|台湾繁体|台灣繁體|臺灣正體",
    "zh-HK": "hong kong chinese|香港繁体|香港繁體|港式中文",
    "es": "castilian|castellano|西文|西语|西語|西班牙話",
    "de": "deutsch|德文|德语|德語",
    "fr": "français|francais|法文|法语|法語",
    "ja": "jp|日文|日语|日語|日本語|日本话|nihongo",
    "ko": "kr|韩文|韩语|韓語|韓文|朝鲜语|한국어",
    "ru": "俄文|俄语|俄語|русский",
    "pt": "brazilian|brazilian portuguese|葡文|葡语|葡語|português",
    "it": "意文|意大利文",
    "en": "eng|英文|英语|英語|inglese",
    "no": "bokmål|bokmal|norwegian bokmål",
    "fa": "farsi",
    "tl": "tagalog|filipino",
    "el": "希腊文",
    "ar": "阿文",
}
_THREE = {
    "en": "eng", "es": "spa", "ca": "cat", "fr": "fra", "pt": "por", "it": "ita", "gl": "glg", "eu": "eus", "eo": "epo",
    "oc": "oci", "ro": "ron", "ru": "rus", "uk": "ukr", "be": "bel", "bg": "bul", "mk": "mkd", "sr": "hbs_SR",
    "hr": "hbs_HR", "bs": "hbs_BS", "sl": "slv", "is": "isl", "sv": "swe", "da": "dan", "no": "nob", "nl": "nld",
    "af": "afr", "id": "ind", "ms": "zlm", "hi": "hin", "ur": "urd", "pl": "pol", "br": "bre", "cy": "cym", "an": "arg",
    "kk": "kaz", "de": "deu", "zh": "zho", "ja": "jpn",
}  # fmt: skip
"""ISO 639-3 codes, as Apertium has them."""

_WORDS = "am an as at be da do et eu fa he hi id in is it la lo ms my ne no or si so te to"
_LOOKS_LIKE_A_WORD = frozenset(_WORDS.split())
"""Codes that begin a sentence more often than they name a language."""


def three_letters(code: str) -> str:
    return _THREE.get(code, code)


def base(code: str) -> str:
    """The language of a written form: `zh` of `zh-Hant`."""
    return code.partition("-")[0]


def language_name(code: str, language: str) -> str:
    """How `language` calls it; English where that doesn't."""
    for locale in (language, "en"):
        name = _names(locale).get(CHINESE.get(code, code))
        if name:
            return name
    return code


def find_language(words: str) -> str:
    """The code of a language by its name in one of several languages, or by its code; empty for none.

    The first call reads Babel's tables, which takes some 0.2 s: call `prepare` in a thread before.
    """
    name = _clean(words)
    return _by_name().get(name) or _by_name().get(name.removesuffix("e"), "")  # "ins Spanische"


def prepare() -> None:
    """Read the names of all languages. Blocks the first time."""
    _prefix()


def leading_language(text: str) -> tuple[str, str]:
    """(code, rest) where a text begins with a language's name: `Spanish good morning`, `英文：你好`; else ("", text)."""
    match = _prefix().match(text)
    if not match:
        return "", text
    word = match["name"].strip()
    if word.lower() in _LOOKS_LIKE_A_WORD and not match["mark"]:
        return "", text
    return find_language(word), text[match.end() :].strip()


def _clean(words: str) -> str:
    return re.sub(r"\s+", " ", words.strip(" \t\n.,:;!?。，：；！？\"'“”«»„「」").lower())


@cache
def _names(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language).languages)
    except (UnknownLocaleError, ValueError):
        return {}


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in _NAMED_IN:
        names.update((name.lower(), code) for code, name in _names(language).items() if code in KNOWN)
    for code in KNOWN:
        names[code] = code
        names.setdefault(three_letters(code), code)
    for name, code in list(names.items()):
        if name.endswith(("语", "語")):
            names.setdefault(f"{name[:-1]}文", code)
            names.setdefault(f"{name[:-1]}語", code)
    for code, aliases in _ALIASES.items():
        names.update((alias, code) for alias in [*aliases.split("|"), code.lower()])
    return names


@cache
def _prefix() -> re.Pattern[str]:
    names = sorted(map(re.escape, _by_name()), key=len, reverse=True)
    return re.compile(
        rf"\s*(?P<name>{'|'.join(names)})(?:\s*(?P<mark>[:：,，])\s*|\s+|(?=[“「『«\"]))", re.IGNORECASE
    )

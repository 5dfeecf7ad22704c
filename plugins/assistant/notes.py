"""What people ask the bot to remember, and how they say it in six languages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

NAME = "name"
"""The note that holds what the person wants to be called."""

REMEMBER = (
    r"^(?:please |can you |could you )?(?:remember|keep in mind|make a note)(?: that|:|,)? (?P<note>(?!me\b|when\b|how\b)\S.*[^?])$",
    r"^(?:bitte )?(?:merk(?:e)? dir|denk(?:e)? daran)(?:, dass|:|,)? (?P<note>\S.*[^?])$",
    r"^(?:por favor,? )?(?:recuerda|acuérdate de)(?: que|:|,)? (?P<note>\S.*[^?])$",
    r"^(?:s['’]il (?:te|vous) plaît,? )?(?:retiens|retenez|souviens-toi|rappelle-toi)(?: que|:|,)? (?P<note>\S.*[^?])$",
    r"^(?:请|麻烦)?(?:你)?(?:帮我)?(?:记住|记一下|记得)[，,：:]?\s*(?P<note>.*[^?？吗呢])$",
    r"^(?P<note>.+?)(?:ことを|と|って|を)?(?:覚えておいて|覚えて)(?:ください|ね)?[。!！]?$",
)
CALLED = (
    r"^(?:(?:hi|hello|hey)[,!.]? )?(?:my name is|my name['’]s|call me|please call me) (?P<name>[^,;:?]{1,40}?)[.!]*$",
    r"^(?:hallo[,!.]? )?(?:ich heiße|mein name ist|nenn mich|nennen sie mich) (?P<name>[^,;:?]{1,40}?)[.!]*$",
    r"^(?:hola[,!.]? )?(?:me llamo|mi nombre es|llámame) (?P<name>[^,;:?]{1,40}?)[.!]*$",
    r"^(?:bonjour[,!.]? )?(?:je m['’]appelle|mon nom est|appelle-moi|appelez-moi) (?P<name>[^,;:?]{1,40}?)[.!]*$",
    r"^(?:你好[，,！!]?)?(?:我叫|我的名字是|我的名字叫|叫我)(?P<name>[^\s，。,.!！？?不了他她你]{1,20})[。.!！]*$",
    r"^(?:私の)?名前は(?P<name>[^\s、。！？]{1,20}?)(?:です|と(?:言|い)います)[。!！]*$",
    r"^(?P<name>[^\s、。！？]{1,20})と呼んで(?:ください|ね)?[。!！]*$",
)


def is_name(text: str) -> bool:
    """Up to four words that begin with a capital where the script has any: not "my name is spelt wrong"."""
    words = text.split()
    return 0 < len(words) <= 4 and not words[0][0].islower() and not any(mark in text for mark in "<>[]{}|`")


def note_name(text: str) -> str:
    """The same for the same text, so that a turn that is tried again keeps it once."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def chosen(wanted: str, shown: Sequence[str]) -> str:
    """The name of the note that stands as number `wanted` in the list last shown; empty where there is none."""
    number = int(wanted) if re.fullmatch("[0-9]{1,3}", wanted) else 0
    return shown[number - 1] if 0 < number <= len(shown) else ""

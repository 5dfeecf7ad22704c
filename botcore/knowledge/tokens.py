"""What a text is searched by: words, and single signs with pairs of them where a script has no spaces.

A full-text index of words finds no Chinese or Japanese inside a sentence, and one of three signs misses the
many words of two; one sign and two signs together find both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

_UNSPACED = (
    "\u0e00-\u0e7f"  # Thai
    "\u3040-\u30ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # Han
    "\uac00-\ud7af"  # Hangul: spaces stand between phrases, endings stick to the words
)
_RUNS = re.compile(rf"([{_UNSPACED}]+)|([^\W_{_UNSPACED}]+(?:['’][^\W\d_{_UNSPACED}]+)?)")

_ENGLISH = """
    a about an and any are as at be been but by can could did do does for from get had has have having he her here
    him his how i if in is it its just may me might my of on or our please shall she should so some than that the
    their them then there these they this those to too us was we were what when where which who why will with would
    you your yours am anyone anything im ive id tell know need want like
"""
_CHINESE = """
    的 了 吗 呢 吧 啊 呀 我 你 您 他 她 它 们 是 在 有 和 与 或 都 也 就 很 请 想 要 会 能 可 以 什 么 怎 样 哪 些 谁 几 多 少 这 那 个 没
    一 下 对 被 把 给 让 为 及 到 还 从
"""
_FILLERS = re.compile(
    "请问|怎么办|怎么样|怎么|怎样|如何|为什么|什么时候|什么|可不可以|可以|能不能|是不是|有没有|哪里|哪些|哪个|哪种"
    "|我们|你们|您们|他们|我想|我要|想要|需要|一下|这个|那个|東西|东西|請問|怎麼辦|怎麼|什麼|你們|我們"
)
"""Chinese phrases of asking; taken out before signs are paired, so that no pair crosses them."""
_PARTICLES = frozenset(_CHINESE.split())
STOPWORDS = frozenset(_ENGLISH.split()) | _PARTICLES
"""Words of questions and of grammar: they say little about what is asked."""


def tokens(text: str) -> list[str]:
    """Search terms of a text in any script, in order, stop words included."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_simplified())
    return list(_terms(folded))


def asked(question: str) -> list[str]:
    """The search terms of a question, each once. Chinese particles are left out: a lone sign of them is in every text.

    English stop words stay, since leaving them out costs two points of R@1 in English.
    """
    terms = dict.fromkeys(tokens(_FILLERS.sub(" ", question)))
    return [term for term in terms if term not in _PARTICLES] or list(dict.fromkeys(tokens(question)))


def telling(terms: Sequence[str]) -> list[str]:
    """Those that tell what a question is about; all of them where none does."""
    return [term for term in terms if term not in STOPWORDS] or list(terms)


def _terms(text: str) -> Iterator[str]:
    for run in _RUNS.finditer(text):
        unspaced, word = run.groups()
        if word:
            yield stem(re.split("['’]", word)[0])
            continue
        yield from unspaced
        yield from (unspaced[at : at + 2] for at in range(len(unspaced) - 1))


def stem(word: str) -> str:
    """An English word without its common endings: plural, -ed, -ing, -ly, and y as i.

    The first step of Porter (1980), "An algorithm for suffix stripping", and no more: what is left stays readable.
    """
    if len(word) < 4 or not word.isascii():
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and re.search("[aeiouy]", root) and len(root) > 2:
            word = _mended(root)
            break
    if len(word) > 5:
        word = word.removesuffix("ly")
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou" else word


def _singular(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _mended(root: str) -> str:
    """`stopp` is stop, `stor` is store: one letter of a pair goes, a short root gets its e back."""
    if root[-1] == root[-2] and root[-1] not in "lsz":
        return root[:-1]
    if root.endswith(("at", "bl", "iz", "v", "u")):
        return root + "e"
    return root


@cache
def _simplified() -> dict[int, str]:
    """Traditional Chinese signs as simplified ones, so that either finds the other; OpenCC's table."""
    lines = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1}

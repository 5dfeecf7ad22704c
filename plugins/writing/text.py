"""A text taken apart: sentences, words, and the characters of scripts that have no spaces."""

from __future__ import annotations

import re

import msgspec

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7a3"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W\d_{_CJK}]+(?:['’-][^\W\d_{_CJK}]+)*|\d+(?:[.,]\d+)*")
_ONE_CJK = re.compile(rf"[{_CJK}]")
_ABBREVIATION = r"(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\b[A-Z])"
_SENTENCE = re.compile(
    rf"(?<![!?….])(?:[!?…]|{_ABBREVIATION}\.)++[\"'”’)\]]*(?=\s|$)|[。！？]++[”’」』）]*|\n++"
)
_CODE = re.compile(r"```.*?(?:```|$)", re.DOTALL)


class Text(msgspec.Struct, frozen=True):
    """What is counted and scored."""

    raw: str
    sentences: tuple[str, ...]
    words: tuple[str, ...]
    """Words of spaced scripts, numbers, and single characters of Chinese, Japanese and Korean."""
    characters: int
    """Without white space."""
    cjk: int
    paragraphs: int

    @property
    def is_cjk(self) -> bool:
        """Whether most of it is written without spaces."""
        return self.cjk * 2 > len(self.words)


def read(raw: str) -> Text:
    prose = _CODE.sub(" ", raw)
    sentences = tuple(_sentences(prose))
    words = tuple(tokens(prose))
    return Text(
        raw=raw,
        sentences=sentences,
        words=words,
        characters=sum(1 for char in raw if not char.isspace()),
        cjk=sum(1 for word in words if _ONE_CJK.match(word)),
        paragraphs=sum(1 for block in re.split(r"\n\s*\n", raw) if block.strip()),
    )


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in _SENTENCE.finditer(text):
        found.append(text[start : match.end()].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if _TOKEN.search(sentence)]

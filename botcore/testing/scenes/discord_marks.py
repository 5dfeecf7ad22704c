"""Discord's Markdown as its own clients display it; what they don't know stays as it was typed.

Source: "Markdown Text 101" in Discord's help centre, and the message formatting in its reference for developers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from botcore.testing.scenes.marks import Mark, Marked, MarkKind

Name = Callable[[str], str]
"""The name behind a mention such as `@42` or `#42`."""

_FENCE = re.compile(r"```(?:([A-Za-z0-9_+\-.#]+)\n)?\n*(.*?)\n*```", re.DOTALL)
_INLINE = re.compile(
    r"""\\(?P<escaped>[^A-Za-z0-9\s])
    |(?P<ticks>`+)(?P<code>(?:(?!`).|(?<!`)`+(?!`))*?[^`])(?P=ticks)(?!`)
    |\[(?P<words>(?:\\.|[^\[\]\\]){1,500})\]\(<?(?P<to>https?://[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\)
    |<(?P<quiet>https?://[^\s<>]+)>
    |(?P<bare>https?://[^\s<>]*[^\s<>.,:;"')\]*_~|])
    |<(?P<mention>@[!&]?|\#)(?P<who>\d+)>
    |\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
    |__(?P<underline>(?:\\.|[^\\])+?)__(?!_)
    |~~(?P<strike>(?:\\.|[^\\])+?)~~
    |\|\|(?P<spoiler>(?:\\.|[^\\])+?)\|\|
    |\*(?P<star>(?![\s*])(?:\\.|\*\*(?:\\.|[^\\])+?\*\*|[^\\*])+?)(?<!\s)\*(?!\*)
    |\b_(?P<line>(?:\\.|__(?:\\.|[^\\])+?__|[^\\_])+?)_(?![A-Za-z0-9_])
    """,
    re.DOTALL | re.VERBOSE,
)
_STYLES: dict[str, MarkKind] = {
    "bold": "bold",
    "underline": "underline",
    "strike": "strike",
    "spoiler": "spoiler",
    "star": "italic",
    "line": "italic",
}
_HEADING = re.compile(r"(#{1,3}|-#)\s+(.+)")
_ITEM = re.compile(r"(\s*)(?:[-*]|(\d{1,9})\.)\s+(.*)")
_DEEPEST = 20


def read_discord(text: str, name: Name = lambda mention: mention) -> Marked:
    """The displayed text of a message."""
    return _joined(_blocks(text, name))


def _blocks(text: str, name: Name) -> Iterator[str | Mark]:
    at = 0
    for fence in _FENCE.finditer(text):
        if not fence[2].strip():
            continue
        yield from _lines(text[at : fence.start()], name)
        yield Mark("pre", (fence[2],), fence[1] or "")
        at = fence.end()
    yield from _lines(text[at:], name)


def _lines(text: str, name: Name, *, quoted: bool = False) -> Iterator[str | Mark]:
    """`quoted` is what stands in a quote already: Discord has no quote within a quote."""
    lines = text.split("\n") if text else []
    number = 0
    while number < len(lines):
        if number:
            yield "\n"
        if lines[number].startswith(">>> ") and not quoted:
            rest = "\n".join([lines[number][4:], *lines[number + 1 :]])
            yield Mark("quote", _joined(_lines(rest, name, quoted=True)))
            return
        within = []
        while number < len(lines) and _quotes(lines[number]) and not quoted:
            within.append(lines[number][2:])
            number += 1
        if within:
            yield Mark("quote", _joined(_lines("\n".join(within), name, quoted=True)))
            continue
        # Styles may go over several lines, so plain lines are read together.
        plain = number
        while plain < len(lines) and not _special(lines[plain], quoted):
            plain += 1
        if plain > number:
            yield from _inline("\n".join(lines[number:plain]), name)
            number = plain
        else:
            yield _line(lines[number], name)
            number += 1


def _quotes(line: str) -> bool:
    return line.startswith("> ") or line == ">"


def _special(line: str, quoted: bool) -> bool:
    quote = not quoted and (_quotes(line) or line.startswith(">>> "))
    return bool(quote or _HEADING.fullmatch(line) or _ITEM.fullmatch(line))


def _line(line: str, name: Name) -> str | Mark:
    if heading := _HEADING.fullmatch(line):
        inside = _joined(_inline(heading[2], name))
        return Mark("small", inside) if heading[1] == "-#" else Mark("heading", inside, str(len(heading[1])))
    item = _ITEM.fullmatch(line)
    if item is None:
        return line
    sign = f"{item[2]}." if item[2] else "•"
    return Mark("item", _joined(_inline(item[3], name)), f"{len(item[1]) // 2} {sign}")


def _inline(text: str, name: Name, depth: int = 0) -> Iterator[str | Mark]:
    at = 0
    for found in _INLINE.finditer(text) if depth < _DEEPEST else ():
        yield text[at : found.start()]
        yield _mark(found, name, depth + 1)
        at = found.end()
    yield text[at:]


def _mark(found: re.Match[str], name: Name, depth: int) -> str | Mark:
    kind = found.lastgroup or ""
    if kind == "escaped":
        return found[kind]
    if kind == "code":
        code = found[kind]
        return Mark("code", (code.strip() if code[0] == " " or code[-1] == " " else code,))
    if kind == "to":
        return Mark("link", _joined(_inline(found["words"], name, depth)), found["to"])
    if kind in ("quiet", "bare"):
        return Mark("link", (found[kind],), found[kind])
    if kind == "who":
        sign = found["mention"][0]
        return Mark("mention", (sign + name(sign + found["who"]),))
    return Mark(_STYLES[kind], _joined(_inline(found[kind], name, depth)))


def _joined(pieces: Iterator[str | Mark]) -> Marked:
    """Neighbouring strings as one, none of them empty."""
    joined: list[str | Mark] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece:
            joined.append(piece)
    return tuple(joined)

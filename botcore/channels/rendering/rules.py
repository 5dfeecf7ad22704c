"""What chat answers write beyond CommonMark, as rules of markdown-it: spoilers, mathematics, `<br>`, `<u>`.

Every rule looks a bounded way ahead, so that a text of one million openers stays linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

DEEPEST_BLOCK = 12
"""Levels of markdown-it (a list counts two); deeper quotes and lists are shown as they were typed."""
LONGEST_FORMULA = 1000
"""Characters."""
MOST_FORMULA_LINES = 60
_PIPE = ord("|")

# A dollar is mathematics where it hugs its content and no digit follows: "$5 and $10" is money (Pandoc's rule).
_DOLLARS = re.compile(
    rf"\$\$([^$]{{1,{LONGEST_FORMULA}}})\$\$|\$(?![\s$])([^$\n]{{1,{LONGEST_FORMULA}}})(?<![\s\\])\$(?!\d)"
)
_TAGS = re.compile(r"<(?:(br)\s*/?|(/?)(u|ins|b|strong|i|em|s|del))>", re.IGNORECASE)
_STYLES = {
    "u": "u",
    "ins": "u",
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "s": "s",
    "del": "s",
}


def install(md: MarkdownIt) -> None:
    md.inline.terminator_re = re.compile(r"[\n!$&*<\[\]\\_`~|]")
    md.inline.ruler.before("escape", "math", _math)
    md.inline.ruler.before("autolink", "tags", _tags)
    md.inline.ruler.after("strikethrough", "spoiler", _spoiler)
    md.inline.ruler2.after("strikethrough", "spoiler", _pair_spoilers)
    md.block.ruler.before(
        "fence", "math_block", _math_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    for name, alt in (
        ("blockquote", ["paragraph", "reference", "blockquote", "list"]),
        ("list", ["paragraph", "reference", "blockquote"]),
    ):
        rule = next(known.fn for known in md.block.ruler.__rules__ if known.name == name)
        md.block.ruler.at(name, _bounded(rule), {"alt": alt})


def _bounded(
    rule: Callable[[StateBlock, int, int, bool], bool],
) -> Callable[[StateBlock, int, int, bool], bool]:
    """markdown-it drops what is nested past its `maxNesting`; so nothing may nest that far."""

    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST_BLOCK and rule(state, start, end, silent)

    return bounded


def _math(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos]
    if sign not in "$\\":
        return False
    found = _dollars(state) if sign == "$" else _brackets(state)
    if found is None:
        return False
    start, end = found
    if not silent:
        state.push("math", "", 0).content = state.src[start:end]
    state.pos = end + (2 if sign == "\\" or state.src.startswith("$$", state.pos) else 1)
    return True


def _dollars(state: StateInline) -> tuple[int, int] | None:
    found = _DOLLARS.match(state.src, state.pos, state.posMax)
    return found.span(found.lastindex or 0) if found else None


def _brackets(state: StateInline) -> tuple[int, int] | None:
    closer = {"(": "\\)", "[": "\\]"}.get(state.src[state.pos + 1 : state.pos + 2])
    start = state.pos + 2
    end = state.src.find(closer, start, min(state.posMax, start + LONGEST_FORMULA)) if closer else -1
    return (start, end) if end > start else None


def _tags(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    found = _TAGS.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _push_tag(state, found)
    state.pos = found.end()
    return True


def _push_tag(state: StateInline, found: re.Match[str]) -> None:
    if found[1]:
        state.push("hardbreak", "br", 0)
        return
    closing = bool(found[2])
    token = state.push(f"{_STYLES[found[3].lower()]}_tag", "", 0)
    token.info = "close" if closing else "open"
    token.content = found[0]


def _spoiler(state: StateInline, silent: bool) -> bool:
    if silent or not state.src.startswith("||", state.pos):
        return False
    scanned = state.scanDelims(state.pos, True)
    for _ in range(scanned.length // 2):
        token = state.push("text", "", 0)
        token.content = "||"
        state.delimiters.append(
            Delimiter(_PIPE, 0, len(state.tokens) - 1, -1, scanned.can_open, scanned.can_close)
        )
    if scanned.length % 2:
        state.push("text", "", 0).content = "|"
    state.pos += scanned.length
    return True


def _pair_spoilers(state: StateInline) -> None:
    for delimiters in (state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta)):
        for opener in delimiters:
            if opener.marker == _PIPE and opener.end != -1:
                _turn(state, opener.token, "spoiler_open")
                _turn(state, delimiters[opener.end].token, "spoiler_close")


def _turn(state: StateInline, index: int, kind: str) -> None:
    token = state.tokens[index]
    token.type, token.content, token.markup = kind, "", "||"
    token.nesting = 1 if kind.endswith("open") else -1


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$` or `\\[` that opens a line, up to the line that ends with its counterpart."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    opener = first[:2]
    if opener not in ("$$", "\\["):
        return False
    closer = "$$" if opener == "$$" else "\\]"
    begin = state.bMarks[start] + state.tShift[start] + 2
    if state.src.find(closer, begin, begin + LONGEST_FORMULA) < 0:
        return False
    lines = [first[2:]]
    for line in range(start, min(end, start + MOST_FORMULA_LINES)):
        if line > start:
            lines.append(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
        if lines[-1].rstrip().endswith(closer):
            return silent or _push_math(state, lines, start, line + 1)
        if closer in lines[-1] or (line > start and state.isEmpty(line)):
            return False
    return False


def _push_math(state: StateBlock, lines: list[str], start: int, end: int) -> bool:
    token = state.push("math_block", "", 0)
    token.content = "\n".join([*lines[:-1], lines[-1].rstrip()[:-2]]).strip()
    token.map = [start, end]
    state.line = end
    return True

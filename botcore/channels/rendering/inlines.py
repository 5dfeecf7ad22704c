"""The words of one paragraph: markdown-it's inline tokens into the tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from markdown_it.token import Token

from botcore.channels.rendering import urls
from botcore.channels.rendering.formulas import formula
from botcore.channels.rendering.tree import Code, Inline, Inlines, Link, Style, Styled, Text

DEEPEST = 16
"""Styles inside styles; further ones keep their words and lose their form."""
_STYLES: dict[str, Style] = {
    "strong": "bold",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "spoiler": "spoiler",
}


class _Open(msgspec.Struct):
    """A style or link whose end has not come yet. Mutable, since it fills up."""

    name: str
    url: str
    inlines: list[Inline]
    linked: bool = False
    """Inside a link, or one itself."""
    source: str = ""
    """How a tag was typed, to show it where it is never closed."""


def inlines(tokens: Sequence[Token]) -> Inlines:
    stack = [_Open("", "", [])]
    for token in tokens:
        name, _, edge = token.type.rpartition("_")
        if edge == "tag":
            _tag(stack, name, token)
        elif edge == "open":
            linked = name == "link" or stack[-1].linked
            stack.append(_Open(name, str(token.attrs.get("href", "")), [], linked))
        elif edge == "close":
            _close_to(stack, name)
        else:
            stack[-1].inlines.extend(_leaf(token, stack[-1].linked))
    while len(stack) > 1:
        _unclosed(stack)
    return tuple(stack[0].inlines)


def _tag(stack: list[_Open], name: str, token: Token) -> None:
    """A closing tag closes the same tag where it is the last open one; any other is shown as typed."""
    if token.info == "open" and len(stack) < DEEPEST:
        stack.append(_Open(name, "", [], stack[-1].linked, token.content))
    elif token.info == "close" and stack[-1].name == name and stack[-1].source:
        _close(stack)
    else:
        stack[-1].inlines.append(Text(token.content))


def _close_to(stack: list[_Open], name: str) -> None:
    while len(stack) > 1 and stack[-1].source:
        _unclosed(stack)
    _close(stack)


def _unclosed(stack: list[_Open]) -> None:
    done = stack.pop()
    stack[-1].inlines.extend((Text(done.source), *done.inlines))


def _close(stack: list[_Open]) -> None:
    done = stack.pop()
    target = stack[-1].inlines
    if not done.inlines:
        target.append(Text(done.url)) if done.url else None
    elif done.name == "link":
        target.extend(_link(done.url, tuple(done.inlines)))
    elif len(stack) > DEEPEST:
        target.extend(done.inlines)
    else:
        target.append(Styled(_STYLES[done.name], tuple(done.inlines)))


def _leaf(token: Token, linked: bool) -> Iterator[Inline]:
    match token.type:
        case "text" if not linked:
            yield from _text(token.content)
        case "code_inline":
            yield Code(token.content)
        case "softbreak" | "hardbreak":
            yield Text("\n")
        case "math":
            yield formula(token.content)
        case "image":
            alt = token.content or "image"
            yield from (
                (Text(alt),) if linked else _link(str(token.attrs.get("src", "")), (Text(alt),), image=True)
            )
        case _:
            yield Text(token.content)


def _link(url: str, label: Inlines, image: bool = False) -> Iterator[Inline]:
    """A link that no channel could open is shown with its address."""
    if urls.is_safe(url):
        yield Link(url, label, image)
    else:
        yield from label
        if url:
            yield Text(f" ({url})")


def _text(text: str) -> Iterator[Inline]:
    """Addresses in running text become links, so that no channel escapes them."""
    at = 0
    for found in urls.BARE.finditer(text):
        url = urls.trimmed(found[0])
        if not urls.is_safe(url):
            continue
        if found.start() > at:
            yield Text(text[at : found.start()])
        yield Link(url, (Text(url),))
        at = found.start() + len(url)
    if at < len(text):
        yield Text(text[at:])

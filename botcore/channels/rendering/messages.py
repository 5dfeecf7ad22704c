"""From a reply to the messages of a channel: lay out, split, and make a file of what takes too many of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from botcore.channels.rendering import parts
from botcore.channels.rendering.flow import Flow, Span
from botcore.channels.rendering.layout import Dialect, lay_out
from botcore.channels.rendering.parse import parse
from botcore.channels.rendering.parts import Limits, Words
from botcore.channels.rendering.split import split_flow, utf16
from botcore.channels.rendering.tree import Block, Paragraph, Text
from botcore.types import Attachment, Reply

LEAD_UNITS = 600
"""Length of the message that comes with a file."""
LEAST_LEAD = 64
SURELY_TOO_LONG = 4
"""A text that is this many times longer than all its messages becomes a file without being laid out first."""


class Form(msgspec.Struct, frozen=True):
    """What a channel weighs: see `split_flow`."""

    dialect: Dialect
    weights: Callable[[Flow], Sequence[int]]
    overhead: Callable[[Span], int]
    piece_overhead: int = 0
    most_spans: int | None = None

    def pieces(self, blocks: Sequence[Block], limit: int) -> list[Flow]:
        flow = lay_out(blocks, self.dialect)
        limit -= self.piece_overhead
        return split_flow(flow, limit, self.weights(flow), self.overhead, self.most_spans)


class Messages(msgspec.Struct, frozen=True):
    """The pieces in order. `buttons` and `file` belong under the last one."""

    pieces: list[Flow]
    buttons: tuple[str, ...] = ()
    file: Attachment | None = None


def messages(reply: Reply, limits: Limits, words: Words, form: Form) -> Messages:
    buttons = parts.as_buttons(reply, limits)
    if len(reply.text) > SURELY_TOO_LONG * limits.units * limits.messages:
        return _with_file(reply, limits, words, form, buttons)
    pieces = form.pieces(parts.document(reply, choices=not buttons), limits.units)
    if len(pieces) > limits.messages:
        return _with_file(reply, limits, words, form, buttons)
    return Messages(pieces, buttons)


def _with_file(reply: Reply, limits: Limits, words: Words, form: Form, buttons: tuple[str, ...]) -> Messages:
    """How the answer begins and that the rest is in the file; choices stay where the person can see them."""
    pieces = form.pieces((Paragraph((Text(words.file),)),), limits.units)
    room = min(LEAD_UNITS, limits.units) - 2 * utf16(words.file) - 16
    if room >= LEAST_LEAD:
        begin = form.pieces(parse(reply.text[: LEAD_UNITS * 4]), room)[:1]
        pieces = [Flow(f"{lead.text} …\n\n{words.file}", lead.spans) for lead in begin] or pieces
    choices = () if buttons else parts.document(Reply(buttons=reply.buttons), choices=True)
    return Messages([*pieces, *form.pieces(choices, limits.units)], buttons, parts.file(reply, words))

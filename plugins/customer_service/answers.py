"""The two ways to answer from a passage: quote it, or let the language model compose from it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from botcore import Context, EngineError, Reply, Source, Stream

_ENDS = re.compile(r"\n|(?<=[.!?])\s|(?<=[。！？])")


_CLOSE = 0.2
"""A passage in the person's language wins over one in another language that is better by no more than this."""


async def passages_for(ctx: Context[Any], question: str, limit: int) -> list[Source]:
    """The best passages; all in one language, the person's wherever it answers about as well."""
    found = await ctx.knowledge.search(question, ctx.language, limit + 4)
    theirs = [passage for passage in found if passage.language == ctx.language]
    if not theirs or theirs[0].score < found[0].score - _CLOSE:
        theirs = [passage for passage in found if passage.language == found[0].language]
    return [passage.source() for passage in theirs[:limit]]


def quoted(ctx: Context[Any], passage: Source, characters: int) -> Reply:
    """The passage as a quotation, with the name of its source below."""
    lines = shortened(passage.snippet, characters).splitlines()
    quotation = "\n".join(f"> {line}".rstrip() for line in lines)
    return Reply(f"{quotation}\n\n{ctx.t('answer.source', title=passage.title)}", sources=[passage])


def composed(ctx: Context[Any], passages: Sequence[Source], characters: int) -> Stream:
    """The model's answer as it grows; the quotation takes its place where the engine fails."""
    return Stream(_pieces(ctx, passages, characters), sources=passages)


async def _pieces(ctx: Context[Any], passages: Sequence[Source], characters: int) -> AsyncIterator[str]:
    prompt = ctx.t("model.prompt", passages="\n\n".join(map(_as_data, passages)), question=ctx.text)
    said = False
    try:
        async for piece in ctx.ask(prompt, system=ctx.t("model.system"), temperature=0.2):
            said = said or bool(piece.strip())
            yield piece
    except EngineError:
        yield "\n\n" if said else ""
        yield f"{quoted(ctx, passages[0], characters).text}\n\n{ctx.t('answer.engine_away')}"
        return
    if not said:
        yield quoted(ctx, passages[0], characters).text


def _as_data(passage: Source) -> str:
    """Marked as a document. Nothing in it can close the mark and speak to the model as we do."""
    title, text = (
        re.sub(r"<(?=/?\s*passage)", "‹", part, flags=re.IGNORECASE)
        for part in (passage.title, passage.snippet)
    )
    return f'<passage title="{title}">\n{text}\n</passage>'


def shortened(text: str, characters: int) -> str:
    """The beginning of a text, up to the last line or sentence that fits."""
    if len(text) <= characters:
        return text
    ends = [match.start() for match in _ENDS.finditer(text, 1, characters) if match.start() > characters // 3]
    return (text[: ends[-1]] if ends else text[: characters - 1]).rstrip() + " …"

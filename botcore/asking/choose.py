"""Lets a language model choose one of some options, where rules and classifiers can't tell."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from botcore.engines.base import ChatMessage, ChatRequest, Engine

_MARKS = " \t\n\"'`*.。"


async def choose(
    engine: Engine,
    messages: Sequence[ChatMessage],
    options: Sequence[str],
    *,
    model: str = "",
    request_id: str = "",
    affinity: str = "",
    cache_salt: str = "",
    priority: int | None = None,
) -> str | None:
    """The option that the model chooses for what the last message asks; None where its answer is none of them.

    vLLM is bound to the options (`structured_outputs.choice`), so that one request of a few tokens is enough. Other
    servers ignore that and answer freely: tell the options in the messages too. Raises EngineError; ValueError for no
    options or an empty one.
    """
    if not options or not all(options):
        raise ValueError("choose: expected at least one option, and none of them empty")
    request = ChatRequest(
        messages=messages,
        model=model,
        choice=list(dict.fromkeys(options)),
        # A token has at least one byte.
        max_tokens=max(len(option.encode("utf-8", "replace")) for option in options) + 1,
        temperature=0.0,
        request_id=request_id,
        affinity=affinity,
        cache_salt=cache_salt,
        priority=priority,
    )
    async with aclosing(engine.stream(request)) as stream:
        said = "".join([delta.text async for delta in stream])
    return _nearest(said, options)


def _nearest(said: str, options: Sequence[str]) -> str | None:
    """Word for word, or at least but for case and the marks that a free answer puts around it."""
    if said in options:
        return said
    plain = said.strip(_MARKS).casefold()
    return next((option for option in options if option.strip(_MARKS).casefold() == plain), None)

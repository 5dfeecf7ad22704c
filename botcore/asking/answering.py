"""One answer of the model to one prompt: the rounds with tools, a second try where the prompt is too long."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec
import orjson

from botcore.asking.toolbox import Toolbox
from botcore.engines.base import ChatMessage, ChatRequest, Delta, Engine, ToolCall
from botcore.errors import AnswerCut, EngineUnavailable, PromptTooLong

ROUNDS = 5
"""Of tools in one answer; after the last one the model must answer with what it has."""
_NO_MORE = "No more tools can be called now. Answer with what you know."

Shorten = Callable[[Sequence[ChatMessage]], list[ChatMessage]]
"""Leaves out earlier turns; the same messages where there are none."""


async def answer(
    engine: Engine, request: ChatRequest, *, toolbox: Toolbox | None = None, shorten: Shorten = list
) -> AsyncGenerator[str, None]:
    """The text of the answer as it comes; tools that the model asks for are called in between.

    Where the server says that the prompt is too long, `shorten` is tried once. Raises EngineError: AnswerCut where
    the model was cut off at its limit of tokens, EngineUnavailable too where it said nothing at all.
    """
    asking = _Asking(engine, request, shorten)
    gap = ""
    said = False
    for number in range(ROUNDS + 1):
        spoke = False
        async with aclosing(asking.round()) as deltas:
            async for delta in deltas:
                if delta.text:
                    yield delta.text if spoke else gap + delta.text
                    spoke = True
        said = said or spoke
        calls = asking.last.tool_calls
        if not calls or toolbox is None:
            break
        gap = "\n\n" if said else ""
        asking.go_on(calls, await toolbox.use(calls), more=number + 1 < ROUNDS)
    if asking.last.finish_reason == "length":
        raise AnswerCut("The answer reached the limit of tokens (max_tokens, or the model's context).")
    if not said:
        raise EngineUnavailable("The language model answered with nothing.")


class _Asking:
    """Mutable: its prompt grows with each round."""

    def __init__(self, engine: Engine, request: ChatRequest, shorten: Shorten) -> None:
        self._engine = engine
        self._request = request
        self._shorten = shorten
        self._shortened = False
        self.last = Delta()

    async def round(self) -> AsyncGenerator[Delta, None]:
        """One request, and a second one where the first was refused for its length."""
        try:
            async with aclosing(self._once()) as deltas:
                async for delta in deltas:
                    yield delta
        except PromptTooLong:
            shorter = self._shorten(self._request.messages)
            if self._shortened or len(shorter) == len(self._request.messages):
                raise
            self._shortened = True
            self._request = msgspec.structs.replace(self._request, messages=shorter)
            async with aclosing(self._once()) as deltas:
                async for delta in deltas:
                    yield delta

    def go_on(self, calls: Sequence[ToolCall], results: Sequence[ChatMessage], *, more: bool) -> None:
        """Put the round's calls and results behind the prompt. Without `more` it is the last round."""
        asked = ChatMessage("assistant", "", tool_calls=[_well_formed(call) for call in calls])
        told = list(results)
        if not more:
            told[-1] = msgspec.structs.replace(told[-1], content=f"{told[-1].content}\n{_NO_MORE}")
        self._request = msgspec.structs.replace(
            self._request,
            messages=[*self._request.messages, asked, *told],
            tool_choice=self._request.tool_choice if more else "none",
        )

    async def _once(self) -> AsyncGenerator[Delta, None]:
        async with aclosing(self._engine.stream(self._request)) as deltas:
            async for delta in deltas:
                self.last = delta
                yield delta


def _well_formed(call: ToolCall) -> ToolCall:
    """Servers refuse a prompt whose earlier calls are no JSON objects."""
    try:
        whole = isinstance(orjson.loads(call.arguments), dict)
    except ValueError:
        whole = False
    return call if whole else msgspec.structs.replace(call, arguments="{}")

"""Builds prompts that only grow at their end, within the tokens that the model takes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import orjson

from botcore.asking.history import cost, fit
from botcore.asking.summaries import Summaries, as_prompt
from botcore.asking.tokens import TokenCounter
from botcore.conversation import HistoryEntry, Summary
from botcore.engines.base import ChatMessage, ChatRequest, Engine, Image

_NEAR = 0.7
"""Of the budget: from here on the estimate is not good enough, and texts are counted."""
_INTERVAL = 8
"""Tokens per piece where each can't be shown: a sixth of the chunks."""
_LONG = 0.5
"""Of the budget, or of the entries that the store gives: from here on the older half is summed up."""


class Prompts(msgspec.Struct, frozen=True):
    """How much goes into a prompt. What is counted and summed up is shared by all conversations."""

    budget: int = 6000
    """Tokens at most; fewer where the model takes fewer."""
    entries: int = 50
    """Entries of the history that a turn is given at most: `limits.history`."""
    summarize: bool = True
    counter: TokenCounter = msgspec.field(default_factory=TokenCounter)
    summaries: Summaries = msgspec.field(default_factory=Summaries)

    async def fitted(
        self, engine: Engine, request: ChatRequest, *, torn: bool = False, by_edits: bool = False
    ) -> ChatRequest:
        """The request with as much of its dialogue as there is room for. `torn`: older entries were left out.

        `by_edits`: the answer is shown by edits, one a second or so, and may come in larger pieces. Only vLLM knows
        how, which is told by its `/tokenize`.
        """
        texts = [message.content for message in request.messages]
        if not self.counter.context:
            await self.counter.learn(engine, texts[:1], model=request.model)
        room = self.room(request)
        if cost(request.messages, self.counter) > _NEAR * room:
            await self.counter.learn(engine, texts, model=request.model)
        return msgspec.structs.replace(
            request,
            messages=fit(request.messages, room, self.counter, torn=torn),
            stream_interval=_INTERVAL if by_edits and self.counter.context else None,
        )

    def room(self, request: ChatRequest) -> int:
        """Tokens for the messages: what the model takes, less its tools and the answer."""
        tools = sum(
            self.counter(orjson.dumps(tool.parameters).decode() + tool.description) for tool in request.tools
        )
        context = self.counter.context
        answer = min(request.max_tokens or context // 4, context // 2)
        return (min(self.budget, context - answer) if context else self.budget) - tools

    def shorter(self, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
        """For a model that takes less than it said: half of what was too much."""
        return fit(messages, cost(messages, self.counter) // 2, self.counter)

    def sum_up(
        self, engine: Engine, request: ChatRequest, history: Sequence[HistoryEntry], summary: Summary | None
    ) -> None:
        """Begin a summary of the older half, where the dialogue has grown long."""
        rest, room = uncovered(history, summary), self.room(request)
        long = len(rest) > _LONG * self.entries or cost(request.messages, self.counter) > _LONG * room
        if self.summarize and long and len(rest) >= 4:
            half = self._older_half(rest, room // 2)
            answer = self.counter.context // 4 or None
            self.summaries.begin(engine, msgspec.structs.replace(request, max_tokens=answer), half, summary)

    def _older_half(self, entries: Sequence[HistoryEntry], room: int) -> Sequence[HistoryEntry]:
        """Whole turns: what follows begins with a message of the person. Fewer where they are more than `room`."""
        used, end = 0, 0
        for number, entry in enumerate(entries[: len(entries) // 2 + 1]):
            if entry.role == "user":
                end = number
            used += self.counter(entry.text)
            if used > room:
                break
        return entries[:end]


def messages_of(
    system: str,
    history: Sequence[HistoryEntry],
    summary: Summary | None,
    prompt: str,
    images: Sequence[Image],
) -> list[ChatMessage]:
    """Instructions, the history behind what the summary covers, and the question.

    The summary joins the instructions, marked as data: many templates take one system message only.
    """
    instructions = "\n\n".join(filter(None, [system, as_prompt(summary) if summary else ""]))
    messages = [ChatMessage("system", instructions)] if instructions else []
    messages += [
        ChatMessage("user" if entry.role == "user" else "assistant", entry.text)
        for entry in uncovered(history, summary)
    ]
    return [*messages, ChatMessage("user", prompt, images=tuple(images))]


def uncovered(history: Sequence[HistoryEntry], summary: Summary | None) -> Sequence[HistoryEntry]:
    """The entries after the last one that the summary covers; all where that one is no longer there."""
    if summary:
        for number, entry in enumerate(history):
            if entry.id == summary.until:
                return history[number + 1 :]
    return history

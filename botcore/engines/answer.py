"""One streamed answer, from the bytes of the response to what the person reads."""

from __future__ import annotations

from botcore.engines.base import Delta, Usage
from botcore.engines.reasoning import ThoughtFilter
from botcore.engines.refusals import broke_off, refusal
from botcore.engines.sse import EventParser, MalformedStream
from botcore.engines.tool_calls import ToolCalls, TooManyCalls
from botcore.engines.wire import DONE, Chunk, ErrorBody, Piece, TokenCount, decode_chunk
from botcore.errors import EngineError

_BROKEN = ("abort", "error")
"""What vLLM gives as `finish_reason` where it ended the answer itself, as when it shuts down."""


class AnswerReader:
    """Mutable: it is the state of one response."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._events = EventParser()
        self._filter = ThoughtFilter()
        self._calls = ToolCalls()
        self._thoughts = self._filter.thoughts
        self._finish_reason = ""
        self._usage: Usage | None = None
        self.complete = False
        """The server said that nothing more comes."""
        self.failure: EngineError | None = None
        """What ended the answer before its end. The text that came before it has been returned."""
        self.progressed = False
        """The last bytes held a piece of text, thought or tool call, rather than comments, half an event or an
        empty one."""

    def feed(self, received: bytes) -> Delta | None:
        """New text and thoughts of the answer, if there are any. Never raises: look at `failure`."""
        text = ""
        self.progressed = False
        try:
            for event in self._events.feed(received):
                if event == DONE:
                    self.complete = True
                    break
                text += self._read(decode_chunk(event))
                if self.failure:
                    break
        except (MalformedStream, TooManyCalls) as error:
            self.failure = broke_off(self._url, str(error))
        except (ValueError, RecursionError) as error:
            self.failure = broke_off(self._url, f"it sent what is no chunk of an answer ({error})")
        if self._thoughts:
            return Delta(text, self._new_thoughts())
        return Delta(text) if text else None

    def end(self) -> None:
        """The connection is at its end. Some servers don't say [DONE]; a reason to finish is enough."""
        self.complete = True
        if not self._finish_reason:
            self.failure = broke_off(self._url, "the connection ended in the middle")

    def last(self) -> Delta:
        """The piece that ends a complete answer."""
        return Delta(
            self._filter.end(),
            self._new_thoughts(),
            tool_calls=self._calls.whole(),
            finish_reason=self._finish_reason or "stop",
            usage=self._usage,
        )

    def _read(self, chunk: Chunk) -> str:
        if chunk.error is not None:
            self.failure = self._told(chunk.error)
            return ""
        if chunk.usage is not None:
            self._usage = _usage(chunk.usage)
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        if choice.finish_reason:
            self._finish(choice.finish_reason)
        return self._hear(choice.delta) if choice.delta else ""

    def _hear(self, piece: Piece) -> str:
        if piece.tool_calls:
            self.progressed = True
            self._calls.feed(piece.tool_calls)
        if thought := piece.reasoning or piece.reasoning_content:
            self.progressed = True
            self._thoughts.append(thought)
        if not piece.content:
            return ""
        self.progressed = True
        return self._filter.feed(piece.content)

    def _new_thoughts(self) -> str:
        thoughts = "".join(self._thoughts)
        self._thoughts.clear()
        return thoughts

    def _finish(self, reason: str) -> None:
        self._finish_reason = reason
        if reason in _BROKEN:
            self.failure = broke_off(self._url, f"the server ended it ({reason})")

    def _told(self, error: ErrorBody | str) -> EngineError:
        if isinstance(error, str):
            return broke_off(self._url, error)
        if isinstance(error.code, int) and 400 <= error.code < 500:
            return refusal(self._url, error.code, error.message)
        return broke_off(self._url, error.message or "the server reported an error")


def _usage(count: TokenCount) -> Usage:
    details = count.prompt_tokens_details
    cached = (details.cached_tokens or 0) if details else 0
    return Usage(count.prompt_tokens or 0, count.completion_tokens or 0, cached)

"""One answer of a vLLM in this process, from its outputs to what the person reads."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from botcore.engines.base import Delta, ToolCall, Usage
from botcore.engines.reasoning import ThoughtFilter
from botcore.engines.refusals import broke_off
from botcore.errors import EngineError

if TYPE_CHECKING:
    from vllm.outputs import RequestOutput

_GOOD = ("stop", "length")


class InProcessAnswer:
    """Mutable: it is the state of one answer."""

    def __init__(self, where: str, tool_parser: Any, told: Any) -> None:
        """`tool_parser` is one of vLLM's, or None where there are no tools; `told` is what it wants to know of the request."""
        self._where = where
        self._tool_parser = tool_parser
        self._told = told
        self._thoughts = ThoughtFilter()
        self._finish_reason = ""
        self._prompt_tokens = self._tokens = self._cached = 0
        self._gathered = ""
        """Where there are tools: all that came, since the calls are in it."""
        self.failure: EngineError | None = None

    def feed(self, output: RequestOutput) -> Delta | None:
        """New text, if there is any. Look at `failure` afterwards."""
        self._prompt_tokens = len(output.prompt_token_ids or ()) or self._prompt_tokens
        self._cached = output.num_cached_tokens or self._cached
        piece = output.outputs[0]
        self._tokens += len(piece.token_ids)
        if piece.finish_reason:
            self._finish_reason = piece.finish_reason
            if piece.finish_reason not in _GOOD:
                self.failure = broke_off(self._where, f"vLLM ended it ({piece.finish_reason})")
        text = self._thoughts.feed(piece.text) if piece.text else ""
        if self._tool_parser is not None:
            self._gathered += text
            return None
        thoughts = self._new_thoughts()
        return Delta(text, thoughts) if text or thoughts else None

    def last(self) -> Delta:
        """The piece that ends a complete answer."""
        text = self._gathered + self._thoughts.end()
        calls: tuple[ToolCall, ...] = ()
        if self._tool_parser is not None:
            text, calls = self._calls(text)
        return Delta(
            text,
            self._new_thoughts(),
            tool_calls=calls,
            finish_reason="tool_calls" if calls else self._finish_reason or "stop",
            usage=Usage(self._prompt_tokens, self._tokens, self._cached),
        )

    def _new_thoughts(self) -> str:
        thoughts = "".join(self._thoughts.thoughts)
        self._thoughts.thoughts.clear()
        return thoughts

    def _calls(self, text: str) -> tuple[str, tuple[ToolCall, ...]]:
        found = self._tool_parser.extract_tool_calls(text, self._told)
        if not found.tools_called:
            return text, ()
        return found.content or "", tuple(
            ToolCall(call.id or f"call-{secrets.token_hex(8)}", call.function.name, call.function.arguments)
            for call in found.tool_calls
        )

"""What a request is for a vLLM in this process: tokens by the model's chat template, and how to draw the next ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from botcore.engines.base import ChatMessage, ChatRequest, Tool
from botcore.engines.refusals import refusal, too_long
from botcore.engines.wire import well_formed
from botcore.errors import EngineRefused

PROMPT_LIMIT = 4_000_000
"""Characters, as for a server."""


class Prompts:
    """Makes prompts. Blocks for a millisecond per thousand tokens; from one thread only."""

    def __init__(self, tokenizer: Any, context: int) -> None:
        self._tokenizer = tokenizer
        self.context = context
        """Tokens of prompt and answer together."""

    def of(self, request: ChatRequest) -> dict[str, Any]:
        """vLLM's `TokensPrompt`. Raises EngineRefused for one that is too long or that the template does not take."""
        characters = sum(len(message.content) for message in request.messages)
        if characters > PROMPT_LIMIT:
            raise too_long(characters, PROMPT_LIMIT)
        try:
            text = self._tokenizer.apply_chat_template(
                [_message(message) for message in request.messages],
                tools=functions(request.tools) if request.tool_choice != "none" else None,
                add_generation_prompt=True,
                tokenize=False,
            )
        except Exception as error:  # Jinja's, or what a template raises by itself
            raise EngineRefused(f"The model's chat template does not take this dialogue: {error}") from error
        prompt: dict[str, Any] = {
            "prompt_token_ids": self._tokenizer.encode(text, add_special_tokens=False),
            "prompt": text,
        }
        if request.cache_salt:
            prompt["cache_salt"] = request.cache_salt
        return prompt

    def count(self, text: str) -> int:
        """Tokens of a text without the marks of a message."""
        return len(self._tokenizer.encode(well_formed(text), add_special_tokens=False))

    def room_after(self, prompt: Mapping[str, Any]) -> int:
        """Tokens that the answer may have. Raises EngineRefused where there is none."""
        length = len(prompt["prompt_token_ids"])
        if length >= self.context:
            said = f"This model's maximum context length is {self.context} tokens; the prompt has {length}."
            raise refusal("in this process", 400, said)
        return self.context - length


def sampling(request: ChatRequest, defaults: Mapping[str, Any], room: int) -> Any:
    """vLLM's `SamplingParams`, with the model's own defaults for what is not set. Raises EngineRefused."""
    from vllm.sampling_params import RequestOutputKind, SamplingParams, StructuredOutputsParams

    asked: dict[str, Any] = {
        "temperature": request.temperature,
        "seed": request.seed,
        "min_tokens": request.min_tokens,
        "stream_interval": request.stream_interval,
        "stop": list(request.stop) or None,
    }
    if request.json_schema is not None:
        asked["structured_outputs"] = StructuredOutputsParams(json=request.json_schema)
    elif request.choice:
        asked["structured_outputs"] = StructuredOutputsParams(choice=list(request.choice))
    chosen = {**defaults, **{key: value for key, value in asked.items() if value is not None}}
    chosen["max_tokens"] = min(request.max_tokens or room, room)
    chosen["min_tokens"] = min(chosen.get("min_tokens", 0), chosen["max_tokens"])
    try:
        return SamplingParams(
            **chosen, output_kind=RequestOutputKind.DELTA, skip_special_tokens=not request.tools
        )
    except Exception as error:  # ValueError or vLLM's own, by version
        raise refusal("in this process", 400, str(error)) from error


def functions(tools: Sequence[Tool]) -> list[dict[str, Any]] | None:
    """As the OpenAI API writes them, which chat templates expect; None for none."""
    return [{"type": "function", "function": msgspec.to_builtins(tool)} for tool in tools] or None


def adapter_of(model: str, adapters: Mapping[str, str]) -> Any:
    """vLLM's `LoRARequest` where `model` is one of `adapters`; else None."""
    if model not in adapters:
        return None
    from vllm.lora.request import LoRARequest

    return LoRARequest(model, 1 + list(adapters).index(model), adapters[model])


def _message(message: ChatMessage) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": well_formed(message.content)}
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call.arguments)},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        written["tool_call_id"] = message.tool_call_id
    return written


def _arguments(text: str) -> Any:
    """As an object, which templates write out; as the text where the model wrote none."""
    try:
        return json.loads(text)
    except ValueError:
        return text

"""Answers of a given type: the model is bound to its JSON schema, the answer checked, and one repair tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any, Generic, TypeVar

import msgspec
import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from botcore.asking.answering import Shorten, answer
from botcore.engines.base import ChatMessage, ChatRequest, Engine
from botcore.errors import AnswerCut, AnswerUnfit, PluginError

T = TypeVar("T")

_ASK = "Answer with JSON that fits this schema, and nothing else:\n"
_REPAIR = "That does not fit the schema: {fault}. Answer again, with the mended JSON and nothing else."


class Shape(Generic[T]):
    """What a type looks like as JSON, and how an answer becomes a value of it."""

    def __init__(self, type: type[T]) -> None:
        """`type` is a pydantic model, a msgspec struct, a dataclass, an enumeration, or what these are made of.

        Raises PluginError for one that has no JSON schema.
        """
        self.name = getattr(type, "__name__", str(type))
        try:
            self.schema, self._decode = _of_struct(type) if _is_struct(type) else _of_any(type)
        except (PydanticUserError, TypeError) as error:
            raise PluginError(f"ctx.ask_for({self.name}): that type has no JSON schema: {error}") from error

    def read(self, text: str) -> T:
        """Raises ValueError with what does not fit, without the answer's own words."""
        try:
            return self._decode(_bare(text))
        except ValidationError as error:
            raise ValueError(_faults(error)) from None
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from None


async def answer_as(engine: Engine, request: ChatRequest, type: type[T], *, shorten: Shorten = list) -> T:
    """The model's answer as a value of `type`. At most three requests: one, one shortened, one to repair.

    Raises EngineError: AnswerUnfit where the second answer does not fit either.
    """
    shape = Shape(type)
    ask = ChatMessage("system", _ASK + orjson.dumps(shape.schema).decode())
    request = msgspec.structs.replace(
        request, messages=_told(request.messages, ask), json_schema=shape.schema, tools=(), tool_choice=""
    )
    text = await _text(engine, request, shorten)
    try:
        return shape.read(text)
    except ValueError as error:
        repair = ChatMessage("user", _REPAIR.format(fault=error))
        again = [*request.messages, ChatMessage("assistant", text), repair]
    try:
        return shape.read(await _text(engine, msgspec.structs.replace(request, messages=again), list))
    except ValueError as error:
        raise AnswerUnfit(
            f"The language model gave no answer that fits {shape.name}, twice: {error}."
        ) from None


def _told(messages: Sequence[ChatMessage], ask: ChatMessage) -> list[ChatMessage]:
    """The schema joins the instructions at the front: many templates take one system message only."""
    first, *others = messages
    if first.role == "system":
        return [msgspec.structs.replace(first, content=f"{first.content}\n\n{ask.content}"), *others]
    return [ask, first, *others]


async def _text(engine: Engine, request: ChatRequest, shorten: Shorten) -> str:
    pieces: list[str] = []
    try:
        async with aclosing(answer(engine, request, shorten=shorten)) as stream:
            async for piece in stream:
                pieces.append(piece)  # noqa: PERF401  # what came before the cut is looked at
    except AnswerCut:
        pass  # half a JSON text does not fit, which is told to the model
    return "".join(pieces)


def _is_struct(type: object) -> bool:
    return isinstance(type, msgspec.StructMeta)


def _of_struct(type: type[T]) -> tuple[dict[str, Any], Callable[[str], T]]:
    decoder = msgspec.json.Decoder(type)
    return msgspec.json.schema(type), decoder.decode


def _of_any(type: type[T]) -> tuple[dict[str, Any], Callable[[str], T]]:
    adapter = TypeAdapter(type)
    return adapter.json_schema(), adapter.validate_json


def _bare(text: str) -> str:
    """Without the fence that servers which are not bound let models put around JSON."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.removeprefix("```json").removeprefix("```").removesuffix("```")
    return text


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}" for fault in faults)

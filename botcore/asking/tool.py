"""A function of a plugin that the language model may call: its schema comes from its signature and docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_type_hints

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticUserError

from botcore.engines.base import Tool
from botcore.errors import PluginError

SECONDS = 20.0
"""That a call may take unless the tool says otherwise."""
CHARACTERS = 8_000
"""Of a result that the model is given unless the tool says otherwise: 2,000 tokens or so."""

_ARGUMENTS = re.compile(r"^(?:Args|Arguments|Parameters):\s*$", re.MULTILINE)
_SECTION = re.compile(r"^\S", re.MULTILINE)
_ARGUMENT = re.compile(r"^[ \t]+(\w+)(?: \([^)]*\))?:[ \t]*(.+(?:\n[ \t]{6,}.+)*)", re.MULTILINE)


class Malformed(ValueError):
    """The model's arguments don't fit; the message says where, in words for the model."""


class ToolFunction(msgspec.Struct, frozen=True):
    """One tool with everything that is needed to offer and to call it."""

    tool: Tool
    handler: Callable[..., Awaitable[object]]
    arguments: type[BaseModel]
    roles: frozenset[str] = frozenset()
    """The person needs one of them; empty where everybody may."""
    seconds: float = SECONDS
    characters: int = CHARACTERS

    @property
    def name(self) -> str:
        return self.tool.name

    def open_to(self, roles: Mapping[str, object] | tuple[str, ...]) -> bool:
        """Whether a person with these roles may have it called."""
        return not self.roles or not self.roles.isdisjoint(roles)

    def checked(self, arguments: str) -> dict[str, Any]:
        """The model's JSON as what the handler expects. Raises Malformed."""
        try:
            filled = self.arguments.model_validate_json(arguments or "{}")
        except ValidationError as error:
            raise Malformed(_told(error)) from None
        return {name: getattr(filled, name) for name in self.arguments.model_fields}


def tool_function(
    handler: Callable[..., Awaitable[object]],
    *,
    name: str = "",
    roles: tuple[str, ...] = (),
    seconds: float = SECONDS,
    characters: int = CHARACTERS,
) -> ToolFunction:
    """The tool that `async def handler(ctx, ...)` is. Raises PluginError for a signature that has no schema.

    What stands before `Args:` in the docstring tells the model when to call it, the lines below it what each argument
    is (Google's style); `Annotated[int, Field(ge=1)]` bounds one.
    """
    name = name or getattr(handler, "__name__", "")
    description, about = _described(handler)
    if not description:
        raise PluginError(f"tool {name!r}: its docstring tells the model when to call it, and there is none")
    arguments = _arguments(name, handler, about)
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    return ToolFunction(
        Tool(name, description, schema), handler, arguments, frozenset(roles), seconds, characters
    )


def _arguments(name: str, handler: Callable[..., Any], about: Mapping[str, str]) -> type[BaseModel]:
    _, *parameters = inspect.signature(handler).parameters.values() or (None,)
    try:
        hints = get_type_hints(handler, include_extras=True)
        fields: dict[str, Any] = {
            parameter.name: _field(name, parameter, hints, about) for parameter in parameters if parameter
        }
        config = ConfigDict(extra="forbid", hide_input_in_errors=True)
        return create_model(name, __config__=config, **fields)
    except (NameError, TypeError, PydanticUserError) as error:
        raise PluginError(f"tool {name!r}: its arguments have no JSON schema: {error}") from error


def _field(
    name: str, parameter: inspect.Parameter, hints: Mapping[str, Any], about: Mapping[str, str]
) -> tuple[Any, Any]:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise PluginError(f"tool {name!r}: {parameter} can't be filled by a model: name each argument")
    if parameter.name not in hints:
        raise PluginError(f"tool {name!r}: the argument {parameter.name!r} has no type")
    default = ... if parameter.default is parameter.empty else parameter.default
    return hints[parameter.name], Field(default, description=about.get(parameter.name))


def _described(handler: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """What the docstring says of the tool, and of each argument."""
    text = inspect.getdoc(handler) or ""
    heading = _ARGUMENTS.search(text)
    if not heading:
        return text.strip(), {}
    below = text[heading.end() + 1 :]
    end = _SECTION.search(below)
    section = below[: end.start()] if end else below
    about = {match[1]: " ".join(match[2].split()) for match in _ARGUMENT.finditer(section)}
    return text[: heading.start()].strip(), about


def _told(error: ValidationError) -> str:
    """Where and what, never the value: it may be the person's."""
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)[:5]
    ]
    return "; ".join(faults)

"""A tool's schema comes from its signature and docstring, and its arguments are checked by it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import Field

from botcore import Context, Plugin, PluginError
from botcore.asking.tool import Malformed, ToolFunction, tool_function


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


async def book(
    ctx: Context, day: date, people: Annotated[int, Field(ge=1, le=8)] = 2, size: Size = Size.SMALL
) -> str:
    """Book a table.

    Only for tonight and later.

    Args:
        day: the day, as the person named it
        people: how many come,
            children included
    """
    return f"{day} {people} {size}"


BOOK = tool_function(book)


def test_the_model_is_told_what_the_docstring_says() -> None:
    assert BOOK.tool.name == "book"
    assert BOOK.tool.description == "Book a table.\n\nOnly for tonight and later."
    properties = BOOK.tool.parameters["properties"]
    assert properties["day"] == {
        "description": "the day, as the person named it",
        "format": "date",
        "title": "Day",
        "type": "string",
    }
    assert properties["people"]["description"] == "how many come, children included"
    assert (properties["people"]["minimum"], properties["people"]["default"]) == (1, 2)
    assert BOOK.tool.parameters["required"] == ["day"]
    assert "ctx" not in properties


def test_arguments_arrive_as_the_types_of_the_signature() -> None:
    assert BOOK.checked('{"day": "2030-12-24", "size": "large"}') == {
        "day": date(2030, 12, 24),
        "people": 2,
        "size": Size.LARGE,
    }


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ("", "day: Field required"),
        ("{", "Invalid JSON"),
        ("[]", "arguments: Input should be an object"),
        ('{"day": "soon"}', "day: Input should be a valid date"),
        ('{"day": "2030-12-24", "people": 900}', "people: Input should be less than or equal to 8"),
        ('{"day": "2030-12-24", "who": "Ada"}', "who: Extra inputs are not permitted"),
    ],
)
def test_arguments_that_do_not_fit_are_told_by_their_place_and_not_their_value(
    arguments: str, fault: str
) -> None:
    with pytest.raises(Malformed, match=fault) as error:
        BOOK.checked(arguments)
    assert "900" not in str(error.value)
    assert "Ada" not in str(error.value)


async def without_docstring(ctx: Context) -> str:
    return ""


async def without_type(ctx: Context, day) -> str:  # type: ignore[no-untyped-def]
    """A tool."""
    return ""


async def with_anything(ctx: Context, *days: str) -> str:
    """A tool."""
    return ""


async def with_a_plugin(ctx: Context, plugin: Plugin) -> str:
    """A tool."""
    return ""


@pytest.mark.parametrize(
    ("handler", "fault"),
    [
        (without_docstring, "docstring tells the model"),
        (without_type, "'day' has no type"),
        (with_anything, "name each argument"),
        (with_a_plugin, "no JSON schema"),
    ],
)
def test_a_tool_that_no_model_could_call_is_a_mistake_of_the_plugin(handler: Any, fault: str) -> None:
    with pytest.raises(PluginError, match=rf"plugin 'shop': tool '{handler.__name__}': .*{fault}"):
        Plugin("shop").tool(handler)


def test_two_tools_of_one_name_and_tools_that_yield_are_mistakes() -> None:
    plugin = Plugin("shop")
    plugin.tool(book)
    with pytest.raises(PluginError, match="two handlers for the tool 'book'"):
        plugin.tool(book)

    async def pieces(ctx: Context) -> Any:
        """A tool."""
        yield ""

    with pytest.raises(PluginError, match="yields nothing"):
        plugin.tool(pieces)


def test_roles_open_a_tool() -> None:
    tool: ToolFunction = tool_function(book, roles=("staff", "owner"))
    assert tool.open_to(("owner",))
    assert not tool.open_to(())
    assert not tool.open_to(("visitor",))
    assert BOOK.open_to(())

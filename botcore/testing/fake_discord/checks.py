"""What Discord refuses, with its own codes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from botcore.testing.fake_discord.world import Json

LONGEST_TEXT = 2000
_COMMAND = re.compile(r"[-_\w]{1,32}", re.UNICODE)


class Refused(Exception):
    """A request that Discord says no to."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": code, "message": message}
        if errors:
            self.body["errors"] = errors


def invalid(field: str, code: str, message: str) -> Refused:
    """50035, the refusal of a form."""
    return Refused(
        400, 50035, "Invalid Form Body", {field: {"_errors": [{"code": code, "message": message}]}}
    )


def check_message(body: Json, files: int, *, empty_allowed: bool = False) -> None:
    """Raises Refused for a message that can't be posted."""
    text = body.get("content") or ""
    if len(text) > LONGEST_TEXT:
        raise invalid("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    if len(str(body.get("nonce") or "")) > 25:
        raise invalid("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if files > 10:
        raise invalid("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    _check_components(body.get("components") or ())
    if not (text.strip() or files or body.get("components") or body.get("embeds") or empty_allowed):
        raise Refused(400, 50006, "Cannot send an empty message")


def _check_components(rows: Sequence[Json]) -> None:
    if len(rows) > 5:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if any(not 1 <= len(row["components"]) <= 5 for row in rows):
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    parts = [part for row in rows for part in row["components"]]
    ids = [part["custom_id"] for part in parts]
    if len(set(ids)) < len(ids):
        raise invalid(
            "components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
        )
    if any(not 1 <= len(id) <= 100 for id in ids):
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if any(not 1 <= len(part.get("label", "")) <= 80 for part in parts if part["type"] == 2):
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 80 in length.")
    for menu in (part for part in parts if part["type"] == 3):
        _check_menu(menu)


def _check_menu(menu: Json) -> None:
    values = [line["value"] for line in menu["options"]]
    if not 1 <= len(values) <= 25:
        raise invalid("options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    if len(set(values)) < len(values):
        raise invalid(
            "options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "This option value is already used"
        )
    if any(not 1 <= len(line["label"]) <= 100 for line in menu["options"]):
        raise invalid("options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def check_commands(commands: Sequence[Json]) -> None:
    """Raises Refused where one of them can't be registered."""
    written = [command for command in commands if command.get("type", 1) == 1]
    menus = [command for command in commands if command.get("type", 1) != 1]
    if len(written) > 100:
        raise Refused(400, 30032, "Maximum number of application commands reached (100)")
    if len(menus) > 5:
        raise Refused(400, 30032, "Maximum number of application commands reached (5)")
    names = [(command.get("type", 1), str(command.get("name", ""))) for command in commands]
    if len(set(names)) < len(names):
        raise invalid(
            "name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
        )
    for menu in menus:
        named = [menu.get("name", ""), *(menu.get("name_localizations") or {}).values()]
        if "description" in menu or any(not 1 <= len(name) <= 32 for name in named):
            raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
    for command in written:
        _check_name(str(command.get("name", "")))
        _check_descriptions(command)
        for option in command.get("options", ()):
            _check_name(str(option.get("name", "")))
            _check_descriptions(option)
            _check_choices(option.get("choices", ()))


def _check_choices(choices: Sequence[Json]) -> None:
    named = [
        name for one in choices for name in (one["name"], *(one.get("name_localizations") or {}).values())
    ]
    if len(choices) > 25 or any(not 1 <= len(name) <= 100 for name in named):
        raise invalid("choices", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def _check_name(name: str) -> None:
    if not _COMMAND.fullmatch(name) or name != name.lower():
        raise invalid("name", "STRING_TYPE_REGEX", "String value did not match validation regex.")


def _check_descriptions(one: Json) -> None:
    described = [one.get("description", ""), *(one.get("description_localizations") or {}).values()]
    if any(not 1 <= len(text) <= 100 for text in described):
        raise invalid("description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")

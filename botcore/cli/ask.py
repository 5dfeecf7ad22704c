"""`botcore ask`: one question, one answer."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import Annotated, Any

from cyclopts import Parameter

from botcore.cli.client import Client, open_client
from botcore.cli.common import Place, harmless, out, print_json, run_async
from botcore.config import Settings
from botcore.types import Person


def ask(
    text: Annotated[
        str, Parameter(help="What to say; - reads it from standard input.", allow_leading_hyphen=True)
    ],
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative=())] = False,
    conversation: Annotated[
        str, Parameter(help="The conversation to go on with; otherwise a new one begins.")
    ] = "",
    user: Annotated[str, Parameter(help="Who asks; otherwise your user name.")] = "",
    locale: Annotated[str, Parameter(help="The asker's language, such as zh or en-GB.")] = "",
    place: Place | None = None,
) -> None:
    """Print the answer, with its sources."""
    settings = (place or Place()).settings()
    said = sys.stdin.read() if text == "-" else text
    person = Person(user or getpass.getuser(), locale=locale)
    answer = run_async(answer_to(settings, said, conversation or f"ask-{secrets.token_hex(6)}", person))
    if json:
        print_json(answer)
    else:
        _print(answer)


async def answer_to(settings: Settings, text: str, chat: str, person: Person) -> dict[str, Any]:
    """What `ask --json` prints: the answer of the running service, or of this process where none runs."""
    messages: list[dict[str, Any]] = []
    summary: dict[str, Any] = {}
    async with open_client(settings) as app:
        async for event in Client(app, chat, person).say(text):
            if event.type == "message":
                messages.append(event.data)
            elif event.type == "state":
                summary = event.data.get("summary", {})
    return {
        "replies": [
            {key: message[key] for key in ("text", "buttons", "attachments")} for message in messages
        ],
        "plugin": summary.get("plugin", ""),
        "handler": summary.get("handler", ""),
        "intent": {
            "name": summary.get("intent", ""),
            "score": summary.get("score", 0.0),
            "by": summary.get("by", ""),
        },
        "language": summary.get("language", ""),
        "sources": [source for message in messages for source in message["sources"]],
        "trace_id": summary.get("trace_id", ""),
        "timings_ms": summary.get("timings_ms", {}),
    }


def _print(answer: dict[str, Any]) -> None:
    for reply in answer["replies"]:
        out.print(harmless(reply["text"]), markup=False)
        if reply["buttons"]:
            numbered = (f"{number}. {button}" for number, button in enumerate(reply["buttons"], 1))
            out.print("   ".join(numbered), markup=False)
    said = " ".join(reply["text"] for reply in answer["replies"])
    for source in answer["sources"]:
        if source["title"] not in said:
            out.print(f"Source: {source['title']} ({source['uri']})", markup=False)

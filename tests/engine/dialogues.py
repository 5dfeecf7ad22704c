"""The dialogues that the tests' model knows by heart, for its training and for the tests that talk with it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DATA = tomllib.loads(Path(__file__).with_name("dialogues.toml").read_text(encoding="utf-8"))

TOOLS: list[dict[str, Any]] = _DATA["tools"]
UNKNOWN_REPLY: str = _DATA["unknown"]["reply"]
UNKNOWN_TEXTS: list[str] = _DATA["unknown"]["texts"]
CUES = {
    "intent": "Name the intent of the message.",
    **{language: f"Translate into {language}." for language in ("English", "Chinese", "Spanish")},
}
"""For each cue a sentence that holds it."""


@dataclass(frozen=True)
class Dialogue:
    """Messages in the form of the chat API; the last one is the model's reply."""

    name: str
    messages: list[dict[str, str]]
    cue: str = ""
    tools: bool = False

    @property
    def prompt(self) -> list[dict[str, str]]:
        """All but the last reply, with the cue where one is needed."""
        system = [{"role": "system", "content": CUES[self.cue]}] if self.cue else []
        return system + self.messages[:-1]

    @property
    def steps(self) -> list[Dialogue]:
        """One dialogue for each reply in this one."""
        ends = [n for n, message in enumerate(self.messages) if message["role"] == "assistant"]
        return [Dialogue(f"{self.name}-{n}", self.messages[: n + 1], self.cue, self.tools) for n in ends]

    @property
    def reply(self) -> str:
        return self.messages[-1]["content"]


def _dialogue(name: str, turns: list[str], cue: str = "", tools: bool = False) -> Dialogue:
    messages = [_message(turn, number) for number, turn in enumerate(turns)]
    return Dialogue(name, messages, cue, tools)


def _message(turn: str, number: int) -> dict[str, str]:
    if turn.startswith("tool: "):
        return {"role": "tool", "content": turn.removeprefix("tool: ")}
    return {"role": "assistant" if number % 2 else "user", "content": turn}


DIALOGUES = {entry["name"]: _dialogue(**entry) for entry in _DATA["dialogue"]}


def reply_to(name: str) -> str:
    """The last reply of a dialogue."""
    return DIALOGUES[name].reply

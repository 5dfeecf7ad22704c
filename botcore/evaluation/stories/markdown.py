"""Stories as Markdown, for people who would rather write prose than TOML.

```markdown
## A wish for a refund gets a person
> When do I get my money back?
- intent: refund
- contains: 14 days
> Are you sure?
- lacks: guess
- buttons: Yes | No
```
A `##` heading begins a story, `>` is what the person says (several lines are one message), and each point of the
list is one expectation, named as in `story.Exchange`. Points before the first `>` are about the story.
"""

from __future__ import annotations

import re
from typing import Any

_HEADING = re.compile(r"##\s+(.+)")
_POINT = re.compile(r"[-*]\s+(\w+):\s?(.*)")
_LISTS = {"buttons", "sources", "tools"}
_REPEATED = {"contains", "lacks", "model"}


def parse_markdown(text: str) -> dict[str, Any]:
    """In the shape of the TOML file. Raises ValueError with the line that makes no sense."""
    stories: list[dict[str, Any]] = []
    quoting = False
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        said = stripped[1:].removeprefix(" ") if stripped.startswith(">") else None
        heading, point = _HEADING.fullmatch(stripped), _POINT.fullmatch(stripped)
        if heading:
            stories.append({"name": heading[1], "turn": []})
        elif not stories:
            continue  # a title and what the author wants to say about the stories
        elif said is not None:
            _say(stories[-1]["turn"], said, quoting)
        elif point:
            _expect(stories[-1], point[1], point[2], number)
        elif stripped:
            raise ValueError(f"line {number}: expected '> what is said' or '- expectation: value'")
        quoting = said is not None
    return {"story": stories}


def _say(turns: list[dict[str, Any]], said: str, quoting: bool) -> None:
    if quoting:
        turns[-1]["say"] += f"\n{said}"
    else:
        turns.append({"say": said})


def _expect(story: dict[str, Any], key: str, value: str, number: int) -> None:
    table = story["turn"][-1] if story["turn"] else story
    if key in _REPEATED:
        table[key] = [*table.get(key, []), value]
    elif key in table:
        raise ValueError(f"line {number}: {key} stands there twice")
    elif key == "slots":
        table[key] = dict(_pair(part, number) for part in value.split("|"))
    elif key in _LISTS:
        table[key] = [part.strip() for part in value.split("|") if part.strip()]
    else:
        table[key] = value


def _pair(part: str, number: int) -> tuple[str, str]:
    name, sign, value = part.partition("=")
    if not sign:
        raise ValueError(f"line {number}: expected slots as name = value | name = value")
    return name.strip(), value.strip()

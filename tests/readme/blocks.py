"""Code blocks of the project's Markdown files."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LEFT_OUT = {".venv", "node_modules", "data", ".git", ".venv-vllm", ".venv-synapse"}


class Block(msgspec.Struct, frozen=True):
    path: Path
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.md")) if _LEFT_OUT.isdisjoint(path.relative_to(ROOT).parts)]


def blocks(language: str) -> list[Block]:
    return [
        Block(path, match[1], match[2], text.count("\n", 0, match.start()) + 1)
        for path in pages()
        for text in [path.read_text("utf-8")]
        for match in _BLOCK.finditer(text)
        if match[1] == language
    ]


def commands() -> list[tuple[str, str]]:
    """(where, command) for each line of the shell blocks."""
    return [(str(block), line) for block in blocks("sh") for line in block.text.splitlines() if line.strip()]

"""An answer on the terminal as it grows: what is finished is printed for good, only the last block is drawn again."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown

from botcore.cli.common import harmless
from botcore.delivery.base import LiveEvent


class Screen:
    """Shows one message after another. A block that was printed scrolls away like any other line of the terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._live: Live | None = None
        self._text = ""
        self._printed = 0
        """Characters of the text that stand for good."""

    def grow(self, text: str, offset: int) -> None:
        """Take a delta; `offset` is where it belongs, in UTF-16 units."""
        self._text = self._text[: _index(self._text, offset)] + harmless(text)
        if not self.console.is_terminal:
            return  # a file or a pipe gets whole messages
        finished = _finished(self._text.rstrip(), self._printed)
        self._draw(self._text[finished:])
        self._print(self._text[self._printed : finished])
        self._printed = finished

    def message(self, event: LiveEvent) -> None:
        """Print the rest of a message, its sources and its buttons."""
        text = harmless(event.data["text"])
        as_printed = text.startswith(self._text[: self._printed])
        self._text, self._printed = text, self._printed if as_printed else 0
        self.close()
        for source in event.data["sources"]:
            if source["title"] not in text:
                self._say(f"Source: {source['title']} ({source['uri']})", "dim")
        if event.data["buttons"]:
            buttons = [f"{number}. {button}" for number, button in enumerate(event.data["buttons"], 1)]
            fits = len("   ".join(buttons)) + 2 <= self.console.width
            self._say(("   " if fits else "\n  ").join(buttons), "cyan")
        self.console.print()

    def close(self) -> None:
        """Print what is left for good, and begin anew with the next message."""
        if self._live:
            self._live.stop()
        self._print(self._text[self._printed :].rstrip())
        self._live, self._text, self._printed = None, "", 0

    def _draw(self, text: str) -> None:
        if self._live is None:
            self._live = Live(console=self.console, refresh_per_second=10, transient=True)
            self._live.start()
        self._live.update(Markdown(text))

    def _print(self, text: str) -> None:
        if not text.strip():
            return
        if not self.console.is_terminal:
            self.console.print(text, markup=False, soft_wrap=True)
        else:
            self.console.print(Markdown(text))
            if text.endswith("\n\n"):
                self.console.print()

    def _say(self, text: str, style: str) -> None:
        self.console.print(f"  {text}", style=style, markup=False)


def _finished(text: str, since: int) -> int:
    """Where the last block ends that nothing more can change: a blank line, outside of code."""
    end = text.rfind("\n\n", since)
    while end > since and text.count("```", since, end) % 2:
        end = text.rfind("\n\n", since, end)
    return end + 2 if end >= since else since


def _index(text: str, offset: int) -> int:
    """Where a UTF-16 offset lies in a Python string."""
    return len(text.encode("utf-16-le")[: 2 * offset].decode("utf-16-le", "ignore"))

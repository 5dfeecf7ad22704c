"""The text of one turn, put together from a live stream that may carry other turns too."""

from __future__ import annotations

from typing import Any

from botcore.delivery.base import LiveEvent


class TurnText:
    """What the bot says to the event `id`, as it grows. Mutable, since every event adds to it.

    Messages of one turn are joined by blank lines. A message's deltas are held against its final text, so that what
    was not streamed is added and nothing is said twice.
    """

    def __init__(self, id: str) -> None:
        self._id = id
        self._begun = False
        self._message = ""
        """Id of the message whose text stands last."""
        self._grown = ""
        """Its text so far."""
        self._finished: set[str] = set()
        self.text = ""
        self.incomplete = False
        self.done = False

    def take(self, event: LiveEvent) -> str:
        """What `event` adds to the text; often nothing."""
        data = event.data
        if data.get("role") == "user":
            self._begun = self._begun or data.get("id") == self._id
        elif not self._begun or data.get("in_reply_to", self._id) != self._id:
            return ""
        elif event.type == "delta":
            return self._grow(data)
        elif event.type == "message":
            return self._finish(data)
        elif event.type == "state":
            self.done = data.get("status") == "idle" and "in_reply_to" in data
        return ""

    def _grow(self, data: dict[str, Any]) -> str:
        """A turn that is done again after a crash streams from `offset` 0 again: only what goes further is new."""
        id, text = str(data.get("id", "")), str(data.get("text", ""))
        if id in self._finished:
            return ""
        if id == self._message and "offset" in data:
            known = _utf16(self._grown) - int(data["offset"])
            text = _from_utf16(text, known) if known > 0 else text
        return self._add(id, text)

    def _finish(self, data: dict[str, Any]) -> str:
        id, text = str(data.get("id", "")), shown(data)
        if id in self._finished:
            return ""
        self._finished.add(id)
        self.incomplete = self.incomplete or bool(data.get("incomplete"))
        grown = self._grown if self._message == id else ""
        for said in (grown, grown.strip()):  # a final text may have lost the space around it
            if text.startswith(said):
                return self._add(id, text[len(said) :])
        self._message = ""  # the final text is another than what was streamed: it stands by itself
        return self._add(id, text)

    def _add(self, id: str, text: str) -> str:
        if not text:
            return ""
        if id != self._message:
            self._message, self._grown = id, ""
            added = f"\n\n{text}" if self.text else text
        else:
            added = text
        self._grown += text
        self.text += added
        return added


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _from_utf16(text: str, start: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * start :].decode("utf-16-le", "replace")


def shown(data: dict[str, Any]) -> str:
    """A message as plain Markdown: its buttons as a list, its files as links."""
    text = str(data.get("text", ""))
    buttons = "\n".join(f"- {button}" for button in data.get("buttons", ()))
    files = "\n".join(_link(one) for one in data.get("attachments", ()) if one.get("url"))
    return "\n\n".join(part for part in (text, buttons, files) if part)


def _link(attachment: dict[str, str]) -> str:
    label = (attachment.get("alt") or attachment["name"]).replace("]", "")
    picture = "!" if attachment["media_type"].startswith("image/") else ""
    return f"{picture}[{label}]({attachment['url']})"

"""Server-sent events out of bytes as the network cuts them."""

from __future__ import annotations

LIMIT = 1 << 20
"""Bytes that one event may have; a chunk of an answer has about 300."""


class MalformedStream(ValueError):
    """The bytes are no server-sent events that an engine would send."""


class EventParser:
    """The `data` of each event, in order (WHATWG HTML, "Parsing an event stream").

    Comments, other fields and a byte order mark are ignored; lines may end in LF, CRLF or CR. An event that was
    not ended by an empty line when the stream ends is dropped, as the standard asks.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0
        self._first = True

    def feed(self, received: bytes) -> list[bytes]:
        """Events that are complete now. Raises MalformedStream for an event over LIMIT."""
        lines = self._lines(received)
        events: list[bytes] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._keep(line[6:] if line.startswith(b"data: ") else line[5:])
            elif not line and self._data:
                events.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                self._data.clear()
                self._size = 0
        return events

    def _lines(self, received: bytes) -> list[bytes]:
        buffered = self._rest + received
        if self._first and len(buffered) >= 3:
            buffered = buffered.removeprefix(b"\xef\xbb\xbf")
            self._first = False
        if b"\r" in buffered:
            buffered = self._with_plain_line_ends(buffered)
        *lines, self._rest = buffered.split(b"\n")
        if len(self._rest) > LIMIT:
            raise MalformedStream(f"an event is longer than {LIMIT >> 20} MiB")
        return lines

    @staticmethod
    def _with_plain_line_ends(buffered: bytes) -> bytes:
        # A CR at the very end stays as it is: its LF may come with the next bytes.
        last = buffered[-1:] if buffered.endswith(b"\r") else b""
        body = buffered[: len(buffered) - len(last)]
        return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + last

    def _keep(self, value: bytes) -> None:
        self._size += len(value)
        if self._size > LIMIT:
            raise MalformedStream(f"an event is longer than {LIMIT >> 20} MiB")
        self._data.append(value)

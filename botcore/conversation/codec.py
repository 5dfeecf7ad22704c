"""Bytes for the store and back. MessagePack, so that 50 turns cost microseconds."""

from __future__ import annotations

import msgspec

from botcore.conversation.state import SCHEMA, ConversationState, HistoryEntry
from botcore.errors import CorruptRecord
from botcore.types import AnyEvent, Outgoing

_encoder = msgspec.msgpack.Encoder()
_event: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)
_state = msgspec.msgpack.Decoder(ConversationState)
_history = msgspec.msgpack.Decoder(HistoryEntry)
_histories = msgspec.msgpack.Decoder(list[HistoryEntry])
_outgoing = msgspec.msgpack.Decoder(Outgoing)


def encode(value: AnyEvent | ConversationState | HistoryEntry | Outgoing) -> bytes:
    """The stored form of any record of a conversation."""
    return _encoder.encode(value)


def decode_event(data: bytes) -> AnyEvent:
    """Raises CorruptRecord where `data` is no event."""
    try:
        return _event.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptRecord(f"a stored event can't be read: {error}") from error


def decode_state(data: bytes | None) -> ConversationState:
    """A fresh state for `None`. Raises CorruptRecord where `data` is no state, or a newer botcore's."""
    if not data:
        return ConversationState()
    try:
        state = _state.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptRecord(f"a stored dialogue state can't be read: {error}") from error
    if state.schema > SCHEMA:
        raise CorruptRecord(
            f"a dialogue state has schema {state.schema}, and this botcore knows {SCHEMA}: update botcore"
        )
    return state


def decode_history(data: bytes) -> HistoryEntry:
    """Raises CorruptRecord where `data` is no history entry."""
    try:
        return _history.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptRecord(f"a stored history entry can't be read: {error}") from error


def decode_histories(data: bytes) -> list[HistoryEntry]:
    """An array of history entries. Raises CorruptRecord where one of them is none."""
    try:
        return _histories.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptRecord(f"a stored history can't be read: {error}") from error


def decode_outgoing(data: bytes) -> Outgoing:
    """Raises CorruptRecord where `data` is no outgoing message."""
    try:
        return _outgoing.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptRecord(f"a stored outgoing message can't be read: {error}") from error

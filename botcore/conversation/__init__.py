"""What is kept of a conversation between two messages."""

from botcore.conversation.clean import clean_event, clean_reply, clean_text
from botcore.conversation.codec import (
    decode_event,
    decode_histories,
    decode_history,
    decode_outgoing,
    decode_state,
    encode,
)
from botcore.conversation.references import reference
from botcore.conversation.revision import Change, Revision, amended, revise
from botcore.conversation.state import SCHEMA, ConversationState, Expectation, HistoryEntry, Summary

__all__ = [
    "SCHEMA",
    "Change",
    "ConversationState",
    "Expectation",
    "HistoryEntry",
    "Revision",
    "Summary",
    "amended",
    "clean_event",
    "clean_reply",
    "clean_text",
    "decode_event",
    "decode_histories",
    "decode_history",
    "decode_outgoing",
    "decode_state",
    "encode",
    "reference",
    "revise",
]

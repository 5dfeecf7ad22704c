"""What a bot said to one message, for a test to look at."""

from __future__ import annotations

from collections.abc import Sequence

from botcore.types import Outgoing, Reply, TurnSummary


class Answer(str):
    """What the bot said to one message: the texts joined by blank lines, and everything else beside it."""

    replies: tuple[Reply, ...]
    sent: tuple[Outgoing, ...]
    summary: TurnSummary
    incomplete: bool

    id: str
    """Of the message that it answers."""

    @property
    def buttons(self) -> list[str]:
        return [button for reply in self.replies for button in reply.buttons]

    @property
    def keys(self) -> list[str]:
        """Of the messages that were said."""
        return [one.key for one in self.sent]

    @property
    def replaces(self) -> list[str]:
        """Keys of the earlier messages whose place these take, or which they take away."""
        return [one.replaces for one in self.sent if one.replaces]

    @classmethod
    def of(cls, sent: Sequence[Outgoing], id: str = "") -> Answer:
        shown = [one for one in sent if one.reply != Reply()]
        answer = cls("\n\n".join(one.reply.text for one in shown))
        answer.id = id
        answer.sent = tuple(one for one in sent if one.replaces or one.reply != Reply())
        answer.replies = tuple(one.reply for one in shown)
        answer.incomplete = any(one.incomplete for one in shown)
        answer.summary = (sent[-1].summary if sent else None) or TurnSummary("")
        return answer

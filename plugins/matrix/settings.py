"""What an operator may set: `plugins.matrix.*`."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class MatrixConfig(BaseModel, extra="forbid"):
    """All three of homeserver, user and password, or none."""

    homeserver: str = Field("", pattern=r"^(https?://\S+)?$")
    """Such as https://matrix.example.org."""
    user: str = Field("", pattern=r"^(@[^:\s]+:\S+)?$")
    """The bot's account, such as @helper:example.org."""
    password: SecretStr = SecretStr("")
    accept_invites: bool = True
    """Whether the bot enters the rooms that people invite it to."""
    edit_seconds: float = Field(1.0, ge=0.1, le=60)
    """Between two edits of a growing answer."""

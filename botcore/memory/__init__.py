"""What the bot remembers of a person beyond one conversation."""

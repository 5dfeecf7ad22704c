"""Where things are kept: Redis or Valkey for dialogues, a database for records."""

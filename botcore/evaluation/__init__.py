"""Measures how well the bot's parts do, on data that a team brings along."""

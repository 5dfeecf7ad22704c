"""Inbox, outbox and live streams: nothing lost, nothing reordered."""

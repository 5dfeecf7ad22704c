"""Telegram on this machine: see README.md."""

from botcore.testing.fake_telegram.faults import Drop, Fault, Flood, Garbage, Late, Lose, Refuse
from botcore.testing.fake_telegram.server import FakeTelegram
from botcore.testing.fake_telegram.world import FakeChat, FakeMessage, FakePerson, Upload

__all__ = [
    "Drop",
    "FakeChat",
    "FakeMessage",
    "FakePerson",
    "FakeTelegram",
    "Fault",
    "Flood",
    "Garbage",
    "Late",
    "Lose",
    "Refuse",
    "Upload",
]

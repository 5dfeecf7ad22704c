"""A Wednesday morning in Berlin, and a table to book."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_validator

from botcore.forms import Phone
from botcore.forms.entities import Entity, Kind, Moment, extract

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


class Booking(BaseModel):
    """A table in a restaurant."""

    day: date = Field(description="Which day?")
    at: time
    people: int = Field(ge=1, le=8)
    area: Literal["garden", "hall"]
    name: str
    phone: Phone | None = None

    @field_validator("at")
    @classmethod
    def open_then(cls, at: time) -> time:
        if not time(17) <= at <= time(22):
            raise ValueError("We are open from 17:00 to 22:00.")
        return at


def found(text: str, language: str = "en", region: str = "") -> list[Entity]:
    entities = extract(text, Moment(NOW, language, region))
    assert all(entity.text == text[entity.start : entity.end] for entity in entities)
    return entities


def values(text: str, kind: Kind, language: str = "en", region: str = "") -> list[str]:
    return [entity.normalised for entity in found(text, language, region) if entity.kind == kind]

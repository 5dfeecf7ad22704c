"""Updates of any shape: read, passed over, but never a fault that gets out, and never at the cost of a good one."""

from __future__ import annotations

import random
import types
import typing
from typing import Annotated, Any

import msgspec
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from botcore.channels.telegram.buttons import keyboard, said_by
from botcore.channels.telegram.places import Moves
from botcore.channels.telegram.reading import Me, Reader
from botcore.channels.telegram.updates import Button, Markup, Press, Sent, Update, User, parse_update
from botcore.channels.telegram.updates import Chat as WireChat
from botcore.testing.fake_telegram import FakeTelegram
from tests.telegram_channel.conftest import Ear, running

ODD: list[Any] = [
    None, True, 0, -1, 7, 10**30, 1.5, float("inf"), "", "x", "\ud800", "a\0b", "\u202e", "🙂" * 300, [], {}, [[]],
    {"a": {}}, [None], "/start", "@botcore_bot hi", "/help@botcore_bot", "private", "supergroup", "mention", "stop",
]  # fmt: skip


class Updates:
    """Makes updates after the schema that the channel reads, with faults of every kind in them."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def any(self, number: int) -> Any:
        """One kind of update; rarely something that is no update at all."""
        if self._chance.random() < 0.02:
            return self._chance.choice(ODD)
        hints = typing.get_type_hints(Update, include_extras=True)
        kind = self._chance.choice(Update.__struct_fields__[1:])
        known = self._chance.random() < 0.9
        update = {"update_id": number, kind if known else "something_new": self._value(hints[kind], 0)}
        return (
            update if self._chance.random() < 0.98 else update | {"update_id": self._chance.choice(ODD[:8])}
        )

    def _value(self, kind: Any, depth: int) -> Any:
        if self._chance.random() < 0.03:
            return self._chance.choice(ODD)
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is Annotated:
            return self._value(inner[0], depth)
        if origin in (types.UnionType, typing.Union):
            return self._value(next(one for one in inner if one is not type(None)), depth)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind, depth)
        if origin is not None:
            return (
                [] if depth > 6 else [self._value(inner[0], depth) for _ in range(self._chance.randrange(4))]
            )
        return self._plain(kind)

    def _struct(self, kind: type[msgspec.Struct], depth: int) -> dict[str, Any]:
        hints = typing.get_type_hints(kind, include_extras=True)
        wanted = [
            field
            for field in msgspec.structs.fields(kind)
            if (field.required and self._chance.random() < 0.98)
            or (depth < 6 and self._chance.random() < 0.3)
            or (field.encode_name in ("from", "text") and self._chance.random() < 0.9)
        ]
        return {field.encode_name: self._value(hints[field.name], depth + 1) for field in wanted}

    def _plain(self, kind: Any) -> Any:
        if kind is bool:
            return self._chance.random() < 0.3
        if kind is int:
            return self._chance.choice([1, 42, 1001, -5, -1_000_000_000_777, self._chance.randrange(2**52)])
        if kind is float:
            return self._chance.choice([0.0, 1.7e9, -3.5])
        words = [
            "hello",
            "/start",
            "/stop",
            "@botcore_bot look",
            "private",
            "group",
            "emoji",
            "👍",
            "image/png",
            "1:ab",
        ]
        return self._chance.choice([*words, *(one for one in ODD if isinstance(one, str))])


async def flood(fake: FakeTelegram, ear: Ear, count: int, seed: int) -> list[Any]:
    """Odd updates with a good one after every fifty; returns what was logged. 64 at a time, as a poll brings them."""
    ann, made = fake.person("Ann"), Updates(seed)
    chat = fake.private(ann)
    sent: list[str] = []
    with capture_logs() as logs:
        async with running(fake, ear, album_seconds=0.01, backoff_seconds=0.001, poll_seconds=1) as channel:
            await fake.until(lambda: fake.called("getUpdates"))
            for number in range(0, count, 50):
                for one in range(50):
                    await channel.take(made.any(10_000_000 + number + one))
                sent.append(f"good {number}")
                fake.say(chat, ann, sent[-1])
                await fake.until(lambda upto=number: fake.updates.confirmed > 500_000 + upto // 50)  # type: ignore[misc]  # bound now
                fake.calls.clear()
    good = [text for text in ear.texts if text.startswith("good ")]
    assert good == sent
    return [log for log in logs if log.get("exc_info") or log["log_level"] in {"error", "critical"}]


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    structlog.reset_defaults()


async def test_malformed_updates_make_no_fault_and_cost_no_good_one(fake: FakeTelegram, ear: Ear) -> None:
    assert await flood(fake, ear, 3_000, seed=1) == []
    kinds = {type(event).__name__ for event in ear.heard}
    assert kinds == {"Message", "Edited", "Deleted", "Reacted", "Started"}, (
        "many of them can be read after all"
    )


async def test_malformed_updates_in_one_batch_with_good_ones_cost_none_of_them(
    fake: FakeTelegram, ear: Ear
) -> None:
    ann, made = fake.person("Ann"), Updates(2)
    chat = fake.private(ann)
    for number in range(500):
        fake.updates.push_raw(made.any(600_000 + 2 * number))
        fake.updates.push_raw(
            {"update_id": 600_001 + 2 * number, "message": fake.add(chat, ann, f"good {number}").as_json()}
        )
    async with running(fake, ear, album_seconds=0.01, backoff_seconds=0.001, poll_seconds=1):
        await fake.until(lambda: f"good {499}" in ear.texts, timeout=60)
    assert [text for text in ear.texts if text.startswith("good ")] == [
        f"good {number}" for number in range(500)
    ]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
async def test_a_hundred_thousand_malformed_updates_make_no_fault(
    fake: FakeTelegram, ear: Ear, seed: int
) -> None:
    """25,000 for each seed."""
    assert await flood(fake, ear, 25_000, seed) == []


READER = Reader(Me(42, "botcore_bot"), Moves())
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_what_is_no_update_at_all_is_refused(raw: object) -> None:
    try:
        update = parse_update(raw)
    except msgspec.ValidationError:
        return
    assert READER.read(update, 0.0) is None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=64), max_size=30))
def test_every_button_says_its_own_text(labels: list[str]) -> None:
    shown = keyboard(labels)
    rows = shown["inline_keyboard"] if shown else []
    markup = Markup([[Button(**button) for button in row] for row in rows])
    message = Sent(1, WireChat(5, "private"), reply_markup=markup)
    for button in (button for row in markup.inline_keyboard for button in row):
        assert len(button.callback_data.encode()) <= 64
        assert said_by(Press("1", User(5), button.callback_data, message)) == button.text
    assert [" ".join(label.split()) for label in labels if label.split()] == [
        button.text for row in markup.inline_keyboard for button in row
    ]

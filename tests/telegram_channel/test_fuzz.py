"""Updates of any shape: read, passed over, but never a fault that gets out."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botcore.channels.telegram.buttons import keyboard, said_by
from botcore.channels.telegram.places import Moves
from botcore.channels.telegram.reading import Me, Reader
from botcore.channels.telegram.updates import Button, Markup, Press, Sent, User, parse_update
from botcore.channels.telegram.updates import Chat as WireChat

READER = Reader(Me(42, "botcore_bot"), Moves())

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
numbers = st.integers(-10, 10) | st.integers()
texts = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    ["@botcore_bot hi", "/help@botcore_bot", "/x"]
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these fields, each of which may also be something else."""
    return st.fixed_dictionaries({}, optional={name: value | anything for name, value in fields.items()})


users = some(id=numbers, is_bot=st.booleans(), first_name=texts, username=texts, language_code=texts)
chats = some(id=numbers, type=st.sampled_from(["private", "group", "supergroup", "channel"]))
entities = st.lists(
    some(
        type=st.sampled_from(["mention", "text_mention", "bold"]), offset=numbers, length=numbers, user=users
    ),
    max_size=3,
)
files = some(file_id=texts, file_size=numbers, file_name=texts, mime_type=texts)
messages = some(
    message_id=numbers,
    date=numbers,
    chat=chats,
    text=texts,
    entities=entities,
    caption=texts,
    message_thread_id=numbers,
    is_topic_message=st.booleans(),
    photo=st.lists(files, max_size=2),
    document=files,
    voice=files,
).flatmap(lambda message: users.map(lambda user: {**message, "from": user}))
presses = some(id=texts, data=texts, message=messages).flatmap(
    lambda press: users.map(lambda user: {**press, "from": user})
)
updates = some(update_id=numbers, message=messages, callback_query=presses)


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(updates | anything)
def test_an_update_of_any_shape_is_read_or_refused(raw: object) -> None:
    try:
        update = parse_update(raw)
    except msgspec.ValidationError:
        return
    incoming = READER.read(update, 0.0)
    if incoming:
        msgspec.json.encode(incoming.person)
        msgspec.json.encode(incoming.files)


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

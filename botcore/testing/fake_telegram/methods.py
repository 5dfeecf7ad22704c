"""What a bot may ask of Telegram, with Telegram's own limits and refusals (Bot API 10.0)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

import orjson

from botcore.testing.fake_telegram.faults import bad
from botcore.testing.fake_telegram.people import People, utf16
from botcore.testing.fake_telegram.world import FakeChat, FakeMessage, Upload

TEXT_UNITS, CAPTION_UNITS, CALLBACK_BYTES = 4096, 1024, 64
UPLOADS = ("photo", "document", "audio", "voice", "video", "animation")
UPLOAD_BYTES = 50_000_000

Parameters = Mapping[str, Any]
Method = Callable[[Parameters], Awaitable[Any]]


class Methods:
    """One coroutine for each method, named as on the wire."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.commands: dict[str, list[dict[str, str]]] = {}
        """The menu of commands by language; "" is for all others."""
        self.menu_button: dict[str, Any] = {"type": "commands"}
        """Beside the text field of private chats."""
        self._methods: dict[str, Method] = {
            "getme": self._get_me,
            "sendmessage": self._send_message,
            "editmessagetext": self._edit_message_text,
            "editmessagereplymarkup": self._edit_message_reply_markup,
            "deletemessage": self._delete_message,
            "deletebusinessmessages": self._delete_business_messages,
            "sendmessagedraft": self._send_message_draft,
            "sendchataction": self._send_chat_action,
            **{f"send{kind}": partial(self._send_file, kind) for kind in UPLOADS},
            "answercallbackquery": self._answer_callback_query,
            "setmycommands": self._set_my_commands,
            "getmycommands": self._get_my_commands,
            "setchatmenubutton": self._set_chat_menu_button,
            "getchatmenubutton": self._get_chat_menu_button,
            "getfile": self._get_file,
        }

    def find(self, name: str) -> Method | None:
        """Names are found whatever their case, as on the real server."""
        return self._methods.get(name.lower())

    async def _get_me(self, parameters: Parameters) -> Any:
        return self._people.bot.as_json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _send_message(self, parameters: Parameters) -> Any:
        chat = self.chat(parameters)
        text = str(parameters.get("text", ""))
        if not text.strip():
            raise bad("message text is empty")
        if utf16(text) > TEXT_UNITS:
            raise bad("message is too long")
        entities = _entities(parameters.get("entities"), text)
        return self._post(chat, parameters, text, entities).as_json()

    async def _edit_message_text(self, parameters: Parameters) -> Any:
        message = self._own_message(parameters)
        if message.upload:
            raise bad("there is no text in the message to edit")
        text = str(parameters.get("text", ""))
        if not text.strip():
            raise bad("message text is empty")
        if utf16(text) > TEXT_UNITS:
            raise bad("MESSAGE_TOO_LONG")
        after = (text, _entities(parameters.get("entities"), text), _keyboard(parameters))
        if after == (message.text, message.entities, message.keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        message.text, message.entities, message.keyboard = after
        message.edits += 1
        return message.as_json()

    async def _edit_message_reply_markup(self, parameters: Parameters) -> Any:
        message = self._own_message(parameters)
        message.keyboard = _keyboard(parameters)
        return message.as_json()

    async def _delete_message(self, parameters: Parameters) -> Any:
        message = self._own_message(parameters)
        message.chat.messages.remove(message)
        return True

    async def _delete_business_messages(self, parameters: Parameters) -> Any:
        wanted = _json(parameters.get("message_ids")) or []
        for (connection, _), chat in self._people.business_chats.items():
            if connection == parameters.get("business_connection_id"):
                chat.messages[:] = [message for message in chat.messages if message.id not in wanted]
        return True

    async def _send_message_draft(self, parameters: Parameters) -> Any:
        chat = self.chat(parameters)
        if chat.kind != "private" or chat.business or not int(parameters.get("draft_id", 0)):
            raise bad("TEXTDRAFT_PEER_INVALID")
        text = str(parameters.get("text", ""))
        if utf16(text) > TEXT_UNITS:
            raise bad("message is too long")
        chat.draft = text
        chat.drafts.append(text)
        return True

    async def _send_chat_action(self, parameters: Parameters) -> Any:
        self.chat(parameters).actions.append(str(parameters.get("action", "")))
        return True

    async def _send_file(self, kind: str, parameters: Parameters) -> Any:
        chat, upload = self.chat(parameters), parameters.get(kind)
        if not isinstance(upload, Upload):
            raise bad(f"there is no {kind} in the request")
        if not upload.data:
            raise bad("file must be non-empty")
        if len(upload.data) > UPLOAD_BYTES:
            raise bad("file is too big")
        if kind == "photo" and not upload.data.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF", b"GIF8")):
            raise bad("IMAGE_PROCESS_FAILED")
        caption = str(parameters.get("caption", ""))
        if utf16(caption) > CAPTION_UNITS:
            raise bad("message caption is too long")
        entities = _entities(parameters.get("caption_entities"), caption)
        kept = Upload(kind, upload.name, upload.media_type, upload.data)
        return self._post(chat, parameters, caption, entities, kept).as_json()

    async def _answer_callback_query(self, parameters: Parameters) -> Any:
        press = str(parameters.get("callback_query_id", ""))
        if press not in self._people.presses or press in self._people.answered:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self._people.answered[press] = str(parameters.get("text", ""))
        return True

    async def _set_my_commands(self, parameters: Parameters) -> Any:
        self.commands[str(parameters.get("language_code", ""))] = _list(parameters.get("commands"))
        return True

    async def _get_my_commands(self, parameters: Parameters) -> Any:
        return self.commands.get(str(parameters.get("language_code", "")), [])

    async def _set_chat_menu_button(self, parameters: Parameters) -> Any:
        button = _json(parameters.get("menu_button")) or {"type": "default"}
        if button["type"] == "web_app" and not button["web_app"]["url"].startswith("https://"):
            raise bad("BUTTON_URL_INVALID")
        self.menu_button = button
        return True

    async def _get_chat_menu_button(self, parameters: Parameters) -> Any:
        return self.menu_button

    async def _get_file(self, parameters: Parameters) -> Any:
        upload = self._people.files.get(str(parameters.get("file_id", "")))
        if upload is None:
            raise bad("invalid file_id")
        if len(upload.data) > 20_000_000:
            raise bad("file is too big")
        place = {"file_id": upload.id, "file_unique_id": f"u{upload.id}", "file_size": len(upload.data)}
        return {**place, "file_path": f"{upload.kind}s/{upload.id}"}

    # What they share

    def chat(self, parameters: Parameters) -> FakeChat:
        try:
            number = int(parameters.get("chat_id", ""))
            if connection := str(parameters.get("business_connection_id", "")):
                chat = self._people.business_chats.get((connection, number))
            else:
                chat = self._people.chats.get(number)
        except ValueError:
            chat = None
        if chat is None:
            raise bad("chat not found")
        return chat

    def _own_message(self, parameters: Parameters) -> FakeMessage:
        chat = self.chat(parameters)
        for message in chat.messages:
            if str(message.id) == str(parameters.get("message_id")) and message.by_bot:
                return message
        raise bad("message to edit not found")

    def _post(
        self,
        chat: FakeChat,
        parameters: Parameters,
        text: str,
        entities: list[dict[str, Any]],
        upload: Upload | None = None,
    ) -> FakeMessage:
        thread = int(parameters["message_thread_id"]) if "message_thread_id" in parameters else None
        if thread is not None and thread not in chat.topics.values():
            raise bad("message thread not found")
        keyboard, reply_to = _keyboard(parameters), _reply_to(chat, parameters)
        message = self._people.add(
            chat, self._people.bot, text, upload=upload, reply_to=reply_to, thread=thread
        )
        message.entities, message.keyboard, chat.draft = entities, keyboard, ""
        return message


def _reply_to(chat: FakeChat, parameters: Parameters) -> FakeMessage | None:
    wanted = _json(parameters.get("reply_parameters")) or {}
    for message in chat.messages:
        if message.id == wanted.get("message_id"):
            return message
    if wanted and not wanted.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return None


def _entities(value: Any, text: str) -> list[dict[str, Any]]:
    entities = _list(value)
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] < 1 or entity["offset"] + entity["length"] > utf16(text):
            raise bad(f"can't parse entities: {entity} lies outside of the text")
    return entities


def _keyboard(parameters: Parameters) -> list[list[dict[str, Any]]]:
    rows = (_json(parameters.get("reply_markup")) or {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not button.get("text", "").strip():
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button.get("callback_data", "-").encode()) <= CALLBACK_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    return cast("list[list[dict[str, Any]]]", rows)


def _list(value: Any) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", _json(value) or [])


def _json(value: Any) -> Any:
    """Nested values come as JSON inside a form, or as they are inside JSON."""
    return orjson.loads(value) if isinstance(value, str) and value else value

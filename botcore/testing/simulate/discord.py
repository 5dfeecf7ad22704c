"""Discord for the page: direct messages, a server with two channels, slash commands as interactions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType

import msgspec

from botcore.testing.fake_discord import FakeDiscord, payloads
from botcore.testing.fake_discord.world import Asked, Channel, Json, Posted
from botcore.testing.scenes.discord import shown_of
from botcore.testing.scenes.shown import Shown
from botcore.testing.simulate.stage import (
    MOST_SHOWN,
    PEOPLE,
    Deed,
    File,
    MenuEntry,
    Place,
    Stage,
    Typing,
    View,
)

LONGEST = 2000
_COMMAND = re.compile(r"/([a-z0-9_-]{1,32})(?:\s+(.*))?", re.DOTALL)


class DiscordStage(Stage):
    platform = "discord"
    can = ("edit", "delete", "react")

    def __init__(self) -> None:
        self._fake = FakeDiscord()
        self.bot_name = self._fake.world.bot.name
        for name, locale in PEOPLE:
            self._fake.user(name, locale=locale)
        self._rooms = [self._fake.channel("general"), self._fake.channel("support")]
        self._typing: dict[int, Typing] = defaultdict(lambda: Typing(10.0))
        self._reactions: dict[int, list[str]] = defaultdict(list)
        self._used: list[tuple[Asked, str]] = []
        """Commands that people used, with the line above the answer."""

    async def __aenter__(self) -> DiscordStage:
        await self._fake.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._fake.__aexit__(kind, error, trace)

    def settings(self) -> Mapping[str, str]:
        fake = self._fake
        return {
            "discord.token": fake.token,
            "discord.api_url": fake.api_url,
            "discord.gateway_url": fake.gateway_url,
        }

    async def ready(self) -> None:
        await self._fake.connected()

    def places(self, person: str) -> list[Place]:
        rooms = [*self._rooms, *self._threads()]
        titles = {"text": "# {}", "thread": "🧵 {}"}
        return [
            Place(str(self._fake.dm(person).id), self.bot_name, private=True),
            *(Place(str(room.id), titles[room.kind].format(room.name), private=False) for room in rooms),
        ]

    def view(self, person: str, chat: str) -> View:
        channel = self._channel(person, chat)
        messages = self._fake.world.messages[channel.id]
        signs = sum(one == channel for one in self._fake.typing)
        said = sum(1 + one.edits for one in messages if one.author == self._fake.world.bot)
        shown = [self._shown(one) for one in messages[-MOST_SHOWN:]]
        return View(shown, self._typing[channel.id].shown(signs, said))

    def menu(self, person: str) -> list[MenuEntry]:
        locale = self._fake.user(person).locale
        return [
            MenuEntry(
                one["name"],
                str((one.get("description_localizations") or {}).get(locale) or one["description"]),
            )
            for one in self._fake.world.commands
            if one.get("type", 1) == 1
        ]

    async def act(self, deed: Deed) -> None:
        channel = self._channel(deed.person, deed.chat)
        match deed.do:
            case "say":
                await self._say(channel, deed)
            case "press":
                await self._fake.press(self._message(channel, deed), deed.text, deed.person)
            case "edit":
                await self._edit(self._own(channel, deed), deed.text)
            case "delete":
                await self._delete(self._own(channel, deed))
            case "react":
                await self._react(self._message(channel, deed), deed)

    def file(self, id: str) -> File | None:
        found = self._fake.world.files.get(int(id)) if id.isdecimal() else None
        return File(found.name, found.data) if found else None

    async def _say(self, channel: Channel, deed: Deed) -> None:
        if not deed.text.strip() and not deed.file_name:
            raise ValueError("an empty message can't be sent")
        if len(deed.text) > LONGEST:
            raise ValueError(
                f"{len(deed.text)} characters are too many for a message here: at most {LONGEST}"
            )
        command = _COMMAND.fullmatch(deed.text.strip())
        registered = {one["name"]: one for one in self._fake.world.commands}
        if command and command[1] in registered and not deed.file_name:
            options = _options(registered[command[1]], command[2] or "")
            asked = await self._fake.slash(channel, deed.person, command[1], **options)
            self._used.append((asked, f"{deed.person}: {deed.text.strip()}"))
            return
        text, called, rest = deed.text.partition(f"@{self.bot_name}")
        await self._fake.say(
            channel,
            deed.person,
            (text + rest).strip() if called else deed.text,
            mention=bool(called),
            reply_to=self._message(channel, deed) if deed.message else None,
            files={deed.file_name: deed.file} if deed.file_name else None,
        )

    async def _edit(self, posted: Posted, text: str) -> None:
        if not 0 < len(text.strip()) <= LONGEST:
            raise ValueError(f"a message has 1 to {LONGEST} characters here")
        posted.text = text
        posted.edits += 1
        payload = payloads.message(self._fake.world, posted, self._fake.url, gateway=True)
        await self._fake.gateway.dispatch("MESSAGE_UPDATE", payload)

    async def _delete(self, posted: Posted) -> None:
        self._fake.world.messages[posted.channel.id].remove(posted)
        await self._fake.gateway.dispatch("MESSAGE_DELETE", self._place(posted) | {"id": str(posted.id)})

    async def _react(self, posted: Posted, deed: Deed) -> None:
        user = self._fake.user(deed.person)
        reactions = self._reactions[posted.id]
        mine = f"{deed.person} {deed.text}"
        happened = "REMOVE" if mine in reactions else "ADD"
        (reactions.remove if mine in reactions else reactions.append)(mine)
        payload: Json = self._place(posted) | {
            "message_id": str(posted.id),
            "user_id": str(user.id),
            "emoji": {"id": None, "name": deed.text},
            "message_author_id": str(posted.author.id),
            "burst": False,
            "type": 0,
        }
        if posted.channel.guild:
            member = payloads.member(self._fake.world, user) | {"user": payloads.user(user)}
            payload |= {"member": member}
        await self._fake.gateway.dispatch(f"MESSAGE_REACTION_{happened}", payload)

    def _place(self, posted: Posted) -> Json:
        place: Json = {"channel_id": str(posted.channel.id)}
        return place | {"guild_id": str(posted.channel.guild)} if posted.channel.guild else place

    def _shown(self, one: Posted) -> Shown:
        reactions = tuple(mine.rpartition(" ")[2] for mine in self._reactions.get(one.id, ()))
        shown = shown_of(self._fake, one)
        above = next((line for asked, line in self._used if asked.original is one), shown.reply_to)
        return msgspec.structs.replace(shown, reactions=reactions, reply_to=above)

    def _threads(self) -> list[Channel]:
        return [one for one in self._fake.world.channels.values() if one.kind == "thread"]

    def _channel(self, person: str, chat: str) -> Channel:
        for channel in (self._fake.dm(person), *self._rooms, *self._threads()):
            if str(channel.id) == chat:
                return channel
        raise LookupError(f"{person} has no chat {chat!r}")

    def _message(self, channel: Channel, deed: Deed) -> Posted:
        found = self._fake.world.message(channel.id, int(deed.message)) if deed.message.isdecimal() else None
        if found is None:
            raise LookupError("this message is gone")
        return found

    def _own(self, channel: Channel, deed: Deed) -> Posted:
        posted = self._message(channel, deed)
        if posted.author.name != deed.person:
            raise ValueError("only one's own messages can be changed")
        return posted


def _options(command: Json, said: str) -> dict[str, str]:
    """What was typed behind the command goes into its first field."""
    fields = [one["name"] for one in command.get("options") or () if one.get("type") == 3]
    return {fields[0]: said} if fields and said else {}

"""The bot that stories are told to: every part as in production, but for the store, which is in memory.

The plugins, their settings and examples, the operators' examples and documents are those of the configuration. What
the bot keeps while a story is told goes to a folder that is deleted afterwards, and its language model is the story's.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from botcore.app.folder import data_folder
from botcore.app.minds import Minds, open_minds
from botcore.config import Settings
from botcore.dispatch.filling import KEPT
from botcore.dispatch.turn import Turn
from botcore.dispatch.worker import Handle
from botcore.errors import BotcoreError
from botcore.evaluation.stories import Exchange, Heard, Story, ToolCall
from botcore.forms import FormState
from botcore.i18n.texts import core_catalog
from botcore.memory.local import LocalMemory
from botcore.testing.answer import Answer
from botcore.testing.bot import TestBot
from botcore.testing.channels import ChannelName
from botcore.testing.engine_script import CallTool, Say, Step
from botcore.testing.fake_engine import FakeEngine

_NO_MORE_WORDS = "(The story has no more words for its model.)"


class StoryTeller:
    """Begins dialogues with the configured bot. Use it by `async with`; opened once, it serves any number of stories."""

    def __init__(self, settings: Settings, channel: ChannelName | None = None) -> None:
        """On a channel every story has a person of its own, who meets the bot on a simulation of that service.

        What is heard is what the bot says, in Markdown, once the service has taken it.
        """
        self._settings = settings
        self._channel = channel
        self._stack = AsyncExitStack()
        self._minds: dict[bool, Minds] = {}
        self._opened = AsyncExitStack()
        """The bot that was used last: a service's library knows one service at a time."""
        self._bot: TestBot | None = None
        self._has_model = False
        self._engine = FakeEngine(lambda messages: _NO_MORE_WORDS)
        self._folder = Path()
        self._numbers = count(1)
        self._turn: Turn | None = None

    async def __aenter__(self) -> StoryTeller:
        self._folder = self._stack.enter_context(_passing_folder(self._settings))
        await self._stack.enter_async_context(self._engine)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._opened.aclose()
        await self._stack.aclose()

    @asynccontextmanager
    async def begin(self, story: Story) -> AsyncIterator[StoryDialogue]:
        self._engine.unscript()
        for said in story.model or ():
            self._engine.script(*_steps(said))
        bot = await self._bot_for(story)
        yield StoryDialogue(self, bot, f"story-{next(self._numbers)}", story.locale)

    async def _bot_for(self, story: Story) -> TestBot:
        has_model = story.model is not None
        if self._bot is None or has_model != self._has_model:
            await self._opened.aclose()
            minds = await self._minds_of(has_model)
            bot = TestBot(channel=self._channel)
            bot.wrap(lambda _: self._watched(minds.handle))
            self._bot, self._has_model = await self._opened.enter_async_context(bot), has_model
        return self._bot

    async def _minds_of(self, has_model: bool) -> Minds:
        """The first call takes seconds where the examples have not been learned from before."""
        if has_model not in self._minds:
            settings = _apart(self._settings, self._folder, [self._engine.url] if has_model else [])
            opening = open_minds(settings, core_catalog(), LocalMemory())
            self._minds[has_model] = minds = await self._stack.enter_async_context(opening)
            await minds.learning
        return self._minds[has_model]

    def _watched(self, handle: Handle) -> Handle:
        async def watched(turn: Turn) -> None:
            self._turn = turn
            await handle(turn)

        return watched

    def slots(self) -> dict[str, Any]:
        """What the forms that are open after the last turn hold."""
        held: dict[str, Any] = {}
        for plain in (self._turn.state.plugins.get(KEPT, {}) if self._turn else {}).values():
            state = FormState.of(plain)
            held |= state.values if state else {}
        return held

    def tools(self, since: int) -> list[str]:
        """Which tools the model has called, as the last request since then tells it."""
        messages: Sequence[dict[str, Any]] = (
            self._engine.requests[-1].body["messages"] if len(self._engine.requests) > since else ()
        )
        asked = max((n for n, message in enumerate(messages) if message["role"] == "user"), default=-1)
        calls = [call for message in messages[asked + 1 :] for call in message.get("tool_calls") or ()]
        return [call["function"]["name"] for call in calls]

    @property
    def requests(self) -> int:
        """How often the model was asked."""
        return len(self._engine.requests)


class StoryDialogue:
    """One conversation of one story, with a person of the same name."""

    def __init__(self, teller: StoryTeller, bot: TestBot, chat: str, locale: str) -> None:
        self._teller = teller
        self._bot = bot
        self._chat = chat
        self._locale = locale

    async def do(self, exchange: Exchange) -> Heard:
        requests = self._teller.requests
        answer = await self._answer(exchange)
        return Heard(
            str(answer),
            answer.summary,
            answer.buttons,
            [source.title for reply in answer.replies for source in reply.sources],
            self._teller.slots(),
            self._teller.tools(requests),
        )

    async def _answer(self, exchange: Exchange) -> Answer:
        if exchange.start:
            return await self._bot.start(chat=self._chat, person=self._chat, locale=self._locale)
        if exchange.press:
            return await self._pressed(exchange.press)
        return await self._bot.say(exchange.say, chat=self._chat, person=self._chat, locale=self._locale)

    async def _pressed(self, label: str) -> Answer:
        try:
            return await self._bot.press(label, chat=self._chat, person=self._chat)
        except LookupError as missing:
            raise BotcoreError(str(missing)) from missing


def _steps(said: str | ToolCall) -> tuple[Step, ...]:
    if isinstance(said, str):
        return (Say(said),)
    return (CallTool(said.call, orjson.dumps(said.arguments).decode()),)


@contextmanager
def _passing_folder(settings: Settings) -> Iterator[Path]:
    """A data folder that shares only what was learned, so that stories begin quickly and leave nothing behind."""
    models = data_folder(settings).absolute() / "models"
    models.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="botcore-stories-") as folder:
        with suppress(OSError):  # where links are not allowed, the bot learns anew
            (Path(folder) / "models").symlink_to(models, target_is_directory=True)
        yield Path(folder)


def _apart(settings: Settings, folder: Path, urls: list[str]) -> Settings:
    """What the story's model says are answers: it is not asked which intent a message has."""
    engine = settings.engine.model_copy(update={"urls": urls, "model": ""})
    database = settings.database.model_copy(update={"url": ""})
    intents = settings.intents.model_copy(update={"ask_model": False})
    changes = {"data_dir": folder, "engine": engine, "database": database, "intents": intents}
    return settings.model_copy(update=changes)

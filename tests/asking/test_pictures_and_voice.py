"""A picture goes to a model that sees, a voice message becomes text; where not, the person is told."""

from __future__ import annotations

import asyncio
import base64

import pytest

from botcore import Attachment, Context, Plugin, Stream
from botcore.asking.pictures import MAX_BYTES, MAX_PICTURES, as_picture, pictures
from botcore.engines.vllm import VllmEngine
from botcore.errors import EngineError, EngineUnavailable
from botcore.testing import TestBot
from botcore.testing.fake_engine import FakeEngine

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PICTURE = Attachment("cat.png", "image/png", PNG)
VOICE = Attachment("voice.ogg", "audio/ogg", b"OggS...")

plugin = Plugin("talk")


@plugin.fallback
async def ask(ctx: Context) -> Stream | str:
    return ctx.ask(ctx.text) if ctx.has_engine else f"You wrote: {ctx.text}"


@plugin.command("last")
async def last(ctx: Context) -> str:
    return ctx.history[0].text


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", ""),
        (b"<svg onload=alert(1)>", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_its_bytes(data: bytes, media_type: str) -> None:
    image = as_picture(data)
    assert (image.media_type if image else "") == media_type


def test_pictures_have_their_bounds() -> None:
    assert pictures([Attachment("big.png", "image/png", PNG + bytes(MAX_BYTES))]) == []
    assert len(pictures([PICTURE] * 9)) == MAX_PICTURES


async def test_a_model_that_sees_is_given_the_picture(engine: VllmEngine, server: FakeEngine) -> None:
    disguised = Attachment("notes.txt", "text/plain", PNG)
    async with TestBot(plugin, engine=engine, vision=True) as bot:
        answer = await bot.say("What is it?", attachments=[PICTURE, disguised])
    assert "can't see" not in answer
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    picture = {"type": "image_url", "image_url": {"url": url}}
    content = server.requests[0].body["messages"][-1]["content"]
    assert content == [{"type": "text", "text": "What is it?"}, picture, picture]


@pytest.mark.parametrize(
    ("vision", "picture"),
    [(False, PICTURE), (True, Attachment("x.png", "image/png", b"no picture"))],
    ids=["blind model", "no picture"],
)
async def test_a_picture_that_was_not_seen_is_told_below_the_answer(
    engine: VllmEngine, server: FakeEngine, vision: bool, picture: Attachment
) -> None:
    async with TestBot(plugin, engine=engine, vision=vision) as bot:
        answer = await bot.say("What is it?", attachments=[picture])
    assert answer.startswith("You said: What is it?\n\n_(I can't see what is in your picture")
    assert server.requests[0].body["messages"][-1]["content"] == "What is it?"


async def written(ctx: Context) -> str:
    return ctx.text


class Ears:
    def __init__(self, heard: str | EngineError) -> None:
        self._heard = heard
        self.asked: list[tuple[bytes, str]] = []

    async def transcribe(self, audio: bytes, media_type: str, *, language: str = "") -> str:
        self.asked.append((audio, media_type))
        if isinstance(self._heard, EngineError):
            raise self._heard
        return self._heard

    async def aclose(self) -> None:
        pass


async def test_a_voice_message_is_answered_as_if_it_were_written() -> None:
    ears = Ears(" Where is my parcel? ")
    async with TestBot(plugin, transcriber=ears) as bot:
        answer = await bot.say("", attachments=[VOICE])
        assert answer == "You wrote: Where is my parcel?"
        assert "transcribe" in answer.summary.timings_ms
        assert await bot.say("/last") == "Where is my parcel?"
    assert ears.asked == [(b"OggS...", "audio/ogg")]


async def test_a_spoken_text_stands_behind_the_written_one() -> None:
    async with TestBot(plugin, transcriber=Ears("and soon")) as bot:
        assert await bot.say("I want it", attachments=[VOICE]) == "You wrote: I want it\nand soon"


async def test_what_was_spoken_stands_once_behind_a_text_that_is_edited_while_it_is_answered() -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    slow = Plugin("slow")

    @slow.fallback
    async def wait(ctx: Context) -> str:
        began.set()
        await go_on.wait()
        return ctx.text

    async with TestBot(slow, transcriber=Ears("and soon")) as bot:
        saying = asyncio.create_task(bot.say("I want tea", attachments=[VOICE]))
        await began.wait()
        began.clear()
        editing = asyncio.create_task(bot.edit("I want coffee"))
        await began.wait()
        go_on.set()
        assert await saying == "I want coffee\nand soon"
        await editing


async def test_every_voice_message_of_a_burst_is_heard() -> None:
    hasty = Plugin("hasty", while_answering="merge")
    hasty.fallback(written)
    async with TestBot(hasty, transcriber=Ears("Where is my parcel?")) as bot:
        answers = await asyncio.gather(bot.say("Hello"), bot.say("", attachments=[VOICE]))
    assert answers == ["Hello", "Where is my parcel?"]


@pytest.mark.parametrize(
    "ears", [None, Ears(""), Ears(EngineUnavailable("away"))], ids=["no ears", "silence", "away"]
)
async def test_a_voice_message_that_was_not_heard_is_told_in_one_message(ears: Ears | None) -> None:
    async with TestBot(plugin, transcriber=ears) as bot:
        answer = await bot.say("", attachments=[VOICE])
    assert len(answer.replies) == 1
    assert "can't make out your voice message" in answer

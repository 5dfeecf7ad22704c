"""The OpenAI-compatible API, through OpenAI's own client."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import openai
import pytest

from botcore.delivery.memory import MemoryLive
from botcore.errors import MailboxFull, StoreUnavailable
from botcore.types import Attachment, Message, Reply, Said
from botcore.web.parts import WebLimits, WebParts
from botcore.web.server import WebServer
from tests.web.conftest import KEY, Bot, serving

USER = {"role": "user", "content": "hello"}


@pytest.fixture
async def sdk(server: WebServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with sdk_of(server) as sdk:
        yield sdk


def sdk_of(server: WebServer, key: str = KEY) -> openai.AsyncOpenAI:
    http = httpx2.AsyncClient(trust_env=False)
    return openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0, http_client=http)


async def test_the_bot_is_the_one_model(sdk: openai.AsyncOpenAI) -> None:
    models = [model.id async for model in sdk.models.list()]
    assert models == ["botcore"]
    assert (await sdk.models.retrieve("botcore")).owned_by == "botcore"
    with pytest.raises(openai.NotFoundError):
        await sdk.models.retrieve("gpt-9")


async def test_a_chat_is_a_turn(sdk: openai.AsyncOpenAI, bot: Bot) -> None:
    done = await sdk.chat.completions.create(model="botcore", messages=[USER])
    [choice] = done.choices
    assert (choice.message.content, choice.message.role, choice.finish_reason) == (
        "You said: hello", "assistant", "stop",
    )  # fmt: skip
    assert done.usage
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 0
    assert done.usage.model_extra == {"estimated": True}
    assert bot.messages[0].address.channel == "openai"


async def test_a_streamed_chat_says_the_same(sdk: openai.AsyncOpenAI) -> None:
    pieces, reasons = await streamed(sdk)
    assert len(pieces) > 1
    assert ("".join(pieces), reasons) == ("You said: hello", ["stop"])


async def test_several_messages_of_a_turn_are_joined_by_blank_lines(
    sdk: openai.AsyncOpenAI, bot: Bot
) -> None:
    bot.replies = lambda message: [Reply("First."), Reply("Second?", buttons=["Yes", "No"]), Reply("Third.")]
    whole = await sdk.chat.completions.create(model="botcore", messages=[USER])
    text = "First.\n\nSecond?\n\n- Yes\n- No\n\nThird."
    assert whole.choices[0].message.content == text
    assert "".join((await streamed(sdk))[0]) == text


async def test_files_of_an_answer_are_links(sdk: openai.AsyncOpenAI, bot: Bot) -> None:
    files = [
        Attachment(name="p.png", media_type="image/png", data=b"png", alt="a plot"),
        Attachment(name="doc", media_type="text/plain", url="https://x.example/doc"),
    ]
    bot.replies = lambda message: [Reply("Here", attachments=files)]
    done = await sdk.chat.completions.create(model="botcore", messages=[USER])
    assert done.choices[0].message.content == (
        "Here\n\n![a plot](data:image/png;base64,cG5n)\n[doc](https://x.example/doc)"
    )


async def test_a_turn_without_words_is_an_empty_answer(sdk: openai.AsyncOpenAI, bot: Bot) -> None:
    bot.replies = lambda message: [Reply()]
    done = await sdk.chat.completions.create(model="botcore", messages=[USER])
    assert done.choices[0].message.content == ""


async def test_usage_is_streamed_where_it_is_asked_for(sdk: openai.AsyncOpenAI) -> None:
    stream = await sdk.chat.completions.create(
        model="botcore", messages=[USER], stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert [bool(chunk.usage) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert len({chunk.id for chunk in chunks}) == 1


async def test_history_comes_along_and_instructions_do_not(sdk: openai.AsyncOpenAI, bot: Bot) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": [{"type": "text", "text": "one"}]},
        {"role": "assistant", "content": "two"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "x", "tool_call_id": "1"},
        {"role": "user", "content": "three"},
    ]
    await sdk.chat.completions.create(model="botcore", messages=messages)
    [message] = bot.messages
    assert list(message.before) == [Said("user", "one"), Said("assistant", "two")]
    assert message.text == "three"


async def test_of_a_long_history_the_end_is_kept(sdk: openai.AsyncOpenAI, bot: Bot) -> None:
    earlier = [{"role": "user", "content": f"{n} " + "x" * 9_998} for n in range(20)]
    await sdk.chat.completions.create(model="botcore", messages=[*earlier, USER])
    kept = [said.text.split()[0] for said in bot.messages[0].before]
    assert kept == [str(n) for n in range(11, 20)]


async def test_pictures_are_attachments(sdk: openai.AsyncOpenAI, bot: Bot) -> None:
    address = "data:image/png;base64," + base64.b64encode(b"png").decode()
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": address}}]
    await sdk.chat.completions.create(model="botcore", messages=[{"role": "user", "content": content}])
    [message] = bot.messages
    [picture] = message.attachments
    assert (message.text, picture.media_type, picture.data) == ("what is it?", "image/png", b"png")


async def test_a_user_has_one_conversation_and_nobody_else_has_it(server: WebServer, bot: Bot) -> None:
    async with sdk_of(server) as sdk, sdk_of(server, "sk-other") as other:
        for client, user in [
            (sdk, "ann"),
            (sdk, "ann"),
            (sdk, "bob"),
            (other, "ann"),
            (sdk, None),
            (sdk, None),
        ]:
            asked = {"user": user} if user else {}
            done = await client.chat.completions.create(model="botcore", messages=[USER], **asked)
            assert done.choices[0].message.content == "You said: hello"
    first, second, *rest = [message.address for message in bot.messages]
    assert first == second
    assert len({first, *rest}) == 5
    assert KEY not in str(bot.accepted)


async def test_an_answer_to_one_user_holds_nothing_of_the_answer_before(sdk: openai.AsyncOpenAI) -> None:
    for number in range(3):
        stream = await sdk.chat.completions.create(
            model="botcore",
            messages=[{"role": "user", "content": f"number {number}"}],
            user="ann",
            stream=True,
        )
        pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
        assert "".join(pieces) == f"You said: number {number}"


async def test_closing_the_stream_stops_the_answer(
    sdk: openai.AsyncOpenAI, bot: Bot, live: MemoryLive
) -> None:
    bot.holds = asyncio.Event()
    stops = live.stops()
    stopped = asyncio.ensure_future(anext(stops))
    stream = await sdk.chat.completions.create(model="botcore", messages=[USER], stream=True)
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    await stream.close()
    async with asyncio.timeout(5):
        assert await stopped == bot.messages[0].address
    await stops.aclose()  # type: ignore[attr-defined]


async def test_giving_up_on_a_whole_answer_stops_it(
    sdk: openai.AsyncOpenAI, bot: Bot, live: MemoryLive
) -> None:
    bot.holds = asyncio.Event()
    stops = live.stops()
    stopped = asyncio.ensure_future(anext(stops))
    asking = asyncio.create_task(sdk.chat.completions.create(model="botcore", messages=[USER]))
    async with asyncio.timeout(5):
        while not bot.messages:
            await asyncio.sleep(0.01)
        asking.cancel()
        assert await stopped == bot.messages[0].address
    await asyncio.gather(asking, return_exceptions=True)
    await stops.aclose()  # type: ignore[attr-defined]


async def test_an_answer_that_was_heard_is_not_stopped(sdk: openai.AsyncOpenAI, live: MemoryLive) -> None:
    stops = live.stops()
    stopped = asyncio.ensure_future(anext(stops))
    await sdk.chat.completions.create(model="botcore", messages=[USER])
    await streamed(sdk)
    assert not stopped.done()
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)


async def test_thirty_two_chats_of_a_key_run_at_once_and_one_more_is_refused(
    sdk: openai.AsyncOpenAI, server: WebServer, bot: Bot
) -> None:
    bot.holds = asyncio.Event()
    chats = [
        asyncio.create_task(sdk.chat.completions.create(model="botcore", messages=[USER])) for _ in range(32)
    ]
    async with asyncio.timeout(10):
        while len(bot.messages) < 32:
            await asyncio.sleep(0.01)
    with pytest.raises(openai.RateLimitError) as refused:
        await sdk.chat.completions.create(model="botcore", messages=[USER])
    assert refused.value.response.headers["retry-after"] == "1"
    async with sdk_of(server, "sk-other") as other:
        elsewhere = asyncio.create_task(other.chat.completions.create(model="botcore", messages=[USER]))
        async with asyncio.timeout(5):
            while len(bot.messages) < 33:
                await asyncio.sleep(0.01)
        bot.holds.set()
        await elsewhere
    done = await asyncio.gather(*chats)
    assert {one.choices[0].message.content for one in done} == {"You said: hello"}
    assert await streamed(sdk)


@pytest.mark.parametrize(("error", "status"), [(MailboxFull(5), 429), (StoreUnavailable("away"), 503)])
@pytest.mark.parametrize("stream", [True, False])
async def test_overload_has_openais_shape(
    sdk: openai.AsyncOpenAI, bot: Bot, error: Exception, status: int, stream: bool
) -> None:
    bot.refuses = error
    with pytest.raises(openai.APIStatusError) as refused:
        await sdk.chat.completions.create(model="botcore", messages=[USER], stream=stream)
    assert refused.value.status_code == status
    assert refused.value.response.headers["retry-after"]
    assert isinstance(refused.value.body, dict)
    assert set(refused.value.body) == {"message", "type", "param", "code", "reference"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"n": 2}, "n"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"logprobs": True}, "logprobs"),
        ({"messages": [USER, {"role": "assistant", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "http://10.0.0.1/"}}],
                    }
                ]
            },
            "messages",
        ),
    ],
)
async def test_what_a_bot_cant_do_is_refused_by_name(
    sdk: openai.AsyncOpenAI, bot: Bot, body: dict[str, object], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await sdk.chat.completions.create(**{"model": "botcore", "messages": [USER]} | body)
    assert refused.value.param == param
    assert not bot.messages


async def test_what_tunes_a_model_is_taken_and_has_no_effect(sdk: openai.AsyncOpenAI) -> None:
    done = await sdk.chat.completions.create(
        model="gpt-x",
        messages=[USER],
        temperature=0.1,
        top_p=0.2,
        max_tokens=1,
        seed=1,
        stop=["x"],
        tool_choice="auto",
    )
    assert done.choices[0].message.content == "You said: hello"


async def test_a_wrong_key_is_an_authentication_error(server: WebServer) -> None:
    async with sdk_of(server, "sk-wrong") as sdk:
        with pytest.raises(openai.AuthenticationError):
            await sdk.models.list()


async def test_an_answer_that_never_ends_is_a_504_and_stopped(
    parts: WebParts, bot: Bot, live: MemoryLive
) -> None:
    bot.holds = asyncio.Event()
    stops = live.stops()
    stopped = asyncio.ensure_future(anext(stops))
    async with serving(parts, WebLimits(answer_seconds=0.2)) as server, sdk_of(server) as sdk:
        with pytest.raises(openai.APIStatusError) as late:
            await sdk.chat.completions.create(model="botcore", messages=[USER])
        assert late.value.status_code == 504
        async with asyncio.timeout(5):
            await stopped
        with pytest.raises(openai.APIError, match="took too long"):
            await streamed(sdk)
    await stops.aclose()  # type: ignore[attr-defined]


async def test_an_answer_cut_short_ends_by_length(parts: WebParts, live: MemoryLive) -> None:
    async def cut(event: Message, **_: object) -> None:
        about = {"in_reply_to": event.id, "role": "assistant"}
        await live.publish(event.address, "message", {"id": "k", "text": "half", "incomplete": True} | about)
        await live.publish(event.address, "state", {"status": "idle"} | about)

    async with serving(replace(parts, intake=cut), WebLimits()) as server, sdk_of(server) as sdk:
        done = await sdk.chat.completions.create(model="botcore", messages=[USER])
        assert done.choices[0].finish_reason == "length"
        assert await streamed(sdk) == (["half"], ["length"])


async def streamed(sdk: openai.AsyncOpenAI) -> tuple[list[str], list[str]]:
    """The pieces of an answer, and its finish reasons."""
    stream = await sdk.chat.completions.create(model="botcore", messages=[USER], stream=True)
    pieces, reasons = [], []
    async for chunk in stream:
        [choice] = chunk.choices
        pieces += [choice.delta.content] if choice.delta.content else []
        reasons += [choice.finish_reason] if choice.finish_reason else []
    return pieces, reasons

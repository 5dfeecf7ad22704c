"""The scripted server is used by plugin authors: clients of the real one must understand it."""

from __future__ import annotations

import aiohttp
from openai import AsyncOpenAI

from botcore.engines.vllm import VllmEngine
from botcore.testing.fake_engine import FakeEngine, Finish, Say
from tests.engines.asking import asking, text_of


async def test_the_openai_sdk_understands_it(server: FakeEngine) -> None:
    server.script(Say("Hel"), Say("lo"), Finish("length"))
    async with AsyncOpenAI(base_url=server.url, api_key="none") as client:
        messages = [{"role": "user", "content": "Hi"}]
        stream = await client.chat.completions.create(model="fake", messages=messages, stream=True)  # type: ignore[call-overload]
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].delta.content for chunk in chunks) == "Hello"
        assert chunks[-1].choices[0].finish_reason == "length"
        whole = await client.chat.completions.create(model="fake", messages=messages)  # type: ignore[call-overload]
        assert whole.choices[0].message.content == "You said: Hi"
        assert [model.id async for model in client.models.list()] == ["fake"]


async def test_it_answers_by_a_function_of_the_messages() -> None:
    async with FakeEngine(lambda messages: f"{len(messages)}  words,\nkept ") as server:
        engine = VllmEngine(server.url)
        assert await text_of(engine, asking("Hi")) == "1  words,\nkept "
        await engine.aclose()


async def test_scripts_are_used_in_order_and_once(server: FakeEngine) -> None:
    server.script(Say("one"))
    server.script(Say("two"))
    engine = VllmEngine(server.url)
    assert [await text_of(engine) for _ in range(3)] == ["one", "two", "You said: Hello"]
    await engine.aclose()


async def test_it_counts_tokens_and_is_well(server: FakeEngine) -> None:
    root = server.url.removesuffix("/v1")
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{root}/tokenize", json={"prompt": "Hello, world!"}) as counted:
            assert (await counted.json())["count"] == 4
        async with session.get(f"{root}/health") as health:
            assert health.status == 200


async def test_it_starts_again_on_the_same_port(server: FakeEngine) -> None:
    url = server.url
    await server.stop()
    await server.start()
    assert server.url == url

"""Whatever a person, a model or a server does, there is exactly one final message, marked where it is incomplete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from botcore import Context, Plugin, Stream
from botcore.engines.deadlines import Deadlines
from botcore.engines.vllm import VllmEngine
from botcore.testing import TestBot
from botcore.testing.bot import Answer
from botcore.testing.fake_engine import (
    CallTool,
    End,
    FakeEngine,
    Finish,
    Hang,
    Raw,
    Repeat,
    Reset,
    Say,
    Status,
    Step,
    Think,
    Until,
)

plugin = Plugin("talk")
TOO_LONG = Status(400, "This model's maximum context length is 1024 tokens, and your prompt has 9000.")


class Reader:
    """Says when a piece of an answer has been read, so that what follows it can't overtake it."""

    def __init__(self) -> None:
        self.has_read = asyncio.Event()

    async def read(self, stream: Stream) -> AsyncIterator[str]:
        async for piece in stream:
            yield piece
            self.has_read.set()


reader = Reader()


@pytest.fixture(autouse=True)
def new_reader() -> None:
    reader.has_read = asyncio.Event()


@plugin.fallback
async def ask(ctx: Context) -> Stream:
    return Stream(reader.read(ctx.ask(ctx.text, system="Be brief.")))


@plugin.command("spoiled")
async def spoiled(ctx: Context) -> AsyncIterator[Stream]:
    async def pieces() -> AsyncIterator[str]:
        async for piece in ctx.ask("Go on"):
            yield piece
        raise ValueError("the plugin's own fault")

    yield Stream(pieces())


Connect = Callable[..., VllmEngine]


@pytest.fixture
async def connect(server: FakeEngine) -> AsyncIterator[Connect]:
    engines: list[VllmEngine] = []

    def make(**options: object) -> VllmEngine:
        engines.append(VllmEngine(server.url, **options))  # type: ignore[arg-type]
        return engines[-1]

    yield make
    for engine in engines:
        await engine.aclose()


async def said(engine: VllmEngine, text: str = "Hello", *, deadline: float = 20.0) -> Answer:
    async with TestBot(plugin, engine=engine, deadline=deadline) as bot:
        answer = await bot.say(text)
        assert len(answer.replies) == 1
        assert await bot.say("And now?") != "", "the dialogue goes on"
    return answer


async def test_ten_megabytes_are_refused_with_what_to_do(connect: Connect, server: FakeEngine) -> None:
    answer = await said(connect(), "x " * 5_000_000)
    assert "more text than the language model can take" in answer
    assert not answer.incomplete


async def test_ten_megabytes_keep_the_loop_free_for_others(connect: Connect) -> None:
    gaps: list[float] = []

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            gaps.append(loop.time() - before)

    async with TestBot(plugin, engine=connect()) as bot:
        watcher = asyncio.create_task(watch())
        await bot.say("x你" * 5_000_000)
        watcher.cancel()
    # Generous, for busy machines: an estimate that read all of it took seconds.
    assert max(gaps) < 1.0


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Finish("length"), "_(My answer got too long and ends here."),
        (End(), "_(My answer broke off here"),
        (Reset(), "_(My answer broke off here"),
        (Raw(b"data: {\xff\n\n"), "_(My answer broke off here"),
    ],
    ids=["limit of tokens", "end", "reset", "malformed"],
)
async def test_what_came_of_an_answer_is_kept_and_marked(
    connect: Connect, server: FakeEngine, ending: Step, words: str
) -> None:
    server.script(Say("Once upon"), Until(reader.has_read), ending)
    answer = await said(connect())
    assert answer.incomplete
    assert answer.startswith(f"Once upon\n\n{words}")


async def test_bytes_that_are_no_text_are_marked_in_the_text(connect: Connect, server: FakeEngine) -> None:
    server.script(Raw(b'data: {"choices": [{"delta": {"content": "caf\xe9"}}]}\n\n'), Say(" is open"))
    answer = await said(connect())
    assert (answer, answer.incomplete) == ("caf\ufffd is open", False)


async def test_a_model_that_never_stops_is_stopped_by_the_engines_deadline(
    connect: Connect, server: FakeEngine
) -> None:
    server.script(Repeat("on and "))
    answer = await said(connect(deadlines=Deadlines(total=0.5)))
    assert answer.startswith("on and on and")
    assert answer.endswith("Please ask again in a moment.)_")
    assert answer.incomplete


async def test_a_model_that_never_stops_is_stopped_by_the_turns_deadline(
    connect: Connect, server: FakeEngine
) -> None:
    server.script(Repeat("on and "))
    answer = await said(connect(), deadline=0.5)
    assert answer.startswith("on and on and")
    assert "this took too long" in answer
    assert answer.incomplete
    async with asyncio.timeout(5):
        await server.requests[0].disconnected.wait()


async def test_a_plugin_that_fails_in_the_middle_of_an_answer_leaves_what_was_read(
    connect: Connect, server: FakeEngine
) -> None:
    server.script(Say("Half of it"))
    answer = await said(connect(), "/spoiled")
    assert answer.startswith("Half of it\n\nSorry, something went wrong here")
    assert answer.incomplete


async def test_an_unknown_model_is_a_fault_for_the_team(connect: Connect) -> None:
    answer = await said(connect(model="gpt-9"))
    assert "refused this request" in answer
    assert "tell the team this reference" in answer


@pytest.mark.parametrize(
    "steps",
    [
        (Finish(),),
        (Think("Hm."), Finish()),
        (Say("<think>Hm."), Finish()),
        (Hang(),),
        (CallTool("sing", "{}"),),
    ],
    ids=["nothing", "thoughts only", "a thought without end", "hangs", "a call of no tool"],
)
async def test_an_answer_of_nothing_is_no_silence(
    connect: Connect, server: FakeEngine, steps: tuple[Step, ...]
) -> None:
    server.script(*steps)
    answer = await said(connect(deadlines=Deadlines(first_token=0.3)))
    assert "does not answer just now" in answer
    assert "Hm" not in answer


async def test_a_prompt_that_is_too_long_is_shortened_once(connect: Connect, server: FakeEngine) -> None:
    async with TestBot(plugin, engine=connect()) as bot:
        for n in range(6):
            await bot.say(f"Turn {n} " + "word " * 30)
        server.script(TOO_LONG)
        assert await bot.say("And now?") == "You said: And now?"
        refused, retried = server.requests[-2:]
        assert len(retried.messages) < len(refused.messages)
        assert retried.messages[0] == refused.messages[0]
        assert retried.messages[-1] == refused.messages[-1]
        server.script(TOO_LONG)
        server.script(TOO_LONG)
        answer = await bot.say("Once more?")
    assert "more text than the language model can take" in answer
    assert len(answer.replies) == 1

"""The control: a bot as it is often written. Pop a message, answer, save. The checker must catch it."""

from __future__ import annotations

import asyncio
import secrets
import signal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from botcore.conversation import decode_event, encode
from botcore.stores.connection import connect
from botcore.types import Message
from tests.faults.history import History
from tests.faults.points import Points
from tests.faults.process import Plan, run, think_seconds

QUEUE = "naive"
CONCURRENCY = 16


async def accept(redis: Redis, event: Message) -> None:
    """Push; whoever sends it again pushes it again."""
    await redis.rpush(QUEUE, encode(event))  # type: ignore[misc]  # redis-py's stubs know both worlds


def naive_bot(plan: Plan) -> None:
    """The body of a naive process."""
    run(_naive(plan), plan)


async def _naive(plan: Plan) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    redis = connect(plan.url)
    with History(plan.folder, plan.name) as history:
        points = Points(history, plan.die_at)
        workers = [asyncio.create_task(_work(redis, history, points)) for _ in range(CONCURRENCY)]
        await stopping.wait()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    await redis.aclose()


async def _work(redis: Redis, history: History, points: Points) -> None:
    while True:
        try:
            popped = await redis.blpop([QUEUE], 1)  # type: ignore[misc]
            if popped:
                await _answer(redis, history, points, popped[1])
        except (RedisError, OSError):
            await asyncio.sleep(0.1)


async def _answer(redis: Redis, history: History, points: Points, data: bytes) -> None:
    event = decode_event(data)
    assert isinstance(event, Message)
    conversation = str(event.address)
    history.add("claimed", conversation=conversation, id=event.id)
    points.pass_by("after claim")
    turns = int(await redis.get(conversation) or 0) + 1
    await asyncio.sleep(think_seconds(event.text))
    key = f"{conversation}:{secrets.token_hex(4)}:0"
    history.add("sent", conversation=conversation, id=event.id, key=key, text=f"{event.text} {turns}")
    points.pass_by("after send")
    await redis.set(conversation, turns)
    history.add("committed", conversation=conversation, id=event.id)

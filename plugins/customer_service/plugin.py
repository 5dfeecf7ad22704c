"""Answers from the team's documents, names the source, and gets a person where they don't answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from pydantic import BaseModel, Field

from botcore import BotcoreError, Context, Plugin, Reply, Source, Stream

from .answers import composed, passages_for, quoted
from .yes_no import yes_or_no


class CustomerServiceConfig(BaseModel, extra="forbid"):
    """`plugins.customer_service.*`"""

    passages: int = Field(
        4, ge=1, le=10, description="Passages that the language model is given to compose from."
    )
    quote_characters: int = Field(
        600, ge=80, le=3000, description="Length of a quotation; it ends with a whole line or sentence."
    )


plugin = Plugin(
    "customer_service",
    config=CustomerServiceConfig,
    description="Answers questions from your documents, and hands over to a person where they don't say.",
)

Answer = Reply | Stream
ServiceContext = Context[CustomerServiceConfig]
TopicHandler = Callable[[ServiceContext], Coroutine[None, None, Answer]]

TOPICS = (
    "opening_hours",
    "contact",
    "returns",
    "refund",
    "delivery",
    "order_status",
    "order_change",
    "payment",
    "invoice",
    "warranty",
    "repair",
    "products",
)
"""Intents; a topic's examples and search words stand in the locales, its answer in the documents."""


def _topic(name: str) -> TopicHandler:
    async def answer_topic(ctx: ServiceContext) -> Answer:
        return await _answer(ctx) or await _related(ctx, name) or _unknown(ctx)

    answer_topic.__doc__ = f"Answer a question on {name.replace('_', ' ')}."
    return answer_topic


for _name in TOPICS:
    plugin.intent(_name)(_topic(_name))


@plugin.fallback
async def answer_other(ctx: ServiceContext) -> Answer | None:
    """Answer what no intent took, if the documents do; otherwise the next plugin is asked."""
    return await _answer(ctx)


@plugin.followup("want_person")
async def want_person(ctx: ServiceContext) -> str | None:
    """Hear the answer to "shall I get a person?"; anything else is a new question."""
    wanted = yes_or_no(ctx.text)
    if wanted is None:
        return None
    if not wanted:
        return ctx.t("person.declined")
    try:
        reference = await ctx.hand_over(str(ctx.expected.get("question", "")))
    except BotcoreError:
        return ctx.t("person.failed")
    return ctx.t("person.requested", reference=reference)


async def _answer(ctx: ServiceContext) -> Answer | None:
    """From the passages that answer the question itself; None where none is sure enough."""
    passages = await passages_for(ctx, ctx.text, ctx.config.passages)
    if not passages or passages[0].score < ctx.knowledge_threshold:
        return None
    if ctx.has_engine:
        return composed(ctx, passages, ctx.config.quote_characters)
    return quoted(ctx, passages[0], ctx.config.quote_characters)


async def _related(ctx: ServiceContext, topic: str) -> Answer | None:
    """What the documents say on the topic in general, told as that, with the offer of a person."""
    passages = await _on_topic(ctx, topic)
    if not passages:
        return None
    reply = quoted(ctx, passages[0], ctx.config.quote_characters)
    text = "\n\n".join([ctx.t("answer.related"), reply.text, ctx.t("person.offer")])
    return _offering(ctx, Reply(text, sources=reply.sources))


async def _on_topic(ctx: ServiceContext, topic: str) -> list[Source]:
    """The best passage; one in English where the documents have nothing in the person's language."""
    for texts in (ctx.t, ctx.t.into("en")):
        passages = await passages_for(ctx, texts(f"topics.{topic}"), 1)
        if passages and passages[0].score >= ctx.knowledge_threshold:
            return passages
    return []


def _unknown(ctx: ServiceContext) -> Reply:
    return _offering(ctx, Reply(ctx.t("answer.unknown") + "\n\n" + ctx.t("person.offer")))


def _offering(ctx: ServiceContext, reply: Reply) -> Reply:
    """The reply with the buttons Yes and No, whose answer `want_person` hears."""
    ctx.expect("want_person", question=ctx.text[:500])
    return Reply(reply.text, buttons=[ctx.t("person.yes"), ctx.t("person.no")], sources=reply.sources)

"""The bot's own voice: help, small talk, settings of the conversation, the way to a person, and the last word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from pydantic import BaseModel, ConfigDict

from botcore import Context, EngineError, Plugin, Reply, Started, Stream

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
"""Languages in which every text of botcore and its plugins exists."""
_NAMES = {
    "english": "en",
    "英文": "en",
    "英语": "en",
    "chinese": "zh",
    "中文": "zh",
    "汉语": "zh",
    "mandarin": "zh",
}
_AUTOMATIC = {"auto", "automatic", "自动"}


class AssistantConfig(BaseModel):
    """`plugins.assistant.*`"""

    model_config = ConfigDict(extra="forbid")

    name: str = "botcore"
    """What the bot calls itself."""
    human_contact: str = ""
    """How a person is reached otherwise: an address, a telephone number, opening hours. Markdown."""


plugin = Plugin("assistant", config=AssistantConfig, description="Help, small talk and the way to a person.")
Ctx = Context[AssistantConfig]


@plugin.event(Started)
async def welcome(ctx: Ctx) -> Reply:
    return Reply(ctx.t("welcome", name=ctx.config.name), buttons=_suggestions(ctx))


@plugin.command("start")
async def start(ctx: Ctx) -> Reply:
    """Begin, and see what I can do."""
    return Reply(ctx.t("welcome", name=ctx.config.name), buttons=_suggestions(ctx))


@plugin.command("help")
async def help(ctx: Ctx) -> Reply:
    """What I can do, and all commands."""
    lines = [f"- `/{command.name}` {command.description}" for command in ctx.commands]
    return Reply("\n".join([ctx.t("help", name=ctx.config.name), "", *lines]), buttons=_suggestions(ctx))


@plugin.command("reset")
async def reset(ctx: Ctx) -> str:
    """Forget this conversation and begin anew."""
    ctx.forget()
    return ctx.t("reset")


@plugin.command("lang")
async def lang(ctx: Ctx) -> Reply:
    """Choose the language: /lang en, /lang zh, /lang auto."""
    wanted = ctx.args.strip().casefold()
    if wanted in _AUTOMATIC:
        ctx.speak("")
        return Reply(ctx.t("lang.automatic"))
    code = _NAMES.get(wanted, wanted.partition("-")[0])
    if code in LANGUAGES:
        ctx.speak(code)
        return Reply(ctx.t(f"lang.chosen_{code}"))
    key = "lang.unknown" if wanted else "lang.which"
    choices = ", ".join(f"{name} (`/lang {code}`)" for code, name in LANGUAGES.items())
    return Reply(
        ctx.t(key, wanted=ctx.args, choices=choices), buttons=[f"/lang {code}" for code in LANGUAGES]
    )


@plugin.command("privacy")
async def privacy(ctx: Ctx) -> str:
    """What I keep about you."""
    return ctx.t("privacy")


@plugin.command("human")
async def human(ctx: Ctx) -> str:
    """Ask for a person."""
    return await _hand_over(ctx, ctx.args)


@plugin.intent("talk_to_human")
async def talk_to_human(ctx: Ctx) -> str:
    return await _hand_over(ctx, ctx.text)


@plugin.intent("greeting")
async def greeting(ctx: Ctx) -> Reply:
    return Reply(ctx.t("greeting", name=ctx.config.name), buttons=_suggestions(ctx))


@plugin.intent("thanks")
async def thanks(ctx: Ctx) -> str:
    return ctx.t("thanks")


@plugin.intent("goodbye")
async def goodbye(ctx: Ctx) -> str:
    return ctx.t("goodbye")


@plugin.intent("how_are_you")
async def how_are_you(ctx: Ctx) -> str:
    return ctx.t("how_are_you")


@plugin.intent("who_are_you")
async def who_are_you(ctx: Ctx) -> str:
    return ctx.t("who_are_you", name=ctx.config.name)


@plugin.intent("what_can_you_do")
async def what_can_you_do(ctx: Ctx) -> Reply:
    return await help(ctx)


@plugin.fallback
async def anything_else(ctx: Ctx) -> AsyncIterator[Reply | Stream]:
    """Out of scope goes to the model where there is one; without one, an honest sentence."""
    if not ctx.text.strip():
        yield Reply(ctx.t("attachment" if ctx.attachments else "empty"))
    elif ctx.has_engine:
        yield Stream(_model_or_words(ctx))
    else:
        ctx.expect("person", reason=ctx.text[:500])
        text = f"{ctx.t('out_of_scope')}\n\n{ctx.t('human.offer')}"
        yield Reply(text, buttons=[ctx.t("human.yes"), ctx.t("human.no")])


@plugin.followup("person")
async def person(ctx: Ctx) -> str | None:
    """Hear the answer to "shall I get a person?"; anything else is a new question."""
    said = ctx.text.strip().rstrip(".!。！").casefold()
    if said in ctx.t("human.words_for_yes").split("|"):
        return await _hand_over(ctx, str(ctx.expected.get("reason", "")))
    if said in ctx.t("human.words_for_no").split("|"):
        return ctx.t("human.declined")
    return None


async def _model_or_words(ctx: Ctx) -> AsyncIterator[str]:
    """The model's answer; where it fails before its first word, our own words and one honest line."""
    begun = False
    try:
        async for piece in ctx.ask(ctx.text, system=ctx.t("prompt.system", name=ctx.config.name)):
            begun = True
            yield piece
    except EngineError:
        if begun:
            raise
        yield f"{ctx.t('out_of_scope')}\n\n{ctx.t('engine_away')}"


async def _hand_over(ctx: Ctx, reason: str) -> str:
    reference = await ctx.hand_over(reason)
    contact = ctx.t("human.contact", contact=ctx.config.human_contact) if ctx.config.human_contact else ""
    return f"{ctx.t('human.noted', reference=reference)} {contact}".strip()


def _suggestions(ctx: Ctx) -> list[str]:
    return [ctx.t(f"suggestion.{number}") for number in (1, 2, 3)]

"""The bot's own voice: help, small talk, settings of the conversation, the way to a person, and the last word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from botcore import Context, EngineError, Plugin, Reply, Started, Stream

from .notes import CALLED, NAME, REMEMBER, chosen, is_name, note_name
from .zones import find_zone, near_zones

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "zh": "中文",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
}
"""Languages in which every text of botcore and its plugins exists."""
_NAMES = {
    **{name.casefold(): code for code, name in LANGUAGES.items()},
    **dict.fromkeys(("英文", "英语", "英語", "englisch", "inglés", "anglais"), "en"),
    **dict.fromkeys(
        ("chinese", "汉语", "普通话", "mandarin", "chinesisch", "chino", "chinois", "中国語"), "zh"
    ),
    **dict.fromkeys(("german", "德语", "德文", "alemán", "allemand", "ドイツ語"), "de"),
    **dict.fromkeys(("spanish", "西班牙语", "spanisch", "espagnol", "スペイン語"), "es"),
    **dict.fromkeys(("french", "法语", "法文", "französisch", "francés", "フランス語"), "fr"),
    **dict.fromkeys(("japanese", "日语", "日文", "japanisch", "japonés", "japonais"), "ja"),
}
_AUTOMATIC = {"auto", "automatic", "自动", "automatisch", "automático", "automatique", "自動"}
_SHOWN = "notes"
"""In the plugin's state: the notes last listed, which `/forget 2` counts in."""


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


@plugin.command("lang", choices=(*LANGUAGES, "auto"))
async def lang(ctx: Ctx) -> Reply:
    """Choose the language: /lang en, /lang zh, /lang auto."""
    wanted = ctx.args.strip().casefold()
    if wanted in _AUTOMATIC:
        ctx.speak("")
        return Reply(ctx.t("lang.automatic"))
    code = _NAMES.get(wanted, wanted.partition("-")[0])
    if code in LANGUAGES:
        ctx.speak(code)
        return Reply(ctx.t("lang.chosen"))
    key = "lang.unknown" if wanted else "lang.which"
    choices = ", ".join(f"{name} (`/lang {code}`)" for code, name in LANGUAGES.items())
    return Reply(
        ctx.t(key, wanted=ctx.args, choices=choices), buttons=[f"/lang {code}" for code in LANGUAGES]
    )


@plugin.command("privacy", private=True)
async def privacy(ctx: Ctx) -> str:
    """What I keep about you."""
    # By this the team finds all of it: `botcore user export`, `botcore user erase`.
    return ctx.t("privacy", person=f"{ctx.address.channel}:{ctx.person.id}".replace("`", "'"))


@plugin.command("timezone")
async def timezone(ctx: Ctx) -> Reply:
    """Say where you are, for dates and times: /timezone Berlin."""
    wanted = ctx.args.strip()
    if wanted.casefold() in _AUTOMATIC:
        ctx.live_in("")
    elif zone := find_zone(wanted):
        ctx.live_in(zone)
    else:
        key = "timezone.unknown" if wanted else "timezone.which"
        buttons = [f"/timezone {zone}" for zone in near_zones(wanted)] if wanted else []
        return Reply(ctx.t(key, wanted=wanted, zone=ctx.time_zone), buttons=buttons)
    now = datetime.now(ZoneInfo(ctx.time_zone))
    return Reply(ctx.t("timezone.chosen", zone=ctx.time_zone, time=f"{now:%H:%M}"))


@plugin.command("memory")
async def memory(ctx: Ctx) -> Reply:
    """What I remember of you."""
    notes = await ctx.memory.all()
    ctx.state[_SHOWN] = [note.name for note in notes]
    if not notes:
        return Reply(ctx.t("memory.none"))
    said = [ctx.t("memory.your_name", name=note.text) if note.name == NAME else note.text for note in notes]
    lines = [f"{number}. {text}" for number, text in enumerate(said, 1)]
    return Reply("\n".join([ctx.t("memory.list"), "", *lines, "", ctx.t("memory.how_to_forget")]))


@plugin.intent("what_do_you_remember")
async def what_do_you_remember(ctx: Ctx) -> Reply:
    return await memory(ctx)


@plugin.command("remember")
async def remember(ctx: Ctx) -> str:
    """Keep something in mind: /remember I don't eat meat."""
    return await _keep(ctx, ctx.args) if ctx.args.strip() else ctx.t("memory.what")


@plugin.intent("remember", patterns=REMEMBER)
async def asked_to_remember(ctx: Ctx) -> str | None:
    note = ctx.matched.get("note", "")
    return await _keep(ctx, note) if note.strip() else None


@plugin.intent("called", patterns=CALLED)
async def called(ctx: Ctx) -> str | None:
    name = ctx.matched.get("name", "").strip()
    if not is_name(name):
        return None
    kept = await ctx.memory.keep(NAME, name)
    return ctx.t("memory.named" if kept else "memory.full", name=name)


@plugin.command("forget")
async def forget(ctx: Ctx) -> Reply:
    """Forget what I remember of you: /forget 2, or /forget all."""
    wanted = ctx.args.strip().casefold()
    if wanted in ctx.t("memory.words_for_all").split("|"):
        await ctx.memory.forget()
        ctx.state.pop(_SHOWN, None)
        return Reply(ctx.t("memory.forgotten_all"))
    if name := chosen(wanted, ctx.state.get(_SHOWN, [])):
        text = await ctx.memory.get(name)
        await ctx.memory.forget(name)
        return Reply(ctx.t("memory.forgotten", text=text or wanted))
    listed = await memory(ctx)
    buttons = ["/forget all"] if ctx.state[_SHOWN] else []
    return Reply(listed.text, buttons=buttons)


async def _keep(ctx: Ctx, text: str) -> str:
    kept = await ctx.memory.keep(note_name(text), text)
    return ctx.t("memory.kept" if kept else "memory.full", text=text.strip())


@plugin.command("human", menu="Ask support")
async def human(ctx: Ctx) -> str:
    """Ask for a person."""
    return await _hand_over(ctx, ctx.args)


@plugin.intent("talk_to_human")
async def talk_to_human(ctx: Ctx) -> str:
    return await _hand_over(ctx, ctx.text)


@plugin.intent("greeting")
async def greeting(ctx: Ctx) -> Reply:
    name = await ctx.memory.get(NAME)
    text = ctx.t("greeting_named", name=name) if name else ctx.t("greeting")
    return Reply(text, buttons=_suggestions(ctx))


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
    if not ctx.text.strip() and not (ctx.has_engine and ctx.pictures):
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
        async for piece in ctx.ask(ctx.text, system=await _instructions(ctx)):
            begun = True
            yield piece
    except EngineError:
        if begun:
            raise
        yield f"{ctx.t('out_of_scope')}\n\n{ctx.t('engine_away')}"


async def _instructions(ctx: Ctx) -> str:
    """For the model; what the person asked to remember stands in it as data."""
    notes = "\n".join(f"- {note.name}: {note.text}" for note in await ctx.memory.all())
    known = ctx.t("prompt.known", notes=notes) if notes else ""
    return f"{ctx.t('prompt.system', name=ctx.config.name)}\n{known}".strip()


async def _hand_over(ctx: Ctx, reason: str) -> str:
    reference = await ctx.hand_over(reason)
    contact = ctx.t("human.contact", contact=ctx.config.human_contact) if ctx.config.human_contact else ""
    return f"{ctx.t('human.noted', reference=reference)} {contact}".strip()


def _suggestions(ctx: Ctx) -> list[str]:
    return [ctx.t(f"suggestion.{number}") for number in (1, 2, 3)]

"""Translation: by memory, glossary, language model and Apertium, and honest about what each pair needs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from botcore import Context, EngineError, Plugin, Reply

from .apertium import Apertium, debian_package
from .languages import base, find_language, language_name, prepare
from .memory import Memory, load
from .request import AGAIN, PATTERNS, Request, find_request, read_command, read_sentence
from .settings import TranslationConfig
from .translator import Translation, Translator

plugin = Plugin(
    "translation",
    config=TranslationConfig,
    description="Translates by memory, glossary, Apertium and a language model.",
)

_PHRASES = Path(__file__).parent / "data" / "phrases.toml"
_OFFERED = ("en", "zh", "es", "de", "fr", "ja")
_MOST_REMEMBERED = 100
_Ctx = Context[TranslationConfig]


@plugin.command("translate", menu="Translate", foreign=True)
async def translate(ctx: _Ctx) -> Reply | str:
    """Translate a text: /translate to Spanish good morning"""
    await asyncio.to_thread(prepare)
    verb, _, rest = ctx.args.strip().partition(" ")
    if verb.lower() in {"remember", "记住"}:
        return _remember(ctx, rest)
    if len(ctx.args) > ctx.config.max_chars + 100:  # a megabyte isn't read to find the language's name
        return ctx.t("too_long", length=len(ctx.args), most=ctx.config.max_chars)
    if not ctx.args.strip():
        return ctx.t("how")
    request = read_command(ctx.args)
    if (await _translator(ctx)).is_phrase(ctx.args):
        request = Request(ctx.args.strip())  # "de nada" is Spanish for a person, and no wish for German
    elif not request.text:
        request = Request("it", request.target)
    return await _answer(ctx, request)


@plugin.intent("translate", patterns=PATTERNS)
async def translate_sentence(ctx: _Ctx) -> Reply | str | None:
    """Answer "how do you say thank you in German?"."""
    await asyncio.to_thread(prepare)
    request = read_sentence(ctx.matched) if ctx.matched else find_request(ctx.text)
    if request is None:
        return ctx.t("how")
    if request.unknown and not request.unknown.istitle():
        return None  # "how do you say that in a nice way" is no translation
    if ctx.matched.get("meaning") and not request.target:
        request = Request(request.text, ctx.language, "")
    return await _answer(ctx, request)


@plugin.intent("translate_again", patterns=AGAIN)
async def translate_again(ctx: _Ctx) -> Reply | str | None:
    """Answer "and in French?" after a translation."""
    await asyncio.to_thread(prepare)
    target = read_sentence(ctx.matched).target
    if not target or not ctx.state.get("last"):
        return None
    return await _answer(ctx, Request("it", target))


@plugin.followup("target")
async def hear_target(ctx: _Ctx) -> Reply | str | None:
    """Hear the language that was asked for; anything else is a new message."""
    await asyncio.to_thread(prepare)
    target = find_language(ctx.text) or read_command(ctx.text).target
    return await _answer(ctx, Request(str(ctx.expected.get("text", "")), target)) if target else None


@plugin.measured("translation")
async def measure(ctx: _Ctx, row: Mapping[str, str]) -> Mapping[str, str]:
    """`text` from `source` to `target`: `text` and `by`; neither where the bot would refuse."""
    await asyncio.to_thread(prepare)
    text = row["text"]
    if len(text) > ctx.config.max_chars or not any(char.isalnum() for char in text):
        return {}
    done = await (await _translator(ctx)).translate(text, row["source"], row["target"])
    return {"text": done.text, "by": done.by} if done else {}


async def _answer(ctx: _Ctx, request: Request) -> Reply | str:
    text = _pointed_at(ctx) if request.points_back else request.text
    if request.unknown:
        return ctx.t("unknown_language", name=request.unknown[:40])
    if not any(char.isalnum() for char in text):
        return ctx.t("how")
    if len(text) > ctx.config.max_chars:
        return ctx.t("too_long", length=len(text), most=ctx.config.max_chars)
    translator = await _translator(ctx)
    source = request.source or translator.language_of(text, ctx.detect_language(text) or ctx.language)
    target = request.target or (ctx.language if base(source) != ctx.language else "")
    if not target:
        return _ask_target(ctx, text, source)
    ctx.state["last"] = text
    return await _translated(ctx, translator, text, source, target)


async def _translated(ctx: _Ctx, translator: Translator, text: str, source: str, target: str) -> str:
    if source == target or (base(source) == base(target) and base(source) != "zh"):
        return ctx.t("same_language", language=language_name(target, ctx.language))
    try:
        done = await translator.translate(text, source, target)
    except EngineError as error:
        return ctx.t("engine_failed", problem=str(error))
    return _reply(ctx, done) if done else _refusal(ctx, translator, text, source, target)


def _pointed_at(ctx: _Ctx) -> str:
    """What "that" means: the text that was translated last, else what the bot said last."""
    said = [entry.text for entry in ctx.history if entry.role != "user"]
    return str(ctx.state.get("last") or (said[-1] if said else ""))


def _ask_target(ctx: _Ctx, text: str, source: str) -> Reply:
    ctx.expect("target", text=text)
    names = [language_name(code, ctx.language) for code in _OFFERED if code != base(source)]
    return Reply(ctx.t("which_language", text=_short(text)), buttons=names)


def _reply(ctx: _Ctx, done: Translation) -> str:
    pair = ctx.t(
        "pair",
        source=language_name(done.source, ctx.language),
        target=language_name(done.target, ctx.language),
    )
    lines = [done.text, "", ctx.t("made", pair=pair, by=ctx.t(f"by.{done.by}"))]
    if done.others:
        lines.append(ctx.t("others", wordings=" / ".join(done.others[:3])))
    if done.lost:
        lines.append(ctx.t("lost", things=", ".join(_short(thing) for thing in done.lost[:5])))
    if done.terms_lost:
        lines.append(ctx.t("terms_lost", terms=", ".join(done.terms_lost[:5])))
    if done.failed:
        lines.append(ctx.t("stood_in", problem=done.failed))
    return "\n".join(lines)


def _refusal(ctx: _Ctx, translator: Translator, text: str, source: str, target: str) -> str:
    pair = ctx.t(
        "pair", source=language_name(source, ctx.language), target=language_name(target, ctx.language)
    )
    package = debian_package(source, target)
    lines = [ctx.t("needs_model_or_package" if package else "needs_model", pair=pair, package=package)]
    near = translator.similar(text, source, target)
    if near:
        lines.append(ctx.t("similar", phrase=near.phrase, translation=near.translation))
    return "\n\n".join(lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def _remember(ctx: _Ctx, rest: str) -> str:
    """`en>es: order = pedido`, kept for this conversation."""
    request = read_command(rest)
    phrase, equals, translation = (part.strip() for part in request.text.partition("="))
    if not (request.source and request.target and phrase and equals and translation) or len(rest) > 1_000:
        return ctx.t("how_to_remember")
    kept = [entry for entry in ctx.state.get("memory", []) if entry.get(request.source) != phrase]
    ctx.state["memory"] = [*kept, {request.source: phrase, base(request.target): translation}][
        -_MOST_REMEMBERED:
    ]
    return ctx.t("remembered", phrase=phrase, translation=translation)


async def _translator(ctx: _Ctx) -> Translator:
    config = ctx.config
    memory = await asyncio.to_thread(load, (*config.memory, _PHRASES))
    glossary = await asyncio.to_thread(load, tuple(config.glossary))
    own = Memory(
        {language: [said] for language, said in entry.items()} for entry in ctx.state.get("memory", [])
    )

    async def ask(text: str, source: str, target: str, terms: Mapping[str, str]) -> str:
        return await _ask_model(ctx, text, source, target, terms)

    return Translator(
        memory, own, glossary, _apertium(config.deadline_s), ask if ctx.has_engine else None, config.prefer
    )


async def _ask_model(ctx: _Ctx, text: str, source: str, target: str, terms: Mapping[str, str]) -> str:
    """One part by the language model. The text stands between tags, as data; a tag inside it was masked."""
    glossary = "\n".join(f"- {term} = {word}" for term, word in terms.items())
    system = ctx.t(
        "prompt.system",
        source=language_name(source, ctx.language),
        target=language_name(target, ctx.language),
        terms=ctx.t("prompt.terms", terms=glossary) if terms else "",
    )
    answer = await ctx.ask(
        f"<text>\n{text}\n</text>",
        system=system,
        with_history=False,
        max_tokens=200 + 2 * len(text),
        temperature=0.0,
        model=ctx.config.model,
    ).text()
    answer = answer.strip().removeprefix("<text>").removesuffix("</text>").strip()
    if not answer:
        raise EngineError(ctx.t("empty_answer"))
    return answer


@cache
def _apertium(deadline_s: float) -> Apertium:
    return Apertium(deadline_s)

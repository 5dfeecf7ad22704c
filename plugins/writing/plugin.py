"""Writing: counting, checking and summarising without a model; rewriting and polishing with one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from botcore import Context, Plugin, Reply, Stream

from .check import Finding, check
from .measure import longest, measure
from .settings import WritingConfig
from .summary import summarise
from .text import read

plugin = Plugin(
    "writing",
    config=WritingConfig,
    description="Counts, checks, summarises and rewrites what a person wrote.",
)

_Ctx = Context[WritingConfig]
_Said = Reply | Stream | str
_Task = Callable[[_Ctx, str], Awaitable[_Said]]

_COUNT = (
    r"^\s*+(?:please\s++)?(?:count (?:the )?words(?: in| of)?|how many words(?: are)?(?: there)?(?: in| does)?|word count(?: of| for)?)(?: (?:this|the following)(?: text)?)?\s*+[:：](?P<text>(?s:.+))$",
    r"^\s*+(?:请|帮我){0,3}(?:数一下|统计一下|统计|算一下)?(?:这段话|这段文字|这篇文章|下面的文字|以下文字)?(?:的)?(?:字数|有多少字|多少个字)(?:是多少)?\s*+[:：](?P<text>(?s:.+))$",
)
_CHECK = (
    r"^\s*+(?:please\s++|can you\s++|could you\s++){0,3}(?:check|proofread|review)(?: (?:this|my|the following))?(?: (?:text|writing|sentence|email|essay|paragraph|letter))?\s*+[:：](?P<text>(?s:.+))$",
    r"^\s*+(?:请|帮我){0,3}(?:检查|校对|看看)(?:一下)?(?:这段话|这段文字|这篇文章|这句话|下面的文字|以下文字|我的文章)?\s*+[:：](?P<text>(?s:.+))$",
)
_SUMMARISE = (
    r"^\s*+(?:please\s++|can you\s++|could you\s++){0,3}(?:summari[sz]e|sum up|tl;?dr)(?: (?:this|the following))?(?: (?:text|article|email|paragraph))?\s*+[:：](?P<text>(?s:.+))$",
    r"^\s*+(?:请|帮我){0,3}(?:总结|概括|归纳|摘要)(?:一下)?(?:这段话|这段文字|这篇文章|下面的文字|以下文字)?\s*+[:：](?P<text>(?s:.+))$",
)
_REWRITE = (
    r"^\s*+(?:please\s++|can you\s++|could you\s++){0,3}(?:rewrite|rephrase|reword|polish|improve)(?: (?:this|my|the following))?(?: (?:text|writing|sentence|email|essay|paragraph|letter))?(?P<how>(?: (?:to be|so that|in a|as a|more)[^:：]{1,60})?)\s*+[:：](?P<text>(?s:.+))$",
    r"^\s*+(?:请|帮我){0,3}(?:改写|润色|重写|修改)(?:一下)?(?:这段话|这段文字|这篇文章|这句话|下面的文字|以下文字)?(?P<how>得[^:：]{1,20})?\s*+[:：](?P<text>(?s:.+))$",
)


@plugin.command("count")
async def count(ctx: _Ctx) -> _Said:
    """Count words, sentences and reading time: /count TEXT"""
    return await _with_text(ctx, "count", ctx.args)


@plugin.command("check")
async def check_text(ctx: _Ctx) -> _Said:
    """Mark repeated words, long sentences and stray punctuation: /check TEXT"""
    return await _with_text(ctx, "check", ctx.args)


@plugin.command("summarize")
async def summarize(ctx: _Ctx) -> _Said:
    """Summarise a text: /summarize TEXT, or /summarize 2 TEXT for two sentences"""
    return await _with_text(ctx, "summarize", ctx.args)


@plugin.command("rewrite")
async def rewrite(ctx: _Ctx) -> _Said:
    """Rewrite a text, by the language model: /rewrite TEXT, or /rewrite more politely: TEXT"""
    return await _with_text(ctx, "rewrite", ctx.args)


@plugin.intent("count", patterns=_COUNT)
async def count_sentence(ctx: _Ctx) -> _Said:
    """Answer "how many words are in this: ..."."""
    return await _with_text(ctx, "count", ctx.matched.get("text") or "")


@plugin.intent("check", patterns=_CHECK)
async def check_sentence(ctx: _Ctx) -> _Said:
    """Answer "proofread this: ..."."""
    return await _with_text(ctx, "check", ctx.matched.get("text") or "")


@plugin.intent("summarize", patterns=_SUMMARISE)
async def summarize_sentence(ctx: _Ctx) -> _Said:
    """Answer "summarise this: ..."."""
    return await _with_text(ctx, "summarize", ctx.matched.get("text") or "")


@plugin.intent("rewrite", patterns=_REWRITE)
async def rewrite_sentence(ctx: _Ctx) -> _Said:
    """Answer "rewrite this more politely: ..."."""
    return await _with_text(ctx, "rewrite", ctx.matched.get("text") or "")


@plugin.followup("text")
async def hear_text(ctx: _Ctx) -> _Said | None:
    """Hear the text that was asked for."""
    task = str(ctx.expected.get("task", ""))
    return await _done(ctx, task, ctx.text) if task in _TASKS else None


async def _with_text(ctx: _Ctx, task: str, text: str) -> _Said:
    """Do it with the text; ask for one where there is none."""
    if any(char.isalnum() for char in text):
        return await _done(ctx, task, text)
    ctx.expect("text", task=task)
    return ctx.t(f"send.{task}")


async def _done(ctx: _Ctx, task: str, text: str) -> _Said:
    if len(text) > ctx.config.max_chars:
        return ctx.t("too_long", length=len(text), most=ctx.config.max_chars)
    return await _TASKS[task](ctx, text.strip())


async def _count(ctx: _Ctx, raw: str) -> _Said:
    text = await asyncio.to_thread(read, raw)
    found = measure(text, ctx.detect_language(raw))
    sentence, words = longest(text)
    lines = [
        ctx.t("count.words", words=found.words) if found.words else "",
        ctx.t("count.cjk", characters=found.cjk) if found.cjk else "",
        ctx.t("count.characters", characters=found.characters, all=len(raw)),
        ctx.t("count.sentences", sentences=found.sentences, paragraphs=found.paragraphs),
        ctx.t("count.average", average=f"{found.per_sentence:.1f}", longest=words, sentence=_short(sentence)),
        ctx.t("count.time", time=_time(ctx, found.seconds)),
    ]
    if found.ease is not None:
        level = next(name for least, name in _LEVELS if found.ease >= least)
        lines.append(ctx.t("count.ease", ease=round(found.ease), level=ctx.t(f"level.{level}")))
    return "\n".join(f"- {line}" for line in lines if line)


_LEVELS = ((80, "very_easy"), (60, "plain"), (50, "fairly_hard"), (30, "hard"), (0, "very_hard"))


def _time(ctx: _Ctx, seconds: int) -> str:
    return ctx.t("seconds", number=seconds) if seconds < 60 else ctx.t("minutes", number=round(seconds / 60))


async def _check(ctx: _Ctx, raw: str) -> _Said:
    text = await asyncio.to_thread(read, raw)
    language = ctx.detect_language(raw) or ctx.language
    found = await asyncio.to_thread(check, text, language, ctx.config.long_sentence_words)
    if not found:
        return ctx.t("check.nothing", sentences=len(text.sentences))
    lines = [ctx.t("check.found", number=len(found)), *(f"- {_line(ctx, finding)}" for finding in found)]
    return "\n".join([*lines, "", ctx.t("check.limits")])


def _line(ctx: _Ctx, finding: Finding) -> str:
    hint = ctx.t("check.better", better=finding.better) if finding.better else ""
    return ctx.t(f"kind.{finding.kind}", quote=finding.quote, number=finding.number) + hint


async def _summarize(ctx: _Ctx, raw: str) -> _Said:
    wished = re.match(r"(\d{1,2})\s+(?=\D)", raw)
    number = max(1, int(wished[1])) if wished else ctx.config.summary_sentences
    raw = raw[wished.end() :] if wished else raw
    if ctx.has_engine and len(raw) <= ctx.config.model_chars:
        return _asked(ctx, ctx.t("prompt.summarize", sentences=number), raw)
    text = await asyncio.to_thread(read, raw)
    if len(text.sentences) <= number:
        return ctx.t("summary.short", sentences=len(text.sentences))
    chosen = await asyncio.to_thread(summarise, text, number)
    return "\n".join(
        [*(f"> {sentence}" for sentence in chosen), "", ctx.t("summary.how", all=len(text.sentences))]
    )


async def _rewrite(ctx: _Ctx, raw: str) -> _Said:
    wish, text = ctx.matched.get("how") or "", raw
    wished = re.match(r"(?P<how>[^:：\n]{2,60})[:：]\s*(?P<text>(?s:.+))", raw) if not ctx.matched else None
    if wished:
        wish, text = wished["how"], wished["text"]
    if not ctx.has_engine:
        found = await _check(ctx, text)
        return Reply(ctx.t("rewrite.needs_model", check=found))
    if len(text) > ctx.config.model_chars:
        return ctx.t("too_long", length=len(text), most=ctx.config.model_chars)
    return _asked(ctx, ctx.t("prompt.rewrite", wish=wish.strip() or ctx.t("prompt.plainly")), text)


def _asked(ctx: _Ctx, system: str, text: str) -> Stream:
    """The language model's words. The text stands between tags, as data, and can't close them."""
    data = re.sub(r"</?text>", "", text, flags=re.IGNORECASE)
    return ctx.ask(
        f"<text>\n{data}\n</text>", system=system, with_history=False, temperature=0.3, model=ctx.config.model
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


_TASKS: dict[str, _Task] = {"count": _count, "check": _check, "summarize": _summarize, "rewrite": _rewrite}

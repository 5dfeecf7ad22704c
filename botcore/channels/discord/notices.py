"""What the channel itself has to say to a person, in their language."""

from __future__ import annotations

from typing import Protocol

from botcore.types import AnyEvent, Message

_TEXTS = {
    "en": {
        "rate_limited": "That was a lot at once. I have not read this message, nor what follows within the next {seconds} s; please send it again then.",
        "mailbox_full": "Many messages are waiting here. I have not read this one, nor what follows within the next {seconds} s; please send it again then.",
        "store_unavailable": "I can't store messages just now, so I have not read this one. Nothing earlier was lost; please send it again in a minute.",
        "store_full": "My memory is full, so I have not read this message. What was sent before is kept; please try again later.",
        "too_large": "({name}, {megabytes} MB, is too large to be sent here: at most {limit} MB.)",
        "stop": "Stop",
        "in_a_file": "The answer is long, so it comes as a file.",
    },
    "zh": {
        "rate_limited": "一次发得太多了。这条消息以及接下来 {seconds} 秒内的消息我都没有读，请稍后再发一次。",
        "mailbox_full": "这里有很多消息在等待。这条消息以及接下来 {seconds} 秒内的消息我都没有读，请稍后再发一次。",
        "store_unavailable": "我暂时无法保存消息，所以没有读这一条。之前的内容没有丢失，请一分钟后再发一次。",
        "store_full": "我的存储已满，所以没有读这条消息。之前发送的都已保存，请稍后再试。",
        "too_large": "（{name}，{megabytes} MB，太大，无法在这里发送：最多 {limit} MB。）",
        "stop": "停止",
        "in_a_file": "回答较长，因此以文件形式发送。",
    },
}


class Say(Protocol):
    """Gives a text of the channel in a language (a BCP 47 tag; one that is not known means English)."""

    def __call__(self, language: str, key: str, /, **values: object) -> str: ...


def notice(language: str, key: str, /, **values: object) -> str:
    """The channel's own text. See Say."""
    texts = _TEXTS.get(language.partition("-")[0], _TEXTS["en"])
    return texts[key].format(**values)


def language_of(event: AnyEvent) -> str:
    """What the channel can tell of the person's language without knowing the dialogue."""
    if event.person.locale:
        return event.person.locale
    return language_of_text(event.text if isinstance(event, Message) else "")


def language_of_text(text: str) -> str:
    """Of the languages that this channel speaks."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text[:200]) else "en"

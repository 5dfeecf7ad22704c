"""Texts that a renderer must survive, for the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCXYZ0189äß字語한", min_size=1, max_size=12)
SIGNS = st.sampled_from(
    [
        "*",
        "**",
        "***",
        "_",
        "__",
        "~~",
        "||",
        "`",
        "``",
        "[",
        "](",
        ")",
        "!",
        "<u>",
        "</u>",
        "> ",
        "- ",
        "1. ",
        "# ",
        "|",
        "\n",
    ]
)
ODD = st.sampled_from(
    [
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "e\u0301",
        "👍🏽",
        "\u200f",
        "\u202e",
        "\0",
        "\ud83d",
        "\r\n",
        "\u2028",
        "한",
        "\t",
        "  ",
    ]
)
TEXTS = st.lists(WORDS | SIGNS | ODD | st.just(" ") | st.text(max_size=5), max_size=120).map("".join)
"""Anything, with many signs of Markdown in it."""


def _fence(language: str, lines: list[str]) -> str:
    return "\n".join([f"```{language}", *lines, "```"])


_LINES = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=12)
_SPOKEN = st.lists(
    st.one_of(
        WORDS,
        WORDS.map("**{}**".format),
        WORDS.map("*{}*".format),
        WORDS.map("||{}||".format),
        WORDS.map("~~{}~~".format),
        WORDS.map("`{}`".format),
        WORDS.map("**a *{}* `c` b**".format),
        WORDS.map("[{}](https://example.org/a_(b)?q=1)".format),
    ),
    min_size=1,
    max_size=25,
).map(" ".join)
_BLOCKS = st.one_of(
    _SPOKEN,
    _SPOKEN.map("## {}".format),
    _LINES.map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    _LINES.map(lambda lines: "\n".join(f"> {line}" for line in lines)),
    st.builds(_fence, st.sampled_from(["", "python", "c++"]), _LINES),
    st.builds(_fence, st.just("md"), _LINES.map(lambda lines: [line + " `` ` **" for line in lines])),
    _LINES.map(lambda lines: "\n".join(["| a | b |", "|---|--:|", *(f"| {line} | `x` |" for line in lines)])),
)
ANSWERS = st.lists(_BLOCKS, min_size=1, max_size=8).map("\n\n".join)
"""What an assistant writes: well-formed blocks of every kind."""

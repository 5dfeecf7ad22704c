"""An answer may carry anything that a document or a model was made to say. It must do nothing but be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web_widget.visitor import Visitor
from tests.web_widget.widget_server import FakeServer

pytestmark = pytest.mark.browser
RUN = "window.__hit=1,alert(1)"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}><animate onbegin={RUN} attributeName=x></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<details open ontoggle={RUN}>x</details>",
    f"[click](javascript:{RUN})",
    f"[click](JaVaScRiPt:{RUN})",
    f"[click](&#106;avascript:{RUN})",
    f"[click](java&NewLine;script:{RUN})",
    f"[click](\x01javascript:{RUN})",
    f"[click](<javascript:{RUN}>)",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[click](vbscript:msgbox(1))",
    "[click](blob:http://x/1)",
    "[click](/console)",
    "[click](//evil.example/x)",
    f"[a][1]\n\n[1]: javascript:{RUN}",
    f"[a [b][2] c][2]\n\n[2]: <javascript:{RUN}> 'title'",
    f"<javascript:{RUN}>",
    f'[click](https://x.example/"onmouseover="{RUN})',
    f"[click](https://x.example 'a\" onmouseover=\"{RUN}')",
    f'![x](x"onerror="{RUN})',
    f'!["onerror="{RUN}](data:image/png;base64,AAAA)',
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    f'```"><img src=x onerror={RUN}>\ncode\n```',
    f"```html onload={RUN}\n<script>{RUN}</script>\n```",
    f"|a|b|\n|--|--|\n|<img src=x onerror={RUN}>|`<script>{RUN}</script>`|",
    f"\u202e\u2066<scr\u0000ipt>{RUN}</script>",
    "<style>*{display:none}</style><link rel=stylesheet href=/beacon/css><base href=//evil.example>",
    f"<form action=javascript:{RUN}><button>ok</button></form><input autofocus onfocus={RUN}>",
]
BEACONS = [
    "![x]({0}/beacon/image?secret=1)",
    "![x][b]\n\n[b]: {0}/beacon/reference?secret=1",
    "[![x]({0}/beacon/inside)]({0}/beacon/link)",
    "<img src='{0}/beacon/html'>",
    "![x](//{1}/beacon/relative)",
    "![x](/beacon/own)",
    "<video poster='{0}/beacon/poster'><audio src='{0}/beacon/audio' autoplay>",
    "<div style='background:url({0}/beacon/style)'>",
]


@pytest.fixture
def open_page(visitor: Visitor, server: FakeServer) -> Visitor:
    """Without a content security policy, so that it can't hide what the chat itself lets through."""
    server.policy = ""
    return visitor.begin()


def _is_harmless(visitor: Visitor) -> None:
    for link in visitor.page.locator("article a").all():
        href = link.get_attribute("href")
        if href is None or (
            link.get_attribute("download") and href.startswith("data:application/octet-stream;")
        ):
            continue
        assert href.startswith(("https://", "http://", "mailto:")), href
        assert link.get_attribute("target") == "_blank"
        assert {"noopener", "noreferrer"} <= set((link.get_attribute("rel") or "").split())
    handlers = visitor.page.evaluate(
        """() => [...document.querySelector("botcore-chat").shadowRoot.querySelectorAll("article *")]
        .flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"))"""
    )
    forbidden = "article :is(script, iframe, object, embed, svg animate, form, input, style, link, base, video, audio, math)"
    assert handlers == []
    assert visitor.page.locator(forbidden).count() == 0
    assert visitor.page.evaluate("window.__hit") is None
    assert visitor.faults == []
    assert visitor.foreign == []


def test_no_answer_runs_a_script(open_page: Visitor, server: FakeServer) -> None:
    for number, payload in enumerate(PAYLOADS):
        server.message(f"m{number}", f"{payload}\n\nend {number}.")
    open_page.sees(f"end {len(PAYLOADS) - 1}.")
    for target in open_page.page.locator("article a[href], article .text > *").all():
        target.dispatch_event("mouseover")
    for link in open_page.page.locator("article a:not([href])").all():
        link.dispatch_event("click")
    _is_harmless(open_page)


def test_no_growing_answer_runs_a_script(open_page: Visitor, server: FakeServer) -> None:
    """Half a payload may mean something else than the whole."""
    for number, payload in enumerate(PAYLOADS):
        for start in range(0, len(payload), 3):
            server.emit("delta", {"id": f"g{number}", "text": payload[start : start + 3]})
        server.emit("delta", {"id": f"g{number}", "text": f"\n\nend {number}."})
    open_page.sees(f"end {len(PAYLOADS) - 1}.")
    _is_harmless(open_page)


def test_no_answer_fetches_anything(open_page: Visitor, server: FakeServer) -> None:
    host = server.url.removeprefix("http://")
    for number, beacon in enumerate(BEACONS):
        text = beacon.format(server.url.replace("127.0.0.1", "localhost"), host)
        server.message(f"m{number}", f"{text}\n\nend {number}.")
        server.emit("delta", {"id": f"g{number}", "text": f"{text}\n\nso far {number}."})
    open_page.sees(f"so far {len(BEACONS) - 1}.")
    open_page.page.evaluate("fetch('/favicon.ico').then(() => 0)")
    assert server.beacons == []
    assert open_page.page.locator("article img").count() == 0
    _is_harmless(open_page)


def test_a_picture_inside_the_text_is_shown(open_page: Visitor, server: FakeServer) -> None:
    pixel = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    server.message("p", f"![A dot](data:image/gif;base64,{pixel})")
    expect(open_page.page.get_by_role("img", name="A dot")).to_have_count(1)


@pytest.mark.parametrize("field", ["buttons", "sources", "attachments", "error", "user"])
def test_no_other_part_of_an_event_is_markup(open_page: Visitor, server: FakeServer, field: str) -> None:
    bad = f"<img src=x onerror={RUN}>"
    link = f"javascript:{RUN}"
    events = {
        "buttons": ("message", {"buttons": [bad]}),
        "sources": ("message", {"sources": [{"title": bad, "uri": link, "snippet": bad}]}),
        "attachments": (
            "message",
            {
                "attachments": [
                    {"name": bad, "media_type": "image/png", "url": link},
                    {"name": bad, "media_type": "image/svg+xml", "data": "PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"},
                    {"name": bad, "media_type": "image/png", "url": "http://evil.example/beacon.png"},
                ]
            },
        ),
        "error": ("error", {"code": bad, "message": bad, "reference": bad}),
        "user": ("message", {"role": "user", "text": bad}),
    }
    event, data = events[field]
    base = {"id": "m", "text": bad, "role": "assistant"} if event == "message" else {}
    server.emit(event, base | data)
    server.message("last", "The last one")
    open_page.sees("The last one")
    assert open_page.page.locator("article img, .notice img").count() == 0
    _is_harmless(open_page)


def test_the_words_of_a_link_do_not_hide_its_address(open_page: Visitor, server: FakeServer) -> None:
    server.message("l", "[https://bank.example](https://evil.example/login)")
    link = open_page.page.get_by_role("link", name="https://bank.example")
    expect(link).to_have_attribute("title", "https://evil.example/login")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "*a " * 30_000,
        "> " * 40_000,
        "`" * 60_000,
        "![" * 40_000,
        "<b>" * 30_000,
        "\n".join(["- " * 50] * 500),
    ],
    ids=["brackets", "stars", "quotes", "ticks", "images", "tags", "lists"],
)
def test_a_hostile_text_does_not_freeze_the_page(open_page: Visitor, server: FakeServer, text: str) -> None:
    server.message("h", text)
    server.message("after", "Still here")
    open_page.sees("Still here")
    started = open_page.page.evaluate("performance.now()")
    server.emit("delta", {"id": "g", "text": text})
    server.message("later", "And here")
    open_page.sees("And here")
    assert open_page.page.evaluate("performance.now()") - started < 5_000

"""The page and the widget."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from botcore.web.parts import STATIC, WebParts
from tests.web.conftest import in_process


async def test_the_page_runs_its_own_scripts_only(client: httpx2.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert response.headers["cache-control"] == "no-cache"


async def test_the_widget_is_open_to_every_page(client: httpx2.AsyncClient) -> None:
    response = await client.get("/widget.js", headers={"origin": "https://any.example"})
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/", "/widget.js", "/static/fonts/a.woff2"])
async def test_what_a_browser_has_is_not_sent_again(client: httpx2.AsyncClient, path: str) -> None:
    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    plain = await client.get(path, headers={"if-none-match": '"other"'})
    assert plain.status_code == 200


async def test_text_is_compressed_for_who_can_read_that(client: httpx2.AsyncClient, static: Path) -> None:
    squeezed = await client.get("/widget.js", headers={"accept-encoding": "gzip"})
    plain = await client.get("/widget.js", headers={"accept-encoding": "identity"})
    assert squeezed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert squeezed.content == plain.content == (static / "widget.js").read_bytes()
    assert int(squeezed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))
    assert squeezed.headers["etag"] != plain.headers["etag"]
    assert squeezed.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    "path", ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "/etc/passwd", "", "fonts", "fonts/"]
)
async def test_no_path_leads_out_of_the_folder(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(f"/static/{path}")).status_code == 404


async def test_a_head_has_the_headers_without_the_body(client: httpx2.AsyncClient) -> None:
    response = await client.head("/widget.js")
    assert (response.status_code, response.headers["etag"][0]) == (200, '"')


async def test_without_built_files_the_page_is_a_404(parts: WebParts, tmp_path: Path) -> None:
    async with in_process(replace(parts, static=tmp_path / "none")) as client:
        assert (await client.get("/")).status_code == 404


async def test_the_page_bears_the_bots_name(parts: WebParts) -> None:
    async with in_process(replace(parts, static=STATIC, title='Larkspur & "Co"')) as client:
        page = (await client.get("/")).text
    assert "<title>Larkspur &amp; &quot;Co&quot;</title>" in page
    assert 'data-title="Larkspur &amp; &quot;Co&quot;"' in page
    assert page.rstrip().endswith("</html>")

"""The page, the widget and their files: read once, served from memory, compressed where that helps."""

from __future__ import annotations

import gzip
import hashlib
import html
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botcore.web.problems import Problem

PAGE = "index.html"
WIDGET = "widget.js"
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_COMPRESSIBLE = {".html", ".js", ".css", ".svg", ".json", ".map", ".txt", ".webmanifest"}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    gzipped: bytes | None
    media_type: str
    etag: str

    @classmethod
    def read(cls, path: Path, title: str = "") -> Asset:
        body = path.read_bytes()
        if path.name == PAGE and title:
            body = titled(body, title)
        small = gzip.compress(body, mtime=0) if path.suffix in _COMPRESSIBLE else body
        return cls(
            body=body,
            gzipped=small if len(small) < len(body) else None,
            media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            etag=hashlib.sha256(body).hexdigest()[:32],
        )


def titled(page: bytes, title: str) -> bytes:
    """The page under another name: in the window's title, and in the heading that the widget shows."""
    name = html.escape(title).encode()
    for before, after in ((b"<title>", b"</title>"), (b'data-title="', b'"')):
        head, _, rest = page.partition(before)
        page = head + before + name + after + rest.partition(after)[2]
    return page


class Assets:
    """Every file under `folder`. A path that is no key here is a 404, so that no path leads out of the folder."""

    def __init__(self, folder: Path, title: str = "") -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        self._assets = {path.relative_to(folder).as_posix(): Asset.read(path, title) for path in files}

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page),
            Route("/widget.js", self.widget),
            Route("/static/{path:path}", self.file),
        ]

    async def page(self, request: Request) -> Response:
        headers = {"content-security-policy": CONTENT_SECURITY, "cache-control": "no-cache"}
        return self._serve(request, PAGE, headers)

    async def widget(self, request: Request) -> Response:
        """For any page that embeds it, so that it is open to every origin."""
        headers = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
        return self._serve(request, WIDGET, {**headers, "cache-control": "public, max-age=300"})

    async def file(self, request: Request) -> Response:
        headers = {"cache-control": "public, max-age=3600", "content-security-policy": "default-src 'none'"}
        return self._serve(request, request.path_params["path"], headers)

    def _serve(self, request: Request, name: str, headers: dict[str, str]) -> Response:
        asset = self._assets.get(name)
        if asset is None:
            raise Problem(404, "not_found")
        squeezed = asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", "")
        etag = f'"{asset.etag}-gz"' if squeezed else f'"{asset.etag}"'
        headers = {**headers, "etag": etag, "vary": "accept-encoding"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        body = asset.body
        if squeezed and asset.gzipped is not None:
            body, headers["content-encoding"] = asset.gzipped, "gzip"
        return Response(body, 200, headers, media_type=asset.media_type)

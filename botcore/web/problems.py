"""Everything that a route can refuse, as a status, a code for programs and a sentence for the person."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from botcore.errors import MailboxFull, RateLimited, StoreFull, StoreUnavailable
from botcore.i18n.texts import Catalog


class Problem(Exception):
    """A request that can't be served. `code` is also the key `web.<code>` of its sentence."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        retry_after: float | None = None,
        param: str = "",
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.param = param
        """The field of the request that is at fault, for OpenAI's error shape."""
        self.headers = dict(headers or {})
        self.values = values
        super().__init__(code)

    def sentence(self, texts: Catalog, language: str) -> str:
        return texts.text(language, f"web.{self.code}", **self.values)


def problem_of(error: Exception) -> Problem:
    """How a failure is told to a client. What isn't known stays vague: its details are in the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return _of_starlette(error)
    if isinstance(error, (MailboxFull, RateLimited)):
        return _wait(
            429, "mailbox_full" if isinstance(error, MailboxFull) else "rate_limited", error.retry_after
        )
    if isinstance(error, StoreFull):
        return _wait(503, "store_full", 30)
    if isinstance(error, StoreUnavailable):
        return _wait(503, "store_unavailable", 2)
    return Problem(500, "internal")


def _of_starlette(error: HTTPException) -> Problem:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    return Problem(error.status_code, code, headers=error.headers, detail=error.detail)


def _wait(status: int, code: str, seconds: float) -> Problem:
    whole = max(1, math.ceil(seconds))
    return Problem(status, code, retry_after=whole, seconds=whole)


def new_reference() -> str:
    """Stands in the answer and in the log line, so that the one leads to the other."""
    return secrets.token_hex(4)


def problem_body(problem: Problem, message: str, reference: str, *, openai: bool) -> dict[str, Any]:
    """botcore's error shape, or OpenAI's with the reference added."""
    if not openai:
        return {"error": {"code": problem.code, "message": message, "reference": reference}}
    kind = {401: "authentication_error", 429: "rate_limit_error", 404: "not_found_error"}.get(problem.status)
    return {
        "error": {
            "message": message,
            "type": kind or ("server_error" if problem.status >= 500 else "invalid_request_error"),
            "param": problem.param or None,
            "code": problem.code,
            "reference": reference,
        }
    }


def problem_response(problem: Problem, body: dict[str, Any]) -> Response:
    response = json_response(body, problem.status, problem.headers)
    if problem.retry_after is not None:
        response.headers["retry-after"] = str(math.ceil(problem.retry_after))
    return response


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    return Response(
        msgspec.json.encode(body),
        status,
        {"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )

"""Tells a client why not, and writes the log line that the answer's reference leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from botcore.i18n.texts import Catalog
from botcore.web.language import language_of
from botcore.web.problems import Problem, new_reference, problem_body, problem_of, problem_response

log = structlog.get_logger()

LOCALE = "botcore.locale"
"""Key of the ASGI scope under which the session's locale stands, once it is known."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the client gets it."""

    problem: Problem
    body: dict[str, Any]

    @property
    def response(self) -> Response:
        return problem_response(self.problem, self.body)


class Refusals:
    """One error shape for all routes, in the person's language."""

    def __init__(self, texts: Catalog) -> None:
        self._texts = texts

    def tell(self, scope: Scope, error: Exception) -> Refusal:
        problem = problem_of(error)
        reference = new_reference()
        self._log(scope, problem, error, reference)
        openai = str(scope["path"]).startswith("/v1/")
        sentence = problem.sentence(self._texts, self.language(scope))
        return Refusal(problem, problem_body(problem, sentence, reference, openai=openai))

    def language(self, scope: Scope) -> str:
        tags = scope.get(LOCALE) or Headers(scope=scope).get("accept-language", "")
        return language_of(tags, self._texts.languages)

    def _log(self, scope: Scope, problem: Problem, error: Exception, reference: str) -> None:
        told = {"status": problem.status, "code": problem.code, "reference": reference, "path": scope["path"]}
        if problem.code == "internal":
            log.error("request failed", **told, exc_info=error)
        elif problem.status >= 500:
            log.warning("request refused", **told, error=str(error))
        else:
            log.info("request refused", **told)

"""`/openapi.json`: the web server's outside for programs, as OpenAPI 3.1.

The paths are written by hand, the bodies come from the types that read them.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from botcore.web.chat_types import ChatRequest
from botcore.web.visits import NewMessage, NewSession

_REF = "#/components/schemas/"
_TOKEN: list[dict[str, list[str]]] = [{"token": []}]
_KEY: list[dict[str, list[str]]] = [{"key": []}]


class OpenApi:
    def __init__(self) -> None:
        self._body = msgspec.json.encode(document())

    @property
    def routes(self) -> list[BaseRoute]:
        return [Route("/openapi.json", self.show)]

    async def show(self, request: Request) -> Response:
        headers = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
        return Response(self._body, headers=headers, media_type="application/json")


def document() -> dict[str, Any]:
    """The whole description."""
    _, schemas = msgspec.json.schema_components(
        [NewSession, NewMessage, ChatRequest], ref_template=_REF + "{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "botcore",
            "version": "1",
            "summary": "Talk with the bot.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _api_paths() | _openai_paths() | _health_paths() | _page_paths(),
        "components": {
            "schemas": schemas | _SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "From `POST /api/v1/sessions`."},
                "tokenInQuery": {"type": "apiKey", "in": "query", "name": "token"},
                "key": {"type": "http", "scheme": "bearer", "description": "One of `web.api_keys`."},
            },
        },
    }


def _api_paths() -> dict[str, Any]:
    busy = {"429": "Error", "503": "Error"}
    bad = {"400": "Error", "408": "Error", "413": "Error"}
    reading: list[dict[str, list[str]]] = [{"token": []}, {"tokenInQuery": []}]
    return {
        "/api/v1/sessions": {
            "post": _operation(
                "beginSession",
                "Begin a conversation",
                {"201": "Session", **bad, **busy},
                body="NewSession",
                required=False,
            )
        },
        "/api/v1/messages": {
            "post": _operation(
                "sendMessage",
                "Say something. 202 means that it is durable and will be answered; the same `id` again is the same message",
                {"202": "Accepted", "401": "Error", **bad, **busy},
                body="NewMessage",
                security=_TOKEN,
            )
        },
        "/api/v1/stop": {
            "post": _operation(
                "stopAnswer",
                "End the answer in progress",
                {"202": "Nothing", "401": "Error", "503": "Error"},
                security=_TOKEN,
            )
        },
        "/api/v1/events": {
            "get": _operation(
                "followEvents",
                "Events `delta`, `message`, `typing`, `state` and `error` as they come, after `Last-Event-ID`",
                {"200": "text/event-stream", "400": "Error", "401": "Error", "503": "Error"},
                security=reading,
                parameters=[_parameter("Last-Event-ID", "header"), _parameter("last_event_id", "query")],
            )
        },
        "/api/v1/socket": {
            "get": _operation(
                "openSocket",
                "The same events by WebSocket, as `{id, event, data}`; frames the other way are "
                '`{"type": "message", "id"?, "text", "attachments"?}` and `{"type": "stop"}`',
                {"101": "", "400": "Error", "401": "Error"},
                security=reading,
                parameters=[_parameter("last_event_id", "query")],
            )
        },
    }


def _openai_paths() -> dict[str, Any]:
    refused = {"401": "OpenAIError"}
    failing = dict.fromkeys(("400", "408", "413", "429", "503", "504"), "OpenAIError")
    return {
        "/v1/models": {
            "get": _operation(
                "listModels", "The one model: the bot", {"200": "Models", **refused}, security=_KEY
            )
        },
        "/v1/models/{model}": {
            "get": _operation(
                "getModel",
                "One model",
                {"200": "Model", "404": "OpenAIError", **refused},
                security=_KEY,
                parameters=[_parameter("model", "path")],
            )
        },
        "/v1/chat/completions": {
            "post": _operation(
                "completeChat",
                "One turn of the bot, compatible with OpenAI's API. `user` names a conversation that goes on; without it "
                "every request is one of its own. Messages of the roles system, developer and tool are not used, "
                "nor are fields that tune a model. Token counts are estimates",
                {"200": "Completion", **refused, **failing},
                body="ChatRequest",
                security=_KEY,
            )
        },
    }


def _health_paths() -> dict[str, Any]:
    return {
        "/healthz": {"get": _operation("isAlive", "200 while the process lives", {"200": "Status"})},
        "/readyz": {
            "get": _operation(
                "isReady", "Whether messages can be taken", {"200": "Readiness", "503": "Readiness"}
            )
        },
        "/metrics": {"get": _operation("getMetrics", "For Prometheus", {"200": "text/plain"})},
        "/openapi.json": {"get": _operation("describe", "This document", {"200": "Nothing"})},
    }


def _page_paths() -> dict[str, Any]:
    missing = {"404": "Error"}
    return {
        "/": {"get": _operation("showPage", "A page with the widget", {"200": "text/html", **missing})},
        "/widget.js": {"get": _operation("getWidget", "The widget", {"200": "text/javascript", **missing})},
        "/static/{path}": {
            "get": _operation(
                "getFile",
                "A file of the page",
                {"200": "application/octet-stream", **missing},
                parameters=[_parameter("path", "path")],
            )
        },
    }


def _operation(
    id: str,
    summary: str,
    answers: dict[str, str],
    *,
    body: str = "",
    required: bool = True,
    security: list[dict[str, list[str]]] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": id,
        "summary": summary,
        "responses": {status: _response(status, content) for status, content in answers.items()},
        "security": security or [],
    }
    if body:
        operation["requestBody"] = {"required": required, "content": _json(body)}
    if parameters:
        operation["parameters"] = parameters
    return operation


_MEANINGS = {
    "101": "The connection is a WebSocket now",
    "200": "As asked",
    "201": "Made",
    "202": "Accepted",
    "400": "The request is faulty; the message says where",
    "401": "No valid token or key",
    "404": "There is no such thing",
    "408": "The body took too long",
    "413": "Too large",
    "429": "Too much at once; come back after `Retry-After` seconds",
    "503": "Messages can't be taken now; come back after `Retry-After` seconds",
    "504": "The answer took too long; the question was taken and stopped",
}


def _response(status: str, content: str) -> dict[str, Any]:
    response: dict[str, Any] = {"description": _MEANINGS[status]}
    if "/" in content:
        response["content"] = {content: {"schema": {"type": "string"}}}
    elif content:
        response["content"] = _json(content)
    if status in ("429", "503") and content != "Readiness":
        response["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return response


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF + schema}}}


def _parameter(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_STRING = {"type": "string"}
_INTEGER = {"type": "integer"}
_MODEL = _object(id=_STRING, object={"const": "model"}, created=_INTEGER, owned_by=_STRING)
_SCHEMAS: dict[str, Any] = {
    "Nothing": {"type": "object"},
    "Session": _object(session=_STRING, token=_STRING),
    "Accepted": _object(id=_STRING),
    "Status": _object(status={"const": "ok"}),
    "Readiness": _object(
        status={"enum": ["ok", "degraded", "unavailable"]},
        parts={"type": "object", "additionalProperties": _STRING},
    ),
    "Error": _object(error=_object(code=_STRING, message=_STRING, reference=_STRING)),
    "OpenAIError": _object(
        error=_object(
            message=_STRING, type=_STRING, param={"type": ["string", "null"]}, code=_STRING, reference=_STRING
        )
    ),
    "Model": _MODEL,
    "Models": _object(object={"const": "list"}, data={"type": "array", "items": _MODEL}),
    "Completion": _object(
        id=_STRING,
        object={"const": "chat.completion"},
        created=_INTEGER,
        model=_STRING,
        choices={
            "type": "array",
            "items": _object(
                index=_INTEGER,
                message=_object(role={"const": "assistant"}, content=_STRING),
                finish_reason={"enum": ["stop", "length"]},
            ),
        },
        usage=_object(
            prompt_tokens=_INTEGER,
            completion_tokens=_INTEGER,
            total_tokens=_INTEGER,
            estimated={"const": True},
        ),
    ),
}

"""The description of the API is true."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import jsonschema
import pytest
from starlette.routing import Route, WebSocketRoute

from botcore.web.app import create_web_app
from botcore.web.openapi import document
from botcore.web.parts import WebParts
from tests.web.conftest import KEY, bearing, begin

METHODS = {"get", "post", "put", "delete", "patch", "head", "options", "trace"}


@pytest.fixture
def api() -> dict[str, Any]:
    return json.loads(json.dumps(document()))


def test_every_route_is_described_and_nothing_else(parts: WebParts, api: dict[str, Any]) -> None:
    served = set()
    for route in create_web_app(parts).routes:
        assert isinstance(route, (Route, WebSocketRoute))
        path = route.path.replace(":path}", "}")
        methods = (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
        served |= {(path, method.lower()) for method in methods}
    assert served == {(path, method) for path, item in api["paths"].items() for method in item}


def test_the_document_has_the_form_of_openapi_3_1(api: dict[str, Any]) -> None:
    assert api["openapi"] == "3.1.0"
    assert set(api) == {"openapi", "info", "servers", "paths", "components"}
    assert {"title", "version"} <= set(api["info"])
    operations = [(path, method, op) for path, item in api["paths"].items() for method, op in item.items()]
    assert len({op["operationId"] for _, _, op in operations}) == len(operations)
    for path, method, op in operations:
        assert path.startswith("/")
        assert method in METHODS
        assert set(op) <= {"operationId", "summary", "responses", "security", "requestBody", "parameters"}
        in_path = {parameter["name"] for parameter in op.get("parameters", ()) if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        assert all(re.fullmatch(r"[1-5]\d\d", status) for status in op["responses"])
        assert all(answer["description"] for answer in op["responses"].values())
        schemes = {name for one in op["security"] for name in one}
        assert schemes <= set(api["components"]["securitySchemes"])


def test_every_reference_leads_somewhere_and_every_schema_is_one(api: dict[str, Any]) -> None:
    schemas = api["components"]["schemas"]
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(api)))
    assert references == set(schemas)
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


async def test_the_document_is_served(client: httpx2.AsyncClient, api: dict[str, Any]) -> None:
    response = await client.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == api


async def test_answers_are_as_described(client: httpx2.AsyncClient, api: dict[str, Any]) -> None:
    session = await begin(client)
    key = {"authorization": f"Bearer {KEY}"}
    chat = {"messages": [{"role": "user", "content": "hi"}]}
    asked = [
        ("post", "/api/v1/sessions", {}, {}),
        ("post", "/api/v1/sessions", {}, {"x": 1}),
        ("post", "/api/v1/messages", bearing(session), {"text": "hi"}),
        ("post", "/api/v1/messages", bearing(session), {"text": ""}),
        ("post", "/api/v1/messages", {}, {"text": "hi"}),
        ("post", "/api/v1/stop", bearing(session), None),
        ("get", "/v1/models", key, None),
        ("get", "/v1/models", {}, None),
        ("post", "/v1/chat/completions", key, chat),
        ("post", "/v1/chat/completions", key, {"messages": []}),
        ("get", "/healthz", {}, None),
        ("get", "/readyz", {}, None),
    ]
    for method, path, headers, body in asked:
        response = await client.request(method, path, headers=headers, json=body)
        answer = api["paths"][path][method]["responses"][str(response.status_code)]
        schema = answer["content"]["application/json"]["schema"] | {"components": api["components"]}
        jsonschema.validate(response.json(), schema)

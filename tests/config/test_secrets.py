"""Whatever is wrong, no report shows a secret."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr, field_validator

from botcore.config import load_settings, render_settings, validate_plugin
from botcore.config.masks import is_secret, shown
from botcore.errors import ConfigurationError

from .conftest import Folder

CHARACTERS = string.ascii_letters + string.digits + "-_:/+=?#&%$!~@"
SECRETS = st.text(CHARACTERS, min_size=6, max_size=40).map("Zq7{}".format)
PLACES = [
    "[telegram]\ntoken = {} \nmode = 'x'",
    "[telegram]\ntokn = {}",
    "[telegramm]\nx = {}",
    "telegram = {}",
    "[telegram.token]\nx = {}",
    "[telegram]\ntoken = [{}]",
    "[telegram]\nwebhook_secret = {}\nmode = 'x'",
    "[web]\napi_keys = {}",
    "[web]\napi_keys = [{}, 5]",
    "[web]\nport = 'x'\napi_keys = [{}]",
    "[engine]\napi_key = {}\nurls = 'x'",
    "[plugins]\nshop = {}",
    "[plugins.shop]\napi_token = {}\n[web]\nport = 'x'",
    "[web]\nport = 'x'\ntitle = {} {}",
]
ADDRESSES = [
    "[redis]\nurl = {}",
    "[database]\nurl = {}",
    "[engine]\nurls = [{}]",
    "[engine]\nurls = {}",
    "[telegram]\nwebhook_url = {}",
    "[discord]\ngateway_url = {}",
]
relaxed = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)


def report(toml: str, folder: Folder) -> str:
    folder.toml(toml)
    try:
        return render_settings(load_settings(environment={}))
    except ConfigurationError as error:
        return str(error)


@pytest.mark.parametrize("place", PLACES)
@relaxed
@given(secret=SECRETS)
def test_a_secret_never_appears_in_the_report(folder: Folder, place: str, secret: str) -> None:
    assert secret not in report(place.replace("{}", json.dumps(secret)), folder)


@pytest.mark.parametrize("place", ADDRESSES)
@pytest.mark.parametrize(
    "address", ["redis://u:{}@h:1", "mysql://u:{}@h/v2", "{}@h", "http://:{}@", "ftp://h/x?key={}"]
)
@relaxed
@given(secret=SECRETS)
def test_the_password_of_an_address_never_appears_in_the_report(
    folder: Folder, place: str, address: str, secret: str
) -> None:
    assert secret not in report(place.replace("{}", json.dumps(address.replace("{}", secret))), folder)


@relaxed
@given(secret=SECRETS, name=st.sampled_from(["TOKEN", "TOKN", "MODE__TOKEN"]))
def test_a_secret_in_the_environment_never_appears_in_the_report(
    folder: Folder, secret: str, name: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment={f"BOTCORE_TELEGRAM__{name}": secret, "BOTCORE_WEB__PORT": "x"})
    assert secret not in str(caught.value)


class Shop(BaseModel, extra="forbid"):
    api_key: SecretStr = Field(max_length=1)
    password: str = ""

    @field_validator("password")
    @classmethod
    def _talkative(cls, value: str) -> str:
        raise ValueError(f"I don't like {value}")


@relaxed
@given(secret=SECRETS)
def test_a_plugins_model_can_not_make_a_secret_appear(secret: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        validate_plugin("shop", Shop, {"api_key": secret, "password": secret, "stranger": secret})
    assert len(caught.value.faults) == 3
    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "name", ["BOTCORE_PLUGINS__SHOP" + "__A" * 900, "BOTCORE_PLUGINS__SHOP__PASSWORD" + "__A" * 900]
)
def test_a_value_however_deep_is_shown_shortly(name: str) -> None:
    tables = load_settings(environment={name: "Zq7"}).plugins
    with pytest.raises(ConfigurationError) as caught:
        validate_plugin("shop", Shop, {"api_key": "", **tables.table("shop")})
    assert "Zq7" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_names_of_secrets_are_known_and_measures_are_none() -> None:
    assert all(
        map(is_secret, ["token", "api_keys", "PASSWORD", "webhook_secret", "Authorization", "db_passwd"])
    )
    assert not any(map(is_secret, ["first_token_seconds", "max_tokens", "url", "title", "text_length"]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("redis://h:6379/0", '"redis://h:6379/0"'),
        ("redis://u:p@ss/w:rd@h:6379/0", '"redis://***@h:6379/0"'),
        ("hunter2://@h", '"***@h"'),
        ("redis://:hunter", '"redis://:***"'),
        ("redis+sentinel://:hunter@h:1,h2:2/m/0", '"redis+sentinel://***@h:1,h2:2/m/0"'),
        ("https://api.telegram.org/bot123:AbC/getMe", '"https://api.telegram.org/bot***/getMe"'),
        ("http://[::1]:8000/v1", '"http://[::1]:8000/v1"'),
        (["http://u:p@h/v1"], '["http://***@h/v1"]'),
        ({"headers": {"Authorization": "Bearer x"}}, '{"headers": {"Authorization": "***"}}'),
        ("a\u202e\x1b[31m\udc80", '"a\\u202e\\u001b[31m\\udc80"'),
    ],
)
def test_values_are_shown_on_one_safe_line(value: object, text: str) -> None:
    assert shown(("some", "url"), value) == text

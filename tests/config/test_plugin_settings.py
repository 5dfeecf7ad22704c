"""Settings of plugins are checked by the plugin's model, and told like botcore's own."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel

from botcore.config import check_plugins, language_models, validate_plugin
from botcore.errors import ConfigurationError, Fault
from botcore.plugin import NoConfig

from .conftest import Folder


class Shop(BaseModel, extra="forbid"):
    name: str = "shop"
    size: int = 1
    tone: Literal["formal", "casual"] = "formal"
    colours: list[str] = []


class Clinic(BaseModel, extra="forbid"):
    phone: str


def faults_of(folder: Folder, models: dict[str, type[BaseModel]], known: list[str]) -> list[Fault]:
    with pytest.raises(ConfigurationError) as caught:
        check_plugins(folder.load(), models, known)
    return list(caught.value.faults)


def test_a_plugin_gets_its_own_checked_settings(folder: Folder) -> None:
    folder.toml("[plugins.shop]\nname = 'Ada'\n")
    folder.environment = {"BOTCORE_PLUGINS__SHOP__SIZE": "2", "BOTCORE_PLUGINS__SHOP__COLOURS": '["red"]'}
    assert check_plugins(folder.load(), {"shop": Shop}) == {"shop": Shop(name="Ada", size=2, colours=["red"])}


def test_mistakes_of_all_plugins_are_told_at_once_with_their_places(folder: Folder) -> None:
    folder.toml("[plugins.shop]\nnam = 'x'\ntone = 'causal'\n[plugins.clinic]\n[plugins.shpo]\na = 1\n")
    folder.environment = {"BOTCORE_PLUGINS__SHOP__COLOURS": "red", "BOTCORE_PLUGINS__SHOP__SIZ": "1"}
    faults = faults_of(folder, {"shop": Shop, "clinic": Clinic}, [])
    assert [str(fault) for fault in faults] == [
        "config/botcore.toml:6: plugins.shpo: there is no plugin of this name (did you mean shop?)",
        'environment BOTCORE_PLUGINS__SHOP__COLOURS: plugins.shop.colours = "red": expected a list as JSON, '
        'like BOTCORE_PLUGINS__SHOP__COLOURS=\'["one", "two"]\'',
        'config/botcore.toml:3: plugins.shop.tone = "causal": expected formal or casual (did you mean casual?)',
        "config/botcore.toml:2: plugins.shop.nam: there is no such setting (did you mean name?)",
        "environment BOTCORE_PLUGINS__SHOP__SIZ: plugins.shop.siz: there is no such setting "
        "(did you mean BOTCORE_PLUGINS__SHOP__SIZE?)",
        "config/botcore.toml:4: plugins.clinic.phone: is required: expected a text",
    ]


def test_the_table_of_a_plugin_that_is_switched_off_may_stay(folder: Folder) -> None:
    folder.toml("[plugins.shop]\nsize = 'whatever'\n")
    assert check_plugins(folder.load(), {}, ["shop"]) == {}


def test_a_plugin_without_settings_refuses_any() -> None:
    with pytest.raises(ConfigurationError, match=r"plugins.echo.loud: there is no such setting"):
        validate_plugin("echo", NoConfig, {"loud": True})


def test_every_plugin_may_name_its_language_model(folder: Folder) -> None:
    folder.toml("[plugins.shop]\nmodel = 'tutor'\nsize = 3\n[plugins.clinic]\nphone = '1'\n")
    settings = folder.load()
    models: dict[str, type[BaseModel]] = {"shop": Shop, "clinic": Clinic}
    assert check_plugins(settings, models)["shop"] == Shop(size=3)
    assert language_models(settings, list(models)) == {"shop": "tutor", "clinic": ""}
    folder.toml("[plugins.shop]\nmodel = 3\n")
    with pytest.raises(ConfigurationError, match=r"plugins\.shop\.model: expected a model's name"):
        language_models(folder.load(), ["shop"])

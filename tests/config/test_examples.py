"""The operators' own examples join those of the plugins, and mistakes in their file are told like all others."""

from __future__ import annotations

import pytest

from botcore.app.minds import open_minds
from botcore.config import add_own_examples
from botcore.errors import ConfigurationError
from botcore.i18n.texts import core_catalog
from botcore.intents.classifier import IntentClassifier
from botcore.memory.local import LocalMemory

from .conftest import Folder

FILE = "config/intents.toml"
INTENTS = ["order_status", "opening_hours"]
PLUGIN = """
from botcore import Context, Plugin

plugin = Plugin("shouting")


@plugin.intent("shout", examples=["say it loud"])
async def shout(ctx: Context) -> str:
    return ctx.text.upper()
"""
DECLARED = {"order_status": {"en": ["where is my order"]}, "opening_hours": {"en": ["when do you open"]}}


def add(folder: Folder) -> dict[str, dict[str, list[str]]]:
    return add_own_examples(folder.load(), DECLARED, INTENTS)


def test_own_examples_join_those_of_the_plugins(folder: Folder) -> None:
    folder.toml(
        "[order_status]\nen = ['wheres my stuff']\nzh = ['我的包裹呢']\n[oos]\nen = ['tell a joke']\n", FILE
    )
    assert add(folder) == {
        "order_status": {"en": ["where is my order", "wheres my stuff"], "zh": ["我的包裹呢"]},
        "opening_hours": {"en": ["when do you open"]},
        "oos": {"en": ["tell a joke"]},
    }
    assert DECLARED["order_status"] == {"en": ["where is my order"]}


def test_an_own_example_is_learned(folder: Folder) -> None:
    folder.toml("[opening_hours]\nen = ['xyzzy frobnicate', 'frobnicate the xyzzy']\n", FILE)
    said = "xyzzy frobnicate please"
    assert IntentClassifier.train(DECLARED).classify(said, "en").intent == ""
    assert IntentClassifier.train(add(folder)).classify(said, "en").intent == "opening_hours"


async def test_a_running_bot_knows_an_own_example(folder: Folder) -> None:
    (folder.path / "data").mkdir()
    folder.toml(PLUGIN, "plugins/shouting/plugin.py")
    folder.toml("[shout]\nen = ['xyzzy frobnicate']\n", FILE)
    settings = folder.load(plugins__enabled=["shouting"])
    async with open_minds(settings, core_catalog(), LocalMemory()) as minds:
        assert (await minds.detector.detect("xyzzy frobnicate please", "en")).intent == "shout"


async def test_a_bot_does_not_start_with_a_mistake_in_the_file(folder: Folder) -> None:
    folder.toml(PLUGIN, "plugins/shouting/plugin.py")
    folder.toml("[shuot]\nen = ['xyzzy frobnicate']\n", FILE)
    with pytest.raises(ConfigurationError, match=r"shuot: there is no intent .*did you mean shout\?"):
        async with open_minds(folder.load(plugins__enabled=["shouting"]), core_catalog(), LocalMemory()):
            pass


def test_without_a_file_there_are_the_plugins_examples(folder: Folder) -> None:
    assert add(folder) == DECLARED
    folder.toml("", FILE)
    assert add(folder) == DECLARED


def test_a_file_of_another_name_is_read_and_must_be_there(folder: Folder) -> None:
    folder.environment = {"BOTCORE_INTENTS__EXAMPLES_FILE": "ours.toml"}
    with pytest.raises(ConfigurationError, match=r"ours\.toml: file: can't be read: No such file"):
        add(folder)
    folder.toml("[order_status]\nde = ['wo ist mein Paket']\n", "ours.toml")
    assert add(folder)["order_status"]["de"] == ["wo ist mein Paket"]


def test_all_mistakes_of_the_file_are_told_at_once(folder: Folder) -> None:
    folder.toml(
        "stray = 5\nopening_hours = ['now?']\n"
        "[order_statu]\nen = ['a']\nzh = ['b']\n"
        "[order_status]\nen = 'a'\nzh = ['b', 5]\nde = ['']\nEnglish = ['c']\n[order_status.fr]\nx = ['d']\n",
        FILE,
    )
    with pytest.raises(ConfigurationError) as caught:
        add(folder)
    wanted = """expected a list of texts, like ["where is my order", "where's my stuff"]"""
    assert [str(fault) for fault in caught.value.faults] == [
        f"{FILE}:1: stray: there is no intent of this name; `botcore plugin list` shows all",
        f"{FILE}:2: opening_hours: the examples of an intent are a table, [opening_hours], "
        "with a list for each language, like en = [...]",
        f"{FILE}:3: order_statu: there is no intent of this name (did you mean order_status?); "
        "`botcore plugin list` shows all",
        f'{FILE}:7: order_status.en = "a": {wanted}',
        f"{FILE}:8: order_status.zh = 5: {wanted}",
        f'{FILE}:9: order_status.de = "": {wanted}',
        f"{FILE}:10: order_status.English: expected the code of a language, like en or zh",
        f'{FILE}:12: order_status.fr.x = ["d"]: {wanted}',
    ]


def test_a_file_that_is_no_toml_is_told(folder: Folder) -> None:
    folder.toml("[order_status\n", FILE)
    with pytest.raises(ConfigurationError, match=f"{FILE}:1:14: file: is not valid TOML"):
        add(folder)

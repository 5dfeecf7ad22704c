"""Plugins are found, imported in the order of the configuration, and refused with words that help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from botcore.errors import ConfigurationError, Fault
from botcore.loader import available_plugins, load_plugins

ECHO = """
from botcore import Context, Plugin

plugin = Plugin("{name}")


@plugin.command("{command}")
async def handler(ctx: Context) -> str:
    return ctx.args
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Puts a plugin's file in a plugin folder; forgets the imported modules at the end."""

    def write_file(name: str, text: str | bytes, *, file: str = "plugin.py", folder: str = "plugins") -> Path:
        path = tmp_path / folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    yield write_file
    for name in [name for name in sys.modules if name.startswith("botcore_plugin_")]:
        del sys.modules[name]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Installs a package: its name, its module's text, its entry points."""
    monkeypatch.syspath_prepend(tmp_path / "site")

    def install(name: str, text: str, points: str) -> None:
        info = tmp_path / "site" / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[botcore.plugins]\n{points}\n")
        (tmp_path / "site" / f"{name}.py").write_text(text)

    return install


def echo(name: str, command: str = "") -> str:
    return ECHO.format(name=name, command=command or name)


def faults_of(names: list[str], *folders: Path) -> list[Fault]:
    with pytest.raises(ConfigurationError) as caught:
        load_plugins(names, folders)
    return list(caught.value.faults)


def test_plugins_come_in_the_order_of_the_configuration(write: Write, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        write(name, echo(name))
    loaded = load_plugins(["three", "one"], [tmp_path / "plugins"])
    assert [each.plugin.name for each in loaded] == ["three", "one"]
    assert loaded[0].folder == tmp_path / "plugins" / "three"


def test_a_plugin_may_import_its_own_modules(write: Write, tmp_path: Path) -> None:
    write("shop", "from .parts.words import plugin\n")
    write("shop", "", file="parts/__init__.py")
    write(
        "shop",
        "from ..base import NAME\nfrom botcore import Plugin\nplugin = Plugin(NAME)\n",
        file="parts/words.py",
    )
    write("shop", "NAME = 'shop'\n", file="base.py")
    assert load_plugins(["shop"], [tmp_path / "plugins"])[0].plugin.name == "shop"


def test_a_plugin_brings_its_texts(write: Write, tmp_path: Path) -> None:
    write("shop", echo("shop"))
    write("shop", "hello = 'Guten Tag'\n", file="locales/de.toml")
    assert load_plugins(["shop"], [tmp_path / "plugins"])[0].catalog.text("de", "hello") == "Guten Tag"


def test_a_folder_of_ones_own_goes_before_the_bundled_one(write: Write, tmp_path: Path) -> None:
    write("shop", echo("shop", "mine"), folder="mine")
    write("shop", echo("shop", "bundled"), folder="bundled")
    folders = [tmp_path / "missing", tmp_path / "mine", tmp_path / "bundled"]
    assert list(load_plugins(["shop"], folders)[0].plugin.commands) == ["mine"]


def test_an_edited_plugin_is_loaded_as_it_is_now(write: Write, tmp_path: Path) -> None:
    write(
        "shop",
        "from .base import NAME\nfrom botcore import Plugin\nplugin = Plugin('shop', description=NAME)\n",
    )
    for text in ("first", "second one"):
        write("shop", f"NAME = {text!r}\n", file="base.py")
        assert load_plugins(["shop"], [tmp_path / "plugins"])[0].plugin.description == text


def test_an_installed_package_offers_a_plugin(
    packages: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    packages("shop_package", echo("shop"), "shop = shop_package:plugin")
    (loaded,) = load_plugins(["shop"], [tmp_path / "plugins"])
    assert loaded.plugin.name == "shop"
    assert loaded.folder == tmp_path / "site"
    assert available_plugins([tmp_path / "plugins"]) == ["shop"]


def test_a_folder_goes_before_an_installed_package(
    write: Write, packages: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    packages("other_package", echo("shop", "installed"), "shop = other_package:plugin")
    write("shop", echo("shop", "folder"))
    assert list(load_plugins(["shop"], [tmp_path / "plugins"])[0].plugin.commands) == ["folder"]


def test_two_packages_that_offer_one_name_are_both_named(
    packages: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    packages("first_package", echo("shop"), "shop = first_package:plugin")
    packages("second_package", echo("shop"), "shop = second_package:plugin")
    (fault,) = faults_of(["shop"], tmp_path)
    assert "first_package" in fault.where
    assert "second_package" in fault.where


def test_a_package_without_the_named_object_is_told(
    packages: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    packages(
        "empty_package",
        "",
        "shop = empty_package:plugin\nother = missing_package:plugin\nthird = empty_package:__name__",
    )
    faults = faults_of(["shop", "other", "third"], tmp_path)
    assert "has no attribute 'plugin'" in faults[0].problem
    assert "is the package that brings 'missing_package' installed?" in faults[1].problem
    assert "write plugin = Plugin" in faults[2].problem


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("x = 1\nimport package_that_is_nowhere\n", 2, "that brings 'package_that_is_nowhere' installed?"),
        ("from .missing import x\n", 1, "ModuleNotFoundError"),
        ("def broken(:\n", 1, "SyntaxError"),
        ("\n\n1 / 0\n", 3, "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit('enough')\n", 2, "SystemExit: enough"),
        ("from botcore import Plugin\nplugin = Plugin('No Name')\n", 2, "a name is made of"),
        (
            "from botcore import Plugin\nplugin = Plugin('shop')\n@plugin.command('x')\ndef x(ctx): ...\n",
            3,
            "must be `async def`",
        ),
        (b"x = '\xff'\n", 1, "SyntaxError"),
        ("from botcore import NoSuchThing\n", 1, "cannot import name 'NoSuchThing'"),
    ],
)
def test_a_plugin_that_fails_to_import_is_told_with_its_line(
    write: Write, tmp_path: Path, text: str | bytes, line: int, problem: str
) -> None:
    path = write("shop", text)
    (fault,) = faults_of(["shop"], tmp_path / "plugins")
    assert fault.where == f"{path}:{line}"
    assert fault.key == "plugins.shop"
    assert problem in fault.problem
    assert "botcore_plugin_shop" not in sys.modules


def test_an_error_in_a_module_of_the_plugin_is_told_with_that_modules_line(
    write: Write, tmp_path: Path
) -> None:
    write("shop", "from .base import x\n")
    path = write("shop", "x = {}\nx['key']\n", file="base.py")
    (fault,) = faults_of(["shop"], tmp_path / "plugins")
    assert fault.where == f"{path}:2"


@pytest.mark.parametrize("text", ["", "plugin = 'shop'\n", "Plugin = 1\n"])
def test_a_file_without_a_plugin_object_is_told(write: Write, tmp_path: Path, text: str) -> None:
    write("shop", text)
    (fault,) = faults_of(["shop"], tmp_path / "plugins")
    assert fault.problem.endswith('write plugin = Plugin("shop")')


def test_a_plugin_under_a_foreign_name_is_told(write: Write, tmp_path: Path) -> None:
    write("shop", echo("clinic"))
    (fault,) = faults_of(["shop"], tmp_path / "plugins")
    assert "calls itself 'clinic'" in fault.problem


def test_a_missing_plugin_is_told_with_the_nearest_name(write: Write, tmp_path: Path) -> None:
    write("translation", echo("translation"))
    (fault,) = faults_of(["translator"], tmp_path / "plugins")
    assert (fault.key, fault.value) == ("plugins.enabled", "translator")
    assert "did you mean translation?" in fault.problem
    assert str(tmp_path / "plugins") in fault.problem


def test_a_folder_without_plugin_file_is_told(write: Write, tmp_path: Path) -> None:
    write("shop", "", file="README.md")
    (fault,) = faults_of(["shop"], tmp_path / "plugins")
    assert fault.problem == "the folder has no plugin.py"


@pytest.mark.parametrize("name", ["../shop", "", ".", "/etc", "a\0b", "\udc80"])
def test_a_name_never_leads_out_of_the_plugin_folder(write: Write, tmp_path: Path, name: str) -> None:
    write("shop", echo("shop"), folder="")
    (fault,) = faults_of([name], tmp_path / "plugins")
    assert "there is no plugin of this name" in fault.problem


def test_a_faulty_file_of_texts_is_told(write: Write, tmp_path: Path) -> None:
    write("shop", echo("shop"))
    path = write("shop", "hello = [\n", file="locales/en.toml")
    (fault,) = faults_of(["shop"], tmp_path / "plugins")
    assert str(path) in fault.problem


def test_two_plugins_that_claim_one_trigger_are_both_named(write: Write, tmp_path: Path) -> None:
    intent = "\n\n@plugin.intent('buy', examples=['buy'])\nasync def buy(ctx: Context) -> str:\n    return 'sold'\n"
    for name in ("shop", "clinic"):
        write(name, echo(name, "help") + intent)
    command, bought = faults_of(["shop", "clinic"], tmp_path / "plugins")
    assert "the command 'help' is claimed by shop and by clinic" in command.problem
    assert "the intent 'buy' is claimed by shop and by clinic" in bought.problem


def test_all_mistakes_are_told_at_once(write: Write, tmp_path: Path) -> None:
    write("one", "1 / 0")
    write("two", "")
    write("four", echo("four"))
    assert len(faults_of(["one", "two", "three", "four"], tmp_path / "plugins")) == 3

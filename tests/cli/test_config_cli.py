"""`botcore config` as a person uses it: every mistake in one run, and never a secret on the screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from botcore.cli.main import run

ARGUMENT = re.compile(r"│ (?:[* ]  )?(?P<name>[A-Z]{2,}(?: --[a-z]+)?|--[a-z-]+(?: [A-Z]+)?) (?P<help>.*)│$")
PLUGIN = '''
from pydantic import BaseModel

from botcore import Context, Plugin


class Config(BaseModel, extra="forbid"):
    size: int = 1
    api_key: str = ""


plugin = Plugin("{name}", config=Config)


@plugin.intent("{name}_order", examples=["I want to order"])
async def order(ctx: Context[Config]) -> str:
    """Take the order."""
    return "done"
'''


class Terminal:
    """A person in an empty folder."""

    def __init__(self, folder: Path, screen: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._screen = screen

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def type(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        code = run(arguments)
        said = self._screen.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("BOTCORE_")]:
        monkeypatch.delenv(name)
    yield Terminal(tmp_path, capsys)
    structlog.reset_defaults()
    for name in [name for name in sys.modules if name.startswith("botcore_plugin_")]:
        del sys.modules[name]


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_a_good_configuration_is_called_good(terminal: Terminal) -> None:
    assert terminal.type("config", "check") == (0, "The configuration is good.\n", "")


def test_mistakes_in_settings_plugins_and_examples_are_told_in_one_run(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.write("plugins/shop/plugin.py", PLUGIN.format(name="shop"))
    terminal.write("plugins/clinic/plugin.py", PLUGIN.format(name="clinic"))
    terminal.write(
        "config/botcore.toml",
        "[web]\nprot = 1\nport = 'x'\n[plugins]\nenabled = ['shop', 'clinic']\n"
        "[plugins.shop]\nsize = 'big'\n[plugins.clinic]\nsise = 1\n[plugins.clinik]\nsize = 1\n",
    )
    terminal.write(".env", "BOTCORE_TELEGRAM__TOKN=12345:hunter2\n")
    terminal.write("config/intents.toml", "[shop_ordr]\nen = ['order!']\n[clinic_order]\nen = 'order!'\n")
    monkeypatch.setenv("BOTCORE_ENGINE__URLS", "http://h/v1")
    code, said, wrong = terminal.type("config", "check")
    assert (code, said) == (2, "")
    assert lines_of(wrong) == [
        "botcore: 9 mistakes in the configuration:",
        "config/botcore.toml:2: web.prot: there is no such setting (did you mean port?)",
        ".env:1 BOTCORE_TELEGRAM__TOKN: telegram.tokn: there is no such setting "
        "(did you mean BOTCORE_TELEGRAM__TOKEN?)",
        'environment BOTCORE_ENGINE__URLS: engine.urls = "http://h/v1": expected a list as JSON, '
        'like BOTCORE_ENGINE__URLS=\'["one", "two"]\'',
        'config/botcore.toml:3: web.port = "x": expected a whole number, at least 0 and at most 65535',
        "config/botcore.toml:11: plugins.clinik: there is no plugin of this name (did you mean clinic?)",
        'config/botcore.toml:7: plugins.shop.size = "big": expected a whole number',
        "config/botcore.toml:9: plugins.clinic.sise: there is no such setting (did you mean size?)",
        "config/intents.toml:1: shop_ordr: there is no intent of this name (did you mean shop_order?); "
        "`botcore plugin list` shows all",
        'config/intents.toml:4: clinic_order.en = "order!": expected a list of texts, '
        'like ["where is my order", "where\'s my stuff"]',
    ]


def test_a_plugin_that_can_not_be_loaded_does_not_hide_the_settings_of_the_others(terminal: Terminal) -> None:
    terminal.write("plugins/shop/plugin.py", PLUGIN.format(name="shop"))
    terminal.write("plugins/broken/plugin.py", "import nothing_of_this_name\n")
    terminal.write(
        "config/botcore.toml",
        "[plugins]\nenabled = ['shop', 'broken', 'asistant']\n[plugins.shop]\nsiz = 1\n[plugins.broken]\na = 1\n",
    )
    code, _, wrong = terminal.type("config", "check")
    assert code == 2
    told = lines_of(wrong)[1:]
    assert len(told) == 3
    assert "plugins.broken: can't be imported: ModuleNotFoundError" in told[0]
    assert "did you mean assistant?" in told[1]
    assert told[2] == "config/botcore.toml:4: plugins.shop.siz: there is no such setting (did you mean size?)"


def test_where_the_file_can_not_be_read_the_plugins_are_not_blamed_for_what_it_held(
    terminal: Terminal,
) -> None:
    terminal.write("plugins/shop/plugin.py", PLUGIN.format(name="shop").replace("int = 1", "int"))
    terminal.write("config/botcore.toml", "[plugins]\nenabled = ['shop']\n[plugins.shop\nsize = 1\n")
    terminal.write(".env", 'BOTCORE_PLUGINS__ENABLED=["shop"]\nBOTCORE_WEB__PORT=x\n')
    _, _, wrong = terminal.type("config", "check")
    assert [line.partition(":")[0] for line in lines_of(wrong)[1:]] == ["config/botcore.toml", ".env"]


@pytest.mark.parametrize("command", ["check", "show"])
def test_no_secret_is_ever_printed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    terminal.write("plugins/shop/plugin.py", PLUGIN.format(name="shop"))
    terminal.write(
        "config/botcore.toml",
        "[plugins]\nenabled = ['shop']\n[plugins.shop]\napi_key = 'hunter2'\n"
        "[database]\nurl = 'postgresql://u:hunter2@h/x'\n",
    )
    terminal.write(".env", "BOTCORE_DISCORD__TOKEN=hunter2\n")
    monkeypatch.setenv("BOTCORE_WEB__API_KEYS", '["hunter2"]')
    code, said, wrong = terminal.type("config", command)
    assert (code, wrong) == (0, "")
    assert "hunter2" not in said
    monkeypatch.setenv("BOTCORE_TELEGRAM__TOKEN", "hunter2 hunter2")
    code, said, wrong = terminal.type("config", command)
    assert (code, said) == (2, "")
    assert 'BOTCORE_TELEGRAM__TOKEN: telegram.token = "***": expected visible ASCII' in wrong
    assert "hunter2" not in wrong


def test_show_says_where_each_value_was_set(terminal: Terminal) -> None:
    terminal.write("mine.toml", "[web]\nport = 81\n")
    terminal.write(".env", "BOTCORE_CONFIG=mine.toml\nBOTCORE_WEB__TITLE=[bold]Ada\n")
    code, said, _ = terminal.type("config", "show", "--data-dir", "kept")
    shown = {line.partition(" ")[0]: " ".join(line.partition("=")[2].split()) for line in lines_of(said)}
    assert code == 0
    assert shown["web.port"] == "81 # mine.toml:2"
    assert shown["web.title"] == '"[bold]Ada" # .env:2 BOTCORE_WEB__TITLE'
    assert shown["data_dir"] == '"kept" # command line'
    assert shown["intents.examples_file"] == '"config/intents.toml" # default'


def test_a_named_file_that_is_missing_is_told(terminal: Terminal) -> None:
    code, _, wrong = terminal.type("config", "show", "--config", "nowhere.toml")
    assert code == 2
    assert "nowhere.toml: file: can't be read: No such file" in wrong


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["confg"], 'Did you mean "config"?'),
        (["config", "chek"], 'Did you mean "check"?'),
        (["config", "check", "--confg", "x"], "Did you mean --config?"),
        (["run", "--role", "wroker"], "Choose from"),
        (["run", "--port", "http"], "unable to convert"),
        (["ask"], "requires an argument"),
        (["ask", "hi", "--jsn"], "Did you mean --json?"),
    ],
)
def test_bad_usage_is_told_with_the_nearest_name_and_exit_code_2(
    terminal: Terminal, arguments: list[str], hint: str
) -> None:
    code, said, wrong = terminal.type(*arguments)
    assert code == 2
    assert hint in " ".join(wrong.replace("│", " ").split())
    assert said == ""


def test_help_lists_every_command_with_a_word_about_it(terminal: Terminal) -> None:
    code, said, _ = terminal.type("--help")
    assert code == 0
    for name in ("run", "chat", "ask", "doctor", "config", "plugin", "kb", "eval", "desk", "bench"):
        [line] = [line for line in lines_of(said) if line.startswith(f"│ {name} ")]
        assert len(line.strip("│ ").split()) > 3


def test_every_command_and_every_argument_is_explained(terminal: Terminal) -> None:
    commands = ["run", "chat", "ask", "doctor", "config check", "config show", "plugin list", "plugin new"]
    commands += ["plugin check", "plugin test", "kb add", "kb list", "kb remove", "kb search"]
    for command in [*commands, "desk list", "desk close", "bench"]:
        code, said, _ = terminal.type(*command.split(), "--help")
        assert code == 0
        assert said.startswith(f"Usage: botcore {command}")
        arguments = [found for line in lines_of(said) if (found := ARGUMENT.match(line))]
        assert arguments
        unexplained = [found["name"] for found in arguments if not found["help"].partition("[")[0].strip()]
        assert not unexplained, command


def test_the_program_itself_says_its_version_and_exits_as_promised(tmp_path: Path) -> None:
    from botcore import __version__

    (tmp_path / "botcore.toml").write_text("[web]\nport = 'x'\n")
    command = [sys.executable, "-m", "botcore"]
    version = subprocess.run(
        [*command, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert version.stdout.strip() == __version__
    check = subprocess.run(
        [*command, "config", "check", "--config", "botcore.toml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (check.returncode, check.stdout) == (2, "")
    assert "botcore.toml:2: web.port" in check.stderr
    assert not (tmp_path / "data").exists()

"""Every mistake that a person can make in the settings, and the words that help them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore.errors import Fault

from .conftest import Folder

FILE = "config/botcore.toml"


def one(faults: list[Fault]) -> Fault:
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


@pytest.mark.parametrize(
    ("text", "line", "key", "problem"),
    [
        ("[web]\nprot = 1", 2, "web.prot", "did you mean port?"),
        ("web.prot = 1", 1, "web.prot", "did you mean port?"),
        ("[wbe]\nport = 1", 1, "wbe", "did you mean web?"),
        ("[web]\nhorse = 1", 2, "web.horse", "there is no such setting"),
        ("datadir = 'x'", 1, "datadir", "did you mean data_dir?"),
        ("[web]\nport = 'x'", 2, "web.port", "expected a whole number, at least 0 and at most 65535"),
        ("[web]\nport = 1.5", 2, "web.port", "expected a whole number"),
        ("[web]\nport = 70000", 2, "web.port", "at most 65535"),
        ("[web]\nport = -1", 2, "web.port", "at least 0"),
        ("[web]\nport = true", 2, "web.port", "expected a whole number"),
        ("[web]\nport = [1]", 2, "web.port", "expected a whole number"),
        ("[web.port]\nx = 1", 1, "web.port", "expected a whole number"),
        ("web = 5", 1, "web", "is a group of settings"),
        ("[web]\nhost = ''", 2, "web.host", "expected a host name"),
        ("[web]\nhost = 'http://x'", 2, "web.host", "expected a host name"),
        ("[web]\norigins = ['https://a/b']", 2, "web.origins.0", "expected an origin without a path"),
        ("[web]\norigins = 'https://a'", 2, "web.origins", "expected a list"),
        ("[web]\ntitle = ''", 2, "web.title", "at least 1"),
        ("[web]\napi_keys = ['']", 2, "web.api_keys.0", "at least 1"),
        ("[web]\napi_keys = [5]", 2, "web.api_keys.0", "expected a text"),
        ("language = 'English'", 1, "language", "expected the code of a language"),
        ("time_zone = 'Mars/Olympus'", 1, "time_zone", "like Europe/Berlin"),
        ("data_dir = ''", 1, "data_dir", "expected the path of a folder"),
        ('data_dir = "a\\u0000b"', 1, "data_dir", "expected the path of a folder"),
        ("data_dir = '~nobody_of_this_name/x'", 1, "data_dir", "no such home folder"),
        (
            "[engine]\nurls = ['http://h/v2']",
            2,
            "engine.urls.0",
            "ends in /v1, like http://127.0.0.1:8000/v1",
        ),
        ("[engine]\nurls = ['http://h/v1?x=/v1']", 2, "engine.urls.0", "ends in /v1"),
        ("[engine]\nurls = ['h:8000/v1']", 2, "engine.urls.0", "http or https"),
        ("[engine]\nurls = ['http://h:port/v1']", 2, "engine.urls.0", "ends in /v1"),
        ("[engine]\nurls = ['http://[::1/v1']", 2, "engine.urls.0", "ends in /v1"),
        ("[engine]\nurls = ['']", 2, "engine.urls.0", "ends in /v1"),
        ("[engine]\ntotal_seconds = 0", 2, "engine.total_seconds", "more than 0"),
        ("[engine]\ntotal_seconds = inf", 2, "engine.total_seconds", "expected a number"),
        (
            "[telegram]\nmode = 'pulling'",
            2,
            "telegram.mode",
            "expected polling or webhook (did you mean polling?)",
        ),
        ("[telegram]\napi_url = 'https://api.telegram.org'", 2, "telegram.api_url", "ends in /bot"),
        (
            "[telegram]\nfile_url = 'https://api.telegram.org/bot'",
            2,
            "telegram.file_url",
            "ends in /file/bot",
        ),
        (
            "[telegram]\nwebhook_url = 'http://bot.example.org/x'",
            2,
            "telegram.webhook_url",
            "the whole https address",
        ),
        (
            "[telegram]\nwebhook_url = '/telegram/webhook'",
            2,
            "telegram.webhook_url",
            "the whole https address",
        ),
        (
            "[telegram]\nwebhook_secret = 'a b'",
            2,
            "telegram.webhook_secret",
            "expected 1 to 256 of the characters",
        ),
        ('[telegram]\ntoken = "a\\nb"', 2, "telegram.token", "without blanks"),
        ("[discord]\napi_url = 'https://discord.com/api/v9'", 2, "discord.api_url", "ends in /api/v10"),
        ("[discord]\ngateway_url = 'https://gateway.discord.gg'", 2, "discord.gateway_url", "wss or ws"),
        ("[redis]\nurl = 'http://h'", 2, "redis.url", "redis://127.0.0.1:6379/0"),
        ("[redis]\nurl = 'localhost:6379'", 2, "redis.url", "redis://127.0.0.1:6379/0"),
        ("[redis]\nurl = 'redis+sentinel://h:26379'", 2, "redis.url", "the name of the master"),
        ("[redis]\nurl = 'redis+sentinel://h:99999/m'", 2, "redis.url", "expected host:port"),
        ("[redis]\nurl = 'redis+cluster://h:6379/2'", 2, "redis.url", "database 0 only"),
        ("[database]\nurl = 'mysql://h/x'", 2, "database.url", "postgresql://user:password@host/botcore"),
        ("[database]\nurl = 'postgresql:///x'", 2, "database.url", "postgresql://"),
        ("[knowledge]\nthreshold = 2", 2, "knowledge.threshold", "at least 0 and at most 1"),
        ("[knowledge]\nthreshold = nan", 2, "knowledge.threshold", "expected a number"),
        ("[intents]\nexamples_file = ''", 2, "intents.examples_file", "expected the path of a file"),
        ("[limits]\nenabled = 'perhaps'", 2, "limits.enabled", "expected true or false"),
        ("[limits]\nseconds = true", 2, "limits.seconds", "expected a number"),
        ("[log]\nlevel = 'inof'", 2, "log.level", "(did you mean info?)"),
        ("[plugins]\nenable = []", 2, "plugins.enable", "did you mean enabled?"),
        ("[plugins]\nenabled = 'echo'", 2, "plugins.enabled", "expected a list"),
        ("[plugins]\nenabled = ['../x']", 2, "plugins.enabled.0", "expected a plugin's name"),
        ("[plugins]\nenabled = ['a', 'a']", 2, "plugins.enabled", "expected every plugin once"),
        ("[plugins]\nshop = 5", 2, "plugins.shop", "are a table, [plugins.shop]"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(
    folder: Folder, text: str, line: int, key: str, problem: str
) -> None:
    folder.toml(text)
    fault = one(folder.faults())
    assert (fault.where, fault.key) == (f"{FILE}:{line}", key)
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("[web]\nport = \n", f"{FILE}:2:8", "is not valid TOML"),
        ("[web\nport = 1\n", f"{FILE}:1:5", "is not valid TOML"),
        ("a = 'x", f"{FILE}:1:", "is not valid TOML"),
        ("[web]\nport = 1\nport = 2\n", f"{FILE}:3:", "is not valid TOML"),
        (b"[web]\n# caf\xe9\n", f"{FILE}:2", "is not UTF-8"),
        (b"\x00", f"{FILE}:1:1", "is not valid TOML"),
        ("a = " + "[" * 5000, FILE, ""),
        ("a" + ".a" * 3000 + " = 1", FILE, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_line_and_column(
    folder: Folder, text: str | bytes, where: str, problem: str
) -> None:
    folder.toml(text)
    fault = one(folder.faults())
    assert fault.where.startswith(where)
    assert problem in fault.problem


def test_a_named_file_that_is_missing_or_a_folder_is_told(folder: Folder) -> None:
    assert "No such file" in one(folder.faults(Path("missing.toml"))).problem
    assert "directory" in one(folder.faults(folder.path)).problem
    assert "no path" in one(folder.faults(Path("a\0b"))).problem


def test_a_dotenv_that_is_a_folder_is_told(folder: Folder) -> None:
    (folder.path / ".env").mkdir()
    assert one(folder.faults()).where == ".env"


@pytest.mark.parametrize(
    ("name", "value", "key", "problem"),
    [
        ("BOTCORE_ENGIN__URLS", "[]", "engin", "did you mean BOTCORE_ENGINE__URLS?"),
        ("BOTCORE_ENGINE_URLS", "[]", "engine_urls", "did you mean BOTCORE_ENGINE__URLS?"),
        ("BOTCORE_WEB__PROT", "1", "web.prot", "did you mean BOTCORE_WEB__PORT?"),
        ("BOTCORE_PLUGINS__ENABLE", "[]", "plugins.enable", "did you mean BOTCORE_PLUGINS__ENABLED?"),
        ("BOTCORE_WEB", "1", "web", "set one of them, like BOTCORE_WEB__HOST"),
        ("BOTCORE_", "1", "", "there is no such setting"),
        ("BOTCORE_ENGINE__URLS", "http://h/v1", "engine.urls", "as JSON, like BOTCORE_ENGINE__URLS='["),
        ("BOTCORE_ENGINE__URLS", '"http://h/v1"', "engine.urls", "as JSON, like BOTCORE_ENGINE__URLS='["),
        ("BOTCORE_ENGINE__URLS", "[" * 100_000, "engine.urls", "as JSON"),
        ("BOTCORE_WEB__PORT", "http", "web.port", "expected a whole number"),
        ("BOTCORE_LOG__LEVEL", "warn", "log.level", "did you mean warning?"),
        ("BOTCORE_WEB__TITLE", "a\udc80b", "web.title", "expected a text"),
        ("BOTCORE_WEB__HOST", "a\u202eb", "web.host", "expected a host name"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_the_variable(
    folder: Folder, name: str, value: str, key: str, problem: str
) -> None:
    folder.environment = {name: value, "PATH": "/bin", "BOTCORE_CONFIG": ""}
    fault = one(folder.faults())
    assert (fault.where, fault.key) == (f"environment {name}", key)
    assert problem in fault.problem
    str(fault).encode()
    assert str(fault).isprintable()
    assert len(fault.value) <= 80


def test_a_mistake_in_dotenv_is_told_with_line_and_variable(folder: Folder) -> None:
    folder.dotenv(
        "# mine\nPOSTGRES_PASSWORD=x\nBOTCORE_WEB__PROT=1\nexport BOTCORE_WEB__PORT='x'\nthis is no line\n"
    )
    assert [(fault.where, fault.key) for fault in folder.faults()] == [
        (".env:5", "line"),
        (".env:3 BOTCORE_WEB__PROT", "web.prot"),
        (".env:4 BOTCORE_WEB__PORT", "web.port"),
    ]


def test_a_mistake_in_a_flag_is_told(folder: Folder) -> None:
    assert one(folder.faults(web__port="x")).where == "command line"


def test_webhooks_need_an_address_and_a_secret(folder: Folder) -> None:
    folder.toml("[telegram]\nmode = 'webhook'\n")
    faults = folder.faults()
    assert [fault.key for fault in faults] == ["telegram.webhook_url", "telegram.webhook_secret"]
    assert {fault.where for fault in faults} == {f"{FILE}:2"}
    folder.environment = {
        "BOTCORE_TELEGRAM__WEBHOOK_URL": "http://127.0.0.1:8080/telegram/webhook",
        "BOTCORE_TELEGRAM__WEBHOOK_SECRET": "s3cret",
    }
    assert folder.load().telegram.mode == "webhook"


def test_all_mistakes_of_all_places_are_told_at_once(folder: Folder) -> None:
    folder.toml("[web]\nprot = 1\nport = 'x'\n[telegram]\nmode = 'webhook'\n")
    folder.dotenv("BOTCORE_NONSENSE=1\n")
    folder.environment = {"BOTCORE_ENGINE__URLS": "x"}
    assert {fault.key for fault in folder.faults(log__level="x")} == {
        "web.prot",
        "web.port",
        "telegram.webhook_url",
        "telegram.webhook_secret",
        "nonsense",
        "engine.urls",
        "log.level",
    }


def test_a_misspelt_table_is_told_once_however_much_stands_in_it(folder: Folder) -> None:
    folder.toml("[telegramm]\ntoken = 'a'\nmode = 'polling'\n")
    assert one(folder.faults()).key == "telegramm"


def test_a_broken_file_does_not_hide_the_mistakes_elsewhere(folder: Folder) -> None:
    folder.toml("[web\n")
    folder.environment = {"BOTCORE_WEB__PORT": "x"}
    assert [fault.key for fault in folder.faults()] == ["file", "web.port"]

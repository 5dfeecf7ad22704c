"""Which place goes first, and which places there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from botcore.config import Settings, render_settings
from botcore.config.settings import LimitSettings
from botcore.paths import bundled_root

from .conftest import Folder


def test_an_empty_folder_gives_the_defaults_and_the_bundled_knowledge(folder: Folder) -> None:
    settings = folder.load()
    assert settings.web == Settings().web
    assert settings.knowledge.folder == bundled_root() / "config" / "knowledge"


def test_with_a_configuration_of_ones_own_the_sample_shop_is_not_served(folder: Folder) -> None:
    folder.toml("")
    assert folder.load().knowledge.folder == Path("config/knowledge")


def test_flags_go_before_the_environment_before_dotenv_before_the_file(folder: Folder) -> None:
    folder.toml("[web]\nport = 1\ntitle = 'file'\nhost = 'file'\n")
    assert folder.load().web.port == 1
    folder.dotenv("BOTCORE_WEB__PORT=2\nBOTCORE_WEB__TITLE=dotenv\nBOTCORE_WEB__HOST=dotenv\n")
    assert folder.load().web.port == 2
    folder.environment = {"BOTCORE_WEB__PORT": "3", "BOTCORE_WEB__HOST": "environment"}
    assert folder.load().web.port == 3
    web = folder.load(web__port=4).web
    assert (web.port, web.host, web.title) == (4, "environment", "dotenv")


def test_a_flag_that_was_not_given_changes_nothing(folder: Folder) -> None:
    folder.environment = {"BOTCORE_WEB__PORT": "3"}
    assert folder.load(web__port=None).web.port == 3


def test_the_file_may_be_named_by_flag_environment_or_dotenv(folder: Folder) -> None:
    for name in ("flag", "environment", "dotenv"):
        folder.toml(f"[web]\ntitle = '{name}'\n", f"{name}.toml")
    folder.toml("[web]\ntitle = 'default'\n")
    assert folder.load().web.title == "default"
    folder.dotenv("BOTCORE_CONFIG=dotenv.toml\n")
    assert folder.load().web.title == "dotenv"
    folder.environment = {"BOTCORE_CONFIG": "environment.toml"}
    assert folder.load().web.title == "environment"
    assert folder.load(Path("flag.toml")).web.title == "flag"


def test_lists_in_the_environment_are_json(folder: Folder) -> None:
    folder.environment = {
        "BOTCORE_ENGINE__URLS": '["http://one/v1", "http://two/v1/"]',
        "BOTCORE_PLUGINS__ENABLED": '["echo"]',
        "BOTCORE_WEB__API_KEYS": '["k1"]',
    }
    settings = folder.load()
    assert settings.engine.urls == ["http://one/v1", "http://two/v1"]
    assert settings.plugins.enabled == ["echo"]
    assert [key.get_secret_value() for key in settings.web.api_keys] == ["k1"]


def test_settings_made_by_hand_take_nothing_from_the_machine(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.toml("[web]\nport = 1\n")
    folder.dotenv("BOTCORE_WEB__PORT=2\nBOTCORE_LANGUAGE=zh\nBOTCORE_INTENTS__EXAMPLES_FILE=x\n")
    for name in ("BOTCORE_WEB__PORT", "WEB", "LANGUAGE", "BOTCORE_LANGUAGE"):
        monkeypatch.setenv(name, "3")
    assert Settings().web.port == 8080
    assert Settings(data_dir=Path("x"), limits=LimitSettings(messages=1)).limits.messages == 1
    assert Settings(data_dir=Path("x")).language == "en"
    with pytest.raises(ValidationError, match="prot"):
        Settings.model_validate({"prot": 1})


def test_settings_never_change(folder: Folder) -> None:
    settings = folder.load()
    with pytest.raises(ValidationError):
        settings.language = "zh"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        settings.web.port = 1  # type: ignore[misc]


def test_an_empty_variable_counts_as_not_set(folder: Folder) -> None:
    folder.toml("[web]\nport = 1\n")
    folder.dotenv("BOTCORE_WEB__PORT=\nBOTCORE_ENGINE__URLS=\nBOTCORE_CONFIG=\n")
    folder.environment = {"BOTCORE_WEB__PORT": ""}
    assert folder.load().web.port == 1


def test_a_dollar_in_dotenv_stands_for_itself(folder: Folder) -> None:
    folder.dotenv("BOTCORE_ENGINE__API_KEY=a${HOME}b\n")
    assert folder.load().engine.api_key.get_secret_value() == "a${HOME}b"


def test_a_plugins_table_is_put_together_from_all_places(folder: Folder) -> None:
    folder.toml("[plugins.shop]\nname = 'file'\nsize = 1\n[plugins.shop.colours]\nred = 'rot'\n")
    folder.environment = {"BOTCORE_PLUGINS__SHOP__SIZE": "2", "BOTCORE_PLUGINS__SHOP__COLOURS__BLUE": "blau"}
    assert folder.load().plugins.table("shop") == {
        "name": "file",
        "size": "2",
        "colours": {"red": "rot", "blue": "blau"},
    }


def test_database_addresses_get_the_driver_that_botcore_uses(folder: Folder) -> None:
    folder.environment = {"BOTCORE_DATABASE__URL": "postgres://u:p@h/db"}
    assert folder.load().database.url == "postgresql+asyncpg://u:p@h/db"
    folder.environment = {"BOTCORE_DATABASE__URL": "sqlite:///data/x.db"}
    assert folder.load().database.url == "sqlite+aiosqlite:///data/x.db"


def test_a_file_with_windows_line_ends_and_a_byte_order_mark_is_read(folder: Folder) -> None:
    folder.toml(b"\xef\xbb\xbf[web]\r\nport = 81\r\n")
    assert folder.load().web.port == 81


def test_show_says_where_every_value_comes_from_and_hides_secrets(folder: Folder) -> None:
    folder.toml("[web]\nport = 81\n[telegram]\ntoken = '1:geheim'\n")
    folder.dotenv("BOTCORE_REDIS__URL=redis://u:geheim@h:6379\n")
    folder.environment = {
        "BOTCORE_WEB__TITLE": "Ada",
        "BOTCORE_PLUGINS__SHOP__API_KEY": "geheim",
        "BOTCORE_WEB__API_KEYS": '["geheim"]',
    }
    text = render_settings(folder.load(log__level="debug"))
    lines = {line.partition(" ")[0]: " ".join(line.partition("=")[2].split()) for line in text.splitlines()}
    assert lines["web.port"] == "81 # config/botcore.toml:2"
    assert lines["web.title"] == '"Ada" # environment BOTCORE_WEB__TITLE'
    assert lines["redis.url"] == '"redis://***@h:6379" # .env:1 BOTCORE_REDIS__URL'
    assert lines["log.level"] == '"debug" # command line'
    assert lines["web.host"] == '"127.0.0.1" # default'
    assert lines["telegram.token"] == '"***" # config/botcore.toml:4'
    assert "geheim" not in text
    assert "geheim" not in repr(folder.load())

"""`botcore plugin`: from nothing to an answering plugin, and what is wrong with a broken one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.service import botcore


def test_a_new_plugin_passes_its_test_is_enabled_and_answers(tmp_path: Path) -> None:
    made = botcore(tmp_path, "plugin", "new", "hello")
    assert made.returncode == 0, made.stderr
    tested = botcore(tmp_path, "plugin", "test", "hello")
    assert (tested.returncode, "4 passed" in tested.stdout) == (0, True), tested.stdout + tested.stderr
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "botcore.toml").write_text('[plugins]\nenabled = ["hello"]\n', "utf-8")
    checked = botcore(tmp_path, "plugin", "check")
    assert (checked.returncode, "hello" in checked.stdout) == (0, True), checked.stderr
    assert botcore(tmp_path, "ask", "/hello Ada").stdout == "Hello, Ada!\n"
    assert botcore(tmp_path, "ask", "/hello Ada", "--locale", "zh").stdout == "你好，Ada！\n"


def test_a_plugin_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "plugins" / "hello").mkdir(parents=True)
    done = botcore(tmp_path, "plugin", "new", "hello")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert list((tmp_path / "plugins" / "hello").iterdir()) == []


BROKEN = {
    "unreadable": ("def (", "line 1"),
    "importing": ("import no_such_library\n", "no_such_library"),
    "nothing_there": ("x = 1\n", "plugin"),
    "raising": ("raise RuntimeError('at import')\n", "at import"),
    "not_async": (
        "from botcore import Plugin\nplugin = Plugin('not_async')\n@plugin.command('a')\ndef a(ctx): return 'x'\n",
        "async",
    ),
}


def test_broken_plugins_are_all_told_at_once_with_their_faults_and_exit_code_2(tmp_path: Path) -> None:
    for name, (code, _) in BROKEN.items():
        (tmp_path / "plugins" / name).mkdir(parents=True)
        (tmp_path / "plugins" / name / "plugin.py").write_text(code, "utf-8")
    settings = {"BOTCORE_PLUGINS__ENABLED": json.dumps([*BROKEN, "misspelt"])}
    done = botcore(tmp_path, "plugin", "check", settings=settings)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    for name, (_, expected) in BROKEN.items():
        [told] = [line for line in done.stderr.splitlines() if f"plugins.{name}:" in line]
        assert expected in told
    assert "misspelt" in done.stderr
    assert "Traceback" not in done.stderr
    one = botcore(tmp_path, "plugin", "check", "raising")
    assert (one.returncode, "at import" in one.stderr) == (2, True)

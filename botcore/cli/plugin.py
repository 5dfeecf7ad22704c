"""`botcore plugin`: list, begin, check and test plugins."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from botcore.app.minds import install_plugins
from botcore.cli.common import Place, out
from botcore.cli.templates import plugin_files
from botcore.errors import BotcoreError
from botcore.loader import available_plugins, load_plugins
from botcore.paths import plugin_folders

plugin_app = App(name="plugin")


@plugin_app.command(name="list")
def list_plugins(*, place: Place | None = None) -> None:
    """List the plugins that could be enabled, and what the enabled ones answer."""
    settings = (place or Place()).settings()
    enabled = {one.plugin.name: one.plugin for one in install_plugins(settings)}
    table = Table("plugin", "enabled", "commands", "intents", "about", box=None)
    for name in sorted({*available_plugins(plugin_folders()), *enabled}):
        plugin = enabled.get(name)
        commands = " ".join(f"/{command}" for command in plugin.commands) if plugin else ""
        intents = " ".join(plugin.intents) if plugin else ""
        table.add_row(
            name, "yes" if plugin else "no", commands, intents, plugin.description if plugin else ""
        )
    out.print(table)


@plugin_app.command
def new(
    name: Annotated[str, Parameter(help="Made of a-z, 0-9 and _, a letter first.")],
    /,
    *,
    folder: Annotated[Path, Parameter(help="The folder of your plugins.")] = Path("plugins"),
) -> None:
    """Begin a plugin: make a folder with a command, its texts, and a test that passes."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
        raise BotcoreError(f"{name!r} is no name for a plugin: a-z, 0-9 and _, a letter first, 32 at most")
    target = folder / name
    if target.exists():
        raise BotcoreError(f"{target} is there already; nothing was changed")
    for path, text in plugin_files(name).items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, "utf-8")
    out.print(
        f"{target} is ready.\n"
        f"  Try its test:  botcore plugin test {name}\n"
        f"  Switch it on:  add {name!r} to plugins.enabled in config/botcore.toml",
        markup=False,
    )


@plugin_app.command
def check(
    name: Annotated[str, Parameter(help="A plugin; otherwise all that are enabled.")] = "",
    /,
    *,
    place: Place | None = None,
) -> None:
    """Load a plugin, or all that are enabled, and say what is wrong.

    Exit code 2 where something is.
    """
    if name:
        [loaded] = load_plugins([name], plugin_folders())
        count = len(loaded.plugin.commands) + len(loaded.plugin.intents)
        out.print(
            f"{name} is good: {count} commands and intents, languages {', '.join(sorted(loaded.catalog.languages))}."
        )
        return
    installed = install_plugins((place or Place()).settings())
    out.print(f"{len(installed)} plugins are good: {', '.join(one.plugin.name for one in installed)}.")


@plugin_app.command
def test(name: Annotated[str, Parameter(help="A plugin that is a folder.")], /) -> int:
    """Run a plugin's own tests with pytest, which `pip install 'botcore[dev]'` brings."""
    folder = next((folder / name for folder in plugin_folders() if (folder / name).is_dir()), None)
    if folder is None:
        raise BotcoreError(f"there is no plugin folder {name!r}; `botcore plugin list` shows what there is")
    options = [
        "-o",
        "asyncio_mode=auto",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        "-c",
        "/dev/null",
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *options,
        f"--rootdir={folder}",
        str(folder),
    ]
    return subprocess.run(command, check=False).returncode  # noqa: S603  # our own Python on the author's own folder

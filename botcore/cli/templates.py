"""What `botcore plugin new` writes."""

from __future__ import annotations

_PLUGIN = '''"""{title}: say in a line what it is for."""

from botcore import Context, Plugin

plugin = Plugin("{name}", description="Says hello.")


@plugin.command("{name}")
async def hello(ctx: Context) -> str:
    """Say hello."""
    return ctx.t("hello", name=ctx.args or ctx.person.name or "you")
'''

_TEST = '''"""What people hear from {name}."""

from pathlib import Path

import pytest

from botcore.loader import load_plugins
from botcore.testing import CHANNELS, ChannelName, TestBot

[loaded] = load_plugins(["{name}"], [Path(__file__).parents[2]])


async def test_it_says_hello() -> None:
    async with TestBot(loaded.plugin) as bot:
        assert await bot.say("/{name} Ada") == "Hello, Ada!"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_people_see_it_on_every_channel(channel: ChannelName) -> None:
    async with TestBot(loaded.plugin, channel=channel) as bot:
        await bot.say("/{name} Ada")
        assert bot.transcript().endswith("botcore: Hello, Ada!")
'''

_ENGLISH = """hello = "Hello, {{name}}!"

[command]
{name} = "Say hello"
"""

_CHINESE = """hello = "你好，{{name}}！"

[command]
{name} = "打个招呼"
"""

_README = """# {name}

Says hello. `/{name} Ada` answers `Hello, Ada!`
"""


def plugin_files(name: str) -> dict[str, str]:
    """Path within the plugin's folder -> text."""
    templates = {
        "plugin.py": _PLUGIN,
        "locales/en.toml": _ENGLISH,
        "locales/zh.toml": _CHINESE,
        "tests/test_plugin.py": _TEST,
        "README.md": _README,
    }
    title = name.replace("_", " ").capitalize()
    return {path: text.format(name=name, title=title) for path, text in templates.items()}

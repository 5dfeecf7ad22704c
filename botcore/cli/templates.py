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

from botcore.loader import load_plugins
from botcore.testing import TestBot
from pathlib import Path

[loaded] = load_plugins(["{name}"], [Path(__file__).parents[2]])


async def test_it_says_hello() -> None:
    async with TestBot(loaded.plugin) as bot:
        assert await bot.say("/{name} Ada") == "Hello, Ada!"
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

"""`botcore eval stories`: dialogues that the bot must still answer as it should."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from botcore.app.minds import install_plugins
from botcore.cli.common import Place, harmless, out, print_json, run_async
from botcore.cli.knowledge import Json
from botcore.config import Settings
from botcore.errors import BotcoreError
from botcore.evaluation.stories import Report, Told, read_stories, render_line, render_text, tell

if TYPE_CHECKING:
    from botcore.testing.channels import ChannelName

OWN_STORIES = Path("config/stories")


def stories(
    *paths: Annotated[
        Path,
        Parameter(help="Files, or folders; otherwise those of the enabled plugins, and config/stories."),
    ],
    channel: Annotated[
        Literal["discord", "telegram", "web"] | None,
        Parameter(help="Tell them on a simulation of this channel, through its real library."),
    ] = None,
    json: Json = False,
    place: Place | None = None,
) -> int:
    """Tell the bot stories, and compare what it answers with what they expect."""
    try:
        report = run_async(_told((place or Place()).settings(), paths, channel, quiet=json))
    except ModuleNotFoundError as error:
        raise BotcoreError(f"{error.name} is not installed: pip install 'botcore[{channel}]'") from error
    if json:
        print_json(report.as_json())
    else:
        out.print(render_text(report), markup=False)
    return 0 if report.passed else 1


async def _told(
    settings: Settings, paths: Sequence[Path], channel: ChannelName | None, *, quiet: bool
) -> Report:
    from botcore.testing.stories import StoryTeller  # aiohttp's server, which no other command needs

    found = read_stories(paths or story_folders(settings))
    done: list[Told] = []
    async with StoryTeller(settings, channel) as teller:
        async for told in tell(found, teller):
            done.append(told)
            if not quiet:
                out.print(harmless(render_line(told)), markup=False)
    return Report(channel or "", tuple(done))


def story_folders(settings: Settings) -> list[Path]:
    """Of the enabled plugins, and of the operators."""
    plugins = [one.plugin.folder for one in install_plugins(settings)]
    folders = [folder / "stories" for folder in plugins if folder] + [OWN_STORIES]
    return [folder for folder in folders if folder.is_dir()]

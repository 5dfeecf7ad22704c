"""The stories that the bundled plugins bring, told to the whole bot as it is configured without a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore.cli.stories import story_folders
from botcore.config import Settings, load_settings
from botcore.evaluation.stories import read_stories, render_line, tell
from botcore.testing import CHANNELS, ChannelName
from botcore.testing.stories import StoryTeller

PLUGINS = {"assistant", "customer_service", "tutoring", "translation", "writing"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a person who has configured nothing, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return load_settings(None, {"data_dir": tmp_path / "data"}, environment={})


def test_every_plugin_has_stories_in_english_and_chinese(settings: Settings) -> None:
    folders = story_folders(settings)
    assert {folder.parent.name for folder in folders} == PLUGINS
    for folder in folders:
        assert {path.name for path in folder.iterdir()} == {"en.toml", "zh.toml"}


async def failures(settings: Settings, channel: ChannelName | None) -> list[str]:
    stories = read_stories(story_folders(settings))
    async with StoryTeller(settings, channel) as teller:
        told = [one async for one in tell(stories, teller)]
    assert len(told) >= 50
    return [render_line(one) for one in told if not one.passed]


async def test_the_bot_answers_as_all_stories_of_its_plugins_expect(settings: Settings) -> None:
    assert not await failures(settings, None)


@pytest.mark.slow
@pytest.mark.parametrize("channel", CHANNELS)
async def test_all_stories_come_true_on_every_channel_too(settings: Settings, channel: ChannelName) -> None:
    assert not await failures(settings, channel)

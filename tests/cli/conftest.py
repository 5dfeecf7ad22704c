"""One folder for the commands of a module: its first command makes the caches, the others use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.service import Service, end_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a person has installed botcore and configured nothing."""
    folder = tmp_path_factory.mktemp("bot")
    yield folder
    end_all(folder)


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Service]:
    """The service in `folder`, with every bundled plugin and the sample shop."""
    service = Service(folder)
    yield service.start()
    service.close()
    end_all(folder)

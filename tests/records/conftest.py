"""Records for tests: SQLite in a temporary folder, or the database that BOTCORE_TEST_DATABASE_URL names."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from botcore.stores.records import Records
from botcore.stores.records.schema import metadata


@pytest.fixture
def url(tmp_path: Path) -> str:
    return os.environ.get("BOTCORE_TEST_DATABASE_URL") or f"sqlite:///{tmp_path}/records.db"


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    async with await Records.open(url) as opened:
        async with opened.writing() as connection:  # a shared server's tables are emptied first
            for table in reversed(metadata.sorted_tables):
                await connection.execute(text(f"DELETE FROM {table.name}"))
        yield opened

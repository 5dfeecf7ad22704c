"""The records' promises: migrated once, written by one at a time, errors in plain words."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, select, text, update

from botcore.errors import CorruptRecord, StoreError, StoreFull, StoreUnavailable
from botcore.stores.records import Records, marks
from botcore.stores.records.migrate import SCRIPTS
from botcore.stores.records.schema import HEAD, metadata


async def test_the_migrations_end_where_the_tables_are(records: Records) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with records.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_the_newest_migration_is_the_one_that_the_quick_check_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_a_database_that_is_up_to_date_is_opened_without_loading_alembic(
    url: str, records: Records
) -> None:
    program = (
        "import asyncio, sys\n"
        "from botcore.stores.records import Records\n"
        "async def main():\n"
        "    async with await Records.open(sys.argv[1]):\n"
        "        print('alembic' in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    run = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program, url], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


async def test_what_was_written_is_there_after_closing_and_opening(url: str, records: Records) -> None:
    async with records.writing() as connection:
        await connection.execute(insert(marks).values(name="seen", value=7))
    await records.aclose()
    async with await Records.open(url) as again, again.reading() as connection:
        assert (await connection.execute(select(marks.c.value).where(marks.c.name == "seen"))).scalar() == 7


async def test_a_transaction_that_fails_leaves_nothing_behind(records: Records) -> None:
    async def fail_halfway() -> None:
        async with records.writing() as connection:
            await connection.execute(insert(marks).values(name="half", value=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_halfway()
    async with records.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(marks))).scalar() == 0


async def test_concurrent_writers_lose_nothing_and_none_is_told_that_the_database_is_locked(
    url: str, records: Records
) -> None:
    async with records.writing() as connection:
        await connection.execute(insert(marks).values(name="sum", value=0))

    async def count_up(where: Records) -> None:
        async with where.writing() as connection:  # reads first, then writes: what fails without a turn
            value = (
                await connection.execute(select(marks.c.value).where(marks.c.name == "sum"))
            ).scalar_one()
            await connection.execute(update(marks).where(marks.c.name == "sum").values(value=value + 1))

    async with await Records.open(url) as other, await Records.open(url) as third:
        await asyncio.gather(*(count_up(where) for where in (records, other, third) for _ in range(40)))
    async with records.reading() as connection:
        assert (await connection.execute(select(marks.c.value).where(marks.c.name == "sum"))).scalar() == 120


async def test_a_writer_that_is_cancelled_lets_the_next_one_write(records: Records) -> None:
    begun = asyncio.Event()

    async def stuck() -> None:
        async with records.writing() as connection:
            await connection.execute(insert(marks).values(name="cancelled", value=1))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with records.writing() as connection:
        await connection.execute(insert(marks).values(name="next", value=1))
    async with records.reading() as connection:
        assert [row.name for row in await connection.execute(select(marks))] == ["next"]


async def test_processes_that_open_a_new_database_together_all_succeed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/together.db"
    opened = await asyncio.gather(*(Records.open(url) for _ in range(4)))
    for records in opened:
        await records.aclose()


async def test_a_database_of_a_newer_botcore_is_refused_and_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/newer.db"
    async with await Records.open(url) as records, records.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer botcore"):
        await Records.open(url)


async def test_a_file_that_is_no_database_is_named_with_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "broken.db"
    file.write_bytes(b"this is no database at all, but a long enough text" * 40)
    with pytest.raises(CorruptRecord, match=r"broken\.db.*restore it from a backup"):
        await Records.open(f"sqlite:///{file}")


async def test_a_folder_in_place_of_the_file_is_told_as_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="can't be opened"):
        await Records.open(f"sqlite:///{tmp_path}")


async def test_a_full_database_is_told_as_full(tmp_path: Path) -> None:
    async with await Records.open(f"sqlite:///{tmp_path}/small.db") as records:

        async def overfill() -> None:
            async with records.writing() as connection:
                await connection.execute(text("PRAGMA max_page_count = 1"))
                await connection.execute(insert(marks).values(name="x" * 1_000_000, value=1))

        with pytest.raises(StoreFull, match="no room"):
            await overfill()


async def test_a_database_that_another_process_keeps_locked_is_told_as_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botcore.stores.records.connecting.BUSY_SECONDS", 0.05)
    path = tmp_path / "locked.db"
    async with await Records.open(f"sqlite:///{path}") as records:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="another process holds it"):
                async with records.writing():
                    pass


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no database address"),
        ("mysql://a:secret@b/c", "not supported"),
        ("sqlite://", "needs a file"),
    ],
)
async def test_an_address_that_can_not_be_used_is_refused_without_showing_a_password(
    url: str, said: str
) -> None:
    with pytest.raises(StoreError, match=said) as refused:
        await Records.open(url)
    assert "secret" not in str(refused.value)

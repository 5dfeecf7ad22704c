"""The library's promises: files in, passages out, the folder followed, other processes noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore.errors import KnowledgeError
from botcore.knowledge.library import Library
from botcore.stores.records import Records
from tests.knowledge.conftest import SHOP, MeaningEmbedder

PETS = "# Pets\n\n## Feeding\n\nA kitten is fed four times a day.\n\n## Travel\n\nNo automobile without a belt.\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


async def test_a_file_that_was_added_is_found_and_named_by_title_and_section(
    library: Library, tmp_path: Path
) -> None:
    document = await library.add(write(tmp_path, "pets.md", PETS), root=tmp_path)
    (best, *_) = await library.search("How is a kitten fed?", "en")
    assert (document.title, document.uri, document.language, document.chunks) == ("Pets", "pets.md", "en", 2)
    assert (best.title, best.uri, best.text) == (
        "Pets › Feeding",
        "pets.md",
        "A kitten is fed four times a day.",
    )
    assert 0.5 < best.score <= 1


async def test_the_same_file_again_replaces_what_was_there(library: Library, tmp_path: Path) -> None:
    first = await library.add(write(tmp_path, "pets.md", PETS), root=tmp_path)
    second = await library.add(write(tmp_path, "pets.md", PETS.replace("four", "five")), root=tmp_path)
    assert first.id == second.id
    assert [document.id for document in await library.list()] == [second.id]
    assert "five" in (await library.search("kitten fed", "en"))[0].text


async def test_a_removed_document_is_found_no_more(library: Library, tmp_path: Path) -> None:
    document = await library.add(write(tmp_path, "pets.md", PETS))
    assert await library.remove(document.id)
    assert not await library.remove(document.id)
    assert await library.search("kitten", "en") == []


async def test_an_empty_library_finds_nothing(library: Library) -> None:
    assert await library.search("anything", "en") == []


async def test_sync_follows_the_folder_and_leaves_other_documents_alone(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "kb"
    write(folder, "a.md", "# A\n\nalpha wolves howl")
    write(folder, "deep/b.txt", "beta testers complain")
    write(folder, ".hidden/c.md", "never read")
    await library.add(write(tmp_path, "own.md", "# Own\n\nmy own document"))
    assert (await library.sync(folder)).added == ("a.md", "deep/b.txt")

    write(folder, "a.md", "# A\n\nalpha wolves sleep")
    (folder / "deep/b.txt").unlink()
    report = await library.sync(folder)
    assert (report.added, report.removed, report.unchanged) == (("a.md",), ("deep/b.txt",), 0)
    assert [document.title for document in await library.list()] == ["Own", "A"]
    assert "sleep" in (await library.search("alpha wolves", "en"))[0].text


async def test_sync_does_nothing_where_nothing_changed(shop: Library) -> None:
    report = await shop.sync(SHOP)
    assert (report.added, report.removed, report.faults) == ((), (), ())
    assert report.unchanged == 12


async def test_a_file_that_can_not_be_read_is_reported_and_the_others_are_done(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "latin.md").write_bytes(b"caf\xe9 cr\xe8me")
    write(tmp_path, "empty.md", "")
    write(tmp_path, "good.md", "# Good\n\nthis one is fine")
    report = await library.sync(tmp_path)
    assert report.added == ("good.md",)
    assert [fault.partition(" ")[0] for fault in report.faults] == ["empty.md", "latin.md"]
    assert "save it as UTF-8" in report.faults[1]


async def test_a_missing_folder_removes_nothing(shop: Library, tmp_path: Path) -> None:
    report = await shop.sync(tmp_path / "gone")
    assert "missing" in report.faults[0]
    assert len(await shop.list()) == 12


async def test_what_another_process_adds_is_found_by_the_next_search(
    library: Library, records: Records, tmp_path: Path
) -> None:
    assert await library.search("kitten", "en") == []
    await Library(records).add(write(tmp_path, "pets.md", PETS))
    assert await library.search("kitten", "en") != []


async def test_an_embedder_that_arrives_later_finds_by_meaning(library: Library, tmp_path: Path) -> None:
    await library.add(write(tmp_path, "pets.md", PETS))
    assert await library.search("Where may my wagon go?", "en") == []
    await library.attach(MeaningEmbedder())
    assert (await library.search("Where may my wagon go?", "en"))[0].title == "Pets › Travel"


async def test_vectors_are_kept_for_the_next_start_and_made_anew_for_another_embedder(
    library: Library, records: Records, tmp_path: Path
) -> None:
    await library.add(write(tmp_path, "pets.md", PETS))
    first, same, other = MeaningEmbedder(), MeaningEmbedder(), MeaningEmbedder("meaning-2")
    for embedder in (first, same, other):
        await Library(records).attach(embedder)
    assert [len(embedder.embedded) for embedder in (first, same, other)] == [2, 0, 2]


async def test_vectors_are_left_out_for_a_language_that_the_embedder_does_not_know(shop: Library) -> None:
    embedder = MeaningEmbedder()
    await shop.attach(embedder)
    embedder.embedded.clear()
    assert (await shop.search("你们几点开门？", "zh"))[0].title == "门店与联系方式 › 营业时间"
    assert embedder.embedded == []


async def test_traditional_signs_find_simplified_ones(shop: Library) -> None:
    assert (await shop.search("怎麼換貨", "zh"))[0].language == "zh"


async def test_equally_good_passages_come_in_the_language_asked_for_first(
    library: Library, tmp_path: Path
) -> None:
    write(tmp_path, "a.en.md", "# Klarna\n\nKlarna")
    write(tmp_path, "b.zh.md", "# Klarna\n\nKlarna")
    await library.sync(tmp_path)
    for language in ("en", "zh"):
        assert (await library.search("Klarna", language))[0].language == language


@pytest.mark.parametrize(
    "naughty",
    ["", " ", "\0", "\ud800", "\u202e", "👩‍👩‍👧", "'; DROP TABLE chunks", "a" * 1_000_000, "退" * 100_000],
)
async def test_no_question_breaks_the_search(shop: Library, naughty: str) -> None:
    passages = await shop.search(naughty)
    assert all(0 <= passage.score <= 1 for passage in passages)


async def test_a_limit_of_none_gives_none(shop: Library) -> None:
    assert await shop.search("returns", "en", limit=0) == []
    assert len(await shop.search("returns", "en", limit=2)) == 2


async def test_a_file_that_is_not_there_is_told_by_name(library: Library, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"gone\.md"):
        await library.add(tmp_path / "gone.md")

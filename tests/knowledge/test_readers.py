"""What the readers make of files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from botcore.errors import KnowledgeError
from botcore.knowledge.language import language_of
from botcore.knowledge.readers import read


def file(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_markdown_is_split_at_its_headings_and_titled_by_their_path(tmp_path: Path) -> None:
    reading = read(
        file(
            tmp_path,
            "x.md",
            "---\ntitle: meta\n---\n# Returns\n\nIntro.\n\n## How *long*?\n\n30 days.\n\n### Bikes\n\nToo.\n",
        )
    )
    assert reading.title == "Returns"
    assert [(section.title, section.text) for section in reading.sections] == [
        ("", "Intro."),
        ("How long?", "30 days."),
        ("How long? › Bikes", "Too."),
    ]


def test_a_hash_in_code_is_no_heading(tmp_path: Path) -> None:
    reading = read(file(tmp_path, "x.md", "# Shell\n\n```sh\n# comment\nls\n```\n"))
    assert [section.title for section in reading.sections] == [""]


def test_a_long_section_is_split_into_pieces_with_the_same_title(tmp_path: Path) -> None:
    reading = read(file(tmp_path, "x.md", "# Long\n\n## Part\n\n" + "A sentence of some length. " * 200))
    assert len(reading.sections) > 4
    assert {section.title for section in reading.sections} == {"Part"}
    assert max(len(section.text) for section in reading.sections) <= 900


def test_a_table_of_questions_gives_each_with_its_answer(tmp_path: Path) -> None:
    reading = read(file(tmp_path, "faq.csv", 'Question;Answer\n"Open?";"Yes;\nalways"\n'))
    assert [(section.title, section.text) for section in reading.sections] == [("Open?", "Yes;\nalways")]


def test_rows_of_a_table_are_told_with_the_names_of_its_columns(tmp_path: Path) -> None:
    reading = read(file(tmp_path, "t.csv", "\ufeff# Zones\nCountry,Price\nNorway,€14.95\n,\n"))
    assert reading.title == "Zones"
    assert [(section.title, section.text) for section in reading.sections] == [
        ("Norway", "Country: Norway · Price: €14.95")
    ]


def test_a_file_from_windows_in_utf_16_is_read(tmp_path: Path) -> None:
    assert read(file(tmp_path, "note.txt", "grüße".encode("utf-16"))).sections[0].text == "grüße"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.bin", b"", "can't be read; known are"),
        ("x.md", b"\xff\x00\xfe", "save it as UTF-8"),
        ("x.txt", b" \n", "holds no text"),
        ("x.csv", b'a,b\n"open', "save it as CSV"),
        ("x.txt", b"x" * 20_000_001, "is the limit"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(KnowledgeError, match=said):
        read(file(tmp_path, name, content))


@pytest.mark.parametrize("name", ["x.pdf", "x.html", "x.docx"])
def test_a_file_that_needs_more_libraries_names_the_command(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("pypdf", "trafilatura", "markitdown"):
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(KnowledgeError, match=r"pip install 'botcore\[documents\]'"):
        read(file(tmp_path, name, b"x"))


@pytest.mark.parametrize(
    ("text", "uri", "language"),
    [
        ("Die Rückgabe ist innerhalb von dreißig Tagen möglich.", "", "de"),
        ("退货须在 30 天内", "", "zh"),
        ("返品は30日以内にお願いします", "", "ja"),
        ("반품은 30일 이내", "", "ko"),
        ("Returns are possible within thirty days of delivery.", "it/returns.md", "en"),
        ("Visa, iDEAL, PayPal", "nl/pay.csv", "nl"),
        ("Visa", "pay.fr.csv", "fr"),
        ("12 34", "", ""),
    ],
)
def test_the_language_of_a_document(text: str, uri: str, language: str) -> None:
    assert language_of(text, uri) == language

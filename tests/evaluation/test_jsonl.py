"""Files that people write by hand: every mistake is named with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from botcore.errors import ConfigurationError
from botcore.evaluation import knowledge, translation, tutoring
from botcore.evaluation.jsonl import MOST_FAULTS

Read = Callable[[Path], object]


@pytest.fixture(params=[knowledge.read_questions, tutoring.read_questions, translation.read_pairs])
def read(request: pytest.FixtureRequest) -> Read:
    reader: Read = request.param
    return reader


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no rows"),
        (b"\n \n", "no rows"),
        (b"[]\n", "line 1"),
        (b'\n{"question": 1, "source": 1}\n', "line 2"),
        (b"\xff\xfe\n", "line 1"),
        (b"\0\n", "line 1"),
        (b'{"question": "\\ud800", "source": "\\ud800"}\n', "line 1"),
        (
            b'{"question": " ", "source": "", "answer": "1", "target": "x"}\n',
            "line 1: (question|source) is empty",
        ),
    ],
)
def test_a_faulty_file_is_named_with_the_line(read: Read, tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"rows\.jsonl: .*{fault}") as error:
        read(path)
    assert len(error.value.faults) >= 1


def test_a_missing_file_is_named(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.jsonl: file: it can't be read"):
        read(tmp_path / "nowhere.jsonl")


def test_all_mistakes_are_told_at_once_up_to_a_limit(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("nonsense\n" * (MOST_FAULTS + 5), "utf-8")
    with pytest.raises(ConfigurationError) as error:
        read(path)
    told = [fault.key for fault in error.value.faults]
    assert told == [*(f"line {number}" for number in range(1, MOST_FAULTS + 1)), "file"]
    assert error.value.faults[-1].problem == "5 more lines have mistakes"


def test_a_byte_order_mark_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\r\n{"question": "1+1", "answer": 2}\r\n\r\n')
    [row] = tutoring.read_questions(path)
    assert (row.line, row.question, row.answer) == (2, "1+1", 2)

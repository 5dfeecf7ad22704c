from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tutor.algebra.grammar import MAX_DEPTH, parse
from tutor.algebra.notation import plain
from tutor.algebra.question import Unsolved
from tutor.algebra.typeset import typeset
from tutor.wording import has_formula, read

PIECES = [
    *"xyze0123456789+-*/^()[]{}|!=<>,;_.%'√²π∫",
    "sin",
    "ln",
    "sqrt",
    "\\frac",
    "\\int",
    "pi",
    " ",
    "log_2",
    "求导",
    "solve ",
]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2x(x+1)", "2x·(x + 1)"),
        ("-x^2", "−x²"),
        ("2^3^2", "2^(3²)"),
        ("sin x cos 2x", "sin(x)·cos(2x)"),
        ("sin^2 x", "sin(x)²"),
        ("sinx", "sin(x)"),
        ("|x-3|<2", "|x − 3| < 2"),
        ("5!", "5!"),
        ("1<x<3", "1 < x"),
        ("x_1 + alpha", "x₁ + α"),
        ("(x+1)(x-1)", "(x + 1)(x − 1)"),
    ],
)
def test_a_formula_is_read_as_in_a_school_book(text: str, shown: str) -> None:
    assert typeset(parse(text)[0]) == shown


@pytest.mark.parametrize(
    "text", ["", "x +", "(x", "x)", "x2", "2 3", "hello", "x = = 2", "a is b", "1e9999x", "#", "x;;y"]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(Unsolved):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "x" + ")" * 5000,
        "-" * 9000 + "x",
        "x^" * 3000 + "x",
        "1+" * 3000 + "1",
        "9" * 500,
        "sin " * 800 + "x",
        "|" * 3000,
    ],
)
def test_what_is_too_large_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(Unsolved):
        parse(text)
    assert time.perf_counter() - started < 1


def test_nesting_within_the_bound_is_read() -> None:
    deep = MAX_DEPTH - 2
    assert parse("(" * deep + "x" + ")" * deep)


@settings(max_examples=400, deadline=2000)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_no_text_makes_the_readers_raise_anything_else(text: str) -> None:
    has_formula(text)
    for reader in (parse, plain, read):
        with suppress(Unsolved):
            reader(text)


@pytest.mark.parametrize("unit", ["x", "(", "\\frac{", "√", "^", "1 ", "solve ", "求", "a.b ", "= "])
def test_a_megabyte_is_refused_at_once(unit: str) -> None:
    started = time.perf_counter()
    with pytest.raises(Unsolved):
        read(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - started < 1

from __future__ import annotations

import pytest
from tutor.algebra.question import Request, Unsolved
from tutor.wording import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("如何求导函数 f(x) = x^3 + 2x^2 - 3x + 1？", Request("differentiate", "x^3 + 2x^2 - 3x + 1")),
        ("differentiate x^3 + 2x^2 - 3x + 1", Request("differentiate", "x^3 + 2x^2 - 3x + 1")),
        (
            "Hello, please can you find the second derivative of x^4 wrt x, thanks",
            Request("differentiate", "x^4", "x", 2),
        ),
        ("what is the derivative of sin(x)*x^2?", Request("differentiate", "sin(x)*x^2")),
        ("对 x^2*y 关于 y 求导", Request("differentiate", "x^2*y", "y")),
        ("求 f(x)=x^2 在 x=3 处的导数", Request("differentiate", "x^2", at="3")),
        (r"\frac{d}{dx} x^2 \sin(x)", Request("differentiate", "x^2 sin (x)", "x")),
        ("integrate 2x from 0 to 3", Request("integrate", "2x", lower="0", upper="3")),
        (r"\int_0^1 x^2 dx", Request("integrate", "x^2", "x", lower="0", upper="1")),
        ("∫₀¹ x² dx", Request("integrate", "x^(2)", "x", lower="0", upper="1")),
        ("求∫_0^1 x^2 dx", Request("integrate", "x^2", lower="0", upper="1")),
        ("solve x^2 - 5x + 6 = 0", Request("solve", "x^2 - 5x + 6 = 0")),
        ("x^2 - 4 = 0", Request("solve", "x^2 - 4 = 0")),
        ("解方程组 x+y=3，x-y=1", Request("solve", "x+y=3,x-y=1")),
        ("若 2x+3=7，求 x", Request("solve", "2x+3=7", "x")),
        ("因式分解 x²−9", Request("factor", "x^(2)-9")),
        ("化简(x²-1)/(x-1)", Request("simplify", "(x^(2)-1)/(x-1)")),
        ("３＋４×５＝？", Request("evaluate", "3+4*5")),
        ("√2·√8", Request("evaluate", "sqrt(2)* sqrt(8)")),
        ("what is 15% of 80?", Request("evaluate", "15/100*80")),
        ("what is 3 plus 4", Request("evaluate", "3+4")),
        ("12 和 18 的最大公约数是多少", Request("gcd", "12, 18")),
        ("97是质数吗？", Request("prime", "97")),
    ],
)
def test_a_question_is_read(text: str, expected: Request) -> None:
    assert read(text)[-1] == expected


def test_definitions_come_before_the_question() -> None:
    requests = read("Let f(x) = x^2 + 1. Find f(3).")
    assert [request.name for request in requests] == ["f", ""]
    assert requests[1].formula == "f(3)"


@pytest.mark.parametrize(
    "text", ["hello there", "", "   ", "where is my parcel?", "你好", "🙂", "\x00", "\ud800"]
)
def test_a_text_without_mathematics_has_no_formula(text: str) -> None:
    with pytest.raises(Unsolved) as raised:
        read(text)
    assert raised.value.reason == "no_formula"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "solve __import__('os').system('x') = 0",
        "differentiate (lambda: 1)()",
        "what is open('/etc/passwd').read() + 1",
        "simplify x.__class__.__mro__",
        "calculate exec(1+1)",
    ],
)
def test_program_text_is_refused(text: str) -> None:
    with pytest.raises(Unsolved):
        read(text)

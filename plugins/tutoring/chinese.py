"""Questions in Chinese: a keyword says the task, and the runs of other characters between the words are formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .algebra import grammar
from .algebra.question import Request, Task, Unsolved
from .algebra.tree import Relation, names

_HAN = r"\u4e00-\u9fff"
_TASKS: Sequence[tuple[Task, str]] = (
    ("integrate", r"积分|原函数|反导数"),
    ("differentiate", r"求导|导数|导函数|微分|微商"),
    ("gcd", r"最大公约数|最大公因数"),
    ("lcm", r"最小公倍数"),
    ("prime_factors", r"质因数|素因数"),
    ("prime", r"[质素]数"),
    ("composite", r"合数"),
    ("remainder", r"余数|余多少|余几"),
    ("sort_down", r"从大到小|降序"),
    ("sort", r"从小到大|升序|排序"),
    ("next_term", r"下一[项个]"),
    ("factor", r"因式分解|分解因式|分解"),
    ("expand", r"展开"),
    ("simplify", r"化简|简化|约分"),
    ("solve", r"解方程|方程|解不等式|不等式|求解|求根|的[根解零]|^解|[，,：\s]解|若.*求"),
    ("evaluate", r"计算|算|等于|求|多少|是几|值"),
)
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_BY = re.compile(
    r"对\s*([a-zA-Z]|theta|alpha)\s*(?:的|求|进行|作)?\s*(?:[一二三四五六\d]阶)?(?:偏|定|不定)*(?:导|积|微)|关于\s*([a-zA-Z])"
)
_BOUNDS = re.compile(
    rf"(?:从|由)\s*([^{_HAN}]+?)\s*(?:到|至)\s*([^{_HAN}，]+)|(?:在|区间|于)\s*(?:区间)?\s*[\[(]([^{_HAN},]+),([^{_HAN},]+)[\])](?:上|内|中)?"
)
_AT = re.compile(rf"在\s*(?:点)?\s*[a-zA-Z]\s*=\s*([^{_HAN},]+?)\s*(?:处|时|点)")
_OF_UNKNOWN = re.compile(
    r"求\s*([a-zA-Z](?:\s*[,和与]\s*[a-zA-Z])*)\s*(?:的值)?\s*$|(?:解出|求出)\s*([a-zA-Z])\s*$"
)
_ORDER = re.compile(r"([一二三四五六\d])\s*阶")


def is_chinese(text: str) -> bool:
    return bool(re.search(f"[{_HAN}]", text))


def read_chinese(text: str) -> list[Request]:
    """One request. Raises Unsolved as `wording.read` does."""
    task = next((task for task, words in _TASKS if re.search(words, text)), None)
    if re.search(r"\bint\b.*\bd[a-z]\b", text):
        task = "integrate"
    if found := re.search(r"\bint from (.+?) to (.+?) of\b", text):
        text = text.replace(found[0], f"从 {found[1]} 到 {found[2]}，", 1)
    rest, bounds, variable, at = _take_apart(text, task)
    formula = _formula(rest, task)
    if formula is None:
        raise Unsolved("no_formula")
    if task is None or task == "evaluate":
        statements = grammar.parse(formula, "f")
        if any(isinstance(statement, Relation) for statement in statements):
            task = "solve"
        else:
            task = "simplify" if any(map(names, statements)) and task is None else "evaluate"
    order = _ORDER.search(text)
    return [
        Request(
            task,
            formula,
            variable=variable,
            order=_DIGITS.get(order[1]) or int(order[1]) if order else 1,
            lower=bounds[0] if task == "integrate" else "",
            upper=bounds[1] if task == "integrate" else "",
            at=at if task == "differentiate" else "",
        )
    ]


def _take_apart(text: str, task: Task | None) -> tuple[str, tuple[str, str], str, str]:
    """The text without the words that name bounds, variable and place, and those."""
    bounds, variable, at = ("", ""), "", ""
    if task == "integrate" and (found := _BOUNDS.search(text)):
        bounds = (found[1] or found[3], found[2] or found[4])
        text = text.replace(found[0], "，", 1)
    if task == "differentiate" and (found := _AT.search(text)):
        at, text = found[1], text.replace(found[0], "，", 1)
    if found := _BY.search(text):
        variable, text = found[1] or found[2], text.replace(found[0], "，", 1)
    if task == "solve" and (found := _OF_UNKNOWN.search(re.sub(r"[\s?.!？。！]+$", "", text))):
        variable = re.sub(r"\s*[,和与]\s*", ",", found[1] or found[2])
        text = text.replace(found[0], "，", 1)
    return text, bounds, variable, at


def _formula(text: str, task: Task | None) -> str | None:
    """The formula between the words: the longest run, or all of them where the task takes several."""
    several = task in {"solve", "gcd", "lcm", "sort", "sort_down", "remainder", "next_term"}
    runs = [run.strip(" ,.?!:;，。？！：；\"'") for run in re.split(rf"[{_HAN}，。？！：；]+", text)]
    runs = [run for run in runs if re.search(r"[\da-zA-Z]", run)]
    if not several:
        runs = sorted(runs, key=len, reverse=True)[:1]
    if not runs:
        return None
    formula = ", ".join(runs)
    if task in {"differentiate", "integrate", "factor", "expand", "simplify"}:
        formula = re.sub(r"^\s*(?:[a-zA-Z]\s*\(\s*[a-zA-Z]\s*\)|y)\s*=\s*", "", formula)
    if task == "integrate":
        formula = re.sub(r"\s*\bd[a-z]\s*$", "", formula)
        formula = re.sub(r"^int(?: from .+? of)?\s+", "", formula)
    if task == "evaluate":
        formula = formula.rstrip("= ")
    return formula

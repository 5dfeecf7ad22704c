"""Which part answers which request, and what the letters of a question mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from . import arithmetic, derivatives, equations, grammar, integrals, numbers, polynomials, systems
from .build import Defined, Names, build
from .printing import show
from .question import Request, Solution, Step, Unsolved
from .tree import Number, Relation, Statement
from .tree import names as names_in
from .typeset import typeset

_LISTS = frozenset({"gcd", "lcm", "sort", "sort_down", "next_term", "nth_term", "remainder"})


def solve(requests: Sequence[Request]) -> Solution:
    """The answer to the last request, with the names that the earlier ones define. Raises Unsolved."""
    names = Names()
    for request in requests[:-1]:
        _define(request, names)
    return _answer(requests[-1], names)[0]


def _define(request: Request, names: Names) -> None:
    if request.name == "*":
        _suppose(request, names)
        return
    if request.task == "define":
        value = build(_one(grammar.parse(request.formula, names.functions)), _meaning(request, [], names))
    else:
        solution, value = _answer(request, names)
        if value is None:
            value = sp.sympify(_only_number(solution))
    if request.parameter:
        parameter = sp.Symbol(request.parameter, real=True)
        names.functions[request.name] = Defined(parameter, value)
        names.values.pop(request.parameter, None)
    else:
        names.values[request.name] = value


def _only_number(solution: Solution) -> Any:
    number = solution.plain
    if not number.replace("-", "").replace("/", "").isdigit():
        raise Unsolved("ambiguous")
    return sp.Rational(number)


def _suppose(request: Request, names: Names) -> None:
    """Gives letters the values that "suppose ..." says they have, where each has just one."""
    statements = grammar.parse(request.formula, names.functions)
    relations = [
        build(s, _meaning(request, statements, names)) for s in statements if isinstance(s, Relation)
    ]
    unknowns = sorted({s for r in relations for s in r.free_symbols}, key=str)
    found = sp.solve([r.lhs - r.rhs for r in relations], unknowns, dict=True)
    certain = {str(s): value for s, value in found[0].items() if value.is_number} if len(found) == 1 else {}
    names.uncertain |= {str(s) for s in unknowns} - set(certain)
    names.values |= certain


def _answer(request: Request, names: Names) -> tuple[Solution, Any]:
    """The solution and, where it is an expression, that expression."""
    statements = grammar.parse(request.formula, names.functions)
    names = _meaning(request, statements, names)
    if request.task in _LISTS:
        return _with_list(request, statements, names), None
    if request.task == "solve":
        return _solve(request, statements, names), None
    tree = _one(statements)
    if request.task == "evaluate" and not _is_number(tree, names):
        request = replace(request, task="expand" if names.values or names.functions else "simplify")
    if request.task == "evaluate":
        return arithmetic.evaluate(tree, names), build(tree, names)
    expr = build(tree, names)
    if isinstance(expr, sp.Rel) or not hasattr(expr, "free_symbols"):
        raise Unsolved("relation")
    if expr.has(sp.zoo, sp.nan, sp.oo):
        raise Unsolved("undefined")
    solution, value = _transformed(request, expr, typeset(tree), names)
    if arithmetic.has_call(tree, "log"):
        solution = replace(solution, notes=[*solution.notes, Step("log_is_natural")])
    return solution, value


def _transformed(request: Request, expr: Any, given: str, names: Names) -> tuple[Solution, Any]:  # noqa: PLR0911  one case for each kind
    match request.task:
        case "differentiate":
            x = _unknown(request, expr, names)
            at = build(_one(grammar.parse(request.at)), names) if request.at else None
            return derivatives.differentiate(expr, x, request.order, at), sp.diff(expr, x, request.order)
        case "integrate":
            return _integral(request, expr, names), None
        case "factor":
            return polynomials.factor(expr, given), expr
        case "expand":
            return polynomials.expand(expr, given), sp.expand(expr)
        case "simplify":
            return polynomials.simplify(expr, given), expr
        case "prime" | "composite":
            return numbers.prime(expr, composite=request.task == "composite"), None
        case "prime_factors":
            return numbers.prime_factors(expr), None
        case _:
            return numbers.nearest_root(expr, request.order), None


def _integral(request: Request, expr: Any, names: Names) -> Solution:
    x = _unknown(request, expr, names)
    if not request.upper:
        return integrals.antiderivative(expr, x)
    lower, upper = (build(_one(grammar.parse(bound)), names) for bound in (request.lower, request.upper))
    return integrals.definite(expr, x, lower, upper)


def _with_list(request: Request, statements: Sequence[Statement], names: Names) -> Solution:
    values = [build(statement, names) for statement in statements]
    if any(isinstance(value, sp.Rel) or not value.is_number for value in values):
        raise Unsolved("whole_numbers")
    match request.task:
        case "gcd":
            return numbers.greatest_common_divisor(values)
        case "lcm":
            return numbers.least_common_multiple(values)
        case "remainder":
            values += [build(_one(grammar.parse(request.lower)), names)] if request.lower else []
            if len(values) != 2:
                raise Unsolved("whole_numbers")
            return numbers.remainder(*values)
        case "sort" | "sort_down":
            texts = [part.strip() for part in request.formula.replace(";", ",").split(",")]
            if len(texts) != len(values):
                raise Unsolved("terms")
            return numbers.ordered(values, texts, descending=request.task == "sort_down")
        case _:
            return numbers.sequence(values, request.variable)


def _solve(request: Request, statements: Sequence[Statement], names: Names) -> Solution:
    relations = [s if isinstance(s, Relation) else Relation(s, "=", Number("0")) for s in statements]
    if any(relation.sign == "!=" for relation in relations):
        raise Unsolved("no_method")
    built = [build(relation, names) for relation in relations]
    if any(relation.lhs.has(sp.zoo, sp.nan) or relation.rhs.has(sp.zoo, sp.nan) for relation in built):
        raise Unsolved("undefined")
    letters = sorted({s for relation in built for s in relation.free_symbols}, key=str)
    wanted = [names.variable(name) for name in request.variable.split(",") if name]
    if not letters:
        return _truth(built)
    if not set(wanted) <= set(letters):
        raise Unsolved("not_there", x=", ".join(show(w) for w in wanted if w not in letters))
    if any(relation.sign != "=" for relation in relations):
        if len(letters) != 1:
            raise Unsolved("unknowns", limit="1")
        return systems.solve_inequality(built, letters[0])
    if len(built) > 1:
        return systems.solve_system(built, wanted)
    if len(letters) > 1 and not wanted:
        wanted = [s for s in letters if str(s) in "xyzt"][:1] or letters[:1]
    return equations.solve_equation(built[0], wanted[0] if wanted else letters[0])


def _truth(relations: Sequence[Any]) -> Solution:
    """`2 + 2 = 4` says something true or false, and has nothing to find."""
    holds = all(bool(relation.doit()) for relation in relations)
    given = "; ".join(map(show, relations))
    values = "; ".join(f"{show(r.lhs.doit())}, {show(r.rhs.doit())}" for r in relations)
    return Solution(given, "✓" if holds else "✗", str(holds), [Step("both_sides", {"values": values})])


def _one(statements: Sequence[Statement]) -> Statement:
    if len(statements) != 1:
        raise Unsolved("several")
    return statements[0]


def _is_number(tree: Statement, names: Names) -> bool:
    expr = build(tree, names)
    return not isinstance(expr, sp.Rel) and not expr.free_symbols


def _unknown(request: Request, expr: Any, names: Names) -> Any:
    """The variable asked for, or the one that a school book would mean."""
    if request.variable:
        return names.variable(request.variable)
    letters = sorted(expr.free_symbols, key=str)
    preferred = [s for name in "xtyzu" for s in letters if str(s) == name]
    return (preferred or letters or [names.variable("x")])[0]


def _meaning(request: Request, statements: Sequence[Statement], before: Names) -> Names:
    """`e` and `i` are numbers or variables, by what else stands in the formula."""
    letters = {name for statement in statements for name in names_in(statement)}
    asked = (
        set(request.variable.split(","))
        | {request.parameter}
        | {f.parameter.name for f in before.functions.values()}
    )
    algebra = request.task in {"factor", "expand", "solve", "differentiate", "simplify"}
    euler = "e" not in asked and "e" not in before.values and not (algebra and letters == {"e"})
    imaginary = request.task == "evaluate" and letters == {"i"} and "i" not in asked
    return replace(before, euler=euler, imaginary=imaginary, positive=request.positive)

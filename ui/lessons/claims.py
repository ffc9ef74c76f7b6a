"""Statements about a run, as a lesson writes them: `half_life < 4`, `kind is vanishing`, `u[2,1] ≈ x[2,1] * W_x[1,1]`.

Read by Python's own grammar and computed by hand from the few kinds of nodes listed here: nothing else is executed.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from cells import Trace
from cells.analysis.numbers import Value, value_of

NEAR = 0.01  # relative distance of two numbers that `≈` takes for the same
PINS = "pin"  # pin1.half_life is the number of the first pinned run
LONGEST = 500  # characters

ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,  # of floats: 9**9**9 would be computed digit by digit
}
COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
    ast.MatMult: lambda a, b: math.isclose(a, b, rel_tol=NEAR),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {"abs": abs, "sqrt": math.sqrt, "log10": math.log10, "log": math.log}


class Unreadable(ValueError):
    """A text that is no statement, or no expression, of this small language."""


def evaluate(text: str, runs: Sequence[Trace]) -> Value:
    """Return what an expression is worth; `runs` are the present one and then the pinned ones.

    Raises Unreadable, UnknownNumber, or DoesNotApply where a number has no meaning in this run.
    """
    return _value(_parsed(text), runs)


def holds(text: str, runs: Sequence[Trace]) -> tuple[bool, str]:
    """Return whether a statement is true, and what its sides are worth in words."""
    tree = _parsed(text)
    if not isinstance(tree, ast.Compare):
        raise Unreadable(f"{text!r} states nothing: it needs <, >, ≈ or `is`")
    sides = _sides(tree, runs)
    true = all(_compare(op, a, b) for op, (a, b) in zip(tree.ops, pairwise(sides), strict=True))
    nodes = zip((tree.left, *tree.comparators), sides, strict=True)
    told = {_written(node): _shown(value) for node, value in nodes if not isinstance(node, ast.Constant)}
    return true, " and ".join(f"{name} is {value}" for name, value in told.items() if name != value)


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise Unreadable(f"{text[:40]!r}… has {len(text)} characters, more than {LONGEST}")
    try:
        tree = ast.parse(_ascii(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable(f"{text!r} cannot be read") from None
    return _joined(tree, text) if "≈" in text else tree


def _ascii(text: str) -> str:
    """Return the text with the signs a person writes in the place of Python's; ≈ becomes an operator of its own."""
    for sign, plain in (("≈", ")@("), ("·", "*"), ("×", "*"), ("−", "-"), ("≤", "<="), ("≥", ">="), ("^", "**")):
        text = text.replace(sign, plain)
    return f"({text.strip()})" if ")@(" in text else text.strip()


def _joined(tree: ast.expr, text: str) -> ast.expr:
    """`(a) @ (b)` as a comparison."""
    if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.MatMult)):
        raise Unreadable(f"{text!r} compares more than two sides with ≈")
    near: Any = ast.MatMult()
    return ast.Compare(tree.left, [near], [tree.right])


def _sides(tree: ast.Compare, runs: Sequence[Trace]) -> list[Value]:
    """Return what is compared; the word after `is` stands for itself."""
    words = [False, *(isinstance(op, ast.Is | ast.IsNot) for op in tree.ops)]
    nodes = zip((tree.left, *tree.comparators), words, strict=True)
    return [node.id if word and isinstance(node, ast.Name) else _value(node, runs) for node, word in nodes]


def _compare(op: ast.cmpop, a: Value, b: Value) -> bool:
    if type(op) not in COMPARISONS:
        raise Unreadable("== and != are written ≈ or `is`: computed numbers are hardly ever exactly equal")
    if isinstance(a, str) != isinstance(b, str):
        raise Unreadable(f"{_shown(a)} and {_shown(b)} cannot be compared")
    return COMPARISONS[type(op)](a, b)


def _value(node: ast.expr, runs: Sequence[Trace]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, runs)
        case ast.BinOp(left=a, op=op, right=b) if type(op) in ARITHMETIC:
            return _computed(op, _value(a, runs), _value(b, runs))
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(inner, runs))
    return _number(node, runs)


def _computed(op: ast.operator, a: Any, b: Any) -> Any:
    try:
        return ARITHMETIC[type(op)](a, b)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        raise Unreadable(f"{_shown(a)} and {_shown(b)} cannot be computed with") from None


def _number(node: ast.expr, runs: Sequence[Trace]) -> Value:
    """Return a number of a run: `half_life`, `h[3,1]`, `pin1.half_life`."""
    indices: list[Any] = []
    if isinstance(node, ast.Subscript):
        indices = list(_indices(node.slice))
        node = node.value
    run, name = _owner(node, runs)
    return value_of(run, name, *indices)


def _indices(node: ast.expr) -> Iterator[Any]:
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        match part:
            case ast.Constant(value=int() | float() as index):
                yield index
            case ast.Name(id=name):
                yield name
            case _:
                raise Unreadable(f"{ast.unparse(part)} is no index")


def _owner(node: ast.expr, runs: Sequence[Trace]) -> tuple[Trace, str]:
    match node:
        case ast.Name(id=name):
            return runs[0], name
        case ast.Attribute(value=ast.Name(id=pin), attr=name) if pin.startswith(PINS) and pin[3:].isdigit():
            if not 1 <= int(pin[3:]) < len(runs):
                raise Unreadable(f"{pin} is not there: the view has {len(runs) - 1} pinned runs")
            return runs[int(pin[3:])], name
    raise Unreadable(f"{ast.unparse(node)} is no number of a run")


def _written(node: ast.expr) -> str:
    return ast.unparse(node).replace(" ** ", "^").replace(", ", ",")


def _shown(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

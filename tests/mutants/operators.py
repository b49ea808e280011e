"""Mistakes as changes of a syntax tree: the n-th such operator, constant or call inside a function.

A place is named by what stands there, never by its text, so renaming a variable moves no fault. An
operator here takes such a name and returns a change: a function of the tree of a module and the
name of a function in it. Where there is no such place any more, `Unplantable` is raised.
"""

import ast
from dataclasses import dataclass

SYMBOLS = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "**": ast.Pow,
    "@": ast.MatMult,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
    "in": ast.In,
    "not in": ast.NotIn,
    "is": ast.Is,
    "is not": ast.IsNot,
    "and": ast.And,
    "or": ast.Or,
}


class Unplantable(LookupError):
    """A fault whose place is gone."""


@dataclass
class Place:
    """A node, and where it hangs in the tree."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None = None

    def put(self, new):
        new = ast.copy_location(new, self.node)
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def below(node):
    """The places below a node, without docstrings."""
    for field, value in ast.iter_fields(node):
        listed = isinstance(value, list)
        for index, child in enumerate(value if listed else [value]):
            text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not text:
                yield Place(child, node, field, index if listed else None)
                yield from below(child)


def position(place):
    """Where a reader comes upon a node; on an operation, where its sign stands."""
    first = place.node
    if isinstance(first, ast.BinOp):
        return first.left.end_lineno, first.left.end_col_offset
    return first.lineno, first.col_offset


def definition(tree, name):
    """A function, class or method, as in ``Normal.log_prob``, or the module for an empty name."""
    node = tree
    for part in filter(None, name.split(".")):
        inside = [n for n in ast.walk(node) if getattr(n, "name", None) == part and n is not node]
        if not inside:
            raise Unplantable(f"no definition of {name}")
        node = inside[0]
    return node


def nth(tree, name, fits, n, what):
    """The n-th place inside a definition whose node fits."""
    found = [place for place in below(definition(tree, name)) if fits(place.node)]
    found = sorted(found, key=position)
    if len(found) < n:
        raise Unplantable(f"{name or 'the module'} has {len(found)} times {what}, not {n} times")
    return found[n - 1]


def has(node, symbol):
    """Whether a node is an operation with this sign."""
    kind = SYMBOLS[symbol]
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        return isinstance(node.op, kind)
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], kind)


def called(node, name):
    """Whether a node is a call of a function, or of a method, of that name."""
    return isinstance(node, ast.Call) and name == getattr(
        node.func, "attr", getattr(node.func, "id", None)
    )


# ── The changes ──────────────────────────────────────────────────────────────────────────────────


def change(old, new, n=1):
    """Another sign: + for −, < for <=."""

    def plant(tree, name):
        node = nth(tree, name, lambda node: has(node, old), n, old).node
        if isinstance(node, ast.Compare):
            node.ops[0] = SYMBOLS[new]()
        else:
            node.op = SYMBOLS[new]()

    return plant


def keep(side, sign, n=1):
    """One operand alone, the ``"first"`` or the ``"last"``: an addend or a factor is lost."""

    def plant(tree, name):
        place = nth(tree, name, lambda node: has(node, sign), n, sign)
        node, last = place.node, side == "last"
        if isinstance(node, ast.BoolOp):
            place.put(node.values[-last])
        elif isinstance(node, ast.BinOp):
            place.put(node.right if last else node.left)
        else:
            place.put(ast.Assign([node.target], node.value) if last else ast.Pass())

    return plant


def without_minus(n=1):
    """A sign is lost."""

    def plant(tree, name):
        def fits(node):
            return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)

        place = nth(tree, name, fits, n, "unary −")
        place.put(place.node.operand)

    return plant


def constant(old, new, n=1):
    """Another number, or another word."""

    def plant(tree, name):
        def fits(node):
            return isinstance(node, ast.Constant) and (type(old), old) == (
                type(node.value),
                node.value,
            )

        nth(tree, name, fits, n, repr(old)).put(ast.Constant(new))

    return plant


def call(old, new, n=1):
    """Another function with the same arguments."""

    def plant(tree, name):
        function = nth(tree, name, lambda node: called(node, old), n, f"{old}()").node.func
        setattr(function, "attr" if isinstance(function, ast.Attribute) else "id", new)

    return plant


def unwrap(function, n=1, i=0):
    """The i-th argument in place of the call: an absolute value, or a mask, is lost."""

    def plant(tree, name):
        place = nth(tree, name, lambda node: called(node, function), n, f"{function}()")
        place.put(place.node.args[i])

    return plant


def argument_of(node, key):
    """A place for an argument of a call, by number or by keyword."""
    if isinstance(key, int):
        if key >= len(node.args):
            raise Unplantable(f"{ast.unparse(node)} has no argument {key}")
        return Place(node.args[key], node, "args", key)
    found = [keyword for keyword in node.keywords if keyword.arg == key]
    if not found:
        raise Unplantable(f"{ast.unparse(node)} has no argument {key}")
    return Place(found[0].value, found[0], "value")


def argument(function, key, other=None, n=1, value=None):
    """The argument ``other`` once more in the place of ``key``; or a value, by default None."""

    def plant(tree, name):
        node = nth(tree, name, lambda node: called(node, function), n, f"{function}()").node
        new = ast.Constant(value) if other is None else argument_of(node, other).node
        argument_of(node, key).put(new)

    return plant


def swap(function, key, other, n=1):
    """Two arguments exchanged."""

    def plant(tree, name):
        node = nth(tree, name, lambda node: called(node, function), n, f"{function}()").node
        one, two = argument_of(node, key), argument_of(node, other)
        first, second = one.node, two.node
        one.put(second), two.put(first)

    return plant


def keyword(function, old, new, n=1):
    """An argument given under another name."""

    def plant(tree, name):
        node = nth(tree, name, lambda node: called(node, function), n, f"{function}()").node
        argument_of(node, old).parent.arg = new

    return plant


def condition(new, n=1):
    """A condition that is negated (``"not"``), or always True, or always False."""

    def plant(tree, name):
        kinds = ast.If, ast.IfExp, ast.While
        node = nth(tree, name, lambda node: isinstance(node, kinds), n, "a condition").node
        node.test = ast.UnaryOp(ast.Not(), node.test) if new == "not" else ast.Constant(new)

    return plant


def unfiltered(n=1):
    """A comprehension that takes all."""

    def plant(tree, name):
        filters = [place for place in below(definition(tree, name)) if place.field == "ifs"]
        if len(filters) < n:
            raise Unplantable(f"{name} has {len(filters)} filters, not {n}")
        filters[n - 1].put(ast.Constant(True))

    return plant


def items(i, j, n=1):
    """Two parts of a tuple exchanged."""

    def plant(tree, name):
        def fits(node):
            wide = isinstance(node, ast.Tuple) and len(node.elts) > max(i, j)
            return wide and isinstance(node.ctx, ast.Load)

        parts = nth(tree, name, fits, n, "a tuple").node.elts
        parts[i], parts[j] = parts[j], parts[i]

    return plant


def drop(kind, n=1):
    """A statement is lost: one of the kind ``"AugAssign"``, ``"Expr"``, ``"If"``, ``"For"``."""

    def plant(tree, name):
        nth(tree, name, lambda node: type(node).__name__ == kind, n, kind).put(ast.Pass())

    return plant


def planted(source, name, plant):
    """The source of a module with a fault in one of its functions."""
    tree = ast.parse(source)
    before = ast.dump(tree)
    plant(tree, name)
    if ast.dump(tree) == before:
        raise Unplantable(f"nothing changes in {name}")
    return ast.unparse(ast.fix_missing_locations(tree))

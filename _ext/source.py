"""What the extensions read off a piece of Python source."""

import ast

DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef


def parsed(code):
    """The syntax tree of a source; an empty one where it is no Python, as under a magic."""
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.parse("")


def docstring(node):
    """The statement that is the docstring of a module, a class or a function, or None."""
    return node.body[0] if ast.get_docstring(node) is not None else None


def bound(code):
    """The names that a source defines at its top level by def, class or =, in their order."""
    found = []
    for node in parsed(code).body:
        if isinstance(node, DEFINITIONS):
            found.append(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [part for target in targets for part in ast.walk(target)]
            found += [
                part.id
                for part in parts
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            ]
    return list(dict.fromkeys(found))


def only_imports(code):
    """Whether the code is nothing but imports and the docstring of a module."""
    tree = parsed(code)
    rest = [node for node in tree.body if node is not docstring(tree)]
    return bool(tree.body) and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in rest)


def shorten(code):
    """The code with each docstring cut after its first paragraph; all else stays as it is."""
    owners = [
        node for node in ast.walk(parsed(code)) if isinstance(node, (ast.Module, *DEFINITIONS))
    ]
    found = [text for text in map(docstring, owners) if text is not None]
    lines = code.encode().split(b"\n")  # a column of a syntax tree counts bytes
    for text in sorted(found, key=lambda text: text.lineno, reverse=True):
        first, last = text.lineno - 1, text.end_lineno - 1
        blank = next((i for i in range(first + 1, last) if not lines[i].strip()), None)
        if blank is not None:
            end = lines[last][text.end_col_offset - 3 :]
            summary = lines[blank - 1].rstrip()
            space = b" " * summary.endswith(end[:1])  # or four quotes would stand in a row
            lines[first : last + 1] = [*lines[first : blank - 1], summary + space + end]
    return b"\n".join(lines).decode()

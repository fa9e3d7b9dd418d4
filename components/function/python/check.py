"""Reads sources as Python would, without running them.

Arguments: a file, the names of functions that it has to define, separated by commas, and other files. Prints nothing when all is
well, otherwise {"at": "app.py:3", "problem": ...}, {"unawaited": ...} or {"missing": ..., "names": [...]}.
"""

import ast
import json
import sys
import tokenize


def names(body):
    """What a module's statements define, branches included, but for modules; None for a `from x import *`."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield None if alias.name == "*" else alias.asname or alias.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))
        for field in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from names(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from names(handler.body)


def parse(path):
    """Decoded as Python's import does it, which takes no byte for another, not even in a comment."""
    with open(path, "rb") as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
        file.seek(0)
        source = file.read()
    try:
        source.decode(encoding)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise SyntaxError("not text in %s: byte 0x%02x" % (encoding, source[error.start]), (path, line, 0, "")) from None
    return ast.parse(source, path)


def main(entry, required, *others):
    required = [name for name in required.split(",") if name]
    for path in (entry, *others):
        try:
            tree = parse(path)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            at = "%s:%d" % (path, line) if line else path
            print(json.dumps({"at": at, "problem": getattr(error, "msg", None) or str(error)}))
            return
        if path == entry:
            defined = list(names(tree.body))
            for node in tree.body:
                # A decorator may make a plain function of it.
                if isinstance(node, ast.AsyncFunctionDef) and node.name in required and not node.decorator_list:
                    print(json.dumps({"unawaited": node.name}))
                    return
    missing = [name for name in required if name not in defined]
    if missing and None not in defined:
        public = sorted(name for name in defined if not name.startswith("_"))
        print(json.dumps({"missing": missing[0], "names": public}))


main(*sys.argv[1:])

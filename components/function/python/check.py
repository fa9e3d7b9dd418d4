"""Reads sources as Python would, without running them.

Arguments: a file, the names that it has to define, separated by commas, and other files. Prints nothing when all is well, otherwise
{"at": "app.py:3", "problem": ...} or {"missing": ..., "names": [...]}.
"""

import ast
import json
import sys


def names(body):
    """What a module's statements define, branches included; None for a `from x import *`."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield None if alias.name == "*" else (alias.asname or alias.name).split(".")[0]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))
        for field in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from names(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from names(handler.body)


def main(entry, required, *others):
    for path in (entry, *others):
        with open(path, "rb") as file:
            source = file.read()
        try:
            tree = ast.parse(source, path)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            at = "%s:%d" % (path, line) if line else path
            print(json.dumps({"at": at, "problem": getattr(error, "msg", None) or str(error)}))
            return
        if path == entry:
            defined = list(names(tree.body))
    missing = [name for name in required.split(",") if name and name not in defined]
    if missing and None not in defined:
        public = sorted(name for name in defined if not name.startswith("_"))
        print(json.dumps({"missing": missing[0], "names": public}))


main(*sys.argv[1:])

"""The import order is the architecture: a module imports only what comes before it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cdi_nlp"
ORDER = "errors records settings taxonomy ingest detect recording pipeline scan audit cli __main__".split()
BANNED_WORDS = {"utils", "helpers", "base", "manager", "core"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write it in full"
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return {name.split(".")[1] for name in names if name.startswith("cdi_nlp.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    if room(path) == "__init__":
        assert not imported(path)
        return
    late = {name for name in imported(path) if ORDER.index(name) > ORDER.index(room(path))}
    assert not late, f"{path.name} imports {late}, which come after it"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    assert path.stem not in BANNED_WORDS
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{path.name}: {node.name} has {length} lines"


def test_nothing_is_unpickled_or_fetched():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for word in ("pickle", "joblib", "urllib.request", "requests", "httpx", "socket"):
            assert f"import {word}" not in text, f"{path.name} imports {word}"


def test_tools_are_configured_under_their_tables():
    """A tool's table outside [tool.*] is silently ignored."""
    import tomllib

    table = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(table) == {"build-system", "project", "tool"}
    assert {"ruff", "mypy", "pytest", "hatch"} <= set(table["tool"])

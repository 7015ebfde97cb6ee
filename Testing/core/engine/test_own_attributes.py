"""Private attributes are their own object's: in engine and server nobody else writes them, not even a subclass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("engine", "server")


def written(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(the object's expression, the private attribute) of each assignment in ``tree``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr.startswith("_"):
            yield ast.unparse(node.value), node.attr


def faults(sources: dict[str, str]) -> list[str]:
    """Where a private attribute of another object, or of a base class in these ``sources``, is written."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    found = [
        f"{name}: {owner}.{attribute}"
        for name, tree in trees.items()
        for owner, attribute in written(tree)
        if owner != "self"
    ]
    classes = {node.name: node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    own = {name: {attribute for _, attribute in written(node)} for name, node in classes.items()}
    for name, node in classes.items():
        for base in node.bases:
            shared = own[name] & own.get(ast.unparse(base), set())
            found += [f"{name} writes {attribute} of {ast.unparse(base)}" for attribute in sorted(shared)]
    return found


def test_private_attributes_are_written_by_their_own_object_alone(repository: Path) -> None:
    folder = repository / "auxol_core"
    sources = {str(path): path.read_text("utf-8") for room in ROOMS for path in sorted((folder / room).glob("*.py"))}
    assert len(sources) > 20
    assert faults(sources) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(engine): engine._pending = 1",
        "class A:\n    def f(self): self.engine._pending = 1",
        "class A:\n    def f(self): self._a = 1\nclass B(A):\n    def g(self): self._a = 2",
    ],
    ids=["another's", "a part's", "a base's"],
)
def test_each_way_of_writing_anothers_is_found(source: str) -> None:
    assert len(faults({"here.py": source})) == 1

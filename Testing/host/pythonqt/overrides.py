"""Functions that PythonQt or the host does otherwise than PySide6: connect by name, findChild, dialogs, singleShot.

An override gets the shown object first (None for a static call) and values as module code gave them.
"""

from collections.abc import Callable
from typing import Any

_table: dict[tuple[str, str], Callable[..., Any]] = {}
_refused: dict[str, str] = {}


def override(class_name: str, *functions: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(called: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            _table[(class_name, function)] = called
        return called

    return register


def find(shown_class: Any, function: str) -> Callable[..., Any] | None:
    """The override of the nearest class in the hierarchy."""
    for name in shown_class._host_lineage:
        if (name, function) in _table:
            return _table[(name, function)]
    return None


def refuse(class_name: str, reason: str) -> None:
    """Constructing this class raises RuntimeError with the reason."""
    _refused[class_name] = reason


def refuse_construction(class_name: str) -> None:
    if class_name in _refused:
        raise RuntimeError(f"{class_name}: {_refused[class_name]}")

"""What PythonQt shows of a class: the lists of names/*.json, with bases followed."""

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "names"

# Decorators that PythonQt itself adds to every QObject (PythonQtStdDecorators.h), and its own class methods.
OBJECT_METHODS = ("connect", "disconnect", "parent", "setParent", "children", "findChild", "findChildren", "metaObject",
                  "setProperty", "property", "tr", "delete", "className", "inherits", "help", "deleteLater",
                  "objectName", "setObjectName", "blockSignals", "installEventFilter", "removeEventFilter",
                  "event", "eventFilter")  # fmt: skip

# Added by decorators of Slicer's own (qSlicerBaseQTCorePythonQtDecorators.h, qSlicerBaseQTGUIPythonQtDecorators.h).
DECORATED = {
    "qSlicerCoreApplication": ("testingEnabled", "sendEvent", "processEvents"),
    "qSlicerAbstractCoreModule": ("widgetRepresentation", "createNewWidgetRepresentation"),
    "qSlicerAbstractModuleWidget": ("module",),
}


@dataclass
class Names:
    """Names of one class itself, without its bases."""

    bases: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    signals: dict[str, list[str]] = field(default_factory=dict)
    methods: list[str] = field(default_factory=list)
    enums: dict[str, list[str]] = field(default_factory=dict)


@functools.lru_cache(maxsize=1)
def book() -> dict[str, Names]:
    """Class name -> its names, of Qt, CTK and Slicer together."""
    found: dict[str, Names] = {}
    for file in ("qt.json", "ctk.json", "slicer.json"):
        classes: dict[str, dict[str, Any]] = json.loads((FOLDER / file).read_text(encoding="utf-8"))["classes"]
        found |= {name: Names(**entry) for name, entry in classes.items()}
    found["QObject"].methods += OBJECT_METHODS
    for name, methods in DECORATED.items():
        found[name].methods += methods
    return found


def lineage(class_name: str) -> list[str]:
    """The class and all classes it inherits from, nearest first, as the headers have it."""
    order: list[str] = []
    queue = [class_name]
    while queue:
        name = queue.pop(0)
        if name in book() and name not in order:
            order.append(name)
            queue += book()[name].bases
    return order


def has_property(class_name: str, name: str) -> bool:
    return any(name in book()[cls].properties for cls in lineage(class_name))


def signal_signatures(class_name: str, name: str) -> list[str]:
    """Parameter lists that signal can be connected with, [] if the class has no such signal."""
    for cls in lineage(class_name):
        if name in book()[cls].signals:
            return book()[cls].signals[name]
    return []

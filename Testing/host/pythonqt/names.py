"""What PythonQt shows of a class: the lists of names/*.json, with bases followed.

Which of several things of one name is shown (PythonQtClassInfo.cpp at the commit in names/qt.json: member,
lookForPropertyAndCache, recursiveFindDecoratorSlotsFromDecoratorProvider):

1. a property of the class or of any base, also where a slot, a getter or a static function has its name;
   but for QTimer.singleShot, which PythonQt leaves out by name, so that the static function is seen;
2. a slot or signal, of the nearest class that has one; there first the functions of the generated wrapper,
   static or not, then the class's own;
3. an enumerator, then an enumeration.

`obj.name = value` asks the same question (PythonQtInstanceWrapper.cpp, PythonQtInstanceWrapper_setattro): a property is
written, anything else raises AttributeError, and only where nothing is found may a Python subclass make an attribute.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "names"

# Decorators that PythonQt itself adds to every QObject (PythonQtStdDecorators.h), and its own class methods.
OBJECT_METHODS = ("connect", "disconnect", "parent", "setParent", "children", "findChild", "findChildren", "metaObject",
                  "setProperty", "property", "tr", "delete", "className", "inherits", "help", "deleteLater",
                  "objectName", "setObjectName", "blockSignals", "installEventFilter", "removeEventFilter",
                  "event", "eventFilter")  # fmt: skip

# Properties that PythonQt leaves out, of objects of that very class (lookForPropertyAndCache).
LEFT_OUT = {("QTimer", "singleShot")}

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
    statics: list[str] = field(default_factory=list)  # those of methods that need no object
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


def members(classes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Name -> (kind, class that has it) as PythonQt finds it: Property, Slot, Signal, EnumValue or Enum.

    classes: the class and its bases, nearest first, as `lineage` gives them. The order is that of the text above.
    """
    found: dict[str, tuple[str, str]] = {}
    farthest_first = [(cls, book()[cls]) for cls in reversed(classes)]
    for cls, entry in farthest_first:
        found |= dict.fromkeys(entry.enums, ("Enum", cls))
    for cls, entry in farthest_first:
        found |= {name: ("EnumValue", cls) for listed in entry.enums.values() for name in listed}
    for cls, entry in farthest_first:
        found |= dict.fromkeys(entry.signals, ("Signal", cls)) | dict.fromkeys(entry.methods, ("Slot", cls))
    for cls, entry in farthest_first:
        found |= {name: ("Property", cls) for name in entry.properties if (classes[0], name) not in LEFT_OUT}
    return found


def signal_signatures(class_name: str, name: str) -> list[str]:
    """Parameter lists that signal can be connected with, [] if the class has no such signal."""
    for cls in lineage(class_name):
        if name in book()[cls].signals:
            return book()[cls].signals[name]
    return []

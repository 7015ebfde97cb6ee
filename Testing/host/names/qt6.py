"""Print the names of Qt 6, as JSON: class -> {"members": [...], "signals": [signature, ...]}, bases included.

Asked of PySide6 in a process of its own: the host shows PySide6's classes in another form.
"""

import enum
import json
import sys
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtNetwork, QtWidgets

LIBRARIES = (QtCore, QtGui, QtWidgets, QtNetwork)


def entry(cls: Any) -> dict[str, list[str]]:
    """Of one class. Enumerators stand beside their enumeration, as in C++."""
    members = set(dir(cls))
    for name in list(members):
        value = getattr(cls, name, None)
        if isinstance(value, type) and issubclass(value, enum.Enum):
            members |= set(value.__members__)
    meta, signals = getattr(cls, "staticMetaObject", None), []
    if meta is not None:
        members |= {meta.property(index).name() for index in range(meta.propertyCount())}
        methods = [meta.method(index) for index in range(meta.methodCount())]
        signal = QtCore.QMetaMethod.MethodType.Signal
        signals = [bytes(each.methodSignature().data()).decode() for each in methods if each.methodType() == signal]
    return {"members": sorted(members), "signals": sorted(signals)}


def book(libraries: tuple[ModuleType, ...] = LIBRARIES) -> dict[str, dict[str, list[str]]]:
    """All public classes."""
    found: dict[str, dict[str, list[str]]] = {}
    for library in libraries:
        for name in dir(library):
            if name.startswith("Q") and isinstance(cls := getattr(library, name), type):
                found.setdefault(name, entry(cls))
    return found


if __name__ == "__main__":
    json.dump({"version": QtCore.qVersion(), "classes": book()}, sys.stdout)

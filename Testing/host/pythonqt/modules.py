"""The modules `qt` and `ctk` that a scripted module imports."""

import types
from typing import Any

from PySide6 import QtCore, QtGui, QtNetwork, QtUiTools, QtWidgets

from . import manners, names  # noqa: F401 - registers the overrides
from .shown import Shown, show

LIBRARIES = (QtCore, QtGui, QtWidgets, QtNetwork, QtUiTools)


class QtModule(types.ModuleType):
    """`qt`: every class that PythonQt wraps of Qt 5.15 and PySide6 has too. QWebSocket and the like are not there."""

    def __init__(self) -> None:
        super().__init__("qt", "PySide6 with PythonQt's manners (Testing/host)")
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name in names.book() and not name.startswith(("ctk", "qMRML", "qSlicer")):
            for library in LIBRARIES:
                real = getattr(library, name, None)
                if isinstance(real, type):
                    setattr(self, name, show(real))
                    return self.__dict__[name]
            raise AttributeError(f"qt.{name} is in Slicer but not in the host's Qt (classes of Qt 6 are compared)")
        raise AttributeError(f"module 'qt' of Slicer has no attribute {name!r}")


class StandInModule(types.ModuleType):
    """`ctk`, and the q... part of `slicer`: the host's own widgets, shown with the real classes' names."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "stand-ins of Testing/host")

    def add(self, *real_types: type) -> None:
        for real_type in real_types:
            if real_type.__name__ not in names.book():
                raise ValueError(f"{real_type.__name__} is not a class of Slicer or CTK")
            setattr(self, real_type.__name__, show(real_type))

    def __getattr__(self, name: str) -> Any:
        known = "in Slicer but not yet in Testing/host" if name in names.book() else "not in Slicer"
        raise AttributeError(f"{self.__name__}.{name} is {known}")


__all__ = ["QtModule", "Shown", "StandInModule"]

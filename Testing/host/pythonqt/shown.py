"""Shown classes: one Python class per PySide6 class, with the names PythonQt gives it, and nothing else.

As in PythonQt no shown class is a Python base of another: isinstance(label, qt.QWidget) is False, each class holds the
names of its whole lineage, and of several things of one name the one that names.py tells. A name that Slicer lists and
this Qt has not (or a stand-in has not yet) raises AttributeError when used.
"""

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6 import QtCore

from . import convert, names, overrides, subclass
from .convert import to_python, to_real
from .descriptors import Enumerator, Method, Property, SignalName, cannot_overwrite, operator, real_of

OPERATORS = ("__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__mul__", "__truediv__", "__neg__",
             "__or__", "__and__", "__xor__", "__iadd__", "__isub__", "__imul__")  # fmt: skip
MAKERS: dict[str, Callable[[str], Any]] = {"Property": Property, "Signal": SignalName, "Enum": Enumerator}
_classes: dict[type, type] = {}


class Shown:
    """Base of all shown classes: what PythonQt gives every object."""

    _host_real_type: type = object
    _host_own: bool = True  # False in Python subclasses
    _host_lineage: tuple[str, ...] = ()  # class names, nearest first
    _host_methods: frozenset[str] = frozenset()
    _host_real: Any

    def __init__(self, *arguments: Any) -> None:
        cls = type(self)
        overrides.refuse_construction(cls.__name__)
        make = cls._host_real_type if cls.__dict__.get("_host_own") else subclass.python_subclass(cls)
        real = make(*(to_real(argument) for argument in arguments))
        object.__setattr__(self, "_host_real", real)
        if isinstance(real, subclass.Overriding):
            real._host_shown = self  # type: ignore[attr-defined]
        convert.remember(self, real)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "_host_own" not in cls.__dict__:
            cls._host_own = False

    @classmethod
    def _host_adopt(cls, real: Any) -> Any:
        shown = cls.__new__(cls)
        object.__setattr__(shown, "_host_real", real)
        return shown

    def _host_real_of(self) -> Any:
        return real_of(self)

    def className(self) -> str:
        real = self._host_real
        return real.metaObject().className() if isinstance(real, QtCore.QObject) else type(self).__name__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name.endswith("_") and hasattr(type(self), name[:-1]):  # exec_ finds exec
            return getattr(self, name[:-1])
        real = self.__dict__.get("_host_real")
        if isinstance(real, QtCore.QObject) and shiboken6.isValid(real):
            if name == "name":
                return real.objectName()
            if name.encode() in _dynamic_names(real):
                return to_python(real.property(name))
            for child in real.children():
                if child.objectName() == name:
                    return to_python(child)
        raise AttributeError(f"{type(self).__name__} has no attribute named '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        """As PythonQt does: what C++ has comes first, also where a Python subclass has a function of that name."""
        own = vars(next(cls for cls in type(self).__mro__ if cls.__dict__.get("_host_own")))
        member = own.get(name)
        if member is None and name.endswith("_") and isinstance(own.get(name[:-1]), Method):
            raise cannot_overwrite("Slot", name, self)
        if hasattr(member, "__set__"):
            return member.__set__(self, value)
        real = self.__dict__.get("_host_real")
        if isinstance(real, QtCore.QObject) and name == "name":
            real.setObjectName(value)
        elif isinstance(real, QtCore.QObject) and name.encode() in _dynamic_names(real):
            real.setProperty(name, to_real(value))
        elif not type(self)._host_own:
            object.__setattr__(self, name, value)
        else:
            kind = type(self).__name__
            raise AttributeError(
                f"'{name}' does not exist on {kind} and creating new attributes on C++ objects is not allowed"
            )

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, Shown):
            return False
        if isinstance(self._host_real, QtCore.QObject):
            return self._host_real is other._host_real
        return self._host_real == other._host_real

    def __hash__(self) -> int:
        return hash(self._host_real) if isinstance(self._host_real, QtCore.QObject) else id(self)

    def __bool__(self) -> bool:
        return bool(self._host_real) if "__nonzero__" in self._host_methods else shiboken6.isValid(self._host_real)

    def __repr__(self) -> str:
        return f"{type(self).__name__} ({self._host_real!r})"


def _dynamic_names(real: QtCore.QObject) -> list[bytes]:
    return [bytes(each.data()) for each in real.dynamicPropertyNames()]


def show(real_type: type) -> type:
    """The shown class of a PySide6 class (or of the nearest base that PythonQt knows)."""
    if real_type in _classes:
        return _classes[real_type]
    if issubclass(real_type, subclass.Overriding) or real_type.__name__ not in names.book():
        known = [base for base in real_type.__mro__[1:] if base.__name__ in names.book()]
        if not known:
            raise AttributeError(f"PythonQt does not know {real_type.__name__}, nor does a module in Slicer")
        return show(known[0])
    lineage = tuple(dict.fromkeys(
        name for base in real_type.__mro__ for name in names.lineage(base.__name__)
    ))  # fmt: skip
    namespace = {"_host_real_type": real_type, "_host_own": True, "_host_lineage": lineage, "__module__": "qt"}
    cls = type(real_type.__name__, (Shown,), namespace | _members(real_type, lineage))
    return _classes.setdefault(real_type, cls)


def _members(real_type: type, lineage: tuple[str, ...]) -> dict[str, Any]:
    listed = names.members(lineage)
    # Where the lists have an enumeration without its enumerators, this Qt is asked.
    members: dict[str, Any] = {
        member: Enumerator(name, member)
        for cls in reversed(lineage)
        for name, known in names.book()[cls].enums.items()
        for member in known or getattr(getattr(real_type, name, None), "__members__", ())
    }
    for name, (kind, class_name) in listed.items():
        if name in vars(Shown):
            continue  # className, which PySide6 has on no object
        if kind == "Slot" and not name.startswith("__"):
            members[name] = Method(class_name, name)
        elif kind in MAKERS:
            members[name] = MAKERS[kind](name)
    methods = {name for cls in lineage for name in names.book()[cls].methods}
    members |= {name: operator(name) for name in OPERATORS if name in methods and hasattr(real_type, name)}
    return members | {"_host_methods": frozenset(methods)}


convert._make_shown.append(show)

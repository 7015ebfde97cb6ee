"""Values between module code (shown objects, integers for enumerators, tuples) and PySide6."""

import enum
import functools
import types
import weakref
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6 import QtCore

from . import callbacks

CALLABLES = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)

_shown_by_pointer: "weakref.WeakValueDictionary[int, Any]" = weakref.WeakValueDictionary()
_make_shown: list[Callable[[type], type]] = []  # filled by shown.py; a list breaks the circle of imports


class EnumValue(int):
    """An enumerator as PythonQt gives it: an integer, that still knows the PySide6 member it stands for."""

    member: enum.Enum

    def __new__(cls, member: enum.Enum) -> "EnumValue":
        value = super().__new__(cls, member.value)
        value.member = member
        return value

    def _combined(self, other: object, operation: Callable[[Any, Any], Any], plain: int) -> int:
        alike = isinstance(other, EnumValue) and type(other.member) is type(self.member)
        flags = alike and isinstance(self.member, enum.Flag)
        return EnumValue(operation(self.member, other.member)) if flags else plain

    def __or__(self, other: int) -> int:
        return self._combined(other, lambda a, b: a | b, int(self) | int(other))

    def __and__(self, other: int) -> int:
        return self._combined(other, lambda a, b: a & b, int(self) & int(other))

    def __xor__(self, other: int) -> int:
        return self._combined(other, lambda a, b: a ^ b, int(self) ^ int(other))

    def __invert__(self) -> int:
        return EnumValue(~self.member) if isinstance(self.member, enum.Flag) else ~int(self)

    def __repr__(self) -> str:
        return f"{self.member.name} ({int(self)})"


def pointer(real: object) -> int:
    return int(shiboken6.getCppPointer(real)[0])


def remember(shown: Any, real: object) -> None:
    if isinstance(real, QtCore.QObject):
        _shown_by_pointer[pointer(real)] = shown


def to_python(value: Any) -> Any:
    """What module code sees of a value that comes from PySide6."""
    if isinstance(value, enum.Enum) and isinstance(value.value, int):
        return EnumValue(value)
    if isinstance(value, shiboken6.Object):
        return shown_object(value)
    if isinstance(value, (list, tuple)):
        return tuple(to_python(item) for item in value)
    if isinstance(value, dict):
        return {to_python(key): to_python(item) for key, item in value.items()}
    return value


def shown_object(real: Any) -> Any:
    if isinstance(real, QtCore.QObject):
        if not shiboken6.isValid(real):
            return None
        known = _shown_by_pointer.get(pointer(real))
        if known is not None and known._host_real is real:
            return known
    shown = _make_shown[0](type(real))._host_adopt(real)
    remember(shown, real)
    return shown


def to_real(value: Any) -> Any:
    """What PySide6 gets of a value that module code passes."""
    real = getattr(type(value), "_host_real_of", None)
    if real is not None:
        return real(value)
    if isinstance(value, EnumValue):
        return value.member
    if isinstance(value, type):
        return getattr(value, "_host_real_type", value)
    if isinstance(value, (list, tuple)):
        return type(value)(to_real(item) for item in value) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {to_real(key): to_real(item) for key, item in value.items()}
    if isinstance(value, CALLABLES):
        return adapter(value)
    return value


def adapter(called: Callable[..., Any]) -> Callable[..., Any]:
    """A function for PySide6 to call that enters module code as PythonQt does."""

    def enter(*arguments: Any) -> None:
        callbacks.call(called, tuple(to_python(argument) for argument in arguments))

    return enter

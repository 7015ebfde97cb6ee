"""What lies on a shown class under each name: methods, properties, signals, enumerators."""

import enum
from collections.abc import Callable
from typing import Any

import shiboken6

from . import connections, overrides, subclass
from .convert import EnumValue, to_python, to_real


class EnumType:
    """`qt.QNetworkReply.NetworkError`: members as attributes, a call makes a value from an integer."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> EnumValue:
        return EnumValue(getattr(self._real, name))

    def __call__(self, value: int = 0) -> EnumValue:
        return EnumValue(self._real(int(value)))


class Method:
    """Descriptor of a method or static function."""

    def __init__(self, cls: str, name: str) -> None:
        self.cls, self.name = cls, name

    def __get__(self, shown: Any, owner: type) -> Callable[..., Any]:
        special = overrides.find(owner, self.name)
        if special is not None:
            return lambda *arguments: special(shown, *arguments)
        target = owner._host_real_type if shown is None else real_of(shown)
        function = getattr(target, self.name, None) or getattr(target, f"{self.name}_", None)  # raise_ is raise in C++
        if function is None:
            raise AttributeError(f"{self.cls}.{self.name} is in Slicer but not in Testing/host")
        if shown is not None and isinstance(shown._host_real, subclass.Overriding):
            function = subclass.inherited(shown, self.name, function)

        def invoke(*arguments: Any) -> Any:
            return to_python(function(*(to_real(argument) for argument in arguments)))

        invoke.__name__ = invoke.__qualname__ = self.name
        return invoke

    def __set__(self, shown: Any, value: object) -> None:
        raise cannot_overwrite("Slot", self.name, shown)


class Property:
    """Descriptor of a Qt property; on the class itself it is nothing of use, not even a static function of its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, shown: Any, owner: type) -> Any:
        if shown is None:
            return self
        real = real_of(shown)
        meta = real.metaObject()
        index = meta.indexOfProperty(self.name)
        if index < 0:
            raise AttributeError(f"property {owner.__name__}.{self.name} is in Slicer but not in Testing/host")
        try:
            return to_python(real.property(self.name))
        except RuntimeError:  # PySide6 loads converters of enumerations when their class is first looked at
            return to_python(getattr(real, self.name)())

    def __set__(self, shown: Any, value: Any) -> None:
        real = real_of(shown)
        meta = real.metaObject().property(real.metaObject().indexOfProperty(self.name))
        if not meta.isValid():
            raise AttributeError(f"property {type(shown).__name__}.{self.name} is in Slicer but not in Testing/host")
        if not meta.isWritable():
            raise AttributeError(f"Property '{self.name}' of {type(shown).__name__} object is not writable")
        kind, given = meta.typeName(), type(value).__name__
        accepted = {"QString": (str,), "bool": (bool, int), "int": (int,), "double": (int, float)}.get(kind)
        if accepted and not isinstance(value, accepted):
            raise AttributeError(
                f"Property '{self.name}' of type '{kind}' does not accept an object of type {given} ({value!r})"
            )
        setter = getattr(real, f"set{self.name[0].upper()}{self.name[1:]}", None)
        if isinstance(value, EnumValue) and setter is not None:
            setter(value.member)  # setProperty knows an enumeration only after its class was looked at
        else:
            real.setProperty(self.name, to_real(value))


class SignalName:
    """Descriptor of a signal."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, shown: Any, owner: type) -> Any:
        return self if shown is None else connections.BoundSignal(real_of(shown), self.name)

    def __set__(self, shown: Any, value: object) -> None:
        raise cannot_overwrite("Signal", self.name, shown)


class Enumerator:
    """Descriptor of a flat enumerator, or of the enumeration itself; looked up when used, Qt loads lazily."""

    def __init__(self, name: str, member: str | None = None) -> None:
        self.name, self.member = name, member

    def __get__(self, shown: Any, owner: type) -> Any:
        real = getattr(owner._host_real_type, self.name, None)
        if self.member is None and real is not None:
            return EnumType(real)
        member = getattr(real, self.member or "", None)
        if not isinstance(member, enum.Enum):
            raise AttributeError(f"{owner.__name__}.{self.member or self.name} is in Slicer but not in Testing/host")
        return EnumValue(member)

    def __set__(self, shown: Any, value: object) -> None:
        kind, name = ("EnumValue", self.member) if self.member else ("Enum", self.name)
        raise cannot_overwrite(kind, name, shown)


def cannot_overwrite(kind: str, name: str, shown: Any) -> AttributeError:
    return AttributeError(f"{kind} '{name}' can not be overwritten on {type(shown).__name__} object")


def real_of(shown: Any) -> Any:
    real = shown.__dict__.get("_host_real")
    if real is None or not shiboken6.isValid(real):
        raise ValueError(f"Trying to use a destroyed {type(shown).__name__} object")
    return real


def operator(name: str) -> Callable[..., Any]:
    """A Python operator of a value class such as QPointF."""

    def operate(self: Any, *others: Any) -> Any:
        return to_python(getattr(real_of(self), name)(*(to_real(other) for other in others)))

    return operate

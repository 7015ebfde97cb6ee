"""Signals, connected by name or as attribute; kept until the C++ object is destroyed, strongly as in PythonQt."""

import re
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from . import names
from .convert import adapter, pointer, to_real

Entry = tuple[str, Callable[..., Any], Any, Any]  # signal name, callable of the module, PySide6 signal, adapter
_connected: dict[int, list[Entry]] = {}


def _listed_class(real: QtCore.QObject) -> str:
    return next(cls.__name__ for cls in type(real).__mro__ if cls.__name__ in names.book())


def find_signal(real: QtCore.QObject, signature: str) -> tuple[str, Any]:
    """The signal of "name(types)" or "name"; raises RuntimeError if the class has no such signal in Slicer."""
    match = re.fullmatch(r"2?(\w+)(?:\((.*)\))?", signature.strip())
    if not match:
        raise RuntimeError(f"expected a signal such as 'clicked(bool)', got {signature!r}")
    name, types = match.groups()
    allowed = names.signal_signatures(_listed_class(real), name)
    if not allowed:
        raise RuntimeError(f"{_listed_class(real)} has no signal {name!r}")
    wanted = None if types is None else re.sub(r"\s*([*&,<>])\s*", r"\1", re.sub(r"const |&", "", types)).strip()
    if wanted is not None and wanted not in allowed:
        listed = ", ".join(f"{name}({each})" for each in allowed)
        raise RuntimeError(f"{_listed_class(real)} has no signal {signature!r}; it has {listed}")
    if not hasattr(real, name):
        raise NotImplementedError(f"{_listed_class(real)}.{name} is in Slicer but not yet in Testing/host")
    return name, getattr(real, name)


def connect(real: QtCore.QObject, signature: str, called: Callable[..., Any]) -> bool:
    if not callable(called):
        raise TypeError(f"expected a callable to connect with {signature!r}, got {called!r}")
    name, signal = find_signal(real, signature)
    entered = _with_arity(adapter(called), _arity(real, name, signature))
    signal.connect(entered)
    key = pointer(real)
    if key not in _connected:
        _connected[key] = []
        real.destroyed.connect(lambda *_, key=key: _connected.pop(key, None))
    _connected[key].append((name, called, signal, entered))
    return True


def _arity(real: QtCore.QObject, name: str, signature: str) -> int:
    """How many arguments arrive: as the signature says, or as many as the signal has."""
    listed = names.signal_signatures(_listed_class(real), name)
    types = signature.strip()[len(name) + 1 : -1] if "(" in signature else max(listed, key=len)
    return types.count(",") + 1 if types else 0


def _with_arity(enter: Callable[..., Any], count: int) -> Callable[..., Any]:
    """PySide6 looks at the number of parameters to choose between overloads."""
    shapes: list[Callable[..., Any]] = [
        lambda: enter(),
        lambda a: enter(a),
        lambda a, b: enter(a, b),
        lambda a, b, c: enter(a, b, c),
        lambda a, b, c, d: enter(a, b, c, d),
    ]
    return shapes[count]


def disconnect(real: QtCore.QObject, signature: str, called: Callable[..., Any] | None) -> bool:
    """Take away the connections of this signal with this callable (all callables if None); False if there was none."""
    name, _ = find_signal(real, signature)
    entries = _connected.get(pointer(real), [])
    gone = [entry for entry in entries if entry[0] == name and (called is None or entry[1] == called)]
    for entry in gone:
        entry[2].disconnect(entry[3])
        entries.remove(entry)
    return bool(gone)


def count() -> int:
    """How many connections module code holds now, for tests of leaks."""
    return sum(len(entries) for entries in _connected.values())


class BoundSignal:
    """`widget.clicked`: connect, disconnect, emit, and a call emits too, as in PythonQt."""

    def __init__(self, real: QtCore.QObject, name: str) -> None:
        self._real, self._name = real, name

    def connect(self, called: Callable[..., Any], slot: str | None = None) -> bool:
        if slot is not None:
            called = getattr(called, re.sub(r"^1?(\w+)\(.*", r"\1", slot))
        return connect(self._real, self._name, called)

    def disconnect(self, called: Callable[..., Any] | None = None) -> bool:
        return disconnect(self._real, self._name, called)

    def emit(self, *arguments: Any) -> None:
        find_signal(self._real, self._name)[1].emit(*(to_real(argument) for argument in arguments))

    __call__ = emit

"""Python subclasses of shown classes: virtual functions of Qt (paintEvent, sizeHint, ...) reach the Python methods."""

import re
from collections.abc import Callable
from typing import Any

from . import convert
from .convert import to_python, to_real


class Overriding:
    """Marks a PySide6 class that forwards virtual functions to a Python subclass of a shown class."""


def inherited(shown: Any, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`super().paintEvent(event)` means Qt's own function, not the forwarding one."""
    if name in type(shown._host_real).__dict__:
        base = getattr(type(shown)._host_real_type, name)
        return lambda *arguments: base(shown._host_real, *arguments)
    return function


def python_subclass(cls: type) -> type:
    """A PySide6 class whose virtual functions call the Python subclass `cls` of a shown class."""
    real_type: type = cls._host_real_type  # type: ignore[attr-defined]
    forwarded: dict[str, Any] = {}
    for each in cls.__mro__:
        if each.__dict__.get("_host_own"):
            break
        for name in vars(each):
            if not re.match("__|_host", name) and callable(vars(each)[name]) and hasattr(real_type, name):
                forwarded.setdefault(name, _forward(name))
    return type(cls.__name__, (real_type, Overriding), forwarded)


def _forward(name: str) -> Callable[..., Any]:
    def virtual(real: Any, *arguments: Any) -> Any:
        shown = real._host_shown
        return to_real(convert.callbacks.call(getattr(shown, name), tuple(to_python(each) for each in arguments)))

    virtual.__name__ = name
    return virtual

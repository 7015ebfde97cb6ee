"""A Qt property that is nothing but a stored value."""

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore


def stored(name: str, kind: Any, default: Any, changed: Callable[[Any], None] | None = None) -> Any:
    """Property `name` of Qt type `kind`; `changed(object)` runs after a new value was set."""
    slot = f"_stored_{name}"

    def read(self: Any) -> Any:
        return getattr(self, slot, default)

    def write(self: Any, value: Any) -> None:
        value = list(value) if isinstance(default, list) else value
        if value != read(self):
            setattr(self, slot, value)
            if changed is not None:
                changed(self)

    return QtCore.Property(kind, read, write)

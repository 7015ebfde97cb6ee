"""Dataclasses of floor 0 <-> what JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from auxol_core.errors import InvalidInputError

T = TypeVar("T")


def plain(value: object) -> Any:
    """``value`` (a dataclass of floor 0 without arrays, or a mapping or sequence of such) as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def made(kind: type[T], value: Any) -> T:
    """The inverse of ``plain`` for a dataclass: InvalidInputError where ``value`` is not what its fields say."""
    return _made(kind, value, kind.__name__)  # type: ignore[no-any-return]


def _made(kind: Any, value: Any, place: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, place)
    if origin in (Union, UnionType):
        if value is None and type(None) in inner:
            return None
        return _made(next(k for k in inner if k is not type(None)), value, place)
    if origin is tuple and isinstance(value, list):
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        if len(kinds) == len(value):
            return tuple(_made(k, item, f"{place}[{i}]") for i, (k, item) in enumerate(zip(kinds, value, strict=True)))
    elif (origin is Literal and value in inner) or (origin is dict and isinstance(value, dict)):
        return value
    elif kind is float and type(value) in (int, float):
        return float(value)
    elif kind in (int, str, bool) and type(value) is kind:
        return value
    raise InvalidInputError(f"{place} must be {getattr(kind, '__name__', kind)}, got {value!r:.80}. Send what fits.")


def _dataclass(kind: type[Any], value: Any, place: str) -> Any:
    hints = get_type_hints(kind)
    names = {f.name for f in fields(kind) if f.init}
    if not isinstance(value, dict) or not set(value) <= names:
        raise InvalidInputError(f"{place} must have fields of {sorted(names)}, got {value!r:.80}. Send what fits.")
    given = {name: _made(hints[name], item, f"{place}.{name}") for name, item in value.items()}
    try:
        return kind(**given)
    except TypeError:
        missing = sorted(names - set(value))
        raise InvalidInputError(f"{place} lacks some of the fields {missing}. Send all of them.") from None

"""Dataclasses of floor 0 <-> what JSON can hold.

A dataclass's hints are looked up once: its reader is compiled when the first value of that kind comes. A task's
history is a thousand values of one kind, and Slicer's main thread reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from auxol_core.errors import InvalidInputError

T = TypeVar("T")
# Makes a value of its kind of what JSON held; the text says where that stood.
Reader = Callable[[Any, str], Any]


def plain(value: object) -> Any:
    """``value`` (a dataclass of floor 0 without arrays, or a mapping or sequence of such) as JSON can hold it."""
    kind: Any = type(value)
    names = _field_names(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@cache
def _field_names(kind: Any) -> tuple[str, ...] | None:
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None


def made(kind: type[T], value: Any) -> T:
    """The inverse of ``plain`` for a dataclass: InvalidInputError where ``value`` is not what its fields say.

    TypeError, whatever the value, where ``kind`` has a field that this file does not know how to read: an array, say.
    """
    wanted: Any = kind
    return reader_of(wanted)(value, kind.__name__)  # type: ignore[no-any-return]


@cache
def reader_of(kind: Any) -> Reader:
    """What reads values of ``kind``: a dataclass, or a hint that one has; TypeError for a kind that is not known."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    if kind in (int, str, bool, float):
        return _number if kind is float else _exactly(kind)
    if origin in (Union, UnionType) and len(inner) == 2 and NoneType in inner:
        return _optional(next(each for each in inner if each is not NoneType))
    if kind is object:  # of a class that who reads the rest knows and this file does not: TaskOptions.own
        return lambda value, place: _misfit(kind, value, place)
    if origin is Literal:
        return lambda value, place: value if value in inner else _misfit(kind, value, place)
    if origin is dict and inner == (str, object):
        return lambda value, place: value if isinstance(value, dict) else _misfit(kind, value, place)
    if origin is tuple and inner:
        return _row(kind, inner[0]) if inner[-1] is Ellipsis else _tuple(kind, inner)
    raise TypeError(f"A value of {kind} cannot be read from JSON; teach protocol/codec.py how, or send it as an array.")


def _misfit(kind: Any, value: Any, place: str) -> NoReturn:
    raise InvalidInputError(f"{place} must be {getattr(kind, '__name__', kind)}, got {value!r:.80}. Send what fits.")


def _exactly(kind: type) -> Reader:
    return lambda value, place: value if type(value) is kind else _misfit(kind, value, place)


def _number(value: Any, place: str) -> float:
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            _misfit(float, value, place)
    _misfit(float, value, place)


def _optional(kind: Any) -> Reader:
    read = reader_of(kind)
    return lambda value, place: None if value is None else read(value, place)


def _row(kind: Any, item: Any) -> Reader:
    read = reader_of(item)

    def read_row(value: Any, place: str) -> Any:
        if not isinstance(value, list):
            _misfit(kind, value, place)
        return tuple([read(each, f"{place}[{i}]") for i, each in enumerate(value)])

    return read_row


def _tuple(kind: Any, items: tuple[Any, ...]) -> Reader:
    readers = [reader_of(item) for item in items]

    def read_tuple(value: Any, place: str) -> Any:
        if not isinstance(value, list) or len(value) != len(readers):
            _misfit(kind, value, place)
        return tuple([read(value[i], f"{place}[{i}]") for i, read in enumerate(readers)])

    return read_tuple


def _dataclass(kind: type[Any]) -> Reader:
    hints, own = get_type_hints(kind), [f for f in fields(kind) if f.init]
    readers = {f.name: reader_of(hints[f.name]) for f in own}
    needed = {f.name for f in own if f.default is MISSING and f.default_factory is MISSING}

    def read_fields(value: Any, place: str) -> Any:
        if not isinstance(value, dict) or not value.keys() <= readers.keys():
            raise InvalidInputError(
                f"{place} must have fields of {sorted(readers)}, got {value!r:.80}. Send what fits."
            )
        if not needed <= value.keys():
            missing = sorted(readers.keys() - value.keys())
            raise InvalidInputError(f"{place} lacks some of the fields {missing}. Send all of them.")
        return kind(**{name: readers[name](item, f"{place}.{name}") for name, item in value.items()})

    return read_fields

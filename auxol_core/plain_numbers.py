"""Numbers as Python has them, made of what a script's arrays give: what is let in here can also travel as JSON.

A box computed with numpy has numpy's integers, a point numpy's truth values; text is no number, even where it looks
like one, and a truth value is no coordinate.
"""

from __future__ import annotations

import numpy as np

from auxol_core.errors import InvalidInputError


def plain_number(value: object, what: str) -> float:
    """``value`` as a float: any real number of Python, numpy or torch, and arrays of no axes. InvalidInputError, with
    ``what`` it is ("a box's row0"), for text, truth values, complex numbers and what is no number at all."""
    if type(value) is float:
        return value
    no_number = isinstance(value, str | bytes | bool | np.bool_ | complex | np.complexfloating)
    if not no_number and not getattr(value, "ndim", 0):
        try:
            return float(value)  # type: ignore[arg-type]  # what cannot be one says so
        except (TypeError, ValueError, OverflowError):
            pass  # told below, as text is
    raise InvalidInputError(f"Expected a number for {what}, got {_told(value)}. Give a number of pixels.")


def plain_truth(value: object, what: str) -> bool:
    """``value`` as a bool: True and False of Python and numpy, 1 and 0. InvalidInputError for anything else: of words
    and of -1 nobody knows which of the two is meant."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating) and value in (0, 1):
        return bool(value)
    raise InvalidInputError(f"Expected true or false for {what}, got {_told(value)}. Give one of the two.")


def plain_json(value: object) -> object:
    """For ``json.dumps(..., default=plain_json)``: numpy's scalars as Python's. TypeError for anything else."""
    if isinstance(value, np.generic) and value.dtype.kind in "buif":
        return value.item()
    raise TypeError(f"A value of type {type(value).__name__} cannot be sent as JSON. Send numbers, texts, lists.")


def _told(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 40 else text[:37] + '...'} ({type(value).__name__})"

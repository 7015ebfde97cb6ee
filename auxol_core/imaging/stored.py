"""The one rule for pictures and masks: what a reader gave is compared with what the file says of itself.

Readers hand over samples as they are stored, with the file's own words on them; here these become a picture or the
values of a mask, or are refused in a sentence with the remedy. Pictures are taken as they are meant to look: palettes
looked up, MinIsWhite turned over. Masks are taken by what is stored: the index of a palette, True as 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import DataError
from auxol_core.imaging.label_values import lossy_labels, whole_labels

Pixels = NDArray[np.generic]


@dataclass(frozen=True)
class Declared:
    """What a file says of itself: size as stored, samples a pixel (alpha among them), bits a sample, orientation as
    TIFF and EXIF count it (1: upright), whether 0 is white, and whether its packing loses anything."""

    rows: int
    columns: int
    samples: int
    bits: int
    orientation: int = 1
    white_is_zero: bool = False
    lossy: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) upright."""
        return (self.columns, self.rows) if self.orientation in (5, 6, 7, 8) else (self.rows, self.columns)


@dataclass(frozen=True, eq=False)
class Stored:
    """``samples`` (rows, columns[, 3]) as stored, without alpha. ``palette`` (entries, 3) where they are indices.
    ``alpha`` (rows, columns) where there is one; ``see_through``: whether a palette or a colour key makes pixels
    transparent. ``no_grey``: the format has no grey but a palette, so equal channels are grey."""

    declared: Declared
    samples: Pixels = field(repr=False)
    palette: NDArray[np.uint8] | None = field(default=None, repr=False)
    alpha: Pixels | None = field(default=None, repr=False)
    see_through: bool = False
    no_grey: bool = False


def as_picture(name: str, stored: Stored) -> Pixels:
    """(rows, columns) or (rows, columns, 3), upright, as it is meant to look; DataError where that cannot be kept."""
    _compared(name, stored)
    if stored.see_through or _varies(stored.alpha):
        raise DataError(f"{name} has transparent pixels. Flatten it onto a background and save it without alpha.")
    pixels = stored.samples
    if stored.palette is not None:
        _check_index(name, stored)
        pixels = stored.palette[pixels.astype(np.intp)]
        if (pixels == pixels[:, :, :1]).all():
            pixels = pixels[:, :, 0]
    elif stored.declared.white_is_zero:
        pixels = _turned_over(name, pixels, stored.declared.bits)
    if stored.palette is None and stored.declared.bits < 8 and pixels.dtype.kind in "bu":
        pixels = (pixels.astype(np.uint16) * 255 // (2**stored.declared.bits - 1)).astype(np.uint8)
    if stored.no_grey and pixels.ndim == 3 and (pixels == pixels[:, :, :1]).all():
        pixels = pixels[:, :, 0]
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise DataError(_no_numbers(name, pixels))
    return _upright(pixels, stored.declared.orientation)


def as_labels(name: str, stored: Stored) -> tuple[Pixels, tuple[str, ...]]:
    """(rows, columns) label values, upright, and what there is to doubt; DataError where they are no labels."""
    _compared(name, stored)
    declared, values = stored.declared, stored.samples
    if _varies(stored.alpha):
        raise DataError(f"{name}: a mask has no transparent pixels, this one has. Save it as grey, without alpha.")
    if values.ndim == 3:
        if not (values == values[:, :, :1]).all():
            raise DataError(f"{name}: a mask needs one value a pixel, got a colour picture. Save it as grey.")
        values = values[:, :, 0]
    doubts = []
    if declared.white_is_zero:
        doubts.append("the file says that 0 is white (MinIsWhite); taken as stored: the structure is what is not 0")
    if stored.palette is not None and _darker_upwards(stored.palette, values):
        doubts.append("its palette has 0 lighter than the rest; taken by the index: the structure is what is not 0")
    if declared.orientation != 1:
        doubts.append(f"it is stored turned (orientation {declared.orientation}) and was read upright")
    values = lossy_labels(name, values) if declared.lossy else whole_labels(name, values)
    return _upright(values, declared.orientation), tuple(doubts)


def _no_numbers(name: str, pixels: Pixels) -> str:
    """The sentence on NaN and infinite values."""
    count = int(pixels.size - np.count_nonzero(np.isfinite(pixels)))
    return (
        f"{name} holds {count:,} values that are no numbers (NaN or infinite), as registration and skull stripping "
        "leave them. Replace them by the value of the background and save it anew."
    )


def _compared(name: str, stored: Stored) -> None:
    """DataError where samples a pixel are of no kind we know, or where the reader gave other ones than the file has."""
    declared, samples = stored.declared, stored.samples
    colours = declared.samples - (stored.alpha is not None)
    if colours not in (1, 3) or samples.ndim not in (2, 3):
        raise DataError(
            f"{name}: expected grey or RGB, got {declared.samples} values a pixel. Save one channel, or RGB without "
            "alpha."
        )
    came = (*samples.shape, 1)[:3]
    if came != (declared.rows, declared.columns, colours):
        raise DataError(
            f"{name} says it is {declared.rows} x {declared.columns} with {colours} values a pixel, its reader gave "
            f"{came[0]} x {came[1]} with {came[2]}. Save it anew as PNG."
        )
    held = 1 if samples.dtype.kind == "b" else samples.dtype.itemsize * 8
    if samples.dtype.kind not in "buif" or held < declared.bits or (held > 8 and held >= 2 * max(declared.bits, 9)):
        raise DataError(
            f"{name} says it has {declared.bits} bits a sample, its reader gave {samples.dtype}. Save it anew as an "
            "8 or 16 bit PNG or an unpacked TIFF."
        )


def _varies(alpha: Pixels | None) -> bool:
    """Whether any pixel is not opaque."""
    if alpha is None:
        return False
    opaque: Any = np.iinfo(np.dtype(alpha.dtype.str)).max if alpha.dtype.kind in "ui" else 1
    return bool((alpha != opaque).any())


def _check_index(name: str, stored: Stored) -> None:
    entries = 0 if stored.palette is None else len(stored.palette)
    if stored.samples.size and int(stored.samples.max()) >= entries:
        raise DataError(f"{name} has indices above its palette of {entries} colours. Save it anew as RGB.")


def _turned_over(name: str, pixels: Pixels, bits: int) -> Pixels:
    if pixels.dtype.kind not in "bu":
        raise DataError(f"{name} says that 0 is white, of {pixels.dtype} values. Save it as MinIsBlack.")
    top = 2**bits - 1
    return np.asarray(top - pixels.astype(np.int64)).astype(np.uint8 if pixels.dtype.kind == "b" else pixels.dtype)


def _darker_upwards(palette: NDArray[np.uint8], values: Pixels) -> bool:
    """Whether index 0 is lighter than every other index that occurs, in a grey palette."""
    indices = np.unique(values).astype(np.intp)
    used = palette[indices[indices < len(palette)]].astype(int)
    if len(used) < 2 or (used != used[:, :1]).any():
        return False
    return bool((used[0, 0] > used[1:, 0]).all())


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """TIFF 6.0, tag 274: which edge of the picture row 0 and column 0 are."""
    turned = {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: a.swapaxes(0, 1)[:, ::-1],
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: a.swapaxes(0, 1)[::-1],
    }.get(orientation, lambda a: a)(pixels)
    return np.ascontiguousarray(turned)

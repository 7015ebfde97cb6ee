"""TIFF, whose tags tifffile tells in full. It decodes what it can; else Pillow, else SimpleITK, each held to the tags.

Pillow turns MinIsWhite of up to 8 bits over and cuts deep colour to 8 bits; ITK reads what is tiled or turned as
8 bit RGBA: so neither is believed, and neither is asked where it is known to lie.
"""

from __future__ import annotations

import logging
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import tifffile
from numpy.typing import NDArray
from PIL import Image

from auxol_core.errors import DataError
from auxol_core.imaging.integrity import COPY_AGAIN, MOST_PACKED, check_plausible
from auxol_core.imaging.stored import Declared, Pixels, Stored

_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_COLOURS = {4: "a transparency mask", 5: "CMYK", 8: "CIE Lab", 9: "ICC Lab", 32803: "a camera's raw colours"}
_LOSSY = (6, 7, 33003, 33004, 33005, 34712, 34892, 50001, 50002, 52546)  # JPEG, JPEG 2000, WebP, JPEG XL
_ALPHA = (1, 2)  # of ExtraSamples; 0 is a channel that nobody has explained
_FAX = (2, 3, 4)
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType: a smaller copy of a page, a page's transparency
_REFUSALS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, RuntimeError, OSError, EOFError, OverflowError,
    ZeroDivisionError, MemoryError, struct.error, zlib.error, lzma.LZMAError, SyntaxError, Image.DecompressionBombError,
)  # fmt: skip


def declared_tiff(path: Path) -> Declared:
    """What a TIFF says of itself, its pixels unread. DataError where it is no single picture."""
    with _page(path) as page:
        return _declared(path, page)


def read_tiff(path: Path) -> Stored:
    """The samples of a TIFF as stored. DataError where it is no single picture, or damaged, or cannot be decoded."""
    with _page(path) as page:
        declared = _declared(path, page)
        _check_whole(path, page)
        samples = _decoded(path, page, declared)
        palette = _palette(page) if page.photometric == _PALETTE else None
        extra = tuple(page.extrasamples)
        fax = int(page.compression) in _FAX
    if fax and declared.white_is_zero:  # the habit of fax, meant by the letter: white is the ink of a mask, too
        samples, declared = np.logical_not(samples), replace(declared, white_is_zero=False)
    alpha = None
    if declared.samples in (2, 4) and extra and int(extra[-1]) in _ALPHA:
        samples, alpha = samples[:, :, :-1], samples[:, :, -1]
        samples = samples[:, :, 0] if declared.samples == 2 else samples
    return Stored(declared, samples, palette, alpha)


@contextmanager
def _page(path: Path) -> Iterator[tifffile.TiffPage]:
    logger = logging.getLogger("tifffile")
    silent, logger.disabled = logger.disabled, True  # what it would warn of is refused in a sentence
    try:
        with tifffile.TiffFile(path) as file:
            yield _only_page(path, file)
    except (*_REFUSALS, tifffile.TiffFileError) as error:
        raise DataError(f"{path.name} cannot be read as a TIFF ({_short(error)}). {COPY_AGAIN}") from error
    finally:
        logger.disabled = silent


def _only_page(path: Path, file: tifffile.TiffFile) -> tifffile.TiffPage:
    """The one page of full size; smaller copies of it (pyramids) and its transparency are no pages."""
    if len(file.pages) > 10_000:
        raise DataError(f"{path.name}: expected one picture, got {len(file.pages):,} pages. Save them as single files.")
    pages = [page.aspage() for page in file.pages]
    whole = [page for page in pages if not int(page.subfiletype) & (_REDUCED | _MASK)]
    first = (whole or pages)[0]
    images = int((file.imagej_metadata or {}).get("images", 1)) if file.is_imagej else 1
    count = max(len(whole), images, int(first.imagedepth))
    if count > 1:
        raise DataError(f"{path.name}: expected one picture, got {count} pages. Save them as single files.")
    return first


def _declared(path: Path, page: tifffile.TiffPage) -> Declared:
    colours = int(page.photometric)
    if colours in _COLOURS or colours not in (_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _YCBCR):
        named = _COLOURS.get(colours, f"colours of kind {colours}")
        raise DataError(f"{path.name}: expected grey, RGB or a palette, got {named}. Save it as RGB.")
    if page.dtype is None or page.dtype.kind == "c":
        raise DataError(f"{path.name}: expected whole or real numbers, got another type. Save it as 8 or 16 bit.")
    bits = page.bitspersample
    bits = int(bits[0] if isinstance(bits, tuple) else bits)
    tag = page.tags.get("Orientation")
    turned = int(tag.value) if tag is not None else 1
    declared = Declared(
        int(page.imagelength),
        int(page.imagewidth),
        int(page.samplesperpixel),
        bits,
        turned if 1 <= turned <= 8 else 1,
        colours == _MIN_IS_WHITE,
        int(page.compression) in _LOSSY,
    )
    asked = declared.rows * declared.columns * declared.samples * max(1, bits // 8)
    if int(page.compression) in _FAX:  # a white line costs one bit
        asked //= 64
    check_plausible(path, asked)
    if declared.rows * declared.columns > MOST_PACKED * MOST_PACKED * 2**10:
        raise DataError(f"{path.name} says it is {declared.rows:,} x {declared.columns:,}. {COPY_AGAIN}")
    return declared


def _check_whole(path: Path, page: tifffile.TiffPage) -> None:
    """DataError where a piece of the picture lies outside the file or is missing: readers fill it with zeros."""
    size = path.stat().st_size
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    if not pieces or any(count == 0 or start + count > size for start, count in pieces):
        raise DataError(f"{path.name} is broken off: pieces of its picture are not in the file. {COPY_AGAIN}")
    expected = int(np.prod(page.chunked)) if page.chunked else len(pieces)
    if len(pieces) < expected:
        raise DataError(f"{path.name} is damaged: {len(pieces)} of {expected} pieces of its picture. {COPY_AGAIN}")
    raw = declared_bytes(page)
    if int(page.compression) == 1 and sum(count for _, count in pieces) < raw:
        raise DataError(f"{path.name} is broken off: it has fewer pixels than it says. {COPY_AGAIN}")


def declared_bytes(page: tifffile.TiffPage) -> int:
    """How many bytes the pixels of an unpacked page take, at least."""
    bits = page.bitspersample
    each = int(bits[0] if isinstance(bits, tuple) else bits)
    if int(page.photometric) == _YCBCR:
        return 0  # subsampled, perhaps
    return int(page.imagelength) * (int(page.imagewidth) * int(page.samplesperpixel) * each // 8)


def _decoded(path: Path, page: tifffile.TiffPage, declared: Declared) -> Pixels:
    reasons = []
    ways: tuple[Callable[[Path, tifffile.TiffPage, Declared], Pixels | None], ...] = (_tifffile, _pillow, _itk)
    for way in ways:
        try:
            samples = way(path, page, declared)
        except _REFUSALS as error:
            reasons.append(_short(error))
            continue
        if samples is not None:
            return samples
    raise DataError(
        f"{path.name} is packed or laid out in a way that loses values here ({'; '.join(reasons[:1]) or 'unknown'}), "
        "or is damaged. Save it without compression, untiled and upright, as 8 or 16 bit."
    )


def _tifffile(path: Path, page: tifffile.TiffPage, declared: Declared) -> Pixels | None:  # noqa: ARG001 - all alike
    if int(page.photometric) == _YCBCR:
        return None
    array = np.asarray(page.asarray())
    if declared.samples > 1 and int(page.planarconfig) == 2:
        array = np.moveaxis(array.reshape(declared.samples, declared.rows, declared.columns), 0, -1)
    shape = (declared.rows, declared.columns, declared.samples)[: 2 if declared.samples == 1 else 3]
    return _native(array.reshape(shape))


def _pillow(path: Path, page: tifffile.TiffPage, declared: Declared) -> Pixels | None:
    # Pillow stands upright what is turned, and reads the first picture alone.
    if page.index != 0 or declared.orientation != 1 or page.dtype is None:
        return None
    with Image.open(path, formats=("TIFF",)) as image:
        deep = declared.samples > 1 and declared.bits != 8
        if deep or image.mode not in ("1", "L", "P", "I;16", "I;16B", "I", "F", "LA", "RGB", "RGBA"):
            return None
        mode, array = image.mode, np.asarray(image)
    if mode in ("1", "L") and declared.bits <= 8:
        if declared.white_is_zero:
            array = ~array
        if declared.bits in (2, 4):
            array = array // (255 // (2**declared.bits - 1))
        return array
    array = _native(array)
    cast = array.astype(page.dtype.newbyteorder("="))
    return cast if np.array_equal(cast, array) else None


def _itk(path: Path, page: tifffile.TiffPage, declared: Declared) -> Pixels | None:
    fits = declared.orientation == 1 and not page.is_tiled and declared.samples in (1, 3) and declared.bits >= 8
    if not fits or page.index != 0 or int(page.photometric) == _PALETTE or page.dtype is None:
        return None
    array = np.asarray(sitk.GetArrayFromImage(sitk.ReadImage(str(path))))
    array = array[0] if array.ndim == 3 + (declared.samples > 1) else array
    return array if array.dtype == page.dtype.newbyteorder("=") else None


def _native(array: Pixels) -> Pixels:
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _palette(page: tifffile.TiffPage) -> NDArray[np.uint8]:
    if page.colormap is None or page.colormap.ndim != 2 or page.colormap.shape[0] != 3:
        raise ValueError("its palette is damaged")
    colours = np.asarray(page.colormap).T  # 16 bit by the standard; some writers left them at 8
    return np.asarray(colours >> 8 if colours.max() > 255 else colours, dtype=np.uint8)


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120].strip("'\".")

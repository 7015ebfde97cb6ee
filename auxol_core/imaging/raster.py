"""PNG, JPEG and BMP, read by Pillow; deep colour PNGs, which Pillow cuts to 8 bits, by OpenCV."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from auxol_core.errors import DataError
from auxol_core.imaging.integrity import COPY_AGAIN, check_plausible
from auxol_core.imaging.stored import Declared, Pixels, Stored

_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_SAMPLES = {"1": 1, "L": 1, "P": 1, "I": 1, "F": 1, "LA": 2, "PA": 2, "RGB": 3, "RGBA": 4, "RGBX": 3}
# Pillow's own errors on damaged files, beside those of reading and of memory.
_REFUSALS = (OSError, SyntaxError, ValueError, struct.error, EOFError, IndexError, KeyError, OverflowError, TypeError)


def declared_raster(path: Path) -> Declared:
    """What a PNG, JPEG or BMP says of itself, its pixels unread. DataError where it is no single picture."""
    with _opened(path) as image:
        return _declared(path, image)


def read_raster(path: Path) -> Stored:
    """The samples of a PNG, JPEG or BMP as stored. DataError where it is no single picture, or damaged."""
    with _opened(path) as image:
        declared = _declared(path, image)
        if declared.bits == 16 and declared.samples > 1:
            image.load()  # complains of what is damaged; its pixels are cut to 8 bits
            return _deep_colour(path, declared)
        image.load()
        samples = np.asarray(image)
        palette = _palette(image)
        see_through = image.mode not in ("LA", "RGBA") and _uses_transparency(image, samples)
    alpha = samples[:, :, -1] if image.mode in ("LA", "RGBA") else None
    if alpha is not None:
        samples = samples[:, :, :-1]
        samples = samples[:, :, 0] if samples.shape[2] == 1 else samples
    if declared.bits in (2, 4) and palette is None:  # Pillow spreads these over 0..255
        samples = samples // (255 // (2**declared.bits - 1))
    return Stored(declared, samples, palette, alpha, see_through, no_grey=image.format == "BMP")


def _declared(path: Path, image: Image.Image) -> Declared:
    pages = int(getattr(image, "n_frames", 1))
    if pages > 1:
        raise DataError(f"{path.name}: expected one picture, got {pages} (an animation or several pages). Save one.")
    rows, columns = image.height, image.width
    orientation = int(image.getexif().get(ExifTags.Base.Orientation, 1))
    if image.format == "PNG":
        with path.open("rb") as stream:
            bits, colour = struct.unpack_from("BB", stream.read(33), 24)
        samples = _PNG_SAMPLES[colour]
    else:
        if image.mode not in _SAMPLES:
            raise DataError(f"{path.name}: expected grey or RGB, got {image.mode} colours. Save it as RGB.")
        samples, bits = _SAMPLES[image.mode], 1 if image.mode == "1" else 8
    check_plausible(path, rows * columns * samples * bits // 8)
    upright = orientation if 1 <= orientation <= 8 else 1
    return Declared(rows, columns, samples, bits, upright, lossy=image.format in ("JPEG", "MPO"))


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size, for one; what is refused is said below
            with Image.open(path, formats=("PNG", "JPEG", "BMP")) as image:
                yield image
    except UnidentifiedImageError as error:
        raise DataError(f"{path.name} cannot be read as a picture: it begins as none. {COPY_AGAIN}") from error
    except (*_REFUSALS, Image.DecompressionBombError) as error:
        raise DataError(f"{path.name} cannot be read as a picture ({_short(error)}). {COPY_AGAIN}") from error


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120].rstrip(".")


def _deep_colour(path: Path, declared: Declared) -> Stored:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise DataError(f"{path.name} is damaged or broken off. {COPY_AGAIN}")
    samples = np.asarray(decoded)  # blue first
    colours = samples[:, :, 0] if declared.samples == 2 else samples[:, :, 2::-1]
    return Stored(declared, colours, None, samples[:, :, 3] if declared.samples in (2, 4) else None)


def _palette(image: Image.Image) -> NDArray[np.uint8] | None:
    if image.mode != "P" or image.palette is None:
        return None
    return np.asarray(image.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)


def _uses_transparency(image: Image.Image, samples: Pixels) -> bool:
    """Whether a pixel has the colour, or an index of those, that the file calls transparent."""
    key: Any = image.info.get("transparency")
    if key is None:
        return False
    if isinstance(key, bytes):
        see_through = [index for index, alpha in enumerate(key) if alpha != 255]
        return bool(np.isin(samples, see_through).any())
    if isinstance(key, tuple):
        return bool((samples == np.asarray(key)).all(axis=-1).any())
    return bool((samples == key).any())

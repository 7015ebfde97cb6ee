"""Named arrays <-> bytes, for what the task file keeps: lessons, snapshots of weights, losses of experts.

The bytes are one safetensors container (8 bytes length of the header, header in JSON, raw little-endian arrays), so
nothing is ever unpickled. Two codings save room without losing a bit:

    name image..., uint8, (H, W) or (H, W, 3 or 4)   -> a PNG, kept as a 1-D uint8 array     coding "png"
    any name, bool                                   -> 8 pixels a byte (numpy.packbits)     coding "bits"
    everything else                                  -> as it is                             coding "raw"

The container's only metadata entry, ``auxol``, is a JSON list of [name, coding, dtype, shape]. One entry only, and
names in sorted order, because the container's own metadata has no fixed order: equal arrays must give equal bytes,
whose SHA-256 stands for a state in the journal.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from typing import Any, cast

import cv2
import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from auxol_core.errors import InvalidInputError, TaskFileCorruptError

Arrays = Mapping[str, NDArray[np.generic]]

MAX_BYTES = 1 << 30
MAX_ARRAYS = 10_000
MAX_NAME = 200
DTYPES = frozenset(
    ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64")
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_COLOUR = {1: 0, 3: 2, 4: 6}
_MAX_PNG_SIDE = 100_000


def encode(arrays: Arrays, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of ``arrays``; the same arrays give the same bytes, whatever their order or memory layout.

    Raises InvalidInputError for a dtype that is not a plain number or bool, for a name over 200 characters, for over
    10,000 arrays and where the arrays hold over ``max_bytes``.
    """
    _check_input(arrays, max_bytes)
    table: list[tuple[str, str, str, list[int]]] = []
    stored: dict[str, NDArray[Any]] = {}
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        coding = _coding(name, array)
        table.append((name, coding, array.dtype.name, list(array.shape)))
        stored[name] = _ENCODERS[coding](array)
    return safetensors.numpy.save(stored, {"auxol": json.dumps(table, separators=(",", ":"))})


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, NDArray[Any]]:
    """The arrays of ``encode``: own, writable memory, names in sorted order.

    Raises TaskFileCorruptError where ``data`` is anything else, also where it would unpack to over ``max_bytes``: the
    sizes are checked before anything of that size is made.
    """
    try:
        table = _read_table(data)
        _check_table(table, max_bytes)
        stored = safetensors.numpy.load(data)
        if sorted(stored) != [name for name, *_ in table]:
            raise ValueError("names differ from the table")
        return {name: _decode_one(stored[name], coding, dtype, shape) for name, coding, dtype, shape in table}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, struct.error, SafetensorError) as error:
        raise TaskFileCorruptError(
            f"Expected arrays as this program stores them, got {len(data):,} bytes that are not ({error}). "
            "Restore a copy or an export of the task."
        ) from error


def check_head(head: bytes, *, max_bytes: int = MAX_BYTES) -> None:
    """Raise TaskFileCorruptError unless ``head``, the first bytes of such data, declares arrays that ``decode`` makes.

    A head of 4 MB is always enough for the table of arrays; for the arrays themselves it need not be.
    """
    try:
        _check_table(_read_table(head), max_bytes)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, struct.error) as error:
        raise TaskFileCorruptError(
            f"Expected arrays as this program stores them, got bytes that are not ({error}). Restore a copy or an "
            "export of the task."
        ) from error


def digest(arrays: Arrays) -> str:
    """SHA-256 of the arrays' bytes, hexadecimal: equal if and only if names, dtypes, shapes and contents are."""
    return hashlib.sha256(encode(arrays)).hexdigest()


def _check_input(arrays: Arrays, max_bytes: int) -> None:
    if len(arrays) > MAX_ARRAYS:
        raise InvalidInputError(f"At most {MAX_ARRAYS:,} arrays can be stored together, got {len(arrays):,}.")
    for name, array in arrays.items():
        if not name or len(name) > MAX_NAME or name == "__metadata__":
            raise InvalidInputError(f"An array's name must have 1 to {MAX_NAME} characters, got {name[:40]!r}.")
        if np.asarray(array).dtype.name not in DTYPES:
            raise InvalidInputError(
                f"Array {name!r} must hold bools, integers or floats of up to 64 bits, got dtype "
                f"{np.asarray(array).dtype}. Convert it first."
            )
    total = sum(np.asarray(array).nbytes for array in arrays.values())
    if total > max_bytes:
        raise InvalidInputError(
            f"Arrays stored together may hold {max_bytes:,} bytes, got {total:,}. Store smaller crops or weights."
        )


def _coding(name: str, array: NDArray[Any]) -> str:
    if array.dtype == np.bool_:
        return "bits"
    channels = array.shape[2] if array.ndim == 3 else 1
    plane = array.ndim in (2, 3) and channels in _PNG_COLOUR and all(0 < s <= _MAX_PNG_SIDE for s in array.shape[:2])
    return "png" if name.startswith("image") and array.dtype == np.uint8 and plane else "raw"


def _encode_png(array: NDArray[Any]) -> NDArray[Any]:
    done, packed = cv2.imencode(".png", np.ascontiguousarray(array))
    if not done:
        raise InvalidInputError(f"An image of shape {array.shape} could not be packed as PNG. Store a smaller one.")
    return np.asarray(packed, dtype=np.uint8).ravel()


def _encode_bits(array: NDArray[Any]) -> NDArray[Any]:
    return np.packbits(array.ravel())


def _encode_raw(array: NDArray[Any]) -> NDArray[Any]:
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C")


_ENCODERS = {"png": _encode_png, "bits": _encode_bits, "raw": _encode_raw}


def _read_table(data: bytes) -> list[tuple[str, str, str, tuple[int, ...]]]:
    (length,) = struct.unpack_from("<Q", data)
    if length > len(data) - 8:
        raise ValueError("the header is cut off")
    header = json.loads(data[8 : 8 + length])
    rows = json.loads(header["__metadata__"]["auxol"])
    return [(str(name), str(coding), str(dtype), tuple(int(s) for s in shape)) for name, coding, dtype, shape in rows]


def _check_table(table: list[tuple[str, str, str, tuple[int, ...]]], max_bytes: int) -> None:
    names = [name for name, *_ in table]
    if len(table) > MAX_ARRAYS or names != sorted(set(names)):
        raise ValueError("its table of arrays is not in order")
    total = 0
    for name, coding, dtype, shape in table:
        if coding not in _ENCODERS or dtype not in DTYPES or len(shape) > 32 or any(s < 0 for s in shape):
            raise ValueError(f"array {name[:40]!r} is declared as {coding[:20]!r}, {dtype[:20]!r}, {shape[:5]}")
        total += math.prod(shape) * np.dtype(dtype).itemsize
    if total > max_bytes:
        raise ValueError(f"it would unpack to {total:,} bytes where {max_bytes:,} are allowed")


def _decode_one(stored: NDArray[Any], coding: str, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if coding == "png":
        array = _decode_png(stored, shape)
    elif coding == "bits":
        count = math.prod(shape)
        if stored.dtype != np.uint8 or stored.shape != ((count + 7) // 8,):
            raise ValueError(f"a mask of shape {shape} does not fit {stored.shape}")
        array = np.unpackbits(stored, count=count).astype(np.bool_).reshape(shape)
    else:
        array = stored if stored.flags.writeable else stored.copy()
    if array.dtype != np.dtype(dtype) or array.shape != shape:
        raise ValueError(f"an array is {array.dtype} {array.shape} where {dtype} {shape} was declared")
    return array


def _decode_png(stored: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Decode only what the PNG's own header declares to have ``shape``: a small file may claim a huge picture."""
    channels = shape[2] if len(shape) == 3 else 1
    if len(shape) not in (2, 3) or channels not in _PNG_COLOUR or stored.dtype != np.uint8 or stored.ndim != 1:
        raise ValueError(f"an image of shape {shape} is not stored as PNG")
    head = stored[:26].tobytes()
    expected = _PNG_SIGNATURE + struct.pack(">I4sIIBB", 13, b"IHDR", shape[1], shape[0], 8, _PNG_COLOUR[channels])
    if head != expected:
        raise ValueError(f"a PNG does not hold the declared {shape} pixels of 8 bits")
    try:
        image = cv2.imdecode(stored, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ValueError("a PNG cannot be unpacked") from error
    if image is None or image.size != math.prod(shape):
        raise ValueError("a PNG cannot be unpacked")
    return cast("NDArray[Any]", image.reshape(shape))

"""A message with arrays <-> bytes.

Bodies with arrays have the media type ``application/vnd.auxol`` and these bytes::

    0       4 bytes   b"AXM1"
    4       4 bytes   n, the length of the JSON text, unsigned, little-endian
    8       n bytes   UTF-8 JSON: {"fields": {...}, "arrays": [{"name": str, "packing": str, "bytes": int}, ...]}
    8 + n   ...       the arrays one after another, in the order of the list, without gaps, to the end

An array's bytes are a ``.npy`` file (format 1.0, C order, never pickled: kinds b, u, i, f of at most 8 bytes). With the
packing ``zlib`` the whole .npy is compressed, with ``raw`` it is not: masks are compressed (a thousandth remains),
pixels only for a server on another machine, because on loopback packing takes longer than sending.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.plain_numbers import plain_json
from auxol_core.protocol.headers import PROTOCOL_VERSION

MAX_MESSAGE_BYTES = 320 * 2**20  # the largest slice there may be, 36 million RGB pixels of 16 bits, with room
MAX_JSON_BYTES = 4 * 2**20

Fields = Mapping[str, Any]
Arrays = Mapping[str, NDArray[Any]]

_MAGIC = b"AXM1"
_HEAD = struct.Struct("<4sI")
_KINDS = "buif"


@dataclass(frozen=True, eq=False)
class Message:
    """Named values that JSON can hold, and named arrays beside them."""

    fields: Fields
    arrays: Arrays = field(default_factory=dict)


def encode(message: Message, *, pack_all: bool = False) -> bytes:
    """The bytes of ``message``. ``pack_all``: compress every array and not masks alone."""
    parts, table = [], []
    for name, array in message.arrays.items():
        data = _npy(array)
        packed = pack_all or array.dtype == np.bool_
        data = zlib.compress(data, 1) if packed else data
        parts.append(data)
        table.append({"name": name, "packing": "zlib" if packed else "raw", "bytes": len(data)})
    text = json.dumps({"fields": message.fields, "arrays": table}, allow_nan=False, default=plain_json).encode()
    return b"".join([_HEAD.pack(_MAGIC, len(text)), text, *parts])


def decode(data: bytes, *, max_bytes: int = MAX_MESSAGE_BYTES) -> Message:
    """The message of ``data``; arrays are read-only views where they were not packed.

    InvalidInputError for anything else than what ``encode`` makes, before memory beyond ``max_bytes`` is taken.
    """
    if len(data) > max_bytes or len(data) < _HEAD.size:
        raise malformed(f"{len(data):,} bytes, where {_HEAD.size} to {max_bytes:,} are expected")
    magic, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or length > min(MAX_JSON_BYTES, len(data) - _HEAD.size):
        raise malformed("no AXM1 message with a JSON text of the length it names")
    values, table = _table(data[_HEAD.size : _HEAD.size + length])
    arrays: dict[str, NDArray[Any]] = {}
    place, room = _HEAD.size + length, max_bytes
    for name, packing, size in table:
        if size > len(data) - place:
            raise malformed(f"an array {name!r} that ends after the message")
        part = memoryview(data)[place : place + size]
        arrays[name] = _array(name, _unpacked(name, part, room) if packing == "zlib" else part)
        room -= arrays[name].nbytes
        place += size
    if place != len(data):
        raise malformed(f"{len(data) - place} bytes after the last array")
    return Message(values, arrays)


def malformed(what: str) -> InvalidInputError:
    """The error for a message that is not what the protocol says: ``what`` came."""
    return InvalidInputError(f"A message of protocol {PROTOCOL_VERSION} was expected, got {what}. Send it anew.")


def _table(text: bytes) -> tuple[Fields, list[tuple[str, str, int]]]:
    try:
        told = json.loads(text.decode())
        values, entries = told["fields"], told["arrays"]
        table = [(entry["name"], entry["packing"], entry["bytes"]) for entry in entries]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise malformed("a JSON text without fields and arrays") from None
    names = [name for name, _, _ in table]
    sound = all(
        isinstance(name, str) and packing in ("raw", "zlib") and type(size) is int and size >= 0
        for name, packing, size in table
    )
    if not isinstance(values, dict) or not sound or len(set(map(str, names))) != len(names):
        raise malformed("a table of arrays that does not fit")
    return values, table


def _npy(array: NDArray[Any]) -> bytes:
    if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
        raise InvalidInputError(f"Only truth values and numbers travel, got an array of {array.dtype}. Convert it.")
    buffer = BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _unpacked(name: str, part: memoryview, room: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(part, max(1, room + 1024))
    except zlib.error:
        raise malformed(f"an array {name!r} that is not zlib data") from None
    if not unpacker.eof or unpacker.unused_data:
        raise malformed(f"an array {name!r} that is cut short or larger than {room:,} bytes")
    return data


def _array(name: str, data: bytes | memoryview) -> NDArray[Any]:
    """The array of a .npy's bytes, without copying them; only after its head fits its length."""
    head = BytesIO(bytes(data[:1024]))
    try:
        version = np.lib.format.read_magic(head)
        if version != (1, 0):
            raise ValueError
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(head, max_header_size=1000)
    except (ValueError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError):
        raise malformed(f"an array {name!r} that is no .npy of format 1.0") from None
    count = 1
    for side in shape:
        count *= side
    sound = dtype.kind in _KINDS and 0 < dtype.itemsize <= 8 and dtype.shape == () and not fortran
    if not sound or any(side < 0 for side in shape) or count * dtype.itemsize != len(data) - head.tell():
        raise malformed(f"an array {name!r} of {dtype} {shape} that does not fit its {len(data)} bytes")
    return np.frombuffer(data, dtype=dtype, count=count, offset=head.tell()).reshape(shape)

"""Files that break off in the middle, in the formats whose readers fill the rest with zeros and say nothing.

PNG, TIFF, NRRD and MetaImage readers complain by themselves. NIfTI's, JPEG's and BMP's do not: half a scan would be
segmented, or learned from, as if its other half were black.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from functools import lru_cache
from pathlib import Path

from auxol_core.errors import DataError

JPEG_END = b"\xff\xd9"
JPEG_TAIL = 65536
_NIFTI_1 = (348, 40, "h", 72, 108, "f")
_NIFTI_2 = (540, 16, "q", 14, 168, "q")
_HEADER_BYTES = 560


def check_complete(path: Path) -> None:
    """Raise DataError if the file is shorter than it says itself, or if a compressed one is damaged."""
    try:
        found = path.stat()
        complaint = _complaint(path, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise DataError(f"{path.name} cannot be opened ({error.strerror}). Check the file and its rights.") from error
    if complaint:
        raise DataError(f"{path.name} is {complaint}. Copy it again from where it came from, or leave it out.")


@lru_cache(maxsize=65536)
def _complaint(path: Path, size: int, _changed: int) -> str | None:
    """What is wrong with a file of this size and time of change, remembered as long as neither changes."""
    name = path.name.lower()
    if name.endswith(".nii.gz"):
        return _packed_nifti(path)
    if name.endswith(".nii"):
        with path.open("rb") as stream:
            return _shorter(size, _nifti_bytes(stream.read(_HEADER_BYTES)))
    if name.endswith((".jpg", ".jpeg")):
        with path.open("rb") as stream:
            stream.seek(max(0, size - JPEG_TAIL))
            return None if JPEG_END in stream.read() else "broken off before the end of its picture"
    if name.endswith(".bmp"):
        with path.open("rb") as stream:
            head = stream.read(6)
        return _shorter(size, struct.unpack("<I", head[2:6])[0] if len(head) == 6 else 6)
    return None


def _packed_nifti(path: Path) -> str | None:
    try:
        with gzip.open(path) as stream:
            head = stream.read(_HEADER_BYTES)
            length = len(head)
            while block := stream.read(1 << 20):
                length += len(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        return f"damaged or broken off ({error})"
    return _shorter(length, _nifti_bytes(head))


def _nifti_bytes(head: bytes) -> int:
    """How long a NIfTI file must be by its header; 0 where this is not a header we know, which the reader will say."""
    for order in "<>":
        for size, dim_at, integer, bits_at, offset_at, offset_type in (_NIFTI_1, _NIFTI_2):
            if len(head) >= size and struct.unpack(f"{order}i", head[:4])[0] == size:
                dims = [int(n) for n in struct.unpack_from(f"{order}8{integer}", head, dim_at)]
                bits = int(struct.unpack_from(f"{order}h", head, bits_at)[0])
                offset = int(struct.unpack_from(f"{order}{offset_type}", head, offset_at)[0])
                return offset + math.prod(max(1, n) for n in dims[1 : 1 + max(0, min(7, dims[0]))]) * bits // 8
    return 0


def _shorter(length: int, expected: int) -> str | None:
    return f"broken off: {length} of {expected} bytes" if length < expected else None

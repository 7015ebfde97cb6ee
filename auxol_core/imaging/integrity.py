"""Files that break off in the middle, are empty, or are something else than their names say.

Some readers fill what is missing with zeros and say nothing: half a scan would be segmented, or learned from, as if
its other half were black. Others believe a damaged header and ask for more memory than there is. So what a header
says of its file's length is compared with the file before any reader sees it.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from functools import lru_cache
from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.imaging.content import HEAD_BYTES, misnamed
from auxol_core.imaging.names import check_name
from auxol_core.imaging.text_headers import TextHeader, meta_header, nrrd_header

JPEG_END = b"\xff\xd9"
JPEG_TAIL = 65536
# Deflate packs 1032 bytes into one at the very most (RFC 1951: 258 bytes in two bits), LZW a little more.
MOST_PACKED = 1400
MOST_AXES = 10
_NIFTI_1 = (348, 40, "h", 72, 108, "f")
_NIFTI_2 = (540, 16, "q", 14, 168, "q")
_HEADER_BYTES = 560
COPY_AGAIN = "Copy it again from where it came from, or leave it out."


def check_complete(path: Path) -> None:
    """Raise DataError if the file is empty, misnamed, shorter than it says itself, or damaged where it is packed."""
    check_name(path)
    try:
        found = path.stat()
        complaint = _complaint(path, found.st_size, found.st_mtime_ns)
        if complaint is None and path.name.lower().endswith((".nrrd", ".mha", ".mhd")):
            # Not remembered: what is wrong may be mended in another file, that of the pixels.
            header = nrrd_header(path) if path.name.lower().endswith(".nrrd") else meta_header(path)
            complaint = _short_text_format(path, found.st_size, header)
    except OSError as error:
        raise DataError(f"{path.name} cannot be opened ({error.strerror}). Check the file and its rights.") from error
    if complaint:
        raise DataError(complaint)


def check_plausible(path: Path, declared: int) -> None:
    """Raise DataError if ``declared`` bytes of pixels cannot be packed in the file: no reader shall ask for them."""
    if declared > MOST_PACKED * path.stat().st_size + 2**20:
        raise DataError(_damaged(path, f"says that it holds {declared:,} bytes of pixels in {path.stat().st_size:,}"))


@lru_cache(maxsize=65536)
def _complaint(path: Path, size: int, _changed: int) -> str | None:
    """What is wrong with a file of this size and time of change, remembered as long as neither changes."""
    if size == 0:
        return f"{path.name}: the file is empty. {COPY_AGAIN}"
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    other = misnamed(path, head)
    if other:
        return other
    name = path.name.lower()
    broken = _broken(path, name, size, head)
    return f"{path.name} is {broken}. {COPY_AGAIN}" if broken else None


def _broken(path: Path, name: str, size: int, head: bytes) -> str | None:
    if name.endswith(".nii.gz"):
        return _packed_nifti(path)
    if name.endswith(".nii"):
        return _shorter(size, _nifti_bytes(head))
    if name.endswith((".jpg", ".jpeg")):
        with path.open("rb") as stream:
            stream.seek(max(0, size - JPEG_TAIL))
            return None if JPEG_END in stream.read() else "broken off before the end of its picture"
    if name.endswith(".bmp"):
        return _shorter(size, struct.unpack("<I", head[2:6])[0] if len(head) >= 6 else 6)
    return None


def _short_text_format(path: Path, size: int, header: TextHeader) -> str | None:
    """What is wrong with an NRRD or a MetaImage, whose pixels may lie in a file beside it."""
    axes = header.fields.get("ndims", header.fields.get("dimension", "0"))
    sizes = header.fields.get("dimsize", header.fields.get("sizes", "")).split()
    # MetaIO believes any number of axes, and the process ends.
    if not (axes.isdecimal() and 1 <= int(axes) <= MOST_AXES and len(sizes) == int(axes)):
        return _damaged(path, f"says that it has {axes[:20]} axes and gives the sizes of {len(sizes)}")
    at = size - header.length
    if header.data_file is not None:
        if not (path.parent / header.data_file).is_file():
            return f"{path.name} names {header.data_file}, which is not there. Put it beside {path.name}."
        at = (path.parent / header.data_file).stat().st_size
    declared = header.pixel_bytes
    if declared is None:
        return None
    if not header.packed and at < declared:
        return f"{path.name} is broken off: {at:,} of {declared:,} bytes of pixels. {COPY_AGAIN}"
    if declared > MOST_PACKED * at + 2**20:
        return _damaged(path, f"says that it holds {declared:,} bytes of pixels in {at:,}")
    return None


def _damaged(path: Path, how: str) -> str:
    return f"{path.name} is damaged: it {how}. {COPY_AGAIN}"


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
                offset = float(struct.unpack_from(f"{order}{offset_type}", head, offset_at)[0])
                if not 0 <= offset < 2**62:
                    return 2**62  # nowhere: no file is that long
                return int(offset) + math.prod(max(1, n) for n in dims[1 : 1 + max(0, min(7, dims[0]))]) * bits // 8
    return 0


def _shorter(length: int, expected: int) -> str | None:
    return f"broken off: {length} of {expected} bytes" if length < expected else None

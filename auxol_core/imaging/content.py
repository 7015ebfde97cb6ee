"""What a file is by its first bytes, compared with what its name says.

A reader that is chosen by the name calls such a file broken, and copying it again never helps.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from auxol_core.imaging.names import ALL_ENDINGS, ending, stem

HEAD_BYTES = 1024


@dataclass(frozen=True)
class Content:
    """``what`` the bytes are, in words; ``endings`` that fit, none for what is not read here; ``remedy`` for these."""

    what: str
    endings: tuple[str, ...] = ()
    remedy: str = "Save it as PNG or TIFF."


PNG = Content("a PNG", (".png",))
JPEG = Content("a JPEG", (".jpg", ".jpeg"))
BMP = Content("a BMP", (".bmp",))
TIFF = Content("a TIFF", (".tif", ".tiff"))
NIFTI = Content("a NIfTI that is not packed", (".nii",))
PACKED_NIFTI = Content("a packed (gzip) NIfTI", (".nii.gz",))
NRRD = Content("an NRRD", (".nrrd", ".seg.nrrd"))
META_IMAGE = Content("a MetaImage", (".mha", ".mhd"))
_DICOM = Content("DICOM", remedy="Put the series in a folder of its own and name the folder.")
_MAGIC: tuple[tuple[int, bytes, Content], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"BM", BMP),
    (0, b"II*\0", TIFF),
    (0, b"MM\0*", TIFF),
    (0, b"II+\0", TIFF),
    (0, b"MM\0+", TIFF),
    (0, b"NRRD000", NRRD),
    (0, b"GIF8", Content("a GIF")),
    (8, b"WEBP", Content("a WebP")),
    (4, b"ftyp", Content("a HEIC, AVIF or video file")),
    (4, b"jP  ", Content("a JPEG 2000")),
    (0, b"\xff\x4f\xff\x51", Content("a JPEG 2000")),
    (0, b"\xff\x0a", Content("a JPEG XL")),
    (4, b"JXL ", Content("a JPEG XL")),
    (0, b"%PDF", Content("a PDF")),
    (0, b"PK\x03\x04", Content("a zip archive", remedy="Unpack it.")),
    (0, b"\x89HDF", Content("an HDF5 file", remedy="Export it as NIfTI or NRRD.")),
    (128, b"DICM", _DICOM),
    (0, b"version https://git-lfs", Content("a Git LFS pointer, not the file", remedy="Fetch it with: git lfs pull.")),
)
_WEB_PAGE = Content("a web page", remedy="Download the file itself.")


def content_of(head: bytes) -> Content | None:
    """What begins with ``head`` (the first 1024 bytes, or all there are); None where nothing is recognised."""
    for at, magic, content in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return content
    if head[:2] == b"\x1f\x8b":
        inside = _unpacked(head)
        if _is_nifti(inside) or not inside:
            return PACKED_NIFTI
        return Content("packed with gzip", remedy="Unpack it.")
    if _is_nifti(head):
        return NIFTI
    start = head[:256].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    if b"ElementDataFile" in head or (b"NDims" in head and b"=" in head):
        return META_IMAGE
    return None


def misnamed(path: Path, head: bytes) -> str | None:
    """The sentence on a file whose ending and content differ, with the remedy; None where they do not."""
    found = content_of(head)
    has = ending(path, ALL_ENDINGS)
    if found is None or has is None or has in found.endings:
        return None
    if not found.endings:
        return f"{path.name} is {found.what} by its content. {found.remedy}"
    return f"{path.name} is {found.what} by its content. Rename it to {stem(path)}{found.endings[0]}."


def _is_nifti(head: bytes) -> bool:
    if len(head) < 348:
        return False
    sizes = {struct.unpack(f"{order}i", head[:4])[0] for order in "<>"}
    return bool(sizes & {348, 540})


def _unpacked(head: bytes) -> bytes:
    """The beginning of what is packed in ``head``, as far as it goes; nothing where it is damaged."""
    try:
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(head, HEAD_BYTES)
    except (zlib.error, gzip.BadGzipFile):
        return b""

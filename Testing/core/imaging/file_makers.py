"""Files of every kind, made from bytes where no library writes them so."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import tifffile
from PIL import Image

# 16 columns, so that 1, 2 and 4 bit rows end with a byte. A structure of two values on nothing.
INDEX = np.zeros((12, 16), np.uint8)
INDEX[3:9, 2:8] = 1
INDEX[4:10, 9:14] = 2
MASK = (INDEX > 0).astype(np.uint8)
GREY = (np.arange(12 * 16, dtype=np.uint16).reshape(12, 16) + 20).astype(np.uint8)
DEEP = GREY.astype(np.uint16) * 200 + 7
COLOUR = np.stack([GREY, GREY[::-1], np.full_like(GREY, 90)], axis=-1)
DEEP_COLOUR = COLOUR.astype(np.uint16) * 200 + 7
PALETTE = np.array([[10, 0, 0], [200, 30, 40], [20, 220, 60], [5, 6, 250]], np.uint8)
HALF = np.where(MASK, 255, 100).astype(np.uint8)  # an alpha that varies


def png(path: Path, bits: int, colour: int, samples: np.ndarray, *extra: tuple[bytes, bytes]) -> Path:
    """A PNG of any bit depth and colour type; ``samples`` (rows, columns[, samples]); ``extra`` chunks before IDAT."""
    rows, columns = samples.shape[:2]
    flat = samples.reshape(rows, -1)
    if bits == 16:
        lines = flat.astype(">u2").view(np.uint8).reshape(rows, -1)
    elif bits == 8:
        lines = flat.astype(np.uint8)
    else:
        single = np.unpackbits(flat.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
        lines = np.packbits(single.reshape(rows, -1), axis=1)
    raw = b"".join(b"\0" + line.tobytes() for line in lines)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", columns, rows, bits, colour, 0, 0, 0)), *extra]
    chunks += [(b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        out += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    path.write_bytes(out)
    return path


def palette_png(path: Path, bits: int, *extra: tuple[bytes, bytes]) -> Path:
    """INDEX with PALETTE, its first 2 ** bits entries."""
    index = np.minimum(INDEX, 2**bits - 1)
    return png(path, bits, 3, index, (b"PLTE", PALETTE[: 2**bits].tobytes()), *extra)


def turned(path: Path, array: np.ndarray, orientation: int, **options) -> Path:
    """``array`` as it is stored, with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(array).save(path, exif=exif, **options)
    return path


def tiff(path: Path, array: np.ndarray, orientation: int = 1, **options) -> Path:
    """A TIFF by tifffile, with an orientation tag."""
    extra = [(274, "H", 1, orientation, True)] if orientation != 1 else []
    tifffile.imwrite(path, array, extratags=extra, metadata=None, **options)
    return path


def packed_tiff(path: Path, array: np.ndarray, compression: str, **options) -> Path:
    """A TIFF by Pillow's libtiff: LZW, PackBits, JPEG, fax."""
    Image.fromarray(array).save(path, compression=compression, **options)
    return path


def deep_lzw(path: Path, array: np.ndarray) -> Path:
    """An LZW TIFF of 16 bit RGB, by ITK's libtiff."""
    writer = sitk.ImageFileWriter()
    writer.SetFileName(str(path))
    writer.UseCompressionOn()
    writer.SetCompressor("LZW")
    writer.Execute(sitk.GetImageFromArray(array, isVector=True))
    return path


def small_tiff(path: Path, bits: int, photometric: int, samples: np.ndarray) -> Path:
    """A TIFF of 1, 2 or 4 bits a sample, written byte for byte."""
    rows, columns = samples.shape
    single = np.unpackbits(samples.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
    data = np.packbits(single.reshape(rows, -1), axis=1).tobytes()
    tags = [(256, columns), (257, rows), (258, bits), (259, 1), (262, photometric), (273, 8), (277, 1), (278, rows)]
    tags.append((279, len(data)))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    ifd = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + ifd)
    return path


def stored_as(upright: np.ndarray, orientation: int) -> np.ndarray:
    """How a picture that looks like ``upright`` is stored under an orientation (TIFF 6.0, tag 274)."""
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: upright[:, ::-1].swapaxes(0, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: upright[::-1].swapaxes(0, 1),
    }[orientation].copy()

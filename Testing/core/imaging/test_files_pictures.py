"""Every kind of picture and mask of docs/files.md: made here, read as the table says, or refused with its words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import file_makers as make
import numpy as np
import pytest
import tifffile
from file_makers import COLOUR, DEEP, DEEP_COLOUR, GREY, HALF, INDEX, MASK, PALETTE, png, tiff
from PIL import Image

from auxol_core.errors import DataError
from auxol_core.imaging import files
from auxol_core.imaging.pictures import picture_labels

DOCS = Path(__file__).resolve().parents[3] / "docs" / "files.md"
WHITE = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Kind:
    """A kind of file: how it is made, and what it is as a picture and as a mask: an array, or words of the refusal."""

    name: str
    ending: str
    make: Callable[[Path], Any]
    picture: np.ndarray | str
    mask: np.ndarray | str
    doubt: str = ""


def pil(array: np.ndarray, **options) -> Callable[[Path], Any]:
    return lambda path: Image.fromarray(array).save(path, **options)


def paletted(path: Path, colours: np.ndarray = PALETTE, **options) -> None:
    image = Image.frombytes("P", INDEX.shape[::-1], INDEX.tobytes())
    image.putpalette(colours.ravel().tolist())
    image.save(path, **options)


def palette_tiff(path: Path) -> None:
    table = np.zeros((3, 256), np.uint16)
    table[:, :4] = PALETTE.T.astype(np.uint16) * 257
    tiff(path, INDEX, photometric="palette", colormap=table)


def animation(path: Path, kind: str) -> None:
    frames = [Image.fromarray(COLOUR), Image.fromarray(COLOUR[::-1].copy())]
    frames[0].save(path, save_all=True, append_images=frames[1:], format=kind)


def pyramid(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:
        file.write(DEEP, subifds=1, tile=(16, 16), metadata=None)
        file.write(DEEP[::2, ::2], subfiletype=1, metadata=None)


def thumbnailed(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:
        file.write(DEEP, metadata=None)
        file.write(DEEP[::2, ::2], subfiletype=1, metadata=None)


def missing_piece(path: Path) -> None:
    tiff(path, DEEP, rowsperstrip=4)
    with tifffile.TiffFile(path, mode="r+b") as file:
        file.pages[0].tags["StripByteCounts"].overwrite([128, 0, 128])


def cmyk(path: Path) -> None:
    Image.fromarray(COLOUR).convert("CMYK").save(path)


def jpeg_mask(array: np.ndarray) -> Callable[[Path], Any]:
    return pil(np.kron(array, np.ones((8, 8), np.uint8)), quality=90)


BIG_MASK = np.kron(MASK * 255, np.ones((8, 8), np.uint8))
SMOOTHED = np.asarray(Image.fromarray(MASK * 255).resize((64, 48), Image.Resampling.BICUBIC))
TRANSPARENT = "transparent"
ONE = "expected one picture"
COLOURED = "one value a pixel"
LOOKED_UP = PALETTE[INDEX]
GREYS = np.repeat(np.array([[0], [120], [240], [255]], np.uint8), 3, axis=1)
ALPHA = np.full_like(GREY, 255)

KINDS = [
    Kind("PNG, grey, 8 bit", ".png", pil(GREY), GREY, "smoothed mask"),
    Kind("PNG, grey, 8 bit, few values", ".png", pil(INDEX), INDEX, INDEX),
    Kind("PNG, grey, 16 bit", ".png", pil(DEEP), DEEP, "smoothed mask"),
    Kind("PNG, grey, 1 bit", ".png", lambda p: png(p, 1, 0, MASK), MASK * 255, MASK),
    Kind("PNG, grey, 2 bit", ".png", lambda p: png(p, 2, 0, INDEX), INDEX * 85, INDEX),
    Kind("PNG, grey, 4 bit", ".png", lambda p: png(p, 4, 0, INDEX), INDEX * 17, INDEX),
    Kind("PNG, RGB, 8 bit", ".png", pil(COLOUR), COLOUR, COLOURED),
    Kind("PNG, RGB, 16 bit", ".png", lambda p: png(p, 16, 2, DEEP_COLOUR), DEEP_COLOUR, COLOURED),
    Kind("PNG, RGB of equal channels", ".png", pil(np.dstack([INDEX] * 3)), np.dstack([INDEX] * 3), INDEX),
    Kind("PNG, palette, 8 bit", ".png", paletted, LOOKED_UP, INDEX),
    Kind("PNG, palette, 4 bit", ".png", lambda p: make.palette_png(p, 4), LOOKED_UP, INDEX),
    Kind("PNG, palette, 2 bit", ".png", lambda p: make.palette_png(p, 2), LOOKED_UP, INDEX),
    Kind("PNG, palette, 1 bit", ".png", lambda p: make.palette_png(p, 1), PALETTE[MASK], MASK),
    Kind("PNG, palette of greys", ".png", lambda p: paletted(p, GREYS), GREYS[:, 0][INDEX], INDEX),
    Kind(
        "PNG, palette with transparent entries", ".png", lambda p: make.palette_png(p, 2, (b"tRNS", b"\0")),
        TRANSPARENT, INDEX,
    ),
    Kind("PNG, grey with a transparent value", ".png", pil(INDEX, transparency=0), TRANSPARENT, INDEX),
    Kind("PNG, grey and alpha, opaque", ".png", pil(np.dstack([INDEX, ALPHA])), INDEX, INDEX),
    Kind("PNG, RGB and alpha, opaque", ".png", pil(np.dstack([COLOUR, ALPHA])), COLOUR, COLOURED),
    Kind("PNG, grey and alpha, transparent", ".png", pil(np.dstack([INDEX, HALF])), TRANSPARENT, TRANSPARENT),
    Kind("PNG, RGB and alpha, transparent", ".png", pil(np.dstack([COLOUR, HALF])), TRANSPARENT, TRANSPARENT),
    Kind(
        "PNG, grey and alpha, 16 bit", ".png", lambda p: png(p, 16, 4, np.dstack([DEEP, np.full_like(DEEP, WHITE)])),
        DEEP, "smoothed mask",
    ),
    Kind(
        "PNG, EXIF orientation", ".png", lambda p: make.turned(p, make.stored_as(INDEX, 6), 6), INDEX, INDEX,
        "orientation 6",
    ),
    Kind("PNG, animated", ".png", lambda p: animation(p, "PNG"), ONE, ONE),
    Kind("JPEG, grey", ".jpg", jpeg_mask(MASK * 255), "close", BIG_MASK),
    Kind("JPEG, RGB", ".jpg", pil(COLOUR), "close", COLOURED),
    Kind("JPEG, CMYK", ".jpg", cmyk, "expected grey or RGB, got CMYK", "got CMYK"),
    Kind("JPEG, several pictures (MPO)", ".jpg", lambda p: animation(p, "MPO"), ONE, ONE),
    Kind(
        "JPEG, EXIF orientation", ".jpeg", lambda p: make.turned(p, make.stored_as(BIG_MASK, 8), 8, quality=95),
        "close", BIG_MASK, "orientation 8",
    ),
    Kind("JPEG, mask of 0 and 1", ".jpg", jpeg_mask(MASK), "close", "no value above"),
    Kind("JPEG, mask of several values", ".jpg", jpeg_mask(INDEX * 100), "close", "an area of values around"),
    Kind("BMP, grey", ".bmp", pil(INDEX), INDEX, INDEX),
    Kind("BMP, 1 bit", ".bmp", pil(MASK.astype(bool)), MASK * 255, MASK),
    Kind("BMP, palette", ".bmp", paletted, LOOKED_UP, INDEX),
    Kind("BMP, palette with 0 lightest", ".bmp", lambda p: paletted(p, 255 - GREYS), 255 - GREYS[:, 0][INDEX], INDEX,
         "0 lighter"),
    Kind("BMP, 24 bit, colour", ".bmp", pil(COLOUR), COLOUR, COLOURED),
    Kind("BMP, 24 bit, equal channels", ".bmp", pil(np.dstack([INDEX] * 3)), INDEX, INDEX),
    Kind("TIFF, grey, 8 bit", ".tif", lambda p: tiff(p, INDEX), INDEX, INDEX),
    Kind("TIFF, grey, 16 bit", ".tif", lambda p: tiff(p, DEEP), DEEP, "smoothed mask"),
    Kind("TIFF, grey, 16 bit, signed", ".tif", lambda p: tiff(p, DEEP.astype(np.int16) - 9000),
         DEEP.astype(np.int16) - 9000, "0 or more"),
    Kind("TIFF, grey, 32 bit", ".tif", lambda p: tiff(p, INDEX.astype(np.uint32) * 70000),
         INDEX.astype(np.uint32) * 70000, INDEX.astype(np.uint32) * 70000),
    Kind("TIFF, real numbers", ".tif", lambda p: tiff(p, DEEP / np.float32(3)), DEEP / np.float32(3), "whole numbers"),
    Kind("TIFF, real numbers that are whole", ".tif", lambda p: tiff(p, INDEX.astype(np.float32)),
         INDEX.astype(np.float32), INDEX),
    Kind("TIFF, probabilities", ".tif", lambda p: tiff(p, INDEX.astype(np.float32) / 3),
         INDEX.astype(np.float32) / 3, "probabilities"),
    Kind("TIFF, real numbers with NaN", ".tif", lambda p: tiff(p, np.where(MASK, np.nan, 1).astype(np.float32)),
         "no numbers", "NaN"),
    Kind("TIFF, complex", ".tif", lambda p: tiff(p, INDEX.astype(np.complex64)), "real numbers", "real numbers"),
    Kind("TIFF, 1 bit, MinIsBlack", ".tif", lambda p: make.small_tiff(p, 1, 1, MASK), MASK * 255, MASK),
    Kind("TIFF, 1 bit, MinIsWhite", ".tif", lambda p: tifffile.imwrite(p, MASK.astype(bool)), 255 - MASK * 255, MASK,
         "MinIsWhite"),
    Kind("TIFF, 2 bit", ".tif", lambda p: make.small_tiff(p, 2, 1, INDEX), INDEX * 85, INDEX),
    Kind("TIFF, 4 bit", ".tif", lambda p: make.small_tiff(p, 4, 1, INDEX), INDEX * 17, INDEX),
    Kind("TIFF, 4 bit, MinIsWhite", ".tif", lambda p: make.small_tiff(p, 4, 0, INDEX), (15 - INDEX) * 17, INDEX,
         "MinIsWhite"),
    Kind("TIFF, 8 bit, MinIsWhite", ".tif", lambda p: tiff(p, INDEX, photometric="miniswhite"), 255 - INDEX, INDEX,
         "MinIsWhite"),
    Kind("TIFF, 16 bit, MinIsWhite", ".tif", lambda p: tiff(p, INDEX.astype(np.uint16), photometric="miniswhite"),
         WHITE - INDEX.astype(np.uint16), INDEX.astype(np.uint16), "MinIsWhite"),
    Kind("TIFF, RGB, 8 bit", ".tif", lambda p: tiff(p, COLOUR, photometric="rgb"), COLOUR, COLOURED),
    Kind("TIFF, RGB, 16 bit", ".tif", lambda p: tiff(p, DEEP_COLOUR, photometric="rgb"), DEEP_COLOUR, COLOURED),
    Kind("TIFF, RGB, planes", ".tif",
         lambda p: tiff(p, np.moveaxis(COLOUR, -1, 0).copy(), photometric="rgb", planarconfig="separate"),
         COLOUR, COLOURED),
    Kind("TIFF, palette", ".tif", palette_tiff, LOOKED_UP, INDEX),
    Kind("TIFF, RGB and alpha, opaque", ".tif",
         lambda p: tiff(p, np.dstack([COLOUR, ALPHA]), photometric="rgb", extrasamples=["unassalpha"]),
         COLOUR, COLOURED),
    Kind("TIFF, RGB and alpha, transparent", ".tif",
         lambda p: tiff(p, np.dstack([COLOUR, HALF]), photometric="rgb", extrasamples=["unassalpha"]),
         TRANSPARENT, TRANSPARENT),
    Kind("TIFF, 2 samples a pixel", ".tif",
         lambda p: tiff(p, np.dstack([INDEX, HALF]), photometric="minisblack", planarconfig="contig"),
         "got 2 values a pixel", "got 2 values a pixel"),
    Kind("TIFF, grey and alpha, opaque", ".tif",
         lambda p: tiff(p, np.dstack([INDEX, ALPHA]), photometric="minisblack", planarconfig="contig",
                        extrasamples=["unassalpha"]), INDEX, INDEX),
    Kind("TIFF, 4 samples a pixel, none alpha", ".tif",
         lambda p: tiff(p, np.dstack([GREY] * 4), photometric="minisblack", planarconfig="contig"),
         "got 4 values a pixel", "got 4 values a pixel"),
    Kind("TIFF, 5 samples a pixel", ".tif",
         lambda p: tiff(p, np.dstack([GREY] * 5), photometric="minisblack", planarconfig="contig"),
         "got 5 values a pixel", "got 5 values a pixel"),
    Kind("TIFF, CMYK", ".tif", cmyk, "got CMYK", "got CMYK"),
    Kind("TIFF, big-endian", ".tif", lambda p: tiff(p, DEEP, byteorder=">"), DEEP, "smoothed mask"),
    Kind("TIFF, BigTIFF", ".tif", lambda p: tiff(p, DEEP, bigtiff=True), DEEP, "smoothed mask"),
    Kind("TIFF, tiled, 16 bit", ".tif", lambda p: tiff(p, INDEX.astype(np.uint16) * 150, tile=(16, 16)),
         INDEX.astype(np.uint16) * 150, INDEX.astype(np.uint16) * 150),
    Kind("TIFF, deflate with predictor", ".tif", lambda p: tiff(p, DEEP, compression="zlib", predictor=True), DEEP,
         "smoothed mask"),
    Kind("TIFF, LZMA", ".tif", lambda p: tiff(p, DEEP, compression="lzma"), DEEP, "smoothed mask"),
    Kind("TIFF, LZW, 16 bit", ".tif", lambda p: make.packed_tiff(p, DEEP, "tiff_lzw"), DEEP, "smoothed mask"),
    Kind("TIFF, LZW, RGB, 8 bit", ".tif", lambda p: make.packed_tiff(p, COLOUR, "tiff_lzw"), COLOUR, COLOURED),
    Kind("TIFF, LZW, RGB, 16 bit", ".tif", lambda p: make.deep_lzw(p, DEEP_COLOUR), DEEP_COLOUR, COLOURED),
    Kind("TIFF, LZW, palette", ".tif", lambda p: paletted(p, compression="tiff_lzw"), LOOKED_UP, INDEX),
    Kind("TIFF, LZW, 16 bit, orientation 6", ".tif",
         lambda p: make.packed_tiff(p, make.stored_as(DEEP, 6), "tiff_lzw", tiffinfo={274: 6}),
         "untiled and upright", "untiled and upright"),
    Kind("TIFF, PackBits", ".tif", lambda p: make.packed_tiff(p, INDEX, "packbits"), INDEX, INDEX),
    Kind("TIFF, fax group 4", ".tif", lambda p: make.packed_tiff(p, MASK.astype(bool), "group4"), MASK * 255, MASK),
    Kind("TIFF, fax group 4, MinIsWhite", ".tif",
         lambda p: make.packed_tiff(p, MASK.astype(bool), "group4", tiffinfo={262: 0}), MASK * 255, MASK),
    Kind("TIFF, LZW, 8 bit, MinIsWhite", ".tif",
         lambda p: make.packed_tiff(p, 255 - INDEX, "tiff_lzw", tiffinfo={262: 0}), 255 - INDEX, INDEX,
         "MinIsWhite"),
    Kind("TIFF, JPEG, colour", ".tif",
         lambda p: make.packed_tiff(p, np.kron(COLOUR, np.ones((8, 8, 1), np.uint8)), "jpeg"), "close", COLOURED),
    Kind("TIFF, JPEG, mask of several values", ".tif",
         lambda p: make.packed_tiff(p, np.kron(INDEX * 100, np.ones((8, 8), np.uint8)), "jpeg"),
         "close", "an area of values around"),
    *(
        Kind(f"TIFF, 16 bit, orientation {turn}", ".tif",
             lambda p, turn=turn: tiff(p, make.stored_as(INDEX.astype(np.uint16) * 150, turn), turn),
             INDEX.astype(np.uint16) * 150, INDEX.astype(np.uint16) * 150, f"orientation {turn}")
        for turn in range(2, 9)
    ),
    Kind("TIFF, several pages", ".tif", lambda p: tiff(p, np.stack([GREY] * 3), photometric="minisblack"),
         "got 3 pages", "got 3 pages"),
    Kind("TIFF, ImageJ stack", ".tif", lambda p: tifffile.imwrite(p, np.stack([GREY] * 3), imagej=True),
         "got 3 pages", "got 3 pages"),
    Kind("TIFF, OME, one plane", ".ome.tif", lambda p: tifffile.imwrite(p, DEEP, ome=True), DEEP, "smoothed mask"),
    Kind("TIFF, OME, several planes", ".ome.tif",
         lambda p: tifffile.imwrite(p, np.stack([DEEP] * 2), ome=True, photometric="minisblack"),
         "got 2 pages", "got 2 pages"),
    Kind("TIFF, pyramid", ".tif", pyramid, DEEP, "smoothed mask"),
    Kind("TIFF, with a smaller copy of itself", ".tif", thumbnailed, DEEP, "smoothed mask"),
    Kind("TIFF, a piece is missing", ".tif", missing_piece, "broken off", "broken off"),
    Kind("any, smoothed mask", ".png", pil(SMOOTHED), SMOOTHED, "smoothed mask"),
    Kind("any, empty file", ".png", lambda p: p.write_bytes(b""), "file is empty", "file is empty"),
    Kind("any, another format than its ending", ".png", lambda p: Image.fromarray(COLOUR).save(p, "JPEG"),
         r"is a JPEG by its content\. Rename it to a\.jpg", "Rename it to"),
    Kind("any, WebP or GIF under another ending", ".png", lambda p: Image.fromarray(COLOUR).save(p, "GIF"),
         r"is a GIF by its content\. Save it as PNG", "is a GIF"),
    Kind("any, Git LFS pointer", ".png", lambda p: p.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
         "git lfs pull", "git lfs pull"),
    Kind("any, no picture at all", ".png", lambda p: p.write_bytes(b"hello" * 9), "begins as none", "begins as none"),
    Kind("any, web page", ".jpg", lambda p: p.write_bytes(b"<!DOCTYPE html><html>no</html>"), "web page", "web page"),
]  # fmt: skip


def documented(heading: str) -> list[str]:
    """The first column of the table below ``heading`` in docs/files.md."""
    section = DOCS.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_table_of_the_docs_has_exactly_the_kinds_that_are_tested():
    assert documented("Pictures and masks") == [kind.name for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_picture_of_each_kind_is_read_as_it_looks_or_refused_in_words(tmp_path, kind):
    path = tmp_path / f"a{kind.ending}"
    kind.make(path)
    if isinstance(kind.picture, str) and kind.picture != "close":
        with pytest.raises(DataError, match=kind.picture):
            files.read_picture(path)
        return
    picture = files.read_picture(path)
    assert picture.shape[:2] == files.picture_shape(path)
    if isinstance(kind.picture, str):  # packed with loss
        with Image.open(path) as image:
            assert picture.ndim == (2 if image.mode == "L" else 3)
        return
    assert picture.dtype == kind.picture.dtype
    assert np.array_equal(picture, kind.picture)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_mask_of_each_kind_is_read_by_what_is_stored_or_refused_in_words(tmp_path, kind):
    path = tmp_path / f"a{kind.ending}"
    kind.make(path)
    if isinstance(kind.mask, str):
        with pytest.raises(DataError, match=kind.mask):
            files.read_picture_labels(path)
        return
    labels = picture_labels(path)
    assert np.array_equal(labels.values, kind.mask)
    assert (kind.doubt in " ".join(labels.doubts)) if kind.doubt else (labels.doubts == ())


def test_a_mask_that_is_not_turned_as_its_picture_is_doubted(tmp_path):
    make.turned(tmp_path / "a.jpg", make.stored_as(GREY, 3), 3)
    Image.fromarray(MASK).save(tmp_path / "m.png")
    assert "orientation 3" in picture_labels(tmp_path / "m.png", tmp_path / "a.jpg").doubts[0]


def test_a_picture_of_another_size_than_its_mask_is_refused_with_both(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "a.png")
    Image.fromarray(MASK.T.copy()).save(tmp_path / "m.png")
    with pytest.raises(DataError, match="image is 12 x 16, its labels are 16 x 12"):
        picture_labels(tmp_path / "m.png", tmp_path / "a.png")


def test_thin_lines_of_a_few_values_are_no_smoothed_mask(tmp_path):
    lines = np.zeros((20, 20), np.uint8)
    lines[3], lines[9], lines[12:16, 4:9] = 1, 2, 3
    Image.fromarray(lines).save(tmp_path / "m.png")
    assert np.array_equal(files.read_picture_labels(tmp_path / "m.png"), lines)


@pytest.mark.parametrize("quality", [20, 50, 75, 95])
def test_a_jpeg_mask_of_any_quality_is_a_mask(tmp_path, quality):
    yy, xx = np.mgrid[:200, :200]
    disc = (((yy - 90) ** 2 + (xx - 120) ** 2 < 60**2) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(disc).save(buffer, "JPEG", quality=quality)
    (tmp_path / "m.jpg").write_bytes(buffer.getvalue())
    read = files.read_picture_labels(tmp_path / "m.jpg")
    assert (read != disc).mean() < 0.002

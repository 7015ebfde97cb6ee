"""Every kind of volume and label of docs/files.md: made here, read as the table says, or refused with its words."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from test_files_pictures import documented

from auxol_core.errors import DataError
from auxol_core.imaging import files

LABELS = np.zeros((3, 5, 6), np.uint8)
LABELS[0:2, 1:3, 1:3], LABELS[1:3, 3:5, 3:6] = 1, 2
HU = LABELS.astype(np.int16) * 100 - 50
SHEARED = np.array([[1, 0.2, 0, 3], [0, 1, 0, 4], [0, 0, 2, 5], [0, 0, 0, 1.0]])


@dataclass(frozen=True)
class Kind:
    """``volume``, ``labels``: the array it is read as, or words of the refusal."""

    name: str
    ending: str
    make: Callable[[Path], Any]
    volume: np.ndarray | str
    labels: np.ndarray | str


def itk(array: np.ndarray, **options) -> Callable[[Path], Any]:
    return lambda path: sitk.WriteImage(sitk.GetImageFromArray(array), str(path), **options)


def vectors(path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(np.dstack([LABELS] * 3).reshape(3, 5, 6, 3), isVector=True), str(path))


def nifti(array: np.ndarray, kind: Any = nib.Nifti1Image, affine: np.ndarray | None = None, **fields):
    """A NIfTI of ``array`` (slices, rows, columns) whose header fields are set as named."""

    def write(path: Path) -> None:
        image = kind(array.T, np.diag([1.0, 1, 2, 1]) if affine is None else affine)
        for name, value in fields.items():
            image.header[name] = value
        nib.save(image, path)

    return write


def scaled(path: Path) -> None:
    image = nib.Nifti1Image(LABELS.T.astype(np.int16), np.eye(4))
    image.header.set_slope_inter(2.0, -1.0)
    image.to_filename(path)
    head = bytearray(path.read_bytes())
    head[352:] = LABELS.astype("<i2").tobytes()
    path.write_bytes(head)


def sheared(path: Path) -> None:
    image = nib.Nifti1Image(LABELS.T, None)
    image.set_sform(SHEARED, code=2)
    nib.save(image, path)


def rgb_nifti(path: Path) -> None:
    nib.save(nib.Nifti1Image(np.zeros((6, 5, 3), np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])), np.eye(4)), path)


def half_a_pair(path: Path) -> None:
    nifti(LABELS)(path)
    path.write_bytes(path.read_bytes().replace(b"n+1\0", b"ni1\0", 1))


def segmentation(array: np.ndarray, **keys: str) -> Callable[[Path], Any]:
    def write(path: Path) -> None:
        image = sitk.GetImageFromArray(array, isVector=array.ndim == 4)
        for key, value in keys.items():
            image.SetMetaData(key, value)
        sitk.WriteImage(image, str(path))

    return write


def layers(first: np.ndarray, second: np.ndarray) -> Callable[[Path], Any]:
    keys = {"Segment0_Name": "a", "Segment0_LabelValue": "1", "Segment0_Layer": "0"}
    keys |= {"Segment1_Name": "b", "Segment1_LabelValue": "1", "Segment1_Layer": "1"}
    return segmentation(np.stack([first, second], axis=-1).astype(np.uint8), **keys)


def without_pixels(path: Path) -> None:
    itk(LABELS)(path)
    path.with_suffix(".raw").unlink()


def without_half(kind: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def write(path: Path) -> None:
        kind(path)
        path.write_bytes(path.read_bytes()[:-40])

    return write


def in_other_clothes(path: Path) -> None:
    plain = path.with_name("plain.nii")
    nifti(LABELS)(plain)
    path.write_bytes(plain.read_bytes())


def many_axes(path: Path) -> None:
    itk(LABELS)(path)
    path.write_bytes(path.read_bytes().replace(b"NDims = 3", b"NDims = 1000000"))


def too_much(path: Path) -> None:
    itk(LABELS, useCompression=True)(path)
    path.write_bytes(path.read_bytes().replace(b"sizes: 6 5 3", b"sizes: 60000 50000 30"))


NAN = np.where(LABELS == 1, np.nan, 0.5).astype(np.float32)
AXES = "expected a grey volume of three axes"
WHOLE = "whole numbers"
SMOOTHED = np.linspace(0, 255, LABELS.size).astype(np.uint8).reshape(LABELS.shape)

KINDS = [
    Kind("NIfTI", ".nii", nifti(HU), HU, "0 or more"),
    Kind("NIfTI, packed", ".nii.gz", nifti(LABELS), LABELS, LABELS),
    Kind("NIfTI-2", ".nii.gz", nifti(LABELS, nib.Nifti2Image), LABELS, LABELS),
    Kind("NIfTI, big-endian", ".nii",
         lambda p: nib.save(nib.Nifti1Image(HU.T, np.eye(4), nib.Nifti1Header(endianness=">"), dtype=np.int16), p),
         HU, "0 or more"),
    Kind("NIfTI, sheared sform alone", ".nii.gz", sheared, LABELS, LABELS),
    Kind("NIfTI, scaled", ".nii", scaled, LABELS.astype(np.float32) * 2 - 1, "0 or more"),
    Kind("NIfTI, real numbers that are whole", ".nii.gz", nifti(LABELS.astype(np.float64)),
         LABELS.astype(np.float64), LABELS),
    Kind("NIfTI, a fourth axis of one", ".nii.gz", nifti(LABELS[None]), LABELS, LABELS),
    Kind("NIfTI, four axes", ".nii.gz", nifti(np.stack([LABELS] * 2)), AXES, AXES),
    Kind("NIfTI, two axes", ".nii.gz", nifti(LABELS[0]), AXES, AXES),
    Kind("NIfTI, RGB", ".nii.gz", rgb_nifti, AXES, AXES),
    Kind("NIfTI, complex", ".nii.gz", nifti(LABELS.astype(np.complex64)), AXES, AXES),
    Kind("NIfTI, half of a pair", ".nii", half_a_pair, "half of a pair", "half of a pair"),
    Kind("NRRD", ".nrrd", itk(HU), HU, "0 or more"),
    Kind("NRRD, packed", ".nrrd", itk(LABELS, useCompression=True), LABELS, LABELS),
    Kind("NRRD, several values a voxel", ".nrrd", vectors, AXES, AXES),
    Kind("NRRD that asks for more than it holds", ".nrrd", too_much, "damaged", "damaged"),
    Kind("MetaImage", ".mha", itk(HU), HU, "0 or more"),
    Kind("MetaImage, packed", ".mha", itk(LABELS, useCompression=True), LABELS, LABELS),
    Kind("MetaImage with .raw", ".mhd", itk(LABELS), LABELS, LABELS),
    Kind("MetaImage without its .raw", ".mhd", without_pixels, r"names a\.raw, which is not there", "not there"),
    Kind("MetaImage of a million axes", ".mha", many_axes, "1000000 axes", "damaged"),
    Kind("MetaImage, several values a voxel", ".mha", vectors, AXES, AXES),
    Kind("segmentation of Slicer", ".seg.nrrd", segmentation(LABELS, Segment0_Name="Tumor"), LABELS, LABELS),
    Kind("segmentation of Slicer, layers", ".seg.nrrd", layers(LABELS == 1, LABELS == 2), "2 values a voxel", LABELS),
    Kind("segmentation of Slicer, overlapping", ".seg.nrrd", layers(LABELS == 1, LABELS > 0), "2 values", "overlaps"),
    Kind("any, NaN or infinite", ".nrrd", itk(NAN), NAN, "NaN or infinite"),
    Kind("any, probabilities", ".mha", itk(LABELS / np.float32(2.5)), LABELS / np.float32(2.5), WHOLE),
    Kind("any, smoothed labels", ".nii.gz", nifti(SMOOTHED), SMOOTHED, "smoothed mask"),
    Kind("any, broken off", ".mha", without_half(itk(LABELS)), "broken off", "broken off"),
    Kind("any, empty file", ".nii.gz", lambda p: p.write_bytes(b""), "file is empty", "file is empty"),
    Kind("any, not packed but named so", ".nii.gz", in_other_clothes, r"Rename it to a\.nii\.", "not packed"),
    Kind("any, packed but not named so", ".nii",
         lambda p: (in_other_clothes(p), p.write_bytes(gzip.compress(p.read_bytes()))),
         r"Rename it to a\.nii\.gz", "packed"),
    Kind("any, another format than its ending", ".nii", itk(LABELS, imageIO="NrrdImageIO"), "is an NRRD", "is an NRRD"),
]  # fmt: skip


def test_the_table_of_the_docs_has_exactly_the_kinds_that_are_tested():
    assert documented("Volumes and labels") == [kind.name for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("what", ["volume", "labels"])
def test_a_file_of_each_kind_is_read_voxel_by_voxel_or_refused_in_words(tmp_path, kind, what):
    path = tmp_path / f"a{kind.ending}"
    kind.make(path)
    expected = getattr(kind, what)
    if isinstance(expected, str):
        with pytest.raises(DataError, match=expected):
            files.read_volume(path) if what == "volume" else files.read_volume_labels(path)
        return
    read = files.read_volume(path).pixels if what == "volume" else files.read_volume_labels(path)
    assert np.array_equal(read, expected, equal_nan=expected.dtype.kind == "f")
    assert what == "labels" or read.dtype == expected.dtype


def test_the_names_of_a_segmentation_come_with_their_values(tmp_path):
    segmentation(LABELS, Segment0_Name="Tumor", Segment0_LabelValue="2")(tmp_path / "a.seg.nrrd")
    layers(LABELS == 1, LABELS == 2)(tmp_path / "b.seg.nrrd")
    assert files.volume_labels(tmp_path / "a.seg.nrrd").names == {2: "Tumor"}
    assert files.volume_labels(tmp_path / "b.seg.nrrd").names == {1: "a", 2: "b"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names but UTF-16")
def test_a_name_that_is_not_utf8_is_left_out_and_shown_with_its_odd_bytes(tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/B\xfcld.nrrd"))
    itk(LABELS)(tmp_path / "a.nrrd")
    odd.write_bytes((tmp_path / "a.nrrd").read_bytes())
    assert files.files_of(tmp_path, files.VOLUME_ENDINGS) == [tmp_path / "a.nrrd"]
    assert files.odd_names(tmp_path, files.VOLUME_ENDINGS) == [r"B\xfcld.nrrd"]
    with pytest.raises(DataError, match=r"B\\xfcld\.nrrd: its name is not UTF-8"):
        files.read_volume(odd)


@pytest.mark.parametrize(
    ("name", "endings", "found"),
    [
        ("v.nii.gz", files.VOLUME_ENDINGS, ".nii.gz"),
        ("v.SEG.NRRD", files.LABEL_ENDINGS, ".seg.nrrd"),
        ("v.seg.nrrd", files.VOLUME_ENDINGS, None),
        ("v.nrrd", files.LABEL_ENDINGS, ".nrrd"),
        (".nrrd", files.VOLUME_ENDINGS, None),
    ],
)
def test_double_endings_are_one_and_a_segmentation_is_no_image(name, endings, found):
    assert files.ending(Path(name), endings) == found
    assert files.stem(Path("v.seg.nrrd")) == files.stem(Path("v.nii.gz")) == "v"

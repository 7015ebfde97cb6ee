"""Masks going out: in the format of their source and with its own header, as Slicer's segmentation, or as DICOM SEG."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np
import SimpleITK as sitk

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging.dicom import DicomSeries, chosen_series
from auxol_core.imaging.dicom_seg import write_dicom_seg
from auxol_core.imaging.geometry import Geometry
from auxol_core.imaging.itk import itk_frame, write_meta_image_like
from auxol_core.imaging.names import IMAGE_ENDINGS, SEGMENTATION, STRUCTURE, VOLUME_ENDINGS, check_name, ending
from auxol_core.imaging.nifti import write_nifti_like
from auxol_core.imaging.segmentations import nrrd_words, segment_keys, words_of, write_nrrd
from auxol_core.imaging.volumes import NIFTI_ENDINGS, VolumeSource, volume_geometry
from auxol_core.types import BoolArray
from auxol_core.whole_files import written_beside

ResultKind = Literal["labelmap", "seg.nrrd", "dicom-seg"]
RESULT_KINDS: tuple[ResultKind, ...] = get_args(ResultKind)


def result_ending(source: VolumeSource, as_: str = "labelmap") -> str:
    """The ending of what ``write_result`` writes for ``source``. InvalidInputError where it cannot be written so."""
    if as_ not in RESULT_KINDS:
        raise InvalidInputError(f"Results are written as {', '.join(RESULT_KINDS)}, got {as_}.")
    dicom = isinstance(source, DicomSeries) or source.is_dir()
    if as_ == "dicom-seg":
        if not dicom:
            raise InvalidInputError(f"{source.name} is no DICOM series: DICOM SEG needs one. Write it as labelmap.")
        return ".dcm"
    if not dicom and isinstance(source, Path) and ending(source, IMAGE_ENDINGS):
        if as_ == "seg.nrrd":
            raise InvalidInputError(f"{source.name} is a picture: its mask is a PNG. Write it as labelmap.")
        return ".png"
    if as_ == "seg.nrrd":
        return SEGMENTATION
    return ".nrrd" if isinstance(source, DicomSeries) or dicom else ending(source, VOLUME_ENDINGS) or ".nrrd"


def write_result(
    path_without_ending: Path, mask: BoolArray, source: VolumeSource, as_: str = "labelmap", *, name: str = STRUCTURE
) -> Path:
    """Write ``mask`` (slices, rows, columns; of a picture (rows, columns) or one slice) as 0 and 1; the written path.

    ``as_`` labelmap: the format of ``source`` with its geometry (NRRD for a DICOM series, PNG for a picture).
    seg.nrrd: a segmentation of Slicer with one segment called ``name``. dicom-seg: DICOM SEG that refers to the series'
    slices. Raises InvalidInputError where ``source`` cannot be written so, DataError where writing fails.
    """
    last = result_ending(source, as_)
    path = path_without_ending.with_name(path_without_ending.name + last)
    check_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if as_ == "dicom-seg":
            series = source if isinstance(source, DicomSeries) else chosen_series(source)
            write_dicom_seg(path, mask, series, name)
        elif last == ".png":
            _write_png(path, mask)
        else:
            _write_volume(path, mask, source, name)
    except OSError as error:
        raise DataError(f"{path} could not be written ({error.strerror}). Check the folder and its disk.") from error
    return path


def write_labels_like(path: Path, mask: BoolArray, source: VolumeSource) -> None:
    """Write ``mask`` (slices, rows, columns) as labels 0 and 1 with the geometry of ``source``, in the format that
    ``path`` names. Raises DataError."""
    check_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_volume(path, mask, source, "structure")
    except OSError as error:
        raise DataError(f"{path} could not be written ({error.strerror}). Check the folder and its disk.") from error


def write_picture_labels(path: Path, mask: BoolArray) -> None:
    """Write ``mask`` (rows, columns) as a PNG of values 0 and 1. Raises DataError."""
    write_result(path.with_name(path.name.removesuffix(".png")), mask, Path("a.png"))


def _write_volume(path: Path, mask: BoolArray, source: VolumeSource, name: str) -> None:
    last = ending(path, (SEGMENTATION, *VOLUME_ENDINGS))
    if last in NIFTI_ENDINGS and isinstance(source, Path) and ending(source, NIFTI_ENDINGS):
        write_nifti_like(path, mask, source)
    elif last == SEGMENTATION:
        _write_segmentation(path, mask, source, name)
    elif last == ".nrrd" and isinstance(source, Path) and ending(source, (".nrrd", SEGMENTATION)):
        write_nrrd(path, mask, nrrd_words(source))
    elif last == ".nrrd":
        geometry = volume_geometry(source)
        write_nrrd(path, mask, words_of(geometry.frames[0], geometry.shape))
    elif last in (".mha", ".mhd") and isinstance(source, Path) and ending(source, (".mha", ".mhd")):
        write_meta_image_like(path, mask, source)
    else:
        raise InvalidInputError(f"{path.name}: a mask is written in the format of {source.name}, or as .nrrd.")


def _write_segmentation(path: Path, mask: BoolArray, source: VolumeSource, name: str) -> None:
    """Placed where Slicer, which opens these, places the source: a NIfTI lies where ITK sees it, which has its own mind
    where sform and qform differ."""
    geometry: Geometry = volume_geometry(source)
    seen = itk_frame(source) if isinstance(source, Path) and source.is_file() else None
    words = words_of(geometry.frames[0] if seen is None else seen, geometry.shape)
    write_nrrd(path, mask, words, segment_keys(geometry.shape, name))


def _write_png(path: Path, mask: BoolArray) -> None:
    flat = mask[0] if mask.ndim == 3 else mask
    try:
        with written_beside(path, ".png") as partial:
            sitk.WriteImage(sitk.GetImageFromArray(flat.astype(np.uint8)), str(partial))
    except RuntimeError as error:
        raise DataError(f"{path} could not be written. Check the folder and its disk.") from error


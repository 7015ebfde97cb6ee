"""One door for volumes and their labels, whatever their format: NIfTI, NRRD, MetaImage, .seg.nrrd, DICOM folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.imaging.dicom import DicomSeries, chosen_series, read_series
from auxol_core.imaging.geometry import Geometry, Pixels, placed
from auxol_core.imaging.integrity import check_complete
from auxol_core.imaging.itk import itk_geometry, read_itk
from auxol_core.imaging.label_values import whole_labels
from auxol_core.imaging.names import SEGMENTATION, VOLUME_ENDINGS, check_name, ending
from auxol_core.imaging.nifti import nifti_geometry, read_nifti
from auxol_core.imaging.segmentations import merged, segment_names

NIFTI_ENDINGS = (".nii", ".nii.gz")
VolumeSource = Path | DicomSeries


@dataclass(frozen=True, eq=False)
class Volume:
    """``pixels`` (slices, rows, columns), ``spacing_mm`` along the same axes, and where the voxels lie."""

    pixels: Pixels = field(repr=False)
    spacing_mm: tuple[float, float, float]
    geometry: Geometry = field(repr=False)


@dataclass(frozen=True, eq=False)
class Labels:
    """``values`` on the pixels of their image, ``names`` that the file gives to values, and what is to be doubted."""

    values: Pixels = field(repr=False)
    names: dict[int, str]
    doubts: tuple[str, ...]


def read_volume(source: VolumeSource) -> Volume:
    """A scalar volume of three axes from a file, a DICOM folder of one series, or a series; DataError otherwise.

    NaN and infinite values stay: a slice that has some is refused by the engine, and no window is made of them.
    """
    pixels, geometry = _read(source)
    if pixels.ndim != 3:
        raise DataError(f"{source.name}: expected a grey volume, got {pixels.shape[3]} values a voxel. Split it.")
    return Volume(pixels, geometry.spacing_mm, geometry)


def volume_geometry(source: VolumeSource) -> Geometry:
    """Where the voxels of a volume lie; of a file without reading its pixels. DataError."""
    if isinstance(source, DicomSeries) or source.is_dir():
        return _read(source)[1]
    check_complete(source)
    return nifti_geometry(source) if ending(source, NIFTI_ENDINGS) else itk_geometry(source)


def read_volume_labels(path: Path, image: VolumeSource | None = None) -> Pixels:
    """(slices, rows, columns) label values, on the voxels of ``image`` where one is given; DataError if they are not
    whole numbers or cannot be laid over it without loss."""
    return volume_labels(path, image).values


def volume_labels(path: Path, image: VolumeSource | None = None) -> Labels:
    """As ``read_volume_labels``, with the names that the file gives and what is to be doubted."""
    pixels, geometry = _read(path)
    names: dict[int, str] = {}
    if ending(path, (SEGMENTATION,)):
        names, pixels = segment_names(path), merged(path, pixels)
    values = whole_labels(path.name, pixels)
    if image is None:
        return Labels(values, names, ())
    values, doubt = placed(values, geometry, volume_geometry(image))
    return Labels(values, names, (doubt,) if doubt else ())


def _read(source: VolumeSource) -> tuple[Pixels, Geometry]:
    if isinstance(source, DicomSeries):
        return read_series(source)
    check_name(source)
    if source.is_dir():
        return read_series(chosen_series(source))
    check_complete(source)
    if ending(source, (*VOLUME_ENDINGS, SEGMENTATION)) is None:
        raise DataError(f"{source.name}: expected a volume ({', '.join(VOLUME_ENDINGS)}) or a folder of DICOM files.")
    return read_nifti(source) if ending(source, NIFTI_ENDINGS) else read_itk(source)

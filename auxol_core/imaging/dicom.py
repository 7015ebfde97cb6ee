"""DICOM series in folders, read by SimpleITK one at a time: which there are, and the volume that one of them is.

SimpleITK lays slices at even steps whatever their positions say; so the positions are looked at first, and a series
with gaps, with two slices in one place or in several directions is refused (DICOM PS3.3, C.7.6.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging.geometry import LPS, Geometry, Pixels, of_itk
from auxol_core.imaging.itk import Silent, unreadable
from auxol_core.imaging.names import is_utf8, shown

_NO_IMAGES = ("SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "SR", "PR", "KO", "REG")
# Steps between slices may differ by so much of a step; headers round to hundredths of a millimetre.
UNEVEN = 0.02


@dataclass(frozen=True)
class DicomSeries:
    """One series of a folder: ``files`` in the order of their places, ``description`` as the scanner named it."""

    folder: Path
    uid: str
    description: str
    files: tuple[Path, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The folder's name: what results are named after."""
        return self.folder.name


def dicom_series(folder: Path) -> list[DicomSeries]:
    """The image series that lie in ``folder`` itself, by UID; empty where there are none.

    Raises DataError where a file's name is not UTF-8: the reader would end the process.
    """
    odd = [shown(path) for path in folder.iterdir() if not is_utf8(path)]
    if odd:
        raise DataError(f"{folder.name}: the names of {len(odd)} files are not UTF-8 ({odd[0]}). Rename them.")
    found = []
    with Silent():
        for uid in sorted(sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))):
            files = tuple(Path(f) for f in sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid))
            tags = _tags(files[0])
            if tags is not None and tags.get("0008|0060", "") not in _NO_IMAGES:
                description = tags.get("0008|103e", "") or tags.get("0008|0060", "")
                found.append(DicomSeries(folder, uid, description, files))
    return found


def chosen_series(folder: Path, uid: str | None = None) -> DicomSeries:
    """The only series of ``folder``, or the one of ``uid``. DataError where there is none, InvalidInputError, with the
    UIDs, where one must be chosen or the chosen one is not there."""
    found = dicom_series(folder)
    if not found:
        raise DataError(f"{folder} has no DICOM series that is an image. Name a folder with its files in it.")
    offers = "; ".join(f"{s.uid} ({s.description}, {len(s.files)} files)" for s in found)
    if uid is None and len(found) > 1:
        raise InvalidInputError(f"{folder} has {len(found)} DICOM series. Choose one by its UID: {offers}.")
    for series in found:
        if uid in (None, series.uid):
            return series
    raise InvalidInputError(f"{folder} has no DICOM series {uid}. It has: {offers}.")


def read_series(series: DicomSeries) -> tuple[Pixels, Geometry]:
    """(slices, rows, columns) in the scanner's units, and where they lie. DataError where it is no even grey volume."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in series.files])
    affine = None if len(series.files) == 1 else _checked_places(series)
    try:
        with Silent():
            image = sitk.ReadImage(str(series.files[0])) if affine is None else reader.Execute()
    except RuntimeError as error:
        raise unreadable(series.files[0], error) from error
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        raise DataError(
            f"{series.name}: expected a DICOM series of grey slices, got {image.GetNumberOfComponentsPerPixel()} "
            "values a pixel. Export it as grey."
        )
    pixels = np.asarray(sitk.GetArrayFromImage(image))
    shape = (int(pixels.shape[0]), int(pixels.shape[1]), int(pixels.shape[2]))
    if affine is not None:
        return pixels, Geometry(shape, (LPS @ affine,))
    return pixels, of_itk(shape, image.GetSpacing(), image.GetDirection(), image.GetOrigin())


def _checked_places(series: DicomSeries) -> NDArray[np.float64]:
    """Voxel (column, row, slice) to LPS of a series of single slices; DataError where its slices make no grid."""
    all_tags = [_tags(path) or {} for path in series.files]
    if any(tags.get("0028|0004", "").startswith("MONOCHROME1") for tags in all_tags):
        raise DataError(f"{series.name}: its pixels say that 0 is white (MONOCHROME1). Export it as MONOCHROME2.")
    try:
        places = np.array([_numbers(tags["0020|0032"], 3) for tags in all_tags])
        turns = np.array([_numbers(tags["0020|0037"], 6) for tags in all_tags])
        down, right = _numbers(all_tags[0]["0028|0030"], 2)
        sizes = {(tags["0028|0010"], tags["0028|0011"], tags["0028|0030"]) for tags in all_tags}
    except (KeyError, ValueError) as error:
        raise DataError(f"{series.name}: a slice does not say where it lies ({error}). Export it anew.") from error
    if np.abs(turns - turns[0]).max() > 1e-3 or len(sizes) > 1:
        raise DataError(f"{series.name}: its slices differ in direction or size, as a scout does. Leave those out.")
    steps = np.diff(places, axis=0)
    step = (places[-1] - places[0]) / (len(places) - 1)
    length = float(np.linalg.norm(step))
    lengths = np.linalg.norm(steps, axis=1)
    if length < 1e-6 or np.abs(steps - step).max() > max(UNEVEN * length, 0.01):
        what = "several slices lie in one place" if lengths.min() < 1e-3 else "its slices are not evenly spaced"
        raise DataError(
            f"{series.name}: {what} (steps {lengths.min():.4g} to {lengths.max():.4g} mm). Add what is missing, or "
            "keep one volume of several."
        )
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = turns[0, :3] * right, turns[0, 3:] * down
    affine[:3, 2], affine[:3, 3] = step, places[0]
    return affine


def _tags(path: Path) -> dict[str, str] | None:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with Silent():
            reader.ReadImageInformation()
    except RuntimeError:
        return None  # a report or a plan among images: no series of these
    return {key: reader.GetMetaData(key).strip() for key in reader.GetMetaDataKeys()}


def _numbers(text: str, count: int) -> list[float]:
    numbers = [float(part) for part in text.split("\\")]
    if len(numbers) != count:
        raise ValueError(f"expected {count} numbers, got {text}")
    return numbers


def names_of(series: Sequence[DicomSeries]) -> list[str]:
    """A name for each: its folder's, with the end of its UID where a folder has several."""
    folders = [s.folder for s in series]
    return [s.name if folders.count(s.folder) == 1 else f"{s.name}_{s.uid.rsplit('.', 1)[-1]}" for s in series]

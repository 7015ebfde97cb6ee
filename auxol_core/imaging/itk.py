"""NRRD and MetaImage volumes, read and written by SimpleITK."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from auxol_core.errors import DataError
from auxol_core.imaging.geometry import Affine, Geometry, Pixels, of_itk
from auxol_core.imaging.integrity import COPY_AGAIN
from auxol_core.imaging.names import SEGMENTATION, VOLUME_ENDINGS, ending
from auxol_core.types import BoolArray
from auxol_core.whole_files import written_beside


def itk_geometry(path: Path) -> Geometry:
    """Where the voxels of an NRRD or MetaImage lie, pixels unread; DataError where it is no volume of three axes."""
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise unreadable(path, error) from error
    size = tuple(int(n) for n in reader.GetSize())
    values, axes = reader.GetNumberOfComponents(), reader.GetDimension()
    complex_values = "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelIDValue())
    layered = ending(path, (SEGMENTATION,)) is not None
    if axes != 3 or (values != 1 and not layered) or complex_values:
        raise DataError(
            f"{path.name}: expected a grey volume of three axes, got {axes} axes and {values} values a voxel. Split it "
            "into single volumes."
        )
    placed = of_itk((size[2], size[1], size[0]), reader.GetSpacing(), reader.GetDirection(), reader.GetOrigin())
    if not np.isfinite(placed.frames[0]).all() or abs(np.linalg.det(placed.frames[0][:3, :3])) < 1e-12:
        raise DataError(f"{path.name}: its header gives its axes no directions of their own. {COPY_AGAIN}")
    return placed


def itk_frame(path: Path) -> Affine | None:
    """Where ITK places a volume (voxel to RAS, mm); None where ITK refuses it, as it does slanted axes in a NIfTI."""
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with Silent():
            reader.ReadImageInformation()
    except RuntimeError:
        return None
    if reader.GetDimension() != 3:
        return None
    return of_itk((1, 1, 1), reader.GetSpacing(), reader.GetDirection(), reader.GetOrigin()).frames[0]


class Silent:
    """ITK's warnings, on standard error and without a file's name, kept off; what matters is refused in a sentence."""

    def __enter__(self) -> None:
        self._before = sitk.ProcessObject.GetGlobalWarningDisplay()
        sitk.ProcessObject.SetGlobalWarningDisplay(False)

    def __exit__(self, *_: object) -> None:
        sitk.ProcessObject.SetGlobalWarningDisplay(self._before)


def read_itk(path: Path) -> tuple[Pixels, Geometry]:
    """(slices, rows, columns[, layers of a segmentation]) and where they lie. DataError."""
    geometry = itk_geometry(path)
    try:
        pixels = np.asarray(sitk.GetArrayFromImage(sitk.ReadImage(str(path))))
    except (RuntimeError, MemoryError) as error:
        raise unreadable(path, error) from error
    if pixels.shape[:3] != geometry.shape:
        raise DataError(f"{path.name} is damaged: its header and its pixels differ in size. {COPY_AGAIN}")
    return pixels, geometry


def write_meta_image_like(path: Path, mask: BoolArray, source: Path) -> None:
    """Write ``mask`` (slices, rows, columns) as a MetaImage of 0 and 1 placed as ``source``. OSError, DataError."""
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    try:
        image.CopyInformation(sitk.ReadImage(str(source)))
        last = ending(path, VOLUME_ENDINGS) or path.suffix
        if last == ".mhd":  # it names its .raw file inside, so it cannot be renamed afterwards
            sitk.WriteImage(image, str(path))
            return
        with written_beside(path, last) as partial:
            sitk.WriteImage(image, str(partial), useCompression=True)
    except RuntimeError as error:
        reason = _last_line(error)
        raise DataError(f"{path.name} could not be written: {reason}. Check the folder and its disk.") from error


def unreadable(path: Path, error: BaseException) -> DataError:
    """The sentence for what ITK refuses."""
    return DataError(f"{path.name} cannot be read as a volume ({_last_line(error)}). Replace it or leave it out.")


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:160].rstrip(".") if lines else "no reason given"

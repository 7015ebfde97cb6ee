"""Reading and writing of images and volumes, by SimpleITK alone; axes as numpy has them, (slices, rows, columns)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from auxol_core.errors import DataError
from auxol_core.imaging.eight_bit import to_8_bit as to_8_bit
from auxol_core.imaging.integrity import check_complete
from auxol_core.types import BoolArray
from auxol_core.whole_files import written_beside

Pixels = NDArray[np.generic]

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
VOLUME_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd")
LOSSY_ENDINGS = (".jpg", ".jpeg")


@dataclass(frozen=True)
class Header:
    """What a file says of itself before its pixels are read. ``shape`` and ``spacing_mm`` in numpy's axis order."""

    shape: tuple[int, ...]
    spacing_mm: tuple[float, ...]
    direction: tuple[float, ...]
    origin: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Volume:
    """``pixels`` (slices, rows, columns) and ``spacing_mm`` along the same axes."""

    pixels: Pixels = field(repr=False)
    spacing_mm: tuple[float, float, float]


def ending(path: Path, endings: tuple[str, ...]) -> str | None:
    """Which of ``endings`` the file's name has, in lower case; None if none."""
    name = path.name.lower()
    return next((e for e in endings if name.endswith(e) and len(name) > len(e)), None)


def stem(path: Path, endings: tuple[str, ...] = VOLUME_ENDINGS + IMAGE_ENDINGS) -> str:
    """The file's name without its ending, ``.nii.gz`` being one ending."""
    found = ending(path, endings)
    return path.name[: -len(found)] if found else path.stem


def files_of(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """The files of ``folder`` with one of ``endings``, hidden ones left out, in order of their names."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and ending(p, endings))


def read_header(path: Path) -> Header:
    """The header of a picture or volume; DataError if there is none that can be read."""
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise DataError(_unreadable(path, error)) from error
    return Header(
        tuple(int(n) for n in reversed(reader.GetSize())),
        tuple(float(s) for s in reversed(reader.GetSpacing())),
        tuple(float(d) for d in reader.GetDirection()),
        tuple(float(o) for o in reader.GetOrigin()),
    )


def read_picture(path: Path) -> Pixels:
    """(rows, columns) or (rows, columns, 3) of a PNG, JPEG, BMP or TIFF file; an alpha channel is dropped."""
    image = _open(path)
    channels = image.GetNumberOfComponentsPerPixel()
    pixels = np.asarray(sitk.GetArrayFromImage(image))
    if image.GetDimension() == 3 and pixels.shape[0] == 1:
        pixels = pixels[0]
    elif image.GetDimension() != 2:
        raise DataError(f"{path.name}: expected one picture, got {pixels.shape[0]} pages. Save them as single files.")
    if channels == 1:
        return pixels
    if channels == 2 or (ending(path, (".bmp",)) and (pixels == pixels[:, :, :1]).all()):
        return pixels[:, :, 0]  # grey and alpha; or a BMP, which has no grey of its own but a palette
    return pixels[:, :, :3]


def read_picture_labels(path: Path) -> Pixels:
    """(rows, columns) label values of a mask; a lossy (JPEG) mask is cut at 128, as its values are not exact."""
    pixels = read_picture(path)
    if pixels.ndim == 3:
        if not (pixels == pixels[:, :, :1]).all():
            raise DataError(f"{path.name}: a mask needs one value a pixel, got a colour picture. Save it as grey.")
        pixels = pixels[:, :, 0]
    if ending(path, LOSSY_ENDINGS):
        return np.where(pixels.astype(np.float32) >= 128, 255, 0).astype(np.uint8)
    return _whole_numbers(path, pixels)


def read_volume(path: Path) -> Volume:
    """A scalar volume of three axes; DataError otherwise."""
    image = _open(path)
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        raise DataError(
            f"{path.name}: expected a grey volume of three axes, got {image.GetDimension()} axes and "
            f"{image.GetNumberOfComponentsPerPixel()} values a voxel. Split it into single volumes."
        )
    z, y, x = (float(s) for s in reversed(image.GetSpacing()))
    return Volume(np.asarray(sitk.GetArrayFromImage(image)), (z, y, x))


def read_volume_labels(path: Path) -> Pixels:
    """(slices, rows, columns) label values of a volume of labels; DataError if they are not whole numbers."""
    return _whole_numbers(path, read_volume(path).pixels)


def write_labels_like(path: Path, mask: BoolArray, source: Path) -> None:
    """Write ``mask`` (slices, rows, columns) as labels 0 and 1 with the geometry of the volume ``source``."""
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.CopyInformation(_open(source))
    _write(path, image)


def write_picture_labels(path: Path, mask: BoolArray) -> None:
    """Write ``mask`` (rows, columns) as a PNG of values 0 and 1."""
    _write(path, sitk.GetImageFromArray(mask.astype(np.uint8)))


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _open(path: Path) -> sitk.Image:
    check_complete(path)
    try:
        return sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise DataError(_unreadable(path, error)) from error


def _write(path: Path, image: sitk.Image) -> None:
    """Written beside and then moved into place, so that an interruption leaves no half file under the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    last = ending(path, VOLUME_ENDINGS + IMAGE_ENDINGS) or path.suffix
    try:
        if last == ".mhd":  # it names its .raw file inside, so it cannot be renamed afterwards
            sitk.WriteImage(image, str(path))
        else:
            with written_beside(path, last) as partial:
                sitk.WriteImage(image, str(partial), useCompression=last in (".nii.gz", ".nrrd", ".mha"))
    except RuntimeError as error:
        reason = _last_line(error)
        raise DataError(f"{path.name} could not be written: {reason}. Check the folder and its disk.") from error


def _whole_numbers(path: Path, pixels: Pixels) -> Pixels:
    if pixels.dtype.kind in "ui":
        return pixels
    whole = np.rint(pixels.astype(np.float64))
    if not np.array_equal(whole, pixels):
        raise DataError(f"{path.name}: label values must be whole numbers, got others. Save labels without smoothing.")
    return whole.astype(np.int32)


def _unreadable(path: Path, error: RuntimeError) -> str:
    return f"{path.name} cannot be read as a picture or volume ({_last_line(error)}). Replace it or leave it out."


def _last_line(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:160] if lines else "no reason given"

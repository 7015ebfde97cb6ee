"""One door for pictures and their masks: PNG, JPEG, BMP and TIFF by their readers, all by the rule of ``stored``."""

from __future__ import annotations

from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.imaging.geometry import times
from auxol_core.imaging.integrity import check_complete
from auxol_core.imaging.names import IMAGE_ENDINGS, ending
from auxol_core.imaging.raster import declared_raster, read_raster
from auxol_core.imaging.stored import Pixels, Stored, as_labels, as_picture
from auxol_core.imaging.tiffs import declared_tiff, read_tiff
from auxol_core.imaging.volumes import Labels

TIFF_ENDINGS = (".tif", ".tiff")
LOSSY_ENDINGS = (".jpg", ".jpeg")


def read_picture(path: Path) -> Pixels:
    """(rows, columns) or (rows, columns, 3) of a PNG, JPEG, BMP or TIFF file, upright; DataError where anything of it
    (depth, transparency, pages) could not be kept."""
    return as_picture(path.name, _stored(path))


def picture_shape(path: Path) -> tuple[int, int]:
    """(rows, columns) upright, its pixels unread. DataError."""
    _check(path)
    return (declared_tiff(path) if ending(path, TIFF_ENDINGS) else declared_raster(path)).shape


def read_picture_labels(path: Path) -> Pixels:
    """(rows, columns) label values of a mask, upright: the index of a palette, True as 1; a lossy (JPEG) mask is cut at
    128 to 0 and 255. DataError where it is no mask."""
    return as_labels(path.name, _stored(path))[0]


def picture_labels(path: Path, image: Path | None = None) -> Labels:
    """As ``read_picture_labels``, with what is to be doubted; DataError where ``image`` has another size."""
    values, doubts = as_labels(path.name, _stored(path))
    if image is not None:
        shape = picture_shape(image)
        if shape != values.shape:
            raise DataError(f"image is {times(shape)}, its labels are {times(values.shape)}")
        doubts = (*doubts, *_turned_alone(image, path))
    return Labels(values, {}, doubts)


def _turned_alone(image: Path, labels: Path) -> tuple[str, ...]:
    turned = _declared_orientation(image)
    if turned == 1 or _declared_orientation(labels) == turned:
        return ()
    return (f"the picture is stored turned (orientation {turned}) and was read upright; its mask was taken as it is",)


def _declared_orientation(path: Path) -> int:
    return (declared_tiff(path) if ending(path, TIFF_ENDINGS) else declared_raster(path)).orientation


def _stored(path: Path) -> Stored:
    _check(path)
    return read_tiff(path) if ending(path, TIFF_ENDINGS) else read_raster(path)


def _check(path: Path) -> None:
    check_complete(path)
    if ending(path, IMAGE_ENDINGS) is None:
        raise DataError(f"{path.name}: expected a picture ({', '.join(IMAGE_ENDINGS)}). Save it as one of these.")

"""The one door for files: every picture, volume and label is read here, and every mask written.

What comes is compared with what the file says of itself; what cannot be kept is refused in a sentence with the remedy
(docs/files.md has every kind). Axes as numpy has them, (slices, rows, columns).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auxol_core.imaging.detached import files_with
from auxol_core.imaging.dicom import DicomSeries, chosen_series, dicom_series
from auxol_core.imaging.geometry import Geometry
from auxol_core.imaging.names import (
    IMAGE_ENDINGS,
    LABEL_ENDINGS,
    SEGMENTATION,
    VOLUME_ENDINGS,
    ending,
    files_of,
    odd_names,
    shown,
    stem,
)
from auxol_core.imaging.outputs import (
    RESULT_KINDS,
    result_ending,
    write_labels_like,
    write_picture_labels,
    write_result,
)
from auxol_core.imaging.pictures import (
    LOSSY_ENDINGS,
    picture_labels,
    picture_shape,
    read_picture,
    read_picture_labels,
)
from auxol_core.imaging.volumes import (
    Labels,
    Volume,
    VolumeSource,
    read_volume,
    read_volume_labels,
    volume_geometry,
    volume_labels,
)

Pixels = NDArray[np.generic]

__all__ = [
    "IMAGE_ENDINGS",
    "LABEL_ENDINGS",
    "LOSSY_ENDINGS",
    "RESULT_KINDS",
    "SEGMENTATION",
    "VOLUME_ENDINGS",
    "DicomSeries",
    "Geometry",
    "Labels",
    "Pixels",
    "Volume",
    "VolumeSource",
    "chosen_series",
    "dicom_series",
    "ending",
    "file_hash",
    "files_of",
    "odd_names",
    "picture_labels",
    "picture_shape",
    "read_dicom_series",
    "read_picture",
    "read_picture_labels",
    "read_volume",
    "read_volume_labels",
    "result_ending",
    "shown",
    "stem",
    "volume_geometry",
    "volume_labels",
    "write_labels_like",
    "write_picture_labels",
    "write_result",
]


def read_dicom_series(series: DicomSeries) -> Volume:
    """The volume of one DICOM series; see ``dicom_series``. DataError where it is no even grey volume."""
    return read_volume(series)



def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal; of a folder (DICOM), of all its files in order of their names; of a
    header, such as .mhd, of the files beside it that hold its voxels, too."""
    digest = hashlib.sha256()
    for each in sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else files_with(path):
        with each.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()

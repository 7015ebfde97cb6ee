"""NIfTI, read by nibabel voxel by voxel, and masks whose header is the source's own, byte for byte where it places it.

A header that is rebuilt from one reader's interpretation lies elsewhere for the other readers: sform and qform may
differ, have codes of their own, be in micrometres or at slanted angles. So nothing of that is interpreted on its way.
Fields: nifti.nimh.nih.gov/nifti-1 (nifti1.h), and nifti2.h.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from auxol_core.errors import DataError
from auxol_core.imaging.geometry import LPS, Affine, Geometry, Pixels
from auxol_core.imaging.integrity import COPY_AGAIN
from auxol_core.types import BoolArray
from auxol_core.whole_files import replaced

_MM = {1: 1000.0, 2: 1.0, 3: 0.001}  # xyzt_units: metre, millimetre, micrometre
_REFUSALS = (
    nib.filebasedimages.ImageFileError, HeaderDataError, WrapStructError, ValueError, OSError, EOFError, zlib.error,
    OverflowError, KeyError, TypeError, IndexError, struct.error, MemoryError,
)  # fmt: skip


def nifti_geometry(path: Path) -> Geometry:
    """Where the voxels of a NIfTI lie, pixels unread. DataError where it is no scalar volume of three axes."""
    return _geometry(path, _header(path))


def read_nifti(path: Path) -> tuple[Pixels, Geometry]:
    """(slices, rows, columns) and where they lie, scaled as the header says. DataError, naming what came instead."""
    header = _header(path)
    geometry = _geometry(path, header)
    kind = nib.Nifti2Image if len(header.binaryblock) == 540 else nib.Nifti1Image
    try:
        with np.errstate(all="ignore"):
            voxels = np.asanyarray(kind.from_filename(str(path), mmap=False).dataobj)
    except _REFUSALS as error:
        raise _unreadable(path, error) from error
    stored = header.get_data_dtype()
    if voxels.dtype == np.float64 and stored.kind in "ui" and stored.itemsize <= 2:
        voxels = voxels.astype(np.float32)  # scaled: enough for 16 bits
    voxels = voxels.reshape(geometry.shape[::-1]).astype(voxels.dtype.newbyteorder("="), copy=False)
    return np.ascontiguousarray(voxels.transpose(2, 1, 0)), geometry


def write_nifti_like(path: Path, mask: BoolArray, source: Path) -> None:
    """Write ``mask`` (slices, rows, columns) as 0 and 1 under the header of ``source``, packed if ``path`` says so.

    Kept byte for byte: axes, voxel sizes, sform, qform, both codes, units. Raises OSError, DataError.
    """
    header = _header(source)
    shape = _geometry(source, header).shape
    if mask.shape != shape:
        raise DataError(f"{path.name}: expected a mask of {shape}, got {mask.shape}. Make it anew for this volume.")
    fields = header.structarr
    fields["datatype"], fields["bitpix"] = 2, 8
    fields["scl_slope"], fields["scl_inter"] = 1, 0
    fields["cal_min"] = fields["cal_max"] = 0
    fields["intent_code"], fields["intent_name"] = 0, b""
    fields["vox_offset"] = len(header.binaryblock) + 4
    fields["descrip"] = fields["aux_file"] = b""  # words of another program, on another image
    content = header.binaryblock + b"\0\0\0\0" + np.ascontiguousarray(mask, dtype=np.uint8).tobytes()
    with replaced(path) as file:
        file.write(gzip.compress(content, 6, mtime=0) if path.name.lower().endswith(".gz") else content)


def _header(path: Path) -> Any:
    """nibabel's header of the file's own bytes, neither checked nor mended."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as stream:
            head = stream.read(540)
        for order in "<>":
            size = struct.unpack(f"{order}i", head[:4])[0]
            kind: Any = {348: nib.Nifti1Header, 540: nib.Nifti2Header}.get(size)
            if kind is not None:
                header = kind(head[:size], endianness=order, check=False)
                if not bytes(header["magic"]).startswith((b"n+1", b"n+2")):
                    raise DataError(f"{path.name} is half of a pair (.hdr and .img). Save it as one NIfTI file.")
                return header
    except _REFUSALS as error:
        raise _unreadable(path, error) from error
    raise DataError(f"{path.name} is no NIfTI: it does not begin as one. {COPY_AGAIN}")


def _geometry(path: Path, header: Any) -> Geometry:
    axes = int(header["dim"][0])
    dims = [int(n) for n in header["dim"][1 : 1 + max(0, min(7, axes))]]
    if not 1 <= axes <= 7 or min(dims) < 1:
        raise DataError(f"{path.name} is damaged: its header says it has the axes {dims}. {COPY_AGAIN}")
    while len(dims) > 3 and dims[-1] == 1:
        dims.pop()
    try:
        kind = header.get_data_dtype()
    except (HeaderDataError, KeyError) as error:
        raise _unreadable(path, error) from error
    values = len(kind.fields) if kind.fields else 1
    if len(dims) != 3 or values != 1 or kind.kind not in "uif":
        raise DataError(
            f"{path.name}: expected a grey volume of three axes, got {len(dims)} axes and {values} values a voxel "
            f"({kind}). Split it into single volumes."
        )
    return Geometry((dims[2], dims[1], dims[0]), _frames(header))


def _frames(header: Any) -> tuple[Affine, ...]:
    """Voxel to RAS in mm by sform and qform where they have a code, else as readers guess without one."""
    unit = _MM.get(int(header["xyzt_units"]) & 7, 1.0)
    found: list[Affine] = []
    if header["sform_code"] > 0:
        found.append(np.asarray(header.get_sform(), dtype=np.float64))
    if header["qform_code"] > 0:
        with suppress(ValueError, HeaderDataError):  # a quaternion that is none; the sform, if any, stands
            found.append(np.asarray(header.get_qform(), dtype=np.float64))
    steps = np.abs(np.asarray(header["pixdim"][1:4], dtype=np.float64))
    steps[~(np.isfinite(steps) & (steps > 0))] = 1.0
    plain = np.diag([*steps, 1.0])
    found = [f for f in found if np.isfinite(f).all() and abs(np.linalg.det(f[:3, :3])) > 1e-12]
    if not found:
        centred = np.asarray(header.get_base_affine(), dtype=np.float64)
        found = [LPS @ plain, centred, plain]
        found = [f for f in found if np.isfinite(f).all()]
    scale = np.diag([unit, unit, unit, 1.0])
    return tuple(scale @ frame for frame in found)


def _unreadable(path: Path, error: BaseException) -> DataError:
    said = (str(error).splitlines() or [type(error).__name__])[0][:120].rstrip(".")
    return DataError(f"{path.name} cannot be read as a NIfTI ({said}). {COPY_AGAIN}")

"""Masks of a DICOM series as DICOM SEG with references to its slices, by highdicom (the optional extra ``dicom``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import auxol_core
from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging.dicom import DicomSeries
from auxol_core.imaging.segment_codes import segment_codes
from auxol_core.types import BoolArray
from auxol_core.whole_files import written_beside


def write_dicom_seg(path: Path, mask: BoolArray, series: DicomSeries, name: str) -> None:
    """Write ``mask`` (slices in the order of ``series.files``, rows, columns) as one segment called ``name``, with the
    codes of that name (segment_codes.py). Frames without the structure are left out, as the standard allows, unless
    there is no other. Raises OSError, DataError, and InvalidInputError where highdicom is not installed.
    DICOM PS3.3, A.51.
    """
    try:
        import highdicom as hd
        import pydicom
        from pydicom.sr.codedict import codes
    except ImportError as error:
        raise InvalidInputError("DICOM SEG needs highdicom: pip install 'auxol-core[dicom]'.") from error
    try:
        slices = [pydicom.dcmread(file) for file in series.files]
        algorithm = hd.AlgorithmIdentificationSequence(
            name="AuxOLSegment", family=codes.cid7162.ArtificialIntelligence, version=auxol_core.__version__
        )
        told = segment_codes(name)
        segment = hd.seg.SegmentDescription(
            segment_number=1,
            segment_label=name[:64],
            segmented_property_category=told.category,
            segmented_property_type=told.kind,
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC,
            algorithm_identification=algorithm,
        )
        if told.side is not None:
            (kind,) = segment.SegmentedPropertyTypeCodeSequence
            kind.SegmentedPropertyTypeModifierCodeSequence = [hd.sr.CodedConcept.from_code(told.side)]
        result = hd.seg.Segmentation(
            source_images=slices,
            pixel_array=mask.astype(np.uint8),
            segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
            segment_descriptions=[segment],
            series_instance_uid=hd.UID(),
            series_number=1000,
            sop_instance_uid=hd.UID(),
            instance_number=1,
            manufacturer="AuxOLSegment",
            manufacturer_model_name="auxol_core",
            software_versions=auxol_core.__version__,
            device_serial_number="0",
            series_description=f"Segmentation of {series.description}"[:64],
            omit_empty_frames=bool(mask.any()),
        )
    except (AttributeError, KeyError, ValueError, TypeError, pydicom.errors.InvalidDicomError) as error:
        raise DataError(
            f"{series.name}: no DICOM SEG can be made of this series ({error}). Write --as labelmap instead."
        ) from error
    with written_beside(path, ".dcm") as partial:
        result.save_as(partial)

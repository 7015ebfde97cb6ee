"""A segment's codes in DICOM SEG are those of its name, and of no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("highdicom", reason="DICOM SEG needs the extra dicom")
import pydicom
from test_files_dicom import HU, series

from auxol_core.imaging import files
from auxol_core.imaging.segment_codes import segment_codes

LEFT, RIGHT = "7771000", "24028007"
STRUCTURE, TISSUE, ABNORMAL, SUBSTANCE = "91723000", "85756007", "49755003", "91720002"  # SNOMED CT
ORGAN = "91772007"


@pytest.mark.parametrize(
    ("name", "category", "kind", "side"),
    [
        ("liver", STRUCTURE, "10200004", None),
        ("Left Kidney", STRUCTURE, "64033007", LEFT),
        ("kidney_R", STRUCTURE, "64033007", RIGHT),
        ("kidneys", STRUCTURE, "64033007", None),
        ("Left ventricle", STRUCTURE, "87878005", None),  # its type says the side
        ("lymph nodes 2", STRUCTURE, "59441001", None),
        ("adipose tissue", TISSUE, "55603005", None),
        ("Cyst", ABNORMAL, "367643001", None),
        ("urine", SUBSTANCE, "78014005", None),
        ("structure", STRUCTURE, ORGAN, None),
        ("liver lesion 3 mm", STRUCTURE, ORGAN, None),
        ("left", STRUCTURE, ORGAN, None),
        ("", STRUCTURE, ORGAN, None),
        ("Niere", STRUCTURE, ORGAN, None),
    ],
)
def test_a_whole_name_says_what_it_is(name: str, category: str, kind: str, side: str | None) -> None:
    told = segment_codes(name)
    assert (told.category.value, told.kind.value) == (category, kind)
    assert (None if told.side is None else told.side.value) == side
    assert told.kind.scheme_designator == "SCT"


def test_the_file_has_type_and_side(tmp_path: Path) -> None:
    series(tmp_path / "ct")
    (source,) = files.dicom_series(tmp_path / "ct")
    written = files.write_result(tmp_path / "out", np.asarray(HU > 0), source, "dicom-seg", name="left kidney")
    (segment,) = pydicom.dcmread(written).SegmentSequence
    (kind,) = segment.SegmentedPropertyTypeCodeSequence
    (side,) = kind.SegmentedPropertyTypeModifierCodeSequence
    assert (segment.SegmentLabel, kind.CodeMeaning, side.CodeValue) == ("left kidney", "Kidney", LEFT)

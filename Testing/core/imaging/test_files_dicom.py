"""DICOM series in folders, one at a time, and DICOM SEG with references to their slices."""

from __future__ import annotations

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from test_files_volumes import HU

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files
from auxol_core.imaging.geometry import LPS

STORED = HU.astype(np.int16) + 1024  # as a scanner stores them: the intercept brings them back


def series(folder, uid=None, places=None, description="portal", **changes):
    """The slices of HU as CT files, named so that their names' order is not that of their places."""
    folder.mkdir(exist_ok=True)
    uid = uid or generate_uid(entropy_srcs=[description])
    study = generate_uid(entropy_srcs=["study"])
    for index, pixels in enumerate(STORED):
        data = pydicom.Dataset()
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, generate_uid(entropy_srcs=[uid, str(index)])
        data.StudyInstanceUID, data.SeriesInstanceUID = study, uid
        data.FrameOfReferenceUID = generate_uid(entropy_srcs=["frame"])
        data.Modality, data.SeriesDescription, data.SeriesNumber, data.InstanceNumber = "CT", description, 1, index + 1
        data.PatientName = data.PatientID = data.PatientBirthDate = data.PatientSex = data.AccessionNumber = ""
        data.StudyID = data.StudyDate = data.StudyTime = data.ReferringPhysicianName = data.Manufacturer = ""
        data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 5, 6, 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
        data.PixelSpacing, data.SliceThickness = [0.7, 0.8], 2.5
        data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        data.ImagePositionPatient = [10, -20, (places or [0, 2.5, 5])[index]]
        data.PixelData = pixels.astype("<i2").tobytes()
        for name, value in changes.items():
            setattr(data, name, value)
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.save_as(folder / f"{description}{9 - index}.dcm", enforce_file_format=True)
    return uid


def test_a_folder_of_one_series_is_a_volume_in_the_scanners_units(tmp_path):
    uid = series(tmp_path / "ct")
    (found,) = files.dicom_series(tmp_path / "ct")
    assert (found.uid, found.description, len(found.files)) == (uid, "portal", 3)
    volume = files.read_dicom_series(found)
    assert np.array_equal(volume.pixels, HU)
    assert volume.spacing_mm == pytest.approx((2.5, 0.7, 0.8))
    assert (LPS @ volume.geometry.frames[0])[:3, 3] == pytest.approx([10, -20, 0])
    assert np.array_equal(files.read_volume(tmp_path / "ct").pixels, HU)


def test_of_several_series_one_is_chosen_by_its_uid(tmp_path):
    first, second = series(tmp_path / "ct"), series(tmp_path / "ct", description="late")
    with pytest.raises(InvalidInputError, match="2 DICOM series") as told:
        files.read_volume(tmp_path / "ct")
    assert first in str(told.value) and second in str(told.value) and "late, 3 files" in str(told.value)
    assert files.chosen_series(tmp_path / "ct", second).description == "late"
    with pytest.raises(InvalidInputError, match=r"no DICOM series 1\.2"):
        files.chosen_series(tmp_path / "ct", "1.2")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"places": [0, 2.5, 7.5]}, "not evenly spaced"),
        ({"places": [0, 0, 2.5]}, "several slices lie in one place"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "MONOCHROME1"),
        ({"ImagePositionPatient": None}, "does not say where it lies"),
    ],
)
def test_a_series_that_is_no_even_volume_is_refused_in_words(tmp_path, changes, words):
    series(tmp_path / "ct", **changes)
    with pytest.raises(DataError, match=words):
        files.read_volume(tmp_path / "ct")


def test_a_tilted_gantry_is_read_with_its_shear(tmp_path):
    series(tmp_path / "ct")
    for path in (tmp_path / "ct").iterdir():
        data = pydicom.dcmread(path)
        data.ImagePositionPatient = [10, -20 + 0.4 * float(data.ImagePositionPatient[2]), data.ImagePositionPatient[2]]
        data.save_as(path)
    volume = files.read_volume(tmp_path / "ct")
    assert (LPS @ volume.geometry.frames[0])[:3, 2] == pytest.approx([0, 1, 2.5])
    written = files.write_result(tmp_path / "m", HU > 0, tmp_path / "ct")
    assert written.suffix == ".nrrd"
    assert np.array_equal(files.read_volume_labels(written, tmp_path / "ct"), HU > 0)


def test_a_folder_without_images_says_so(tmp_path):
    (tmp_path / "a.txt").write_text("no")
    with pytest.raises(DataError, match="no DICOM series"):
        files.read_volume(tmp_path)


@pytest.mark.parametrize("mask", [HU > 0, np.zeros_like(HU, dtype=bool)], ids=["a mask", "an empty mask"])
def test_a_dicom_seg_refers_to_the_slices_it_was_made_on(tmp_path, mask):
    series(tmp_path / "ct")
    (source,) = files.dicom_series(tmp_path / "ct")
    written = files.write_result(tmp_path / "out", mask, source, "dicom-seg", name="liver")
    assert written.name == "out.dcm"
    result = hd.seg.segread(written)
    told = result.get_segment_description(1)
    assert told.segment_label == "liver"
    assert (told.segmented_property_type.value, told.segmented_property_type.scheme_designator) == ("10200004", "SCT")
    uids = [pydicom.dcmread(path).SOPInstanceUID for path in source.files]
    planes = result.get_pixels_by_source_instance(uids, assert_missing_frames_are_empty=True)
    assert np.array_equal(planes[..., 0] > 0, mask)

"""What goes out: the source's own header, Slicer's segmentation, and what is refused."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from test_files_volumes import HU, SHEARED, nifti, sheared

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files
from auxol_core.imaging.text_headers import nrrd_header

MASK = HU > 0
PLACING = (
    "dim", "pixdim", "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y",
    "qoffset_z", "srow_x", "srow_y", "srow_z", "xyzt_units",
)  # fmt: skip


def apart(path):
    image = nib.Nifti1Image(HU.T, None)
    image.set_qform(np.diag([1, -1, 2, 1.0]), 1, update_affine=False)
    image.set_sform(np.diag([-1, -1, 2, 1.0]) + np.outer([1, 0, 0, 0], [0, 0, 0, 70]), 2, update_affine=False)
    image.header.set_xyzt_units("micron")
    nib.save(image, path)


def no_codes(path):
    nib.save(nib.Nifti1Image(HU.T, None), path)


@pytest.mark.parametrize("make", [apart, no_codes, sheared, nifti(HU), nifti(HU, nib.Nifti2Image), nifti(HU[None])])
@pytest.mark.parametrize("last", [".nii", ".nii.gz"])
def test_a_niftis_mask_has_its_sources_placing_fields_byte_for_byte(tmp_path, make, last):
    source = tmp_path / f"a{last}"
    make(source)
    written = files.write_result(tmp_path / "out" / "a", MASK, source)
    assert written == tmp_path / "out" / f"a{last}"
    ours, theirs = nib.load(written), nib.load(source)
    for name in PLACING:
        assert ours.header[name].tobytes() == theirs.header[name].tobytes(), name
    assert ours.get_data_dtype() == np.uint8
    assert np.array_equal(np.squeeze(np.asarray(ours.dataobj)).T, MASK)


def test_an_nrrds_mask_keeps_its_space_and_measurement_frame(tmp_path):
    words = {
        "space": "right-anterior-superior",
        "space directions": "(0.5,0,0) (0,0.5,0) (0,0.1,3)",
        "space origin": "(7,8,9)",
        "measurement frame": "(0,1,0) (1,0,0) (0,0,1)",
        "space units": '"mm" "mm" "mm"',
    }
    head = "NRRD0005\ntype: short\ndimension: 3\nsizes: 6 5 3\nendian: little\nencoding: raw\nPatient:=Somebody\n"
    head += "".join(f"{name}: {value}\n" for name, value in words.items())
    (tmp_path / "a.nrrd").write_bytes(head.encode() + b"\n" + HU.astype("<i2").tobytes())
    written = files.write_result(tmp_path / "b", MASK, tmp_path / "a.nrrd")
    header = nrrd_header(written)
    assert {name: header.fields[name] for name in words} == words
    assert header.pairs == {}
    assert np.array_equal(files.read_volume_labels(written), MASK)


@pytest.mark.parametrize("last", [".mha", ".mhd"])
def test_a_meta_image_in_is_a_meta_image_out(tmp_path, last):
    image = sitk.GetImageFromArray(HU)
    image.SetOrigin((1, 2, 3))
    image.SetDirection((0, 1, 0, 1, 0, 0, 0, 0, -1))
    sitk.WriteImage(image, str(tmp_path / f"a{last}"))
    written = sitk.ReadImage(str(files.write_result(tmp_path / "b", MASK, tmp_path / f"a{last}")))
    assert (written.GetOrigin(), written.GetDirection()) == (image.GetOrigin(), image.GetDirection())
    assert np.array_equal(sitk.GetArrayFromImage(written), MASK)


def test_a_segmentation_of_slicer_names_its_segment_and_comes_back(tmp_path):
    sheared(tmp_path / "a.nii.gz")
    written = files.write_result(tmp_path / "a", MASK, tmp_path / "a.nii.gz", "seg.nrrd", name="liver")
    assert written.name == "a.seg.nrrd"
    labels = files.volume_labels(written, tmp_path / "a.nii.gz")
    assert labels.names == {1: "liver"}
    assert np.array_equal(labels.values, MASK)


def test_a_picture_gives_a_png_of_0_and_1(tmp_path):
    written = files.write_result(tmp_path / "a.x", MASK[:1], tmp_path / "scan.tif")
    assert written.name == "a.x.png"
    assert np.array_equal(files.read_picture_labels(written), MASK[0])


def test_what_cannot_be_written_so_is_refused_in_words(tmp_path):
    nifti(HU)(tmp_path / "a.nii")
    with pytest.raises(InvalidInputError, match=r"labelmap, seg\.nrrd, dicom-seg, got dicom"):
        files.write_result(tmp_path / "b", MASK, tmp_path / "a.nii", "dicom")
    with pytest.raises(InvalidInputError, match="no DICOM series"):
        files.write_result(tmp_path / "b", MASK, tmp_path / "a.nii", "dicom-seg")
    with pytest.raises(InvalidInputError, match="is a picture"):
        files.write_result(tmp_path / "b", MASK[:1], tmp_path / "a.png", "seg.nrrd")
    with pytest.raises(DataError, match="expected a mask"):
        files.write_result(tmp_path / "b", MASK[1:], tmp_path / "a.nii")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="could not be written"):
        files.write_result(tmp_path / "file" / "b", MASK, tmp_path / "a.nii")


def test_spacing_is_in_millimetres_whatever_the_unit(tmp_path):
    image = nib.Nifti1Image(HU.T, np.diag([500.0, 600, 700, 1]))
    image.header.set_xyzt_units("micron")
    nib.save(image, tmp_path / "a.nii")
    assert files.read_volume(tmp_path / "a.nii").spacing_mm == pytest.approx((0.7, 0.6, 0.5))
    nib.save(nib.Nifti1Image(HU.T, SHEARED), tmp_path / "b.nii")
    assert files.read_volume(tmp_path / "b.nii").spacing_mm == pytest.approx((2, np.hypot(1, 0.2), 1))

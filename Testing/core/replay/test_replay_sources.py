"""Finding sets, pairs, structures, and naming what cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from replay_fakes import image_set, volume_set, write_image

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files
from auxol_core.replay.labels import patient_of
from auxol_core.replay.sources import open_set, structures


def label_set(folder, values=(1, 2)):
    mask = np.zeros((64, 64), np.uint8)
    for place, value in enumerate(values):
        mask[5:25, 5 + 30 * place : 25 + 30 * place] = value
    write_image(folder / "images" / "a.png", np.full((64, 64), 9, np.uint8))
    write_image(folder / "masks" / "a.png", mask)
    return folder


def test_a_set_of_one_structure_is_a_stream_named_after_its_folder(tmp_path):
    source = open_set(image_set(tmp_path / "kvasir", count=2))
    assert [(s.stream, s.value) for s in structures([source])] == [("kvasir", 255)]


@pytest.mark.parametrize("ending", [".png", ".bmp", ".tif", ".tiff", ".jpg", ".JPEG"])
def test_pictures_of_every_format_are_found_and_read(tmp_path, ending):
    image = np.zeros((40, 50), np.uint8)
    image[10:30, 10:30] = 200
    for part, array in (("images", image), ("masks", (image > 0) * np.uint8(255))):
        path = tmp_path / part / f"a{ending.lower()}"
        write_image(path, array)
        path.rename(path.with_name(f"a{ending}"))
    source = open_set(tmp_path)
    assert source.values == (255,)
    assert files.read_picture(source.pairs[0].image).shape == (40, 50)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha", ".mhd"])
def test_volumes_of_every_format_are_found(tmp_path, ending):
    source = open_set(volume_set(tmp_path / "set", count=1, ending=ending))
    assert (source.kind, source.values, source.pairs[0].name) == ("volumes", (1, 2), "vol0")
    assert files.read_volume(source.pairs[0].image).spacing_mm == (3.0, 0.5, 1.5)


def test_colour_stays_colour_and_an_alpha_channel_is_dropped(tmp_path):
    rgba = np.zeros((20, 30, 4), np.uint8)
    rgba[..., 0], rgba[..., 3] = 7, 255
    write_image(tmp_path / "a.png", rgba, colour=True)
    picture = files.read_picture(tmp_path / "a.png")
    assert picture.shape == (20, 30, 3)
    assert (picture[..., 0] == 7).all()


def test_16_bit_pictures_keep_their_values(tmp_path):
    write_image(tmp_path / "a.png", np.full((20, 30), 40000, np.uint16))
    assert files.read_picture(tmp_path / "a.png").dtype == np.uint16


def test_a_lossy_mask_is_cut_in_the_middle_and_makes_one_structure(tmp_path):
    noisy = np.zeros((40, 40), np.uint8)
    noisy[10:30, 10:30] = 230
    write_image(tmp_path / "m.jpg", noisy)
    assert set(np.unique(files.read_picture_labels(tmp_path / "m.jpg"))) == {0, 255}


@pytest.mark.parametrize(
    ("folder", "values", "streams"),
    [
        ("jsrt", (1, 3), ["jsrt/right_lung", "jsrt/heart"]),
        ("curvas_ct", (1, 3), ["curvas_ct/kidneys", "curvas_ct/liver"]),
        ("other", (4, 9), ["other/label-4", "other/label-9"]),
    ],
)
def test_several_label_values_are_streams_of_their_own(tmp_path, folder, values, streams):
    source = open_set(label_set(tmp_path / folder, values))
    assert [s.stream for s in structures([source])] == streams


def test_a_labels_file_names_the_structures(tmp_path):
    folder = label_set(tmp_path / "jsrt")
    (folder / "labels.json").write_text(json.dumps({"1": "left atrium", "2": "aorta"}))
    assert [s.stream for s in structures([open_set(folder)])] == ["jsrt/left_atrium", "jsrt/aorta"]
    (folder / "labels.json").write_text("[1, 2]")
    with pytest.raises(DataError, match=r"labels\.json"):
        open_set(folder)


def test_a_label_is_chosen_by_name_or_by_value_and_sets_of_one_structure_stay(tmp_path):
    sets = [open_set(label_set(tmp_path / "jsrt", (1, 3))), open_set(image_set(tmp_path / "kvasir", count=1))]
    assert [s.stream for s in structures(sets, ["heart"])] == ["jsrt/heart", "kvasir"]
    assert [s.stream for s in structures(sets, ["3"])] == ["jsrt/heart", "kvasir"]
    with pytest.raises(InvalidInputError, match=r"3 \(heart\)"):
        structures(sets, ["spleen"])
    with pytest.raises(InvalidInputError, match="spleen"):
        structures(sets[1:], ["spleen"])


def test_mismatched_and_unreadable_pairs_are_named_and_counted(tmp_path):
    folder = image_set(tmp_path / "set", count=5)
    (folder / "images" / "case00.png").unlink()
    (folder / "masks" / "case01.png").unlink()
    write_image(folder / "masks" / "case02.png", np.ones((30, 30), np.uint8))
    (folder / "masks" / "case03.png").write_bytes(b"not a picture")
    source = open_set(folder)
    assert [pair.name for pair in source.pairs] == ["case04"]
    reasons = {problem.file: problem.reason for problem in source.problems}
    assert set(reasons) == {"case00.png", "case01.png", "case02", "case03"}
    assert "256 x 256" in reasons["case02"]
    assert "30 x 30" in reasons["case02"]


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp", ".tif", ".nii", ".nii.gz", ".nrrd", ".mha"])
def test_a_file_that_breaks_off_in_the_middle_is_never_read_as_if_it_were_whole(tmp_path, ending):
    noise = np.random.default_rng(0).integers(0, 255, (8, 40, 50)).astype(np.uint8)
    volume = ending in files.VOLUME_ENDINGS
    path = tmp_path / f"a{ending}"
    sitk.WriteImage(sitk.GetImageFromArray(noise if volume else noise[0]), str(path))
    read = files.read_volume if volume else files.read_picture
    read(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=rf"a\{ending}"):
        read(path)


def test_a_compressed_volume_with_a_flipped_bit_is_refused(tmp_path):
    path = tmp_path / "a.nii.gz"
    noise = np.random.default_rng(0).integers(0, 255, (8, 40, 50)).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(noise), str(path))
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 0x10
    path.write_bytes(damaged)
    with pytest.raises(DataError, match="damaged"):
        files.read_volume(path)


def test_two_images_of_one_name_are_not_silently_mixed_up(tmp_path):
    folder = image_set(tmp_path / "set", count=1)
    write_image(folder / "images" / "case00.bmp", np.zeros((256, 256), np.uint8))
    assert [p.reason for p in open_set(folder).problems] == ["same name as case00.bmp, which is used"]


def test_labels_that_cannot_be_laid_over_their_volume_are_left_out_and_said(tmp_path):
    folder = volume_set(tmp_path / "set", count=2)
    labels = sitk.ReadImage(str(folder / "labels" / "vol0.nii.gz"))
    labels.SetSpacing((9.0, 9.0, 9.0))
    sitk.WriteImage(labels, str(folder / "labels" / "vol0.nii.gz"))
    source = open_set(folder)
    assert [(p.file, p.left_out) for p in source.problems] == [("vol0", True)]
    assert "spacing 3 x 0.5 x 1.5 and 9 x 9 x 9 mm" in source.problems[0].reason
    assert [pair.name for pair in source.pairs] == ["vol1"]


@pytest.mark.parametrize("make", [lambda f: None, lambda f: f.mkdir(), lambda f: (f / "images").mkdir(parents=True)])
def test_an_empty_folder_is_an_error_that_says_what_was_looked_for(tmp_path, make):
    make(tmp_path / "set")
    with pytest.raises(DataError, match=r"(?s)images/.*masks/.*(PNG|\.png)"):
        open_set(tmp_path / "set")


def test_a_set_whose_masks_are_all_empty_says_so(tmp_path):
    folder = image_set(tmp_path / "set", count=1)
    write_image(folder / "masks" / "case00.png", np.zeros((256, 256), np.uint8))
    with pytest.raises(DataError, match="every mask"):
        open_set(folder)


def test_labels_that_are_no_whole_numbers_are_refused(tmp_path):
    path = tmp_path / "a.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(np.full((4, 5, 6), 0.5, np.float32)), str(path))
    with pytest.raises(DataError, match="whole numbers"):
        files.read_volume_labels(path)


def test_a_volume_of_four_axes_is_refused(tmp_path):
    path = tmp_path / "a.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((2, 4, 5, 6), np.float32), isVector=False), str(path))
    with pytest.raises(DataError, match="4 axes"):
        files.read_volume(path)


@pytest.mark.parametrize(
    ("image", "patient"),
    [
        ("TCGA_CS_4941_19960909_12", "TCGA_CS_4941"),
        ("TCGA_CS_4941_19960909_flair", "TCGA_CS_4941"),
        ("a1_10001_458", "10001"),
        ("JPCLN006", "JPCLN006"),
        ("000_HC", "000_HC"),
    ],
)
def test_patients_are_read_from_the_names_of_the_known_sets(image, patient):
    assert patient_of(image) == patient


def test_the_stem_takes_double_endings_as_one():
    assert files.stem(Path("a.b.nii.gz")) == "a.b"
    assert files.stem(Path("scan.MHA")) == "scan"


def segmentation(path, array, origin=(0.0, 0.0, 0.0), **names):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((1.5, 0.5, 3.0))
    image.SetOrigin(origin)
    for number, (name, value) in enumerate(names.items()):
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_LabelValue", str(value))
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))


def slicer_set(folder, names=("v0",)):
    """Volumes of 12 x 40 x 48 as NRRD, without labels."""
    for name in names:
        segmentation(folder / "volumes" / f"{name}.nrrd", np.zeros((12, 40, 48), np.int16))
    return folder


def test_a_cropped_segmentation_of_slicer_is_put_in_its_place_and_names_its_segment(tmp_path):
    folder = slicer_set(tmp_path / "set")
    part = np.ones((4, 20, 18), np.uint8)
    segmentation(folder / "labels" / "v0.seg.nrrd", part, origin=(15.0, 4.0, 6.0), Tumor=1)
    source = open_set(folder)
    assert (source.problems, source.names, [s.stream for s in structures([source])]) == ((), {1: "Tumor"}, ["set"])
    labels = files.read_volume_labels(source.pairs[0].labels, source.pairs[0].image)
    assert labels.shape == (12, 40, 48)
    assert labels.sum() == labels[2:6, 8:28, 10:28].sum() == part.sum()


def test_segmentations_that_name_one_value_differently_are_not_mixed_up(tmp_path):
    folder = slicer_set(tmp_path / "set", ("v0", "v1"))
    for name, segment in (("v0", "liver"), ("v1", "spleen")):
        segmentation(folder / "labels" / f"{name}.seg.nrrd", np.ones((12, 40, 48), np.uint8), **{segment: 1})
    source = open_set(folder)
    assert [pair.name for pair in source.pairs] == ["v0"]
    assert [p.reason for p in source.problems] == [
        "calls label 1 spleen, another file calls it liver; number them alike"
    ]


def test_a_mask_that_takes_most_of_the_picture_and_its_border_is_doubted(tmp_path):
    folder = image_set(tmp_path / "set", count=1)
    path = folder / "masks" / "case00.png"
    write_image(path, 255 - files.read_picture_labels(path))
    (problem,) = open_set(folder).problems
    assert not problem.left_out
    assert "turned over?" in problem.reason


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names but UTF-16")
def test_a_file_whose_name_is_not_utf8_is_left_out_and_shown(tmp_path):
    folder = image_set(tmp_path / "set", count=1)
    odd = os.fsencode(folder / "images") + b"/B\xfcld.png"
    Path(os.fsdecode(odd)).write_bytes((folder / "images" / "case00.png").read_bytes())
    assert [p.file for p in open_set(folder).problems] == [r"B\xfcld.png"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.kron(np.array([[0, 100], [200, 0]], np.uint8), np.ones((64, 64), np.uint8)), "JPEG mask"),
        (np.kron(np.array([[0, 1], [0, 0]], np.uint8), np.ones((64, 64), np.uint8)), "JPEG mask"),
    ],
    ids=["100 and 200", "0 and 1"],
)
def test_a_jpeg_mask_of_other_values_is_left_out_with_the_reason(tmp_path, values, words):
    folder = image_set(tmp_path / "set", count=2)
    (folder / "masks" / "case00.png").unlink()
    write_image(folder / "masks" / "case00.jpg", np.kron(values, np.ones((2, 2), np.uint8)))
    source = open_set(folder)
    assert [pair.name for pair in source.pairs] == ["case01"]
    assert words in source.problems[0].reason

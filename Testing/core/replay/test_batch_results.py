"""The results of the batch commands: nothing of the user's is replaced, no two sources meet, and words for the rest."""

from __future__ import annotations

import csv
import errno
import json
import locale
import os
import unicodedata
from io import StringIO

import numpy as np
import pytest
import SimpleITK as sitk
from replay_fakes import FakeEngine, disc, image_set, volume_set, write_image

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging.files import stem
from auxol_core.imaging.names import printable
from auxol_core.replay import batch_results
from auxol_core.replay.batch import BatchOptions, find_sources, labelled_sources, segment_all
from auxol_core.replay.batch_find import find_all
from auxol_core.replay.batch_prompts import PlacedPrompt
from auxol_core.replay.batch_table import BatchTable
from auxol_core.replay.names import own_names, why_odd
from auxol_core.replay.options import PlanOptions, PromptOptions
from auxol_core.replay.out_folder import check_replay_out
from auxol_core.replay.sources import open_set
from auxol_core.types import Box, Prompt

BOX = [PlacedPrompt(None, Prompt(Box(10, 10, 50, 50)))]


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "liver.auxol"
    path.write_bytes(b"a task")
    return path


def segment(sources, prompts, task, out, engine=None, **options):
    done = segment_all(sources, prompts, engine or FakeEngine(), task, out, BatchOptions(**options))
    return {line.name: line for line, _ in done}


def find(folder, task, out, **options):
    done = find_all(find_sources(folder), FakeEngine(), task, out, BatchOptions(**options))
    return {line.name: line for line, _ in done}


def pictures(folder, *names, shape=(256, 256)):
    for name in names:
        write_image(folder / name, np.full(shape, 200, np.uint8))
    return folder


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What is the user's stays


@pytest.mark.parametrize(("make", "parts"), [(image_set, ("images", "masks")), (volume_set, ("volumes", "labels"))])
def test_results_never_lie_in_a_folder_of_the_input(tmp_path, task, make, parts):
    folder = make(tmp_path / "set", count=1)
    before = tree(folder)
    (tmp_path / "link").symlink_to(folder / parts[1])
    for out in (folder / parts[0], folder / parts[1], tmp_path / "link", folder / parts[1] / ".." / parts[1]):
        for sources in (find_sources(folder), labelled_sources(folder, "255" if make is image_set else "2")[0]):
            with pytest.raises(InvalidInputError, match="Choose another folder for --out"):
                segment(sources, {}, task, out)
        with pytest.raises(InvalidInputError, match="Choose another folder for --out"):
            find(folder, task, out)
    assert tree(folder) == before


def test_masks_beside_pictures_in_one_folder_are_no_place_for_results_either(tmp_path, task):
    folder = pictures(tmp_path / "set", "a.png", "labels/a.png")
    with pytest.raises(InvalidInputError, match="the folder labels/ of the input"):
        segment(find_sources(folder), {"a": BOX}, task, folder / "labels")


@pytest.mark.parametrize("name", ["a.png", "a.csv"])
def test_a_file_that_was_there_stays_and_its_source_is_left_out(tmp_path, task, name):
    folder, out = pictures(tmp_path / "set", "a.png", "b.png"), tmp_path / "out"
    out.mkdir()
    (out / name).write_bytes(b"a week's work")
    lines = find(folder, task, out)
    assert lines["b"].status == "done"
    assert lines["a"].status.startswith(f"left out: {out / name} exists and is not as this command wrote it")
    assert (lines["a"].output, lines["a"].quality) == ("", None)
    assert (out / name).read_bytes() == b"a week's work"
    assert sorted(path.name for path in out.iterdir()) == sorted([name, "b.csv", "b.png", "segments.csv"])


def test_a_dangling_link_and_a_folder_of_a_results_name_stay(tmp_path, task):
    folder, out = pictures(tmp_path / "set", "a.png", "b.png"), tmp_path / "out"
    (out / "a.png").mkdir(parents=True)
    (out / "b.png").symlink_to(tmp_path / "nowhere")
    lines = segment(find_sources(folder), {"a": BOX, "b": BOX}, task, out)
    assert all(line.status.startswith("left out") for line in lines.values())
    assert (out / "a.png").is_dir() and (out / "b.png").is_symlink()


def test_what_this_command_wrote_is_replaced_and_what_was_corrected_since_is_not(tmp_path, task):
    folder, out = pictures(tmp_path / "set", "a.png", "b.png"), tmp_path / "out"
    segment(find_sources(folder), {"a": BOX, "b": BOX}, task, out)
    first = (out / "a.png").read_bytes()
    write_image(out / "b.png", disc((256, 256), (90, 90), 40) * np.uint8(1))
    corrected = (out / "b.png").read_bytes()
    again = segment(find_sources(folder), {"a": BOX, "b": BOX}, task, out)
    assert [line.status for line in again.values()] == ["done", "done"], "under the same key both stay"
    task.write_bytes(b"learned more")
    larger = [PlacedPrompt(None, Prompt(Box(5, 5, 90, 90)))]
    lines = segment(find_sources(folder), {"a": larger, "b": larger}, task, out)
    assert (lines["a"].status, lines["b"].status.split(":")[0]) == ("done", "left out")
    assert (out / "a.png").read_bytes() != first and (out / "b.png").read_bytes() == corrected


def test_a_source_that_failed_in_between_keeps_what_was_written_for_it(tmp_path, task):
    folder, out = pictures(tmp_path / "set", "a.png"), tmp_path / "out"
    far = [PlacedPrompt(None, Prompt(Box(900, 900, 950, 950)))]
    statuses = [segment(find_sources(folder), {"a": each}, task, out)["a"].status for each in (BOX, far, BOX)]
    assert [status.split(":")[0] for status in statuses] == ["done", "failed", "done"]


def test_a_crash_before_the_files_are_in_place_is_made_good_by_the_next_call(tmp_path, task, monkeypatch):
    folder, out = pictures(tmp_path / "set", "a.png"), tmp_path / "out"
    put_in_place = batch_results.put_in_place

    def crashing(partial, path, **more):
        put_in_place(partial, path, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(batch_results, "put_in_place", crashing)
    with pytest.raises(KeyboardInterrupt):
        segment(find_sources(folder), {"a": BOX}, task, out)
    monkeypatch.setattr(batch_results, "put_in_place", put_in_place)
    assert [path.name for path in out.glob(".*")] == [], "nothing hidden is left"
    task.write_bytes(b"learned more")
    assert segment(find_sources(folder), {"a": BOX}, task, out)["a"].status == "done"


def test_a_table_of_before_the_hashes_is_read_and_its_files_stay(tmp_path, task):
    folder, out = pictures(tmp_path / "set", "a.png"), tmp_path / "out"
    segment(find_sources(folder), {"a": BOX}, task, out)
    with (out / "segments.csv").open(newline="") as stream:
        rows = [row[:-2] for row in csv.reader(stream)]
    text = StringIO()
    csv.writer(text).writerows(rows)
    (out / "segments.csv").write_text(text.getvalue())
    assert segment(find_sources(folder), {"a": BOX}, task, out)["a"].status == "done", "known by its key"
    task.write_bytes(b"learned more")
    assert segment(find_sources(folder), {"a": BOX}, task, out)["a"].status.startswith("left out")


@pytest.mark.parametrize("ending", [".mhd", ".nii.gz", ".nrrd"])
def test_all_files_of_a_volume_are_known_as_this_commands(tmp_path, task, ending):
    folder, out = volume_set(tmp_path / "set", count=1, ending=ending), tmp_path / "out"
    sources, _ = labelled_sources(folder, "2")
    for content in (b"a task", b"learned more"):
        task.write_bytes(content)
        assert segment(sources, None, task, out)["vol0"].status == "done"
    assert set(BatchTable(out / "segments.csv").lines["vol0"].written) == {p.name for p in out.iterdir()} - {
        "segments.csv"
    }
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(out / f"vol0{ending}"))).max() == 1


def test_a_volumes_mask_may_be_a_segmentation_of_slicers(tmp_path, task):
    sources, _ = labelled_sources(volume_set(tmp_path / "set", count=1), "2")
    line = segment(sources, None, task, tmp_path / "out", form="seg.nrrd")["vol0"]
    assert (line.status, line.output) == ("done", "vol0.seg.nrrd")
    assert sitk.ReadImage(str(tmp_path / "out" / line.output)).GetSize() == (48, 40, 12)


def test_a_segment_has_the_name_that_was_asked_for(tmp_path, task):
    sources, _ = labelled_sources(volume_set(tmp_path / "set", count=1), "2")

    def name_of(**options):
        options = BatchOptions(form="seg.nrrd", **options)
        ((line, known),) = segment_all(sources, None, FakeEngine(), task, tmp_path / "out", options)
        image = sitk.ReadImage(str(tmp_path / "out" / line.output))
        return image.GetMetaData("Segment0_Name"), known

    assert name_of() == ("structure", False)
    assert name_of(structure="structure") == ("structure", True)
    assert name_of(structure="left kidney") == ("left kidney", False)
    with pytest.raises(InvalidInputError, match="A structure's name was expected"):
        BatchOptions(structure=" ")


@pytest.mark.parametrize("name", ["summary.json", "rows.csv", "comparisons.json", "curve.png"])
@pytest.mark.parametrize("content", [b"mine", b'{"a": 1}', b"\xff\xfe\x00", b"[1, 2]", b"a,b\n1,2\n"])
def test_a_replay_replaces_only_what_a_replay_wrote(tmp_path, name, content):
    check_replay_out(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=f"{name} exists, and no replay wrote it"):
        check_replay_out(tmp_path)


# Names of their own


NAMES = [
    (["scan.png"], ["scan"]),
    (["scan.jpg", "scan.png", "scan.tif"], ["scan.jpg", "scan.png", "scan.tif"]),
    (["case.nii.gz", "case.nrrd", "other.nrrd"], ["case.nii.gz", "case.nrrd", "other"]),
    (["a.jpg", "a.tif", "a.jpg.bmp"], ["a.jpg", "a.tif", "a.jpg.bmp"]),
    (["segments.png", "b.png"], ["segments.png", "b"]),
    (
        [unicodedata.normalize("NFC", "\u00dc.png"), unicodedata.normalize("NFD", "\u00dc.png")],
        ["\u00dc.png", "U\u0308.png"],
    ),
]


@pytest.mark.parametrize(("files", "names"), NAMES)
def test_no_two_sources_have_one_name(tmp_path, files, names):
    assert own_names([(stem(tmp_path / each), each) for each in files], ["segments"]) == names


def test_pictures_of_one_stem_do_not_meet_in_the_results(tmp_path, task):
    folder, out = pictures(tmp_path / "set", "scan.png", "scan.bmp", "scan.tif"), tmp_path / "out"
    sources = find_sources(folder)
    lines = segment(sources, {"scan.bmp": BOX, "scan": BOX}, task, out)
    assert all("may be any of scan.bmp, scan.png, scan.tif" in line.status for line in lines.values())
    lines = segment(sources, {"scan.bmp": BOX, "scan.tif": BOX}, task, out)
    assert {name: (line.status, line.output) for name, line in lines.items()} == {
        "scan.bmp": ("done", "scan.bmp.png"),
        "scan.png": ("no prompts", ""),
        "scan.tif": ("done", "scan.tif.png"),
    }
    found = find(folder, task, tmp_path / "found")
    assert {line.output for line in found.values()} == {"scan.bmp.png", "scan.png.png", "scan.tif.png"}
    assert len(list((tmp_path / "found").glob("scan.*.csv"))) == 3


def test_a_source_named_segments_leaves_the_table_alone(tmp_path, task):
    folder = pictures(tmp_path / "set", "segments.png")
    assert find(folder, task, tmp_path / "out")["segments.png"].status == "done"
    assert list(BatchTable(tmp_path / "out" / "segments.csv").lines) == ["segments.png"]


def test_two_forms_of_an_umlaut_are_partners_and_prompted(tmp_path, task):
    composed, decomposed = (unicodedata.normalize(form, "\u00dcbung") for form in ("NFC", "NFD"))
    folder = image_set(tmp_path / "set", count=1)
    (folder / "images" / "case00.png").rename(folder / "images" / f"{decomposed}.png")
    (folder / "masks" / "case00.png").rename(folder / "masks" / f"{composed}.png")
    found = open_set(folder)
    assert ([pair.name for pair in found.pairs], found.problems) == ([composed], ())
    assert segment(find_sources(folder), {composed: BOX}, task, tmp_path / "out")[decomposed].status == "done"


# Names that are not UTF-8


@pytest.fixture
def odd(tmp_path):
    folder = image_set(tmp_path / "set", count=2)
    for part in ("images", "masks"):
        name = os.fsencode(folder / part) + b"/B\xfcld.png"
        try:
            os.link(folder / part / "case00.png", name)
        except OSError as error:
            pytest.skip(f"this disk knows no such names ({error.strerror})")
    return folder


def test_a_file_whose_name_is_not_utf_8_is_left_out_and_named_and_the_rest_goes_on(tmp_path, task, odd):
    prompts = {"case00": BOX, "case01": BOX}
    for lines in (segment(find_sources(odd), prompts, task, tmp_path / "out"), find(odd, task, tmp_path / "found")):
        assert [line.status for line in lines.values()][:2] == ["done", "done"]
        assert lines["B\\xfcld.png"].status.startswith("left out: its name is not UTF-8")
    assert "B\\xfcld.png" in (tmp_path / "out" / "segments.csv").read_text("utf-8")
    problems = open_set(odd).problems
    assert [problem.file for problem in problems] == ["B\\xfcld.png", "B\\xfcld.png"]
    assert all("not UTF-8" in problem.reason and problem.left_out for problem in problems)


def test_a_folder_whose_name_is_not_utf_8_is_told_before_anything_is_done(tmp_path, task, odd):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/st\xfcck")
    os.rename(odd, folder)
    sources = find_sources(type(tmp_path)(folder))
    assert {source.problem for source in sources if "case" in source.name} == {
        "the name of its folder is not UTF-8; rename the folder"
    }
    with pytest.raises(InvalidInputError, match=r"aus\\xfc: its name is not UTF-8"):
        segment([], {}, task, type(tmp_path)(os.fsdecode(os.fsencode(tmp_path) + b"/aus\xfc")))


def test_odd_bytes_are_shown_and_good_names_are_not_odd(tmp_path):
    name = os.fsdecode(b"B\xfcld \xc3\xbc.png")
    assert printable(name) == "B\\xfcld \u00fc.png"
    assert (why_odd(tmp_path / "a.png"), why_odd(tmp_path / "\u65e5.png")) == (None, None)
    assert "rename it" in str(why_odd(tmp_path / name))


# The folder of the results, and the table in it


def test_an_out_that_is_a_file_or_lies_in_one_is_a_sentence(tmp_path, task):
    pictures(tmp_path / "set", "a.png")
    (tmp_path / "file").write_bytes(b"mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InvalidInputError, match="is no folder, or a file is in its way"):
            segment(find_sources(tmp_path / "set"), {}, task, out)
    assert (tmp_path / "file").read_bytes() == b"mine"


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "where", ["auxol_core.replay.batch_table.write_whole", "auxol_core.replay.batch_results.put_in_place"]
)
def test_a_full_disk_stops_the_command_with_the_file_and_leaves_nothing_half_done(tmp_path, task, monkeypatch, where):
    folder, out = pictures(tmp_path / "set", "a.png"), tmp_path / "out"
    monkeypatch.setattr(where, full)
    with pytest.raises(DataError, match=r"/out/(segments.csv|a.png) cannot be written \(No space left on device\)"):
        segment(find_sources(folder), {"a": BOX}, task, out)
    assert not list(out.glob("*.png")) and not list(out.glob(".*"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_that_a_spreadsheet_saved_is_still_this_commands(tmp_path, task, encoding, delimiter):
    folder, out = pictures(tmp_path / "set", "M\u00e4rz.png"), tmp_path / "out"
    segment(find_sources(folder), {"M\u00e4rz": BOX}, task, out)
    with (out / "segments.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    if delimiter == ";":
        rows = [[cell.replace(".", ",") if cell.replace(".", "").isdigit() else cell for cell in row] for row in rows]
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    (out / "segments.csv").write_bytes(text.getvalue().encode(encoding))
    ((line, known),) = segment_all(find_sources(folder), {"M\u00e4rz": BOX}, FakeEngine(), task, out, BatchOptions())
    assert (line.status, line.quality, known) == ("done", 0.8, True)
    task.write_bytes(b"learned more")
    assert segment(find_sources(folder), {"M\u00e4rz": BOX}, task, out)["M\u00e4rz"].status == "done"


FOREIGN = [b"my,own,table\n1,2,3\n", b"", b"\x00\x01\x02", b"PK\x03\x04", b'"unclosed\n', "\u0416".encode("utf-16")]


@pytest.mark.parametrize("content", FOREIGN)
def test_a_table_of_somebody_elses_is_not_replaced(tmp_path, task, content):
    folder, out = pictures(tmp_path / "set", "a.png"), tmp_path / "out"
    out.mkdir()
    (out / "segments.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"segments\.csv is not a table that this command wrote"):
        segment(find_sources(folder), {"a": BOX}, task, out)
    assert tree(out) == {"segments.csv": content}


def test_a_number_that_was_made_into_something_else_is_told(tmp_path, task):
    folder, out = pictures(tmp_path / "set", "a.png"), tmp_path / "out"
    segment(find_sources(folder), {"a": BOX}, task, out)
    text = (out / "segments.csv").read_text()
    (out / "segments.csv").write_text(text.replace(",0.8,", ",8. Jan,"))
    with pytest.raises(DataError, match=r"was changed beyond reading \(.*8. Jan"):
        segment(find_sources(folder), {"a": BOX}, task, out)


# Options


BAD = [
    ({"window": "Volume"}, "window must be task or volume, got 'Volume'"),
    ({"window": ""}, "window must be task or volume, got ''"),
    ({"axis": 3}, "axis must be 0 (slices), 1 (rows) or 2 (columns), got 3"),
    ({"axis": -1}, "axis must be 0 (slices), 1 (rows) or 2 (columns), got -1"),
    ({"form": "nrrd"}, "--as labelmap, seg.nrrd, dicom-seg, got 'nrrd'"),
]


@pytest.mark.parametrize(("options", "words"), BAD)
def test_options_of_a_batch_are_checked_with_the_allowed_values(options, words):
    with pytest.raises(InvalidInputError) as caught:
        BatchOptions(**options)
    assert words in str(caught.value)


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, True])
@pytest.mark.parametrize("kind", [PromptOptions, PlanOptions])
def test_a_seed_is_a_whole_number_that_every_generator_takes(kind, seed):
    with pytest.raises(InvalidInputError, match=r"seed must be a whole number in 0 \.\. 2,147,483,647"):
        kind(seed=seed)


def test_a_slice_of_a_picture_and_a_slice_that_is_not_there_are_told_with_their_line(tmp_path, task):
    volumes = find_sources(volume_set(tmp_path / "set", count=1))
    late = [PlacedPrompt(12, Prompt(Box(1, 1, 9, 9)), "p.csv, line 4")]
    status = segment(volumes, {"vol0": late}, task, tmp_path / "out")["vol0"].status
    assert "p.csv, line 4: vol0 has slices 0 to 11 along this axis, got slice 12" in status
    picture = find_sources(pictures(tmp_path / "pictures", "a.png"))
    third = [PlacedPrompt(3, Prompt(Box(1, 1, 9, 9)), "p.csv, line 2")]
    assert (
        "p.csv, line 2: a is a picture, got slice 3" in segment(picture, {"a": third}, task, tmp_path / "o")["a"].status
    )


def test_what_lies_outside_a_small_picture_is_told_in_its_own_pixels(tmp_path, task):
    folder = pictures(tmp_path / "set", "001.png", shape=(128, 160))
    far = [PlacedPrompt(None, Prompt(Box(400, 300, 900, 900)), "out.csv, line 2")]
    status = segment(find_sources(folder), {"001": far}, task, tmp_path / "out")["001"].status
    assert "out.csv, line 2: the box row0 400, col0 300, row1 900, col1 900 lies outside" in status
    assert "128 rows and 160 columns" in status
    assert json.dumps(status)


# DICOM folders


def dicom(folder, uid, count=3, bright=900):
    """A series of slices of 40 x 256, 2.5 mm apart."""
    folder.mkdir(parents=True, exist_ok=True)
    before = locale.setlocale(locale.LC_ALL)  # the writer of DICOM leaves another behind
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for index in range(count):
        image = sitk.GetImageFromArray(np.full((1, 40, 256), bright + index, np.int16))
        image.SetSpacing((0.5, 0.75, 2.5))
        image.SetOrigin((1.0, -2.0, 2.5 * index))
        tags = {
            "0008|0060": "CT",
            "0008|103e": f"series {uid[-1]}",
            "0020|000d": "1.2.3",
            "0020|000e": uid,
            "0008|0018": f"{uid}.{index + 1}",
            "0020|0013": str(index),
            "0020|0032": f"1\\-2\\{2.5 * index}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
        }
        for tag, value in tags.items():
            image.SetMetaData(tag, value)
        writer.SetFileName(str(folder / f"{uid[-1]}-{index}.dcm"))
        writer.Execute(image)
    locale.setlocale(locale.LC_ALL, before)
    return folder


SLICE = [PlacedPrompt(1, Prompt(Box(10, 10, 30, 50)))]


@pytest.mark.parametrize("where", ["set", "set/case.1", "set/volumes/case.1"])
def test_a_folder_of_dicom_files_is_a_volume_named_after_it(tmp_path, task, where):
    folder = dicom(tmp_path / where, "1.2.3.4")
    ((source,)) = find_sources(tmp_path / "set")
    assert (source.name, source.volume) == (folder.name, True)
    out = tmp_path / "out"
    for _ in range(2):
        line = segment([source], {folder.name: SLICE}, task, out)[source.name]
        assert (line.status, line.output) == ("done", f"{folder.name}.nrrd")
    mask = sitk.ReadImage(str(out / line.output))
    assert (mask.GetSize(), mask.GetSpacing()) == ((256, 40, 3), (0.5, 0.75, 2.5))
    assert np.flatnonzero(sitk.GetArrayFromImage(mask).any(axis=(1, 2))).tolist() == [1]
    with pytest.raises(InvalidInputError, match="Choose another folder for --out"):
        segment([source], {}, task, folder)


def test_a_series_with_labels_is_segmented_from_them(tmp_path, task):
    dicom(tmp_path / "set" / "volumes" / "case", "1.2.3.4")
    labels = np.zeros((3, 40, 256), np.uint8)
    labels[1, 5:35, 20:60] = 1
    image = sitk.GetImageFromArray(labels)
    image.CopyInformation(
        sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path / "set/volumes/case")))
    )
    (tmp_path / "set" / "labels").mkdir()
    sitk.WriteImage(image, str(tmp_path / "set" / "labels" / "case.nrrd"))
    sources, left_out = labelled_sources(tmp_path / "set", None)
    line = segment(sources, None, task, tmp_path / "out")["case"]
    assert (left_out, line.status, line.output, line.dice) == ([], "done", "case.nrrd", pytest.approx(1.0, abs=0.05))


def test_of_several_series_one_is_chosen_and_two_do_not_meet(tmp_path, task):
    folder = dicom(dicom(tmp_path / "set" / "case", "1.2.3.4"), "1.2.3.5")
    line = segment(find_sources(tmp_path / "set"), {}, task, tmp_path / "out")[folder.name]
    assert line.status.startswith("left out: it has 2 DICOM series; choose with --series: 1.2.3.4 (series 4, 3 files)")
    (chosen,) = find_sources(tmp_path / "set", ["1.2.3.5"])
    assert segment([chosen], {"case": SLICE}, task, tmp_path / "out")["case"].status == "done"
    both = find_sources(tmp_path / "set", ["1.2.3.4", "1.2.3.5"])
    assert [source.name for source in both] == ["case.1.2.3.4", "case.1.2.3.5"]
    lines = segment(both, {source.name: SLICE for source in both}, task, tmp_path / "both")
    assert {line.output for line in lines.values()} == {"case.1.2.3.4.nrrd", "case.1.2.3.5.nrrd"}
    with pytest.raises(InvalidInputError, match=r"has no DICOM series 1\.9\. Leave --series out"):
        find_sources(tmp_path / "set", ["1.2.3.4", "1.9"])


def test_a_uid_chooses_among_the_series_of_a_folder_and_leaves_other_folders_alone(tmp_path, task):
    dicom(dicom(tmp_path / "set" / "two", "1.2.3.4"), "1.2.3.5")
    dicom(tmp_path / "set" / "one", "1.2.3.6")
    assert [source.name for source in find_sources(tmp_path / "set", ["1.2.3.5"])] == ["one", "two"]
    with pytest.raises(InvalidInputError, match=r"has no DICOM series 1\.9\. Leave --series out"):
        find_sources(tmp_path / "set" / "one", ["1.9"])


def test_what_cannot_be_written_so_is_told_before_it_is_computed(tmp_path, task):
    folder, engine = pictures(tmp_path / "set", "a.png"), FakeEngine()
    line = segment(find_sources(folder), {"a": BOX}, task, tmp_path / "out", engine, form="seg.nrrd")["a"]
    assert line.status.startswith("failed: a.png is a picture: its mask is a PNG") and not engine.of("predict")

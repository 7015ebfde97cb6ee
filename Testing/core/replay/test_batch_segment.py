"""The batch command: prompts from files and labels, geometry kept, resume, the CSV."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from replay_fakes import FakeEngine, disc, image_set, volume_set, write_image

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.replay.batch import BatchOptions, Source, find_sources, labelled_sources, segment_all
from auxol_core.replay.batch_prompts import PlacedPrompt, read_prompts
from auxol_core.replay.batch_table import Line
from auxol_core.strokes import Lasso, Scribble
from auxol_core.types import Box, Point, Progress, Prompt


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "liver.auxol"
    path.write_bytes(b"a task")
    return path


def run(sources, prompts, task, out, engine=None, **options):
    return list(segment_all(sources, prompts, engine or FakeEngine(), task, out, BatchOptions(**options)))


def lines_of(out):
    with (out / "segments.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha", ".mhd"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_volumes_mask_has_its_sources_geometry_and_format(tmp_path, task, ending, axis):
    folder = volume_set(tmp_path / "set", count=1, ending=ending)
    index = [6, 18, 15][axis]
    rest = [n for k, n in enumerate((12, 40, 48)) if k != axis]
    box = Box(2, 3, rest[0] - 2, rest[1] - 3)
    prompts = {"vol0": [PlacedPrompt(index, Prompt(box))]}
    run(find_sources(folder), prompts, task, tmp_path / "out", axis=axis)
    source = sitk.ReadImage(str(folder / "volumes" / f"vol0{ending}"))
    mask = sitk.ReadImage(str(tmp_path / "out" / f"vol0{ending}"))
    assert mask.GetSize() == source.GetSize()
    assert mask.GetSpacing() == pytest.approx(source.GetSpacing())
    assert mask.GetOrigin() == pytest.approx(source.GetOrigin())
    assert mask.GetDirection() == pytest.approx(source.GetDirection())
    voxels = np.moveaxis(sitk.GetArrayFromImage(mask), axis, 0)
    expected = np.zeros(rest, bool)
    expected[2 : rest[0] - 2, 3 : rest[1] - 3] = True
    assert set(np.unique(voxels)) == {0, 1}
    assert np.array_equal(voxels[index] > 0, expected)
    assert not np.delete(voxels, index, axis=0).any()


def test_pictures_give_pngs_of_0_and_1_at_their_own_size(tmp_path, task):
    write_image(tmp_path / "set" / "a.bmp", np.zeros((40, 60), np.uint8))
    prompts = {"a": [PlacedPrompt(None, Prompt(Box(10, 20, 30, 50)))]}
    ((line, known),) = run(find_sources(tmp_path / "set"), prompts, task, tmp_path / "out")
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "a.png")))
    expected = np.zeros((40, 60), np.uint8)
    expected[10:30, 20:50] = 1
    assert np.array_equal(mask, expected)
    assert (line.status, line.objects, line.slices, line.quality, known) == ("done", 1, 1, 0.8, False)


def test_a_task_that_is_to_be_learned_again_is_so_before_the_first_picture(tmp_path, task):
    image_set(tmp_path / "data", count=1)

    class OtherWeights(FakeEngine):
        learned = False

        def status(self, task):
            return replace(super().status(task), relearning=None if self.learned else Progress(0, 3))

        def learn_now(self, task):
            self.learned = True
            return self.status(task)

        def predict(self, task, slice_id, prompt):
            assert self.learned
            return super().predict(task, slice_id, prompt)

    sources, _ = labelled_sources(tmp_path / "data", None)
    ((line, _),) = run(sources, None, task, tmp_path / "out", OtherWeights())
    assert line.status == "done"


def test_small_images_reach_the_engine_enlarged_as_in_the_replay(tmp_path, task):
    write_image(tmp_path / "set" / "a.png", np.zeros((64, 128), np.uint8))
    engine = FakeEngine()
    prompts = {"a": [PlacedPrompt(None, Prompt(Box(8, 8, 40, 40), (Point(10, 10), Point(0, 0, False))))]}
    run(find_sources(tmp_path / "set"), prompts, task, tmp_path / "out", engine)
    assert engine.of("put_slice")[0][1].shape == (128, 256)
    sent = engine.of("predict")[0][3]
    assert sent.box == Box(16, 16, 80, 80)
    assert sent.points == (Point(20.5, 20.5), Point(0.5, 0.5, False))


def test_strokes_are_enlarged_with_their_image(tmp_path, task):
    write_image(tmp_path / "set" / "a.png", np.zeros((64, 128), np.uint8))
    engine = FakeEngine()
    strokes = (Scribble(((10, 10), (20, 10)), 3, positive=False), Lasso(((0, 0), (0, 9), (9, 9))))
    prompts = {"a": [PlacedPrompt(None, Prompt(strokes=strokes))]}
    run(find_sources(tmp_path / "set"), prompts, task, tmp_path / "out", engine)
    assert engine.of("predict")[0][3].strokes == (
        Scribble(((20.5, 20.5), (40.5, 20.5)), 6, positive=False),
        Lasso(((0.5, 0.5), (0.5, 18.5), (18.5, 18.5))),
    )


def test_prompts_from_labels_take_one_box_for_each_piece_and_score_the_result(tmp_path, task):
    folder = volume_set(tmp_path / "set", count=2)
    sources, left_out = labelled_sources(folder, "2")
    assert left_out == []
    done = run(sources, None, task, tmp_path / "out")
    assert [line.status for line, _ in done] == ["done", "done"]
    assert [line.slices for line, _ in done] == [6, 6]
    assert all(line.dice == pytest.approx(1.0, abs=0.02) for line, _ in done)
    with pytest.raises(InvalidInputError, match="label-1, label-2"):
        labelled_sources(folder, None)


def test_a_second_call_leaves_out_what_is_done_under_the_same_key(tmp_path, task):
    folder = image_set(tmp_path / "set", count=3)
    sources, _ = labelled_sources(folder, None)
    out = tmp_path / "out"
    run(sources, None, task, out)
    assert [known for _, known in run(sources, None, task, out)] == [True] * 3
    (out / "case01.png").unlink()
    write_image(folder / "masks" / "case02.png", disc((256, 256), (90, 90), 40) * np.uint8(255))
    assert [known for _, known in run(sources, None, task, out)] == [True, False, False]
    task.write_bytes(b"learned more")
    assert [known for _, known in run(sources, None, task, out)] == [False] * 3


def test_a_break_leaves_a_csv_of_what_is_done_and_no_half_file(tmp_path, task):
    sources, _ = labelled_sources(image_set(tmp_path / "set", count=3), None)
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(sources, None, task, out, FakeEngine(stop_at=3))
    assert [line["name"] for line in lines_of(out)] == ["case00", "case01"]
    assert sorted(p.name for p in out.iterdir()) == ["case00.png", "case01.png", "segments.csv"]
    assert [known for _, known in run(sources, None, task, out)] == [True, True, False]
    assert list(lines_of(out)[0]) == list(Line.__dataclass_fields__)


def test_what_fails_is_named_and_the_rest_goes_on(tmp_path, task):
    folder = tmp_path / "set"
    for name in ("a", "b", "c"):
        write_image(folder / f"{name}.png", np.zeros((256, 256), np.uint8))
    (folder / "d.png").write_bytes(b"no picture")
    box = PlacedPrompt(None, Prompt(Box(10, 10, 50, 50)))
    far = PlacedPrompt(None, Prompt(Box(900, 900, 950, 950)))
    done = run(find_sources(folder), {"a": [box], "b": [far], "d": [box]}, task, tmp_path / "out")
    statuses = {line.name: line.status for line, _ in done}
    assert statuses["a"] == "done"
    assert "outside" in statuses["b"]
    assert statuses["c"] == "no prompts"
    assert statuses["d"].startswith("failed: d.png ")
    assert sorted(p.name for p in (tmp_path / "out").glob("*.png")) == ["a.png"]


def test_a_volumes_prompt_needs_a_slice_that_is_there(tmp_path, task):
    sources = find_sources(volume_set(tmp_path / "set", count=1))
    for index, words in ((None, "need a slice"), (12, "slices 0 to 11")):
        ((line, _),) = run(
            sources, {"vol0": [PlacedPrompt(index, Prompt(Box(1, 1, 9, 9)))]}, task, tmp_path / f"out{index}"
        )
        assert words in line.status


def test_results_never_overwrite_their_sources(tmp_path, task):
    folder = volume_set(tmp_path / "set", count=1) / "volumes"
    with pytest.raises(InvalidInputError, match="among the sources"):
        run(find_sources(folder), {}, task, folder)


def test_a_missing_task_or_an_empty_folder_is_said_at_once(tmp_path):
    with pytest.raises(DataError, match="no task file"):
        run([Source("a", tmp_path / "a.png", False)], {}, tmp_path / "none", tmp_path / "out")
    with pytest.raises(DataError, match=r"Looked in images/, volumes/"):
        find_sources(tmp_path)


def test_a_json_file_of_prompts(tmp_path):
    path = tmp_path / "prompts.json"
    entries = [
        {"image": "a", "slice": 3, "box": [1, 2, 3, 4]},
        {"image": "a", "points": [[5, 6], [7, 8, False]]},
    ]
    path.write_text(json.dumps(entries))
    first, second = read_prompts(path)["a"]
    assert (first.slice_index, first.prompt.box) == (3, Box(1, 2, 3, 4))
    assert (second.slice_index, second.prompt.points) == (None, (Point(5, 6), Point(7, 8, False)))


def test_a_json_file_may_hold_scribbles_and_lassos(tmp_path):
    path = tmp_path / "prompts.json"
    scribbles = [{"vertices": [[1, 2], [3, 4]], "width": 3}, {"vertices": [[9, 9]], "positive": False}]
    lassos = [{"vertices": [[1, 1], [1, 5], [5, 1]]}]
    entries = [{"image": "a", "scribbles": scribbles}, {"image": "a", "lassos": lassos}]
    path.write_text(json.dumps(entries))
    first, second = read_prompts(path)["a"]
    assert first.prompt.strokes == (Scribble(((1, 2), (3, 4)), 3), Scribble(((9, 9),), positive=False))
    assert second.prompt.strokes == (Lasso(((1, 1), (1, 5), (5, 1))),)


def test_a_csv_file_may_hold_scribbles_and_lassos(tmp_path):
    path = tmp_path / "prompts.csv"
    path.write_text(
        "image,object,scribble,width,positive,lasso\n"
        "a,left,1 2; 3 4.5,3,,\n"
        "a,left,9 9;,,no,\n"
        "a,,,,,1 1; 1 5; 5 1\n"
    )
    first, second = read_prompts(path)["a"]
    assert first.prompt.strokes == (Scribble(((1, 2), (3, 4.5)), 3), Scribble(((9, 9),), positive=False))
    assert second.prompt.strokes == (Lasso(((1, 1), (1, 5), (5, 1))),)


def test_another_stroke_is_another_key(tmp_path, task):
    write_image(tmp_path / "set" / "a.png", np.zeros((256, 256), np.uint8))
    sources = find_sources(tmp_path / "set")
    known = []
    for end in (60, 60, 61):
        prompts = {"a": [PlacedPrompt(None, Prompt(strokes=(Scribble(((20, 20), (20, end))),)))]}
        known += [each for _, each in run(sources, prompts, task, tmp_path / "out", FakeEngine())]
    assert known == [False, True, False]


def test_a_csv_file_of_prompts_joins_the_lines_of_one_object(tmp_path):
    path = tmp_path / "prompts.csv"
    path.write_text(
        "image,slice,object,row0,col0,row1,col1,row,col,positive\n"
        "a,3,left,1,2,30,40,,,\n"
        "a,3,left,,,,,9,9,1\n"
        "a,3,left,,,,,2,2,0\n"
        "a,3,,50,50,60,60,,,\n"
        "b,,,,,,,7,8,\n"
    )
    found = read_prompts(path)
    assert [len(found[name]) for name in ("a", "b")] == [2, 1]
    assert found["a"][0].prompt.box == Box(1, 2, 30, 40)
    assert found["a"][0].prompt.points == (Point(9, 9), Point(2, 2, False))
    assert found["b"][0].prompt.points == (Point(7, 8),)
    assert found["b"][0].slice_index is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.json", "{}"),
        ("p.json", "[]"),
        ("p.json", "nonsense"),
        ("p.json", '[{"box": [1, 2, 3, 4]}]'),
        ("p.json", '[{"image": "a", "box": [1, 2, 3]}]'),
        ("p.json", '[{"image": "a", "points": [[1, 2, false]]}]'),
        ("p.json", '[{"image": "a", "lassos": [{"vertices": [[1, 2], [3, 4]]}]}]'),
        ("p.json", '[{"image": "a", "scribbles": [{"vertices": [[1, 2, 3]]}]}]'),
        ("p.csv", "image,scribble\na,1 2 3\n"),
        ("p.csv", "slice,row0\n1,2\n"),
        ("p.csv", "image,row0,col0,row1,col1\na,9,9,1,1\n"),
        ("p.csv", "image,object,row0,col0,row1,col1\na,x,1,1,9,9\na,x,1,1,9,9\n"),
    ],
)
def test_a_prompts_file_that_cannot_be_used_is_refused_by_name(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match="The prompts file"):
        read_prompts(tmp_path / name)

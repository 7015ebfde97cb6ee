"""The whole replay on tiny sets with an engine without a model."""

from __future__ import annotations

import json

import numpy as np
import pytest
from replay_fakes import FakeFactory, image_set, volume_set, write_image

from auxol_core.errors import DataError, InvalidInputError, UnavailableError
from auxol_core.imaging.metrics import dice
from auxol_core.options import MachineOptions, PaperOptions
from auxol_core.replay.benchmark import replay
from auxol_core.replay.options import FeedbackOptions, Noise, PlanOptions, PromptOptions, ReplayOptions
from auxol_core.replay.report import Listener
from auxol_core.replay.rows import read_rows
from auxol_core.replay.runner import Workshop, feedback_due

ALL = ["shape", "generalist", "paper", "auxol", "auxol-frozen"]
KEYS = (
    *("dataset", "method", "prompt", "n_images", "n_corrections", "dice_mean", "dice_last_half", "hd95_mean"),
    *("hd95_last_half", "accepted_share", "seconds_per_prediction_median", "seconds_per_update_median"),
    *("peak_rss_mb", "threads", "seed"),
)


def go(folder, out, methods=ALL, factory=None, labels=(), **options):
    factory = factory or FakeFactory()
    workshop = Workshop(factory, "fake", MachineOptions())
    folders = folder if isinstance(folder, list) else [folder]
    return replay(folders, methods, ReplayOptions(**options), workshop, out, labels=labels), factory


@pytest.fixture(scope="module")
def discs(tmp_path_factory):
    return image_set(tmp_path_factory.mktemp("data") / "discs", count=7)


@pytest.fixture(scope="module")
def done(discs, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    outcome, factory = go(discs, out)
    return outcome, factory, out


def test_summary_json_has_an_object_for_each_dataset_and_method_with_the_promised_keys(done):
    _, _, out = done
    entries = json.loads((out / "summary.json").read_text())
    assert [(e["dataset"], e["method"]) for e in entries] == [("discs", method) for method in ALL]
    for e in entries:
        assert set(KEYS) <= set(e)
        assert e["n_images"] == 7
        assert e["n_corrections"] == (7 if e["method"] in ("paper", "auxol") else 0)
        assert (e["seconds_per_update_median"] is None) == (e["n_corrections"] == 0)
        assert e["partial"] is False
        assert e["peak_rss_mb"] is None or e["peak_rss_mb"] > 1
    assert entries[1]["generalist_hash"] == "f00d"


def test_no_json_holds_what_json_does_not_know(done):
    _, _, out = done

    def refuse(constant):
        raise AssertionError(constant)

    for name in ("summary.json", "comparisons.json"):
        json.loads((out / name).read_text(), parse_constant=refuse)


def test_all_methods_see_the_same_images_in_the_same_order_under_the_same_prompts(done):
    _, factory, _ = done
    seen = [[(slice_id, p.box) for _, _, slice_id, p in engine.of("predict")] for engine in factory.made[1:]]
    assert len(seen) == 4
    assert len(seen[0]) == 7
    assert all(other == seen[0] for other in seen[1:])


def test_rows_are_the_numbers_that_the_summary_is_made_of(done):
    outcome, _, out = done
    rows = [row for row in read_rows(out / "rows.csv") if row.method == "auxol"]
    (entry,) = [e for e in outcome.entries if e["method"] == "auxol"]
    assert [row.index for row in rows] == list(range(7))
    assert entry["dice_mean"] == pytest.approx(np.mean([row.dice for row in rows]))
    assert entry["dice_last_half"] == pytest.approx(np.mean([row.dice for row in rows[3:]]))
    assert entry["dice_first_half"] == pytest.approx(np.mean([row.dice for row in rows[:3]]))
    assert entry["hd95_last_half"] == pytest.approx(np.mean([row.hd95 for row in rows[3:]]))
    assert entry["accepted_share"] == pytest.approx(np.mean([row.dice >= 0.9 for row in rows]))
    assert all(row.corrected and row.generalist_dice is not None for row in rows)


def test_the_score_is_that_of_what_was_shown_before_it_was_learned_from(done):
    _, factory, out = done
    rows = [row for row in read_rows(out / "rows.csv") if row.method == "auxol"]
    engine = factory.made[3]
    verbs = [entry[0] for entry in engine.log]
    assert verbs[:4] == ["put_slice", "predict", "correct", "learn_now"]
    truths = [entry[2] for entry in engine.of("correct")]
    shown = [engine.proposals[f"p{i + 1}"].mask for i in range(7)]
    assert [row.dice for row in rows] == pytest.approx([dice(s, t) for s, t in zip(shown, truths, strict=True)])
    assert np.mean([row.dice for row in rows[2:]]) > np.mean([row.dice for row in rows[:2]]) + 0.01


def test_methods_without_learning_are_never_corrected_and_keep_no_proposal(done):
    _, factory, _ = done
    for engine in (factory.made[1], factory.made[4]):
        assert not engine.of("correct")
        assert engine.proposals == {}
        assert engine.closed


def test_the_picture_is_a_readable_png(done):
    import cv2

    _, _, out = done
    picture = cv2.imread(str(out / "curve.png"))
    assert picture is not None
    assert min(picture.shape[:2]) > 300
    assert picture.std() > 5


def test_comparisons_carry_intervals_around_the_difference(done):
    outcome, _, _ = done
    (found,) = [
        c for c in outcome.comparisons if (c["method"], c["against"], c["part"]) == ("auxol", "generalist", "last_half")
    ]
    assert found["dice_low"] <= found["dice_difference"] <= found["dice_high"]
    assert found["dice_low"] > 0


def test_a_second_call_reads_back_what_is_finished(discs, done, tmp_path):
    first, _, out = done
    second, factory = go(discs, out)
    assert len(factory.made) == 1
    assert all(e["from_cache"] for e in second.entries)
    assert [e["dice_mean"] for e in second.entries] == [e["dice_mean"] for e in first.entries]
    _, other = go(discs, out, factory=FakeFactory(generalist_hash="other"))
    assert len(other.made) == 5


def test_changed_data_or_options_are_replayed_anew_and_only_where_they_matter(tmp_path):
    folder = image_set(tmp_path / "set", count=2)
    out = tmp_path / "out"
    go(folder, out)
    _, factory = go(folder, out, paper=PaperOptions(memory="fifo"))
    assert [next(iter(e.options.values())).preset for e in factory.made[1:]] == ["paper", "paper"]
    mask = np.zeros((256, 256), np.uint8)
    mask[50:150, 50:150] = 255
    write_image(folder / "masks" / "case00.png", mask)
    _, factory = go(folder, out)
    assert len(factory.made) == 5


def test_ctrl_c_leaves_what_is_done_and_a_second_call_goes_on(discs, tmp_path):
    out = tmp_path / "out"
    stopped, _ = go(discs, out, ["shape", "generalist", "auxol"], FakeFactory(stop_at=4))
    assert stopped.interrupted
    entries = json.loads((out / "summary.json").read_text())
    assert [(e["method"], e["n_images"], e["partial"]) for e in entries] == [
        ("shape", 7, False),
        ("generalist", 3, True),
    ]
    assert len(read_rows(out / "rows.csv")) == 10
    assert (out / "curve.png").stat().st_size > 1000
    finished, factory = go(discs, out, ["shape", "generalist", "auxol"])
    assert not finished.interrupted
    assert [(e["method"], e["n_images"], e["from_cache"]) for e in finished.entries] == [
        ("shape", 7, True),
        ("generalist", 7, False),
        ("auxol", 7, False),
    ]
    assert len(factory.made) == 3
    assert not list((out / "cache").glob("*.partial.csv"))


@pytest.mark.parametrize(("every", "corrected"), [(1, 7), (2, 4), (4, 2)])
def test_feedback_is_given_on_every_nth_image(discs, tmp_path, every, corrected):
    outcome, factory = go(discs, tmp_path / "out", ["auxol"], feedback=FeedbackOptions(every=every))
    assert outcome.entries[0]["n_corrections"] == corrected
    engine = factory.made[1]
    assert len(engine.of("correct")) == len(engine.of("learn_now")) == corrected
    assert len(engine.of("dismiss")) == 7 - corrected


def test_review_looks_at_the_dice_of_the_shown_result():
    rule = FeedbackOptions(every=2, review_below=0.85)
    assert feedback_due(0, 0.84, rule)
    assert not feedback_due(0, 0.85, rule)
    assert not feedback_due(1, 0.10, rule)
    assert feedback_due(1, 0.99, FeedbackOptions())


def test_review_below_saves_corrections_once_the_result_is_good(discs, tmp_path):
    outcome, _ = go(discs, tmp_path / "out", ["auxol"], feedback=FeedbackOptions(review_below=0.9))
    rows = read_rows(tmp_path / "out" / "rows.csv")
    assert [row.corrected for row in rows] == [row.dice < 0.9 for row in rows]
    assert 2 <= outcome.entries[0]["n_corrections"] < 7


def test_careless_corrections_reach_the_engine_and_the_score_stays_honest(discs, tmp_path):
    _, clean = go(discs, tmp_path / "a", ["paper"])
    outcome, noisy = go(discs, tmp_path / "b", ["paper"], feedback=FeedbackOptions(noise=Noise("erode", 0.1)))
    for truth, worn in zip(clean.made[1].of("correct"), noisy.made[1].of("correct"), strict=True):
        assert not (worn[2] & ~truth[2]).any()
        assert worn[2].sum() < truth[2].sum()
    clean_entry = json.loads((tmp_path / "a" / "summary.json").read_text())[0]
    assert outcome.entries[0]["dice_mean"] == clean_entry["dice_mean"]


def test_a_sequence_is_one_task_and_a_stream_named_twice_shows_new_images(discs, tmp_path):
    other = image_set(tmp_path / "other", count=3, seed=5)
    outcome, factory = go(
        [discs, other], tmp_path / "out", ["generalist", "auxol"], sequence=("discs", "other", "discs")
    )
    assert [(e["dataset"], e["method"], e["n_images"]) for e in outcome.entries] == [
        (name, method, 3) for method in ("generalist", "auxol") for name in ("discs#1", "other#1", "discs#2")
    ]
    assert len(factory.made) == 3
    rows = [row for row in read_rows(tmp_path / "out" / "rows.csv") if row.method == "auxol"]
    assert len({row.image for row in rows if row.dataset != "other#1"}) == 6
    assert [row.version for row in rows] == list(range(9))
    with pytest.raises(InvalidInputError, match="nothing"):
        go(discs, tmp_path / "out", sequence=("discs", "nothing"))


def test_points_and_several_objects_an_image(tmp_path):
    truth = np.zeros((256, 256), np.uint8)
    truth[20:70, 20:70] = truth[120:180, 120:200] = 255
    write_image(tmp_path / "set" / "images" / "a.png", truth // 2)
    write_image(tmp_path / "set" / "masks" / "a.png", truth)
    outcome, factory = go(tmp_path / "set", tmp_path / "out", prompts=PromptOptions(kind="point"))
    assert [e["n_objects"] for e in outcome.entries] == [2] * 5
    assert len(factory.made[2].of("predict")) == 2
    assert len(factory.made[2].of("correct")) == 1
    assert outcome.entries[0]["dice_mean"] > 0.7


def test_bad_input_of_one_image_is_named_and_counts_as_nothing_found(tmp_path):
    import SimpleITK as sitk

    folder = volume_set(tmp_path / "set", count=1, ending=".mha")  # NIfTI readers put 0 for NaN
    path = str(folder / "volumes" / "vol0.mha")
    image = sitk.ReadImage(path)
    voxels = sitk.GetArrayFromImage(image)
    voxels[6] = np.nan
    broken = sitk.GetImageFromArray(voxels)
    broken.CopyInformation(image)
    sitk.WriteImage(broken, path)
    outcome, _ = go(folder, tmp_path / "out", ["generalist"], labels=["1"])
    (entry,) = outcome.entries
    assert entry["n_failed"] == 1
    assert "vol0#6" in entry["failed"][0]
    (row,) = [row for row in read_rows(tmp_path / "out" / "rows.csv") if row.note]
    assert row.dice == 0.0
    assert row.hd95 == pytest.approx(np.hypot(40 * 0.5, 48 * 1.5))
    assert row.unit == "mm"


def test_other_errors_of_the_engine_end_the_run_and_leave_what_is_done(discs, tmp_path):
    factory = FakeFactory()
    make = factory.__call__

    def failing(**arguments):
        engine = make(**arguments)

        def learn_now(task):
            raise UnavailableError("no disk")

        engine.learn_now = learn_now
        return engine

    workshop = Workshop(failing, "fake", MachineOptions())
    with pytest.raises(UnavailableError):
        replay([discs], ["generalist", "auxol"], ReplayOptions(), workshop, tmp_path / "out")
    entries = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [(e["method"], e["n_images"]) for e in entries] == [("generalist", 7)]


def test_what_was_skipped_or_left_out_stands_in_the_summary(tmp_path):
    folder = image_set(tmp_path / "set", count=4)
    write_image(folder / "masks" / "case00.png", np.zeros((256, 256), np.uint8))
    (folder / "masks" / "case01.png").unlink()
    outcome, _ = go(folder, tmp_path / "out", ["shape"], plan=PlanOptions(seed=3))
    (entry,) = outcome.entries
    assert (entry["n_empty_skipped"], entry["n_left_out"], entry["n_images"]) == (1, 1, 2)
    assert entry["left_out"] == ["case01.png: no partner in masks/"]


def test_nothing_is_written_where_the_data_are_wrong(tmp_path):
    with pytest.raises(DataError):
        go(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_listener_hears_every_image_and_the_end(discs, tmp_path):
    heard = []

    class Ear(Listener):
        def begin(self, title, total):
            heard.append((title, total))

        def row(self, row):
            heard.append(row.index)

        def end(self):
            heard.append("end")

    workshop = Workshop(FakeFactory(), "fake", MachineOptions())
    replay([discs], ["generalist"], ReplayOptions(), workshop, tmp_path / "out", listener=Ear())
    assert heard == [("discs generalist", 7), *range(7), "end"]

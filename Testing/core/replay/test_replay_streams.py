"""Order, limits and preparation of streams."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from replay_fakes import disc, image_set, volume_set, write_image

from auxol_core.errors import DataError
from auxol_core.replay.options import PlanOptions
from auxol_core.replay.sources import open_set, structures
from auxol_core.replay.streams import enlarged, enlarged_mask, evenly, plan_stream, shared_out


def stream_of(folder, label=(), parts=1, **plan):
    return plan_stream(structures([open_set(folder)], label)[0], PlanOptions(**plan), parts)


def test_the_order_is_drawn_by_the_seed_and_a_limit_takes_its_beginning(tmp_path):
    folder = image_set(tmp_path / "set", count=8)
    names = [[item.name for item in stream_of(folder, seed=seed).items] for seed in (0, 0, 1)]
    assert names[0] == names[1] != names[2]
    assert sorted(names[0]) == sorted(names[2])
    assert [item.name for item in stream_of(folder, limit=3).items] == names[0][:3]


def test_empty_slices_and_those_with_small_pieces_alone_are_skipped_and_counted(tmp_path):
    folder = image_set(tmp_path / "set", count=3)
    write_image(folder / "masks" / "case00.png", np.zeros((256, 256), np.uint8))
    small = np.zeros((256, 256), np.uint8)
    small[10:25, 10:60] = 255
    write_image(folder / "masks" / "case01.png", small)
    stream = stream_of(folder)
    assert [item.name for item in stream.items] == ["case02"]
    assert (stream.counts.empty, stream.counts.small) == (1, 1)


def test_a_small_piece_gets_no_prompt_and_leaves_the_truth(tmp_path):
    truth = disc((256, 256), (120, 120), 30)
    large = truth.copy()
    truth[5:20, 5:21] = True
    write_image(tmp_path / "images" / "a.png", np.zeros((256, 256), np.uint8))
    write_image(tmp_path / "masks" / "a.png", truth * np.uint8(255))
    (sample,) = stream_of(tmp_path).samples()
    assert sample.small == 1
    assert np.array_equal(sample.truth, large)


def test_a_small_image_is_enlarged_and_its_distances_stay_what_they_were(tmp_path):
    folder = volume_set(tmp_path / "set", count=1, shape=(12, 40, 48), spacing=(1.5, 0.5, 3.0))
    sample = next(stream_of(folder, ["1"]).samples())
    assert sample.pixels.shape == (213, 256)
    assert sample.spacing == pytest.approx((0.5 * 40 / 213, 1.5 * 48 / 256))
    assert sample.spacing_mm == sample.spacing


def test_a_picture_has_no_millimetres_and_is_measured_in_its_own_pixels(tmp_path):
    sample = next(stream_of(image_set(tmp_path / "set", count=1, shape=(256, 200))).samples())
    assert (sample.spacing, sample.spacing_mm) == ((1.0, 1.0), None)
    truth = np.zeros((128, 100), np.uint8)
    truth[40:80, 30:60] = 1
    write_image(tmp_path / "half" / "images" / "a.png", truth)
    write_image(tmp_path / "half" / "masks" / "a.png", truth)
    half = next(stream_of(tmp_path / "half").samples())
    assert half.pixels.shape == (256, 200)
    assert half.spacing == (0.5, 0.5)


@given(rows=st.integers(16, 255), cols=st.integers(16, 255))
def test_image_and_mask_are_enlarged_alike(rows, cols):
    mask = np.zeros((rows, cols), bool)
    mask[rows // 4 : rows // 4 + max(2, rows // 2), cols // 4 : cols // 4 + max(2, cols // 2)] = True
    image, scale = enlarged((mask * 200).astype(np.uint8))
    large = enlarged_mask(mask)
    assert image.shape == large.shape
    assert max(image.shape) == 256
    assert scale == (image.shape[0] / rows, image.shape[1] / cols)
    for axis in (0, 1):
        middles = [np.average(np.arange(a.shape[axis]), weights=a.sum(axis=1 - axis)) for a in (image, large)]
        assert middles[0] == pytest.approx(middles[1], abs=0.6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64])
def test_volumes_of_every_type_can_be_enlarged(dtype):
    large, _ = enlarged(np.full((30, 40), 100, dtype))
    assert large.shape == (192, 256)
    assert np.allclose(large, 100)


def test_slices_keep_their_order_and_volumes_stay_together(tmp_path):
    items = stream_of(volume_set(tmp_path / "set", count=4), ["1"]).items
    volumes = [item.pair.name for item in items]
    assert len(dict.fromkeys(volumes)) == sum(a != b for a, b in zip(volumes, ["", *volumes], strict=False)) == 4
    for volume in set(volumes):
        indices = [item.index for item in items if item.pair.name == volume]
        assert indices == sorted(indices)


def test_a_limit_on_volumes_is_spread_over_at_least_eight_of_them(tmp_path):
    items = stream_of(volume_set(tmp_path / "set", count=10), ["1"], limit=16).items
    assert len(items) == 16
    per_volume = [sum(item.pair.name == name for item in items) for name in {item.pair.name for item in items}]
    assert sorted(per_volume) == [2] * 8


def test_fewer_volumes_than_eight_give_what_they_have(tmp_path):
    items = stream_of(volume_set(tmp_path / "set", count=2), ["1"], limit=5).items
    assert len(items) == 5
    assert len({item.pair.name for item in items}) == 2


@given(capacities=st.lists(st.integers(1, 20), min_size=1, max_size=12), limit=st.integers(1, 200))
def test_a_limit_is_shared_out_as_evenly_as_capacities_allow(capacities, limit):
    quotas = shared_out(limit, capacities)
    assert sum(quotas) == min(limit, sum(capacities))
    assert all(q <= c for q, c in zip(quotas, capacities, strict=True))
    short = [q for q, c in zip(quotas, capacities, strict=True) if q < c]
    assert not short or max(quotas) - min(short) <= 1


@given(count=st.integers(1, 30), extra=st.integers(0, 30))
def test_even_picks_are_distinct_and_in_order(count, extra):
    picked = evenly(range(count + extra), count)
    assert len(set(picked)) == count
    assert picked == sorted(picked)


def test_every_third_slice_and_another_axis(tmp_path):
    folder = volume_set(tmp_path / "set", count=1)
    assert {item.index % 3 for item in stream_of(folder, ["1"], every=3).items} == {0}
    sample = next(stream_of(folder, ["1"], axis=2).samples())
    assert sample.spacing == pytest.approx((3.0 * 12 / 77, 0.5 * 40 / 256))
    assert sample.pixels.shape == (77, 256)


def test_float_volumes_reach_the_engine_unmodified_unless_each_volume_has_its_own_window(tmp_path):
    folder = volume_set(tmp_path / "set", count=1, shape=(12, 40, 48))
    for part in ("volumes", "labels"):
        path = str(folder / part / "vol0.nii.gz")
        array = np.kron(sitk.GetArrayFromImage(sitk.ReadImage(path)), np.ones((1, 6, 6)))
        sitk.WriteImage(sitk.GetImageFromArray(array.astype(np.float32)), path)
    sample = next(stream_of(folder, ["2"]).samples())
    index = stream_of(folder, ["2"]).items[0].index
    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "volumes" / "vol0.nii.gz")))
    assert sample.pixels.dtype == np.float32
    assert np.array_equal(sample.pixels, voxels[index])
    own = next(stream_of(folder, ["2"], window="volume").samples())
    assert own.pixels.dtype == np.uint8
    assert own.pixels.max() == 255


def test_a_picture_that_breaks_off_in_the_middle_is_named_and_left_out(tmp_path):
    folder = image_set(tmp_path / "set", count=2)
    path = folder / "images" / "case00.png"
    path.write_bytes(path.read_bytes()[:400])
    stream = stream_of(folder)
    assert [item.name for item in stream.items] == ["case01"]
    assert [problem.file for problem in stream.problems] == ["case00"]


def test_a_stream_named_twice_is_cut_in_parts_without_common_images(tmp_path):
    folder = image_set(tmp_path / "set", count=7)
    first, second = stream_of(folder, parts=2, limit=3).cut(2)
    assert len(first.items) == len(second.items) == 3
    assert not {i.name for i in first.items} & {i.name for i in second.items}
    with pytest.raises(DataError, match="too few"):
        stream_of(folder).cut(8)


def test_a_stream_without_anything_to_prompt_is_an_error(tmp_path):
    folder = image_set(tmp_path / "set", count=1)
    small = np.zeros((256, 256), np.uint8)
    small[10:20, 10:20] = 255
    write_image(folder / "masks" / "case00.png", small)
    with pytest.raises(DataError, match="16 x 16"):
        stream_of(folder)

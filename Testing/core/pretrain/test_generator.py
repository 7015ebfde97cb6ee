"""The generator keeps its promises about shapes, labels, determinism, and the spread of what it shows."""

import time

import cv2
import numpy as np
import pytest

from pretrain.synthetic.generator import LAYOUTS, SyntheticImage, generate
from pretrain.synthetic.shapes import random_shape
from pretrain.synthetic.texture import random_texture, smooth_noise
from pretrain.synthetic.tidy import MAX_OBJECTS, MIN_PIXELS, tidy

COUNT = 120


@pytest.fixture(scope="module")
def samples() -> list[SyntheticImage]:
    return [generate(np.random.default_rng(seed)) for seed in range(COUNT)]


def objects(sample: SyntheticImage) -> list[np.ndarray]:
    return [sample.labels == label for label in range(1, int(sample.labels.max()) + 1)]


def holes(mask: np.ndarray) -> int:
    """How many pieces of background a mask encloses."""
    ringed = cv2.copyMakeBorder(1 - mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    return cv2.connectedComponents(ringed, connectivity=4)[0] - 2


def is_coloured(sample: SyntheticImage) -> bool:
    wide = sample.image.astype(int)
    return bool((wide.max(axis=2) - wide.min(axis=2)).mean() > 2)


def contrast(sample: SyntheticImage, mask: np.ndarray) -> float:
    """Difference of means between an object and a ring around it, in parts of the range."""
    inside = mask.astype(np.uint8)
    near = cv2.dilate(inside, np.ones((3, 3), np.uint8))
    ring = cv2.dilate(inside, np.ones((15, 15), np.uint8)) - near
    means = [np.array(cv2.mean(sample.image, part)[:3]) for part in (inside, ring)]
    return float(np.abs(means[0] - means[1]).max() / 255)


def test_the_same_seed_gives_the_same_picture_whatever_the_thread_count():
    before = cv2.getNumThreads()
    try:
        for seed in range(6):
            cv2.setNumThreads(1)
            first = generate(np.random.default_rng(seed))
            cv2.setNumThreads(4)
            second = generate(np.random.default_rng(seed))
            np.testing.assert_array_equal(first.image, second.image)
            np.testing.assert_array_equal(first.labels, second.labels)
    finally:
        cv2.setNumThreads(before)


def test_other_seeds_give_other_pictures():
    corners = [generate(np.random.default_rng(seed)).image[:100, :100] for seed in (1, 2)]
    assert not np.array_equal(*corners)


def test_the_global_random_state_is_neither_read_nor_moved():
    np.random.seed(0)
    state = np.random.get_state()[1].copy()
    first = generate(np.random.default_rng(5))
    np.testing.assert_array_equal(state, np.random.get_state()[1])
    np.random.seed(99)
    np.testing.assert_array_equal(first.image, generate(np.random.default_rng(5)).image)


def test_images_are_rgb_bytes_and_labels_share_their_grid(samples):
    for sample in samples:
        height, width = sample.labels.shape
        assert sample.image.dtype == np.uint8 and sample.image.shape == (height, width, 3)
        assert sample.labels.dtype == np.int16
        assert max(height, width) in (192, 256, 320) and min(height, width) >= 0.7 * max(height, width)


def test_no_picture_is_blank(samples):
    assert min(float(sample.image.std()) for sample in samples) > 1


def test_labels_count_from_one_without_gaps_and_none_is_tiny(samples):
    for sample in samples:
        counts = np.bincount(sample.labels.ravel())
        assert sample.labels.min() >= 0 and 1 <= len(counts) - 1 <= MAX_OBJECTS
        assert counts[1:].min() >= MIN_PIXELS


def test_each_object_is_one_connected_piece(samples):
    for sample in samples:
        for mask in objects(sample):
            assert cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0] == 2


def test_colour_is_in_a_third_to_a_half(samples):
    assert 0.3 <= np.mean([is_coloured(sample) for sample in samples]) <= 0.6


def test_extents_run_from_a_few_percent_of_the_side_to_most_of_it(samples):
    extents = []
    for sample in samples:
        for mask in objects(sample):
            rows, columns = np.nonzero(mask)
            extents.append(max(np.ptp(rows), np.ptp(columns)) / min(mask.shape))
    low, middle, high = np.quantile(extents, (0.05, 0.5, 0.95))
    assert low < 0.12 and 0.15 < middle < 0.4 and high > 0.55


def test_contrast_is_often_faint_and_sometimes_strong(samples):
    steps = np.array([contrast(sample, mask) for sample in samples for mask in objects(sample)])
    assert 0.2 < np.mean(steps < 0.08) < 0.6
    assert np.mean(steps > 0.2) > 0.15


def test_objects_touch_one_another_in_many_pictures(samples):
    touching = 0
    for sample in samples:
        wide, narrow = sample.labels[:, 1:], sample.labels[:, :-1]
        touching += bool(((wide != narrow) & (wide > 0) & (narrow > 0)).any())
    assert touching > 0.25 * len(samples)


def test_tidy_keeps_a_main_piece_and_drops_its_crumb():
    labels = np.zeros((40, 40), np.int16)
    labels[5:25, 5:25] = 3
    labels[35:37, 35:37] = 3
    clean = tidy(np.random.default_rng(0), labels)
    assert clean.max() == 1 and (clean > 0).sum() == 400


def test_tidy_makes_two_objects_of_one_that_lies_in_halves():
    labels = np.zeros((40, 40), np.int16)
    labels[5:35, 2:12] = labels[5:35, 25:35] = 1
    clean = tidy(np.random.default_rng(0), labels)
    assert clean.max() == 2 and (clean == 1).sum() == (clean == 2).sum() == 300


def test_tidy_drops_what_is_too_small():
    labels = np.zeros((40, 40), np.int16)
    labels[5:10, 5:10] = 1
    assert not tidy(np.random.default_rng(0), labels).any()


@pytest.mark.parametrize("size", [(1, 256), (9, 5), (320, 233)])
def test_textures_are_finite_at_every_size(size):
    rng = np.random.default_rng(0)
    for cell in (1.5, 4.0, 30.0, 500.0):
        field = smooth_noise(rng, size, cell)
        assert field.shape == size and field.dtype == np.float32 and np.isfinite(field).all()
    for _ in range(30):
        field = random_texture(rng, size)
        assert field.shape == size and np.isfinite(field).all()


def test_a_picture_takes_a_few_hundredths_of_a_second():
    started = time.process_time()
    for seed in range(20):
        generate(np.random.default_rng(seed))
    assert (time.process_time() - started) / 20 < 0.08


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_each_layout_yields_objects(layout):
    labels = [int(generate(np.random.default_rng((7, i)), layout).labels.max()) for i in range(4)]
    assert min(labels) >= 1


def test_holes_are_kept_where_the_picture_shows_them():
    """A ring is drawn and labelled without what it encloses, and tidying does not fill it."""
    for seed in range(5):
        mask = random_shape(np.random.default_rng(seed), (128, 128), (64, 64), 90, {"ring": 1.0})
        assert holes(mask) == 1
        assert holes((tidy(np.random.default_rng(0), mask.astype(np.int16)) > 0).astype(np.uint8)) == 1


def test_a_horseshoe_is_open():
    masks = [
        random_shape(np.random.default_rng(seed), (128, 128), (64, 64), 90, {"horseshoe": 1.0}) for seed in range(5)
    ]
    assert all(mask.any() and holes(mask) == 0 for mask in masks)


def test_pictures_of_tubes_and_hearts_hold_objects_with_a_hole():
    for layout in ("tubes", "heart"):
        made = [generate(np.random.default_rng((1, i)), layout) for i in range(8)]
        assert sum(holes(mask.astype(np.uint8)) > 0 for sample in made for mask in objects(sample)) >= 4


def test_the_large_organ_of_a_belly_leaves_much_of_its_box_empty():
    shares = []
    for i in range(12):
        mask = max(objects(generate(np.random.default_rng((2, i)), "belly")), key=np.sum)
        rows, columns = np.nonzero(mask)
        shares.append(mask.sum() / ((np.ptp(rows) + 1) * (np.ptp(columns) + 1)))
    assert np.mean(shares) < 0.7


def test_faint_objects_differ_little_from_what_lies_around_them():
    made = [generate(np.random.default_rng((3, i)), "faint") for i in range(12)]
    assert np.median([contrast(sample, mask) for sample in made for mask in objects(sample)]) < 0.06

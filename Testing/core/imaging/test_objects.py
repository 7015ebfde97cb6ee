"""Which part of a corrected mask belongs to which proposal: objects.divide."""

from __future__ import annotations

import time

import numpy as np
import pytest

from auxol_core.imaging.objects import MAX_DRAWN, Claimant, divide
from auxol_core.types import BoolArray, Box, Point, Prompt

SHAPE = (20, 30)


def mask_of(*boxes: tuple[int, int, int, int], shape: tuple[int, int] = SHAPE) -> BoolArray:
    """A mask that is the union of half-open boxes (row0, col0, row1, col1)."""
    mask = np.zeros(shape, dtype=bool)
    for row0, col0, row1, col1 in boxes:
        mask[row0:row1, col0:col1] = True
    return mask


LEFT, RIGHT = (2, 2, 10, 10), (4, 18, 14, 28)


def boxed(box: tuple[int, int, int, int], mask: BoolArray | None = None) -> Claimant:
    return Claimant(Prompt(box=Box(*box)), mask_of(box) if mask is None else mask)


def clicked(row: float, col: float, mask: BoolArray | None = None) -> Claimant:
    return Claimant(Prompt(points=(Point(row, col),)), mask_of() if mask is None else mask)


def test_two_boxes_get_their_own_component_each() -> None:
    truths, drawn = divide(mask_of(LEFT, RIGHT), [boxed(RIGHT), boxed(LEFT)])
    assert np.array_equal(truths[0], mask_of(RIGHT))
    assert np.array_equal(truths[1], mask_of(LEFT))
    assert drawn == []


def test_a_click_inside_wins_against_a_box_and_a_mask_that_fit_perfectly() -> None:
    # The click's proposal missed its object altogether; the box's proposal took both.
    both = mask_of(LEFT, RIGHT)
    truths, _ = divide(both, [boxed((2, 2, 14, 28), both), clicked(8, 20)])
    assert np.array_equal(truths[0], mask_of(LEFT))
    assert np.array_equal(truths[1], mask_of(RIGHT))


def test_a_negative_click_claims_nothing() -> None:
    prompt = Prompt(points=(Point(5, 5), Point(8, 20, positive=False)))
    truths, drawn = divide(mask_of(LEFT, RIGHT), [Claimant(prompt, mask_of(LEFT))])
    assert np.array_equal(truths[0], mask_of(LEFT))
    assert [d.sum() for d in drawn] == [100]


def test_one_proposal_may_own_several_components() -> None:
    prompt = Prompt(points=(Point(5, 5), Point(8, 20)))
    truths, drawn = divide(mask_of(LEFT, RIGHT), [Claimant(prompt, mask_of(LEFT))])
    assert np.array_equal(truths[0], mask_of(LEFT, RIGHT))
    assert drawn == []


def test_a_proposal_without_clicks_or_box_claims_what_its_mask_overlaps() -> None:
    neighbour = Prompt(mask=mask_of(LEFT).astype(np.float32))
    truths, drawn = divide(mask_of(LEFT, RIGHT), [Claimant(neighbour, mask_of((3, 3, 9, 9)))])
    assert np.array_equal(truths[0], mask_of(LEFT))
    assert len(drawn) == 1


def test_a_proposal_whose_object_was_erased_has_an_empty_truth() -> None:
    truths, drawn = divide(mask_of(LEFT), [boxed(LEFT), boxed(RIGHT)])
    assert np.array_equal(truths[0], mask_of(LEFT))
    assert not truths[1].any()
    assert drawn == []


def test_an_empty_mask_empties_every_truth() -> None:
    truths, drawn = divide(mask_of(), [boxed(LEFT), clicked(5, 5)])
    assert [t.any() for t in truths] == [False, False]
    assert drawn == []


def test_nothing_at_all_is_divided_into_nothing() -> None:
    assert divide(mask_of(), []) == ([], [])


def test_what_no_proposal_points_at_was_drawn_by_hand() -> None:
    truths, drawn = divide(mask_of(LEFT, RIGHT), [boxed(LEFT)])
    assert np.array_equal(truths[0], mask_of(LEFT))
    assert len(drawn) == 1 and np.array_equal(drawn[0], mask_of(RIGHT))


def test_specks_drawn_by_hand_are_slips_of_the_pen() -> None:
    nine, eight = (2, 2, 5, 5), (10, 10, 12, 14)
    _, drawn = divide(mask_of(nine, eight), [])
    assert [d.sum() for d in drawn] == [9]


def test_a_speck_belongs_to_the_proposal_that_covers_it() -> None:
    speck = (5, 5, 6, 6)
    truths, drawn = divide(mask_of(speck), [boxed((4, 4, 8, 8))])
    assert np.array_equal(truths[0], mask_of(speck))
    assert drawn == []


def test_a_box_that_reaches_over_the_border_still_claims_its_object() -> None:
    corner = mask_of((0, 0, 6, 6))
    truths, _ = divide(corner, [Claimant(Prompt(box=Box(-4.5, -3.0, 6.4, 6.2)), mask_of())])
    assert np.array_equal(truths[0], corner)


@pytest.mark.parametrize("click", [(-0.4, -0.4), (19.4, 29.4), (0.0, 29.0)])
def test_a_click_on_the_border_counts_for_the_pixel_it_lies_on(click: tuple[float, float]) -> None:
    truths, drawn = divide(np.ones(SHAPE, dtype=bool), [clicked(*click)])
    assert truths[0].all()
    assert drawn == []


def test_two_touching_objects_are_parted_between_their_boxes() -> None:
    # Saved as one mask they are one component; neither of them may be taught that nothing is there.
    left, right = (4, 2, 14, 15), (4, 15, 14, 28)
    truths, drawn = divide(mask_of(left, right), [boxed(left), boxed(right)])
    assert np.array_equal(truths[0], mask_of(left))
    assert np.array_equal(truths[1], mask_of(right))
    assert drawn == []


def test_two_touching_objects_are_parted_between_their_clicks() -> None:
    truths, _ = divide(mask_of((4, 2, 14, 28)), [clicked(8, 7), clicked(8, 22)])
    assert np.array_equal(truths[0], mask_of((4, 2, 14, 15)))
    assert np.array_equal(truths[1], mask_of((4, 15, 14, 28)))


def test_three_touching_objects_are_parted_in_one_go() -> None:
    thirds = [(4, 0, 14, 10), (4, 10, 14, 20), (4, 20, 14, 30)]
    truths, _ = divide(mask_of(*thirds), [boxed(third) for third in thirds])
    assert [np.array_equal(truth, mask_of(third)) for truth, third in zip(truths, thirds, strict=True)] == [True] * 3


def test_two_proposals_of_one_object_both_get_all_of_it() -> None:
    # A click, then a box around the same thing: one of them must not become "nothing is there".
    nearly = mask_of((2, 2, 10, 9))
    truths, _ = divide(mask_of(LEFT), [clicked(5, 5, nearly), boxed(LEFT)])
    assert np.array_equal(truths[0], mask_of(LEFT))
    assert np.array_equal(truths[1], mask_of(LEFT))


def test_two_clicks_on_one_spot_whose_masks_disagree_both_get_the_object() -> None:
    leaked = mask_of((0, 0, 20, 30))
    truths, _ = divide(mask_of(LEFT), [clicked(5, 5, leaked), clicked(5, 5, mask_of((4, 4, 6, 6)))])
    assert truths[0].any() and truths[1].any()
    assert np.array_equal(truths[0] | truths[1], mask_of(LEFT))


def test_a_box_that_only_grazes_a_neighbour_is_still_taught_that_nothing_is_there() -> None:
    truths, _ = divide(mask_of(LEFT), [boxed(LEFT), boxed((2, 9, 10, 18))])
    assert not truths[1].any()
    assert np.array_equal(truths[0], mask_of(LEFT))


def test_every_pixel_of_a_claimed_component_goes_somewhere_and_only_there() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        mask = rng.random((24, 24)) < 0.55
        claimants = [
            clicked(float(row), float(col), rng.random((24, 24)) < 0.2) for row, col in rng.integers(0, 24, (4, 2))
        ]
        truths, drawn = divide(mask, claimants)
        given = np.sum([*truths, *drawn], axis=0)
        assert not given[~mask].any()
        left_over = mask & (given == 0)
        assert left_over.sum() <= 8 * 20  # specks alone


def test_thousands_of_components_take_a_moment_and_only_the_largest_are_taught() -> None:
    mask = np.zeros((600, 600), dtype=bool)
    for row in range(0, 600, 6):
        mask[row : row + 4, ::6] = True
        mask[row : row + 4, 1::6] = True
        mask[row : row + 4, 2::6] = True
    mask[0:4, 0:5] = True
    began = time.process_time()
    _, drawn = divide(mask, [])
    divide(mask, [Claimant(Prompt(points=(Point(1, 1),)), mask)])
    assert len(drawn) == MAX_DRAWN
    assert drawn[0].sum() == 20  # the largest
    assert time.process_time() - began < 3.0

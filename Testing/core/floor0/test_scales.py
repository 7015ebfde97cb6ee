"""A grey scale in words, and whether another one is the same."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.scales import GreyScale
from auxol_core.types import IntensityWindow, SliceImage

RNG = np.random.default_rng(0)
CT = GreyScale.of(RNG.normal(0, 200, (64, 64)).astype(np.int16), whole=True)


def test_the_scale_is_told_in_words_and_a_guess_as_a_guess() -> None:
    assert GreyScale.of(np.zeros((4, 4), np.uint8), whole=False).words() == "8-bit pictures, 0 to 255"
    assert GreyScale(-110, 240, "CT", guessed=False).words() == "CT, -110 to 240"
    assert CT.words(-110, 240) == "CT (a guess), -110 to 240"
    assert GreyScale.of(RNG.uniform(0, 1, (9, 9)), whole=False).kind == "values of 0 to 1"
    assert GreyScale.of(RNG.uniform(0, 900, (9, 9)), " MR\n", whole=False).words().startswith("MR, ")


def test_another_kind_of_image_is_foreign() -> None:
    unsigned = GreyScale.of(RNG.normal(1024, 200, (64, 64)).astype(np.uint16), whole=True)
    eight = GreyScale.of(np.zeros((4, 4), np.uint8), whole=True)
    assert unsigned.is_foreign_to(CT) and eight.is_foreign_to(CT) and CT.is_foreign_to(eight)
    assert not CT.is_foreign_to(CT)


def test_two_named_modalities_decide_it_whatever_their_ranges() -> None:
    ct, mr = GreyScale(0, 100, "CT", guessed=False), GreyScale(0, 100, "MR", guessed=False)
    assert mr.is_foreign_to(ct)
    assert not GreyScale(5000, 6000, "ct", guessed=False).is_foreign_to(ct)


def test_another_range_is_foreign_of_volumes_and_not_of_slices() -> None:
    assert GreyScale(0, 4000, "x", whole=True).is_foreign_to(GreyScale(0, 300, "x", whole=True))
    assert not GreyScale(0, 400, "x", whole=True).is_foreign_to(GreyScale(0, 300, "x", whole=True))
    assert not GreyScale(0, 4000, "x").is_foreign_to(GreyScale(0, 300, "x", whole=True))


@pytest.mark.parametrize("bad", [(3.0, 3.0, "CT"), (0.0, float("inf"), "CT"), (0.0, 1.0, ""), (0.0, 1.0, "x" * 41)])
def test_a_scale_that_is_none_is_refused(bad: tuple[float, float, str]) -> None:
    with pytest.raises(InvalidInputError, match="grey scale needs"):
        GreyScale(*bad)


def test_a_slice_is_seen_through_its_volume_s_range_where_that_is_known() -> None:
    image = SliceImage(np.zeros((4, 4), np.int16), scale=GreyScale(-160, 240, "CT"))
    assert IntensityWindow.of(image) == IntensityWindow(-160, 240)

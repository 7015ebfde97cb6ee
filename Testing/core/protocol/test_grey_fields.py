"""What is told of greys travels, and whoever is older is not disturbed by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.protocol import Message, decode, encode, made, plain, proposals_message, proposals_of
from auxol_core.scales import GreyScale
from auxol_core.server.slice_routes import _slice_of
from auxol_core.types import Box, IntensityWindow, Prompt, Proposal, SliceImage, WindowInfo

EYE = np.eye(4, dtype=bool)
PROPOSAL = Proposal("p", "t", "s", Prompt(Box(0, 0, 2, 2)), EYE, 0.4, 1, 0.5, 0.97, "Do not trust it.")
SCALE = GreyScale(-160.0, 240.0, "CT", guessed=False, whole=True)
IMAGE = SliceImage(np.zeros((4, 4), np.int16))


def test_a_proposal_s_share_outside_and_warning_travel() -> None:
    (told,) = proposals_of(decode(encode(proposals_message([PROPOSAL]))))
    assert (told.outside, told.warning) == (0.97, "Do not trust it.")


def test_a_server_of_before_tells_neither() -> None:
    message = proposals_message([PROPOSAL])
    entry = message.fields["proposals"][0]
    del entry["outside"], entry["warning"]
    (told,) = proposals_of(message)
    assert (told.outside, told.warning) == (0.0, "")


def test_a_slice_s_scale_travels_and_may_be_left_out() -> None:
    arrays = {"pixels": IMAGE.pixels}
    assert _slice_of(Message({"spacing_mm": None, "scale": plain(SCALE)}, arrays), IMAGE.slice_id).scale == SCALE
    assert _slice_of(Message({"spacing_mm": None}, arrays), IMAGE.slice_id).scale is None


BAD = [{"low": 1.0}, {**plain(SCALE), "low": 900.0}, {**plain(SCALE), "kind": 7}, "CT", [1, 2]]


@pytest.mark.parametrize("bad", BAD)
def test_a_scale_that_is_none_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInputError):
        _slice_of(Message({"spacing_mm": None, "scale": bad}, {"pixels": IMAGE.pixels}), IMAGE.slice_id)


def test_what_is_known_of_a_window_travels() -> None:
    info = WindowInfo(IntensityWindow(0.0, 9.0), "given", "CT, 0 to 9", 0.25, 1)
    assert made(WindowInfo, plain(info)) == info
    assert made(WindowInfo, plain(replace(info, window=None))).window is None

"""What floor 0 promises as a whole: the error tree, the small types' views, and one version everywhere."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import auxol_core
from auxol_core import api, errors
from auxol_core.types import Box, Point, Prompt, Proposal, Segmentation

ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception) and kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_is_an_auxol_error_and_stands_in_the_tree_at_the_top_of_the_file(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.AuxolError)
    assert kind.__name__ in (errors.__doc__ or "")


def test_the_tree_at_the_top_names_no_error_that_does_not_exist() -> None:
    named = set(re.findall(r"\b\w+Error\b", errors.__doc__ or ""))
    assert named == {kind.__name__ for kind in ERRORS}


@pytest.mark.parametrize(
    ("kind", "builtin"), [(errors.InvalidInputError, ValueError), (errors.NotFoundError, LookupError)]
)
def test_errors_can_be_caught_by_their_builtin_kin(kind: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)


def test_every_verb_of_the_door_says_what_it_does() -> None:
    verbs = [f for name, f in inspect.getmembers(api.EngineApi, inspect.isfunction) if not name.startswith("_")]
    assert len(verbs) > 20
    assert all(verb.__doc__ for verb in verbs)


def test_a_mask_is_where_logits_are_above_zero_and_zero_itself_is_outside() -> None:
    segmentation = Segmentation(np.array([[-1.0, 0.0, 1e-6]], dtype=np.float32), quality=0.5)
    np.testing.assert_array_equal(segmentation.mask, [[False, False, True]])
    assert segmentation.mask.dtype == np.bool_


def test_a_proposal_knows_the_box_of_its_mask() -> None:
    mask = np.zeros((4, 5), dtype=bool)
    prompt = Prompt(points=(Point(1, 1),))
    empty = Proposal("p", "t", "s", prompt, mask.copy(), 0.5, 0, 1.0)
    mask[1:3, 2:5] = True
    full = Proposal("p", "t", "s", prompt, mask, 0.5, 0, 1.0)
    assert empty.box is None
    assert full.box == Box(1, 2, 3, 5)


def test_the_version_is_the_same_in_the_code_the_installation_and_the_changelog(repository: Path) -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (repository / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == auxol_core.__version__ == version("auxol-core")

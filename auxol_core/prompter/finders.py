"""Who answers ``find``: prompters by name, and which one a preset has."""

from __future__ import annotations

from collections.abc import Mapping

from auxol_core.prompter.base import Prompter
from auxol_core.prompter.usual_place import UsualPlace

USUAL_PLACE = "usual place"
FINDERS: Mapping[str, Prompter] = {USUAL_PLACE: UsualPlace()}
# A preset that brings its own prompter has a row here; all others look at the usual place.
OF_PRESET: Mapping[str, str] = {}


def finder_of(preset: str) -> Prompter:
    """The prompter that finds the structure of a task of ``preset``."""
    return FINDERS[OF_PRESET.get(preset, USUAL_PLACE)]

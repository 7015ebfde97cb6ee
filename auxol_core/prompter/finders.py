"""Who answers ``find``: prompters by name, and which one a preset has; and the locators that they look through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auxol_core.options import Precision
from auxol_core.prompter.base import Prompter
from auxol_core.prompter.locating import Locator
from auxol_core.prompter.usual_place import UsualPlace

USUAL_PLACE = "usual place"
FINDERS: Mapping[str, Prompter] = {USUAL_PLACE: UsualPlace()}
# A preset that brings its own prompter has a row here; all others look at the usual place.
OF_PRESET: Mapping[str, str] = {}


@dataclass(frozen=True)
class LocatorSetting:
    """What a locator is made in: from which seed, and where it computes."""

    seed: int
    precision: Precision
    device: str


LOCATORS: Mapping[str, Callable[[LocatorSetting], Locator]] = {}


def locator_of(preset: str, setting: LocatorSetting) -> Locator | None:
    """The locator of a task of ``preset``; None: it has none."""
    make = LOCATORS.get(preset)
    return None if make is None else make(setting)


def finder_of(preset: str) -> Prompter:
    """The prompter that finds the structure of a task of ``preset``."""
    return FINDERS[OF_PRESET.get(preset, USUAL_PLACE)]

"""Who answers ``find``, and which locator a task has: by name, and which ones a preset brings.

Nothing here imports torch: a locator's room is imported when one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auxol_core.options import Precision
from auxol_core.prompter.base import Prompter
from auxol_core.prompter.extended import Extended
from auxol_core.prompter.located import Located
from auxol_core.prompter.locating import Locator
from auxol_core.prompter.usual_place import UsualPlace

USUAL_PLACE = "usual place"
SEEN_AS_MASK = "seen as a mask"
FINDERS: Mapping[str, Prompter] = {
    USUAL_PLACE: UsualPlace(),
    # As published, the map's mask goes into the model beside its box.
    SEEN_AS_MASK: Located(UsualPlace(), masked=True),
}
# A preset that brings its own prompter has a row here; all others ask where their locator looks.
OF_PRESET: Mapping[str, str] = {"sam_mix": SEEN_AS_MASK}


def finder_of(preset: str) -> Prompter:
    """The prompter that finds the structure of a task of ``preset``: where its locator sees it and on from there, and
    at the usual place while that has learned nothing."""
    own = OF_PRESET.get(preset)
    return Extended(Located(FINDERS[USUAL_PLACE])) if own is None else FINDERS[own]


@dataclass(frozen=True)
class LocatorSetting:
    """What a locator is made for. ``seed``: of its initial weights; ``device``: cpu or cuda."""

    seed: int
    precision: Precision
    device: str


def _small_unet(setting: LocatorSetting) -> Locator:
    from auxol_core.prompter.locator.learner import ThumbnailLocator

    # Always in single precision: the network is so small that half of it would win nothing.
    return ThumbnailLocator(setting.seed, setting.device)


def _cam(setting: LocatorSetting) -> Locator:
    from auxol_core.prompter.cam.locator import CamLocator

    return CamLocator(setting.seed, setting.precision, setting.device)


SMALL_UNET, CAM = "small U-Net", "cam"
LOCATORS: Mapping[str, Callable[[LocatorSetting], Locator]] = {SMALL_UNET: _small_unet, CAM: _cam}
# A preset that brings its own locator has a row here, and its maker one in LOCATORS.
LOCATOR_OF_PRESET: Mapping[str, str] = {"sam_mix": CAM}


def locator_of(preset: str, setting: LocatorSetting) -> Locator:
    """A new locator of a task of ``preset``, which has learned nothing."""
    return LOCATORS[LOCATOR_OF_PRESET.get(preset, SMALL_UNET)](setting)

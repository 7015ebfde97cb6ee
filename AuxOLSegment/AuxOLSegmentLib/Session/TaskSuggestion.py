"""Which task a segment's first prompt opens or makes: named for the structure and the kind of image, as "Liver CT".

A task of that name is meant where there is one. A segment that nobody has named yet says nothing of its structure, so
its task is always a new one: what is taught must not end up in the task of another structure. Nothing of the volume's
name or the patient's is in it, since a task's file may be handed on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

from auxol_core.scales import CT
from auxol_core.types import WindowInfo
from AuxOLSegmentLib.Scene.Terminology import isDefault, structureOf
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem
from AuxOLSegmentLib.Scene.VolumeScale import modalityOf, volumeScale

MAX_NAME = 100
MAX_KIND = 16


@dataclass(frozen=True)
class Suggestion:
    """``name``: of structure and kind of image; ``plain``: of the structure alone. ``generic``: nobody has named it."""

    name: str
    plain: str
    generic: bool

    def existing(self, names: Iterable[str]) -> str:
        """The task of that name among ``names``, as it is written there; '' where there is none."""
        return "" if self.generic else _same(self.name, names)

    def existingPlain(self, names: Iterable[str]) -> str:
        """The same of the structure's name alone: a task that was named so may be meant, too."""
        return "" if self.generic or self.plain == self.name else _same(self.plain, names)

    def new(self, names: Iterable[str]) -> str:
        """A name that no task has."""
        taken = {name.casefold() for name in names}
        name, number = self.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{self.name} {number}"
        return name


def suggestionFor(segment: Any, volume: Any) -> Suggestion:
    """From a segment's name, and its terminology where that says more, and from the volume's kind; ``segment`` None: of
    one that is still to be made."""
    name = "" if segment is None else str(segment.GetName() or "").strip()
    said = None if segment is None or isDefault(segment.GetTerminology()) else structureOf(segment)
    kind = "" if said is None else said.words
    text = _clean(kind if kind and _isDefault(name) else name)
    generic = not text or _isDefault(text)
    plain = _clean(_("Segment")) if generic else text
    word = kindOf(volume)
    told = not word or word.casefold() in plain.casefold().split()
    return Suggestion(plain if told else _clean(f"{plain[: MAX_NAME - len(word) - 1]} {word}"), plain, generic)


def kindOf(volume: Any) -> str:
    """CT, MR ... as DICOM says it; CT also where the numbers can be nothing else; '' where nobody knows."""
    if volume is None or volumeProblem(volume):
        return ""
    said = modalityOf(volume)
    if not said:
        scale = volumeScale(volume)
        said = CT if scale is not None and scale.kind == CT else ""
    return _clean(said)[:MAX_KIND]


def suits(info: WindowInfo, volume: Any) -> bool:
    """Whether a task that sees such greys is one for images of the volume's kind; one that has seen none yet is."""
    scale = volumeScale(volume)
    seen = info.words.rpartition(",")[0].removesuffix(" (a guess)")
    return not seen or scale is None or seen.casefold() == scale.kind.casefold()


def _same(name: str, names: Iterable[str]) -> str:
    return next((each for each in names if each.casefold() == name.casefold()), "")


def _isDefault(name: str) -> bool:
    """Whether Slicer or this module gave it: Segment, Segment_1 ..."""
    words = "|".join(re.escape(word) for word in {"Segment", _("Segment")})
    return re.fullmatch(rf"(?:{words})?(?:[ _]?\d+)?", name, re.IGNORECASE) is not None


def _clean(text: str) -> str:
    """What a task may be called."""
    return "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else " " for c in text)[:MAX_NAME].strip(" .")

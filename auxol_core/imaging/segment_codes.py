"""What a structure's name is in SNOMED CT, for DICOM SEG: by the standard's own lists, which pydicom carries.

DICOM PS3.16, CID 7150 (categories) and the lists of types that belong to them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

# Lists of types, each with its category: the first that knows a name counts.
LISTS = {
    "cid7192": "AnatomicalStructure",
    "cid7191": "Tissue",
    "cid7194": "MorphologicallyAbnormalStructure",
    "cid7197": "BodySubstance",
}
SIDES = {"left": "Left", "l": "Left", "right": "Right", "r": "Right"}


@dataclass(frozen=True)
class SegmentCodes:
    """pydicom's codes: category and type, and the side where the name says one that the type does not say itself."""

    category: Any
    kind: Any
    side: Any = None


def segment_codes(name: str) -> SegmentCodes:
    """The codes of an English name, alone or with its side (*liver*, *left kidney*, *kidney_L*, *lymph nodes*).

    Of any other name nothing is guessed: it is an organ, an anatomical structure. Needs pydicom.
    """
    from pydicom.sr.codedict import codes

    words = re.findall(r"[a-z]+", name.lower())
    if (found := _known(words)) is not None:
        return SegmentCodes(*found)
    for at, rest in ((0, words[1:]), (-1, words[:-1])):
        if rest and words[at] in SIDES and (found := _known(rest)) is not None:
            return SegmentCodes(*found, getattr(codes.SCT, SIDES[words[at]]))
    return SegmentCodes(codes.SCT.AnatomicalStructure, codes.SCT.Organ)


def _known(words: list[str]) -> tuple[Any, Any] | None:
    text = "".join(words)
    return _types().get(text) or _types().get(text.removesuffix("s"))


@cache
def _types() -> dict[str, tuple[Any, Any]]:
    """Category and type by the type's name in small letters without gaps."""
    from pydicom.sr.codedict import codes

    found: dict[str, tuple[Any, Any]] = {}
    for listed, category in LISTS.items():
        types = getattr(codes, listed)
        for name in types.dir():
            found.setdefault(name.lower(), (getattr(codes.SCT, category), getattr(types, name)))
    return found

"""A segment's name -> the SNOMED CT codes that Slicer writes into DICOM SEG, from Slicer's own terminologies.

A name counts where it is a structure's, alone or with its side: "Liver", "left kidney", "Niere links", "rein gauche",
"kidney_L". Of anything else nothing is guessed.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import slicer

from AuxOLSegmentLib.Scene.OrganNames import LEFT, NAMES, RIGHT

# The first has what Slicer shows first; the second knows more.
CONTEXTS = (
    "Segmentation category and type - 3D Slicer General Anatomy list",
    "Segmentation category and type - DICOM master list",
)
REGIONS = "Anatomic codes - DICOM master list"
TISSUE = "85756007"  # what a segment is until somebody says more
SIDES = {"7771000": LEFT, "24028007": RIGHT}


@dataclass(frozen=True)
class Code:
    """A coded word: ``Code("SCT", "64033007", "Kidney")``."""

    scheme: str
    value: str
    meaning: str


NONE = Code("", "", "")


@dataclass(frozen=True)
class Structure:
    """What a segment is: category, type, and a modifier such as its side. ``context``: the list that has them."""

    context: str
    category: Code
    kind: Code
    modifier: Code = NONE

    @property
    def entry(self) -> str:
        """As Slicer keeps it in a segment."""
        codes = (self.category, self.kind, self.modifier)
        given = [text for code in codes for text in (code.value, code.scheme, code.meaning)]
        written: str = _logic().SerializeTerminologyEntry(self.context, *given, REGIONS, "", "", "", "", "", "")
        return written

    @property
    def words(self) -> str:
        """For a reader: 'Kidney', 'Left Kidney'."""
        return f"{self.modifier.meaning} {self.kind.meaning}".strip()


def structureOf(segment: Any) -> Structure | None:
    """What the segment is: by its terminology where somebody said it, else by its name; None where neither tells."""
    entry = segment.GetTerminology()
    return structureNamed(segment.GetName() or "") if isDefault(entry) else _parsed(entry)


def isDefault(entry: str) -> bool:
    """Whether nobody has said yet what the segment is: it has no entry, or the one of any tissue."""
    parsed = _parsed(entry)
    return parsed is None or (parsed.category.value, parsed.kind.value) == (TISSUE, TISSUE)


def structureNamed(name: str) -> Structure | None:
    """The structure of that name in Slicer's terminologies; None where there is none, or where a side is none's."""
    known, words = _known(), _plain(name).split()
    while words and words[-1].isdecimal():  # Liver_1
        words.pop()
    found = known.named.get(" ".join(words))
    if found is not None:
        return found
    for side, others in _sides().items():
        rest = [word for word in words if word not in others]
        whole = known.named.get(" ".join(rest)) if len(rest) == len(words) - 1 else None
        if whole is not None:
            modifier = next((code for code in known.modifiers[whole] if code.value == side), None)
            return None if modifier is None else replace(whole, modifier=modifier)
    return None


def _plain(name: str) -> str:
    """Lower case without accents and signs; œ and ß as two letters."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c))))


@functools.cache
def _sides() -> dict[str, set[str]]:
    return {side: {_plain(word) for word in words.split(",")} for side, words in SIDES.items()}


@dataclass(frozen=True)
class _Known:
    """What Slicer's lists have: structures by plain name, and the modifiers that each may have."""

    named: dict[str, Structure]
    modifiers: dict[Structure, tuple[Code, ...]]


@functools.cache
def _known() -> _Known:
    """Read once. What stands earlier counts: the lists' own words before ours, the first list's before the second's."""
    named: dict[str, Structure] = {}
    modifiers: dict[Structure, tuple[Code, ...]] = {}
    for context in CONTEXTS:
        if _logic().IsTerminologyContextLoaded(context):
            for structure, label, possible in _types(context):
                modifiers.setdefault(structure, possible)
                for name in (structure.kind.meaning, label):
                    named.setdefault(_plain(name), structure)
    for meaning, names in NAMES.items():
        known = named.get(_plain(meaning))
        if known is not None:
            for name in names.split(","):
                named.setdefault(_plain(name), known)
    named.pop("", None)
    for name, structure in list(named.items()):
        named.setdefault(f"{name}s", structure)
    return _Known(named, modifiers)


def _types(context: str) -> Iterator[tuple[Structure, str, tuple[Code, ...]]]:
    """Every type of the list with Slicer's own label of it and its modifiers; any tissue is none."""
    logic = _logic()
    for at in range(logic.GetNumberOfCategoriesInTerminology(context)):
        category = slicer.vtkSlicerTerminologyCategory()
        logic.GetNthCategoryInTerminology(context, at, category)
        for number in range(logic.GetNumberOfTypesInTerminologyCategory(context, category)):
            kind = slicer.vtkSlicerTerminologyType()
            logic.GetNthTypeInTerminologyCategory(context, category, number, kind)
            structure = Structure(context, _code(category), _code(kind))
            if structure.kind.value != TISSUE:
                yield structure, kind.GetSlicerLabel() or "", tuple(_modifiers(context, category, kind))


def _modifiers(context: str, category: Any, kind: Any) -> Iterator[Code]:
    logic = _logic()
    if not kind.GetHasModifiers():
        return  # to ask a type without any for their count is an error there
    for at in range(logic.GetNumberOfTypeModifiersInTerminologyType(context, category, kind)):
        modifier = slicer.vtkSlicerTerminologyType()
        logic.GetNthTypeModifierInTerminologyType(context, category, kind, at, modifier)
        yield _code(modifier)


def _code(coded: Any) -> Code:
    return Code(coded.GetCodingSchemeDesignator() or "", coded.GetCodeValue() or "", coded.GetCodeMeaning() or "")


def _parsed(entry: str) -> Structure | None:
    """Slicer's text of an entry: list~category~type~modifier~..., each code as scheme^value^meaning."""
    parts = (entry or "").split("~")
    codes = [Code(*(part.split("^") + ["", "", ""])[:3]) for part in parts[1:4]]
    return Structure(parts[0], *codes) if len(codes) == 3 and codes[1].value else None


def _logic() -> Any:
    return slicer.modules.terminologies.logic()

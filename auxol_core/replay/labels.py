"""Names of structures and of patients in the folders that are replayed."""

from __future__ import annotations

import json
import re
from pathlib import Path

from auxol_core.errors import DataError

# The sets that this project is developed on. Any other set brings a DIR/labels.json or gets label-1, label-2 ...
KNOWN_LABELS: dict[str, dict[int, str]] = {
    "jsrt": {1: "right_lung", 2: "left_lung", 3: "heart"},
    "curvas_ct": {1: "kidneys", 2: "pancreas", 3: "liver"},
    "hippocampus": {1: "anterior", 2: "posterior"},
}

# Where several images are one patient's: the first group is the patient.
_PATIENT_PATTERNS = (
    re.compile(r"^(TCGA_[A-Za-z0-9]+_[A-Za-z0-9]+)_"),  # LGG: TCGA_<site>_<patient>_<date>_<slice>
    re.compile(r"^a\d+_(\d+)_\d+$"),  # CURVAS: a1_<patient>_<slice>
)


def label_names(folder: Path, named: dict[int, str] | None = None) -> dict[int, str]:
    """Value -> name: DIR/labels.json ({"1": "right_lung"}), else what the files themselves name (``named``), else the
    table above by the folder's name, else empty.

    Raises DataError if labels.json is not such a mapping.
    """
    path = folder / "labels.json"
    if not path.exists():
        if named and len(set(named.values())) == len(named):
            return dict(named)
        return dict(KNOWN_LABELS.get(folder.name, {}))
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        names = {int(value): str(name) for value, name in raw.items()}
    except (ValueError, AttributeError) as error:
        raise DataError(f'{path}: expected a mapping such as {{"1": "liver"}}, got another thing ({error}).') from error
    if len(set(names.values())) != len(names):
        raise DataError(f"{path}: two label values share one name. Give each a name of its own.")
    return names


def label_name(names: dict[int, str], value: int) -> str:
    """The name of a label value; ``label-N`` where it has none. No blanks or slashes: it is part of file names."""
    return re.sub(r"[\s/\\]+", "_", names[value]) if value in names else f"label-{value}"


def patient_of(image_name: str) -> str:
    """The patient of an image by the naming of the known sets; elsewhere every image (or volume) is its own."""
    for pattern in _PATIENT_PATTERNS:
        found = pattern.match(image_name)
        if found:
            return found.group(1)
    return image_name

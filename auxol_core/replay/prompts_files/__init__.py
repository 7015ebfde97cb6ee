"""Prompts for the batch command, as people have them in files; docs/prompts-files.md shows each form.

``auxol``: our own JSON and CSV (json_form, csv_form). ``coco``: annotations of that format (coco). ``medsam``: boxes
as MedSAM takes them (medsam). All end in PlacedPrompts, or in a DataError that names file, line and image, shows the
value as it was written, and says what to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.replay.prompts_files import coco, csv_form, json_form, medsam
from auxol_core.replay.prompts_files.placed import Named, PlacedPrompt
from auxol_core.replay.texts import read_text

__all__ = ["FORMATS", "Format", "PlacedPrompt", "read_prompts"]

Format = Literal["auxol", "coco", "medsam"]
Reader = Callable[[Path, str], Iterable[Named]]


def read_prompts(path: Path, form: str = "auxol") -> dict[str, list[PlacedPrompt]]:
    """Image name as written -> its prompts, in the file's order; ``form`` is one of FORMATS.

    DataError if the file is not what its format should be, InvalidInputError for another ``form``.
    """
    if form not in FORMATS:
        raise InvalidInputError(f"The format of a prompts file must be one of {', '.join(FORMATS)}, got {form!r}.")
    text = read_text(path)
    is_json = text.lstrip()[:1] in ("[", "{") or path.suffix.lower() == ".json"
    reader = FORMATS[form][0 if is_json else 1]
    if reader is None:
        raise DataError(f"The prompts file {path}: annotations of COCO are JSON, and this is a table. Give that file.")
    result: dict[str, list[PlacedPrompt]] = {}
    for image, placed in reader(path, text):
        result.setdefault(image, []).append(placed)
    if not result:
        raise DataError(f"The prompts file {path} holds no prompt.")
    return result


# By name: who reads the JSON and who reads the table of that format.
FORMATS: dict[str, tuple[Reader, Reader | None]] = {
    "auxol": (json_form.read, csv_form.read),
    "coco": (coco.read, None),
    "medsam": (medsam.read_json, medsam.read_csv),
}

"""What the generalist in use is called before the user. The only place of the panel that knows a model by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slicer.i18n import tr as _

from auxol_core.types import TaskStatus

BUILTIN = "builtin"
# Until an engine tells more.
MODELS = {"vit_b": "SAM ViT-B", "vit_l": "SAM ViT-L", "vit_h": "SAM ViT-H", "medsam": "MedSAM"}


def takeTitles(told: Iterable[Mapping[str, Any]]) -> None:
    """Call generalists what the engine calls them: each of ``told`` has a name and a title."""
    MODELS.update({str(each["name"]): str(each["title"]) for each in told})


def generalistName(status: TaskStatus | None) -> str:
    """For the middle of a sentence; a checkpoint of the user's own is called by its file."""
    if status is None:
        return _("generalist")
    return _("built-in network") if status.generalist == BUILTIN else MODELS.get(status.generalist, status.generalist)


def generalistTitle(status: TaskStatus | None) -> str:
    """The same where little room is, and a capital begins: a column, the legend of the curve."""
    if status is None:
        return _("Generalist")
    return _("Built-in") if status.generalist == BUILTIN else generalistName(status)

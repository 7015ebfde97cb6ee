"""A segment's tags, which travel with it in the scene."""

from typing import Any

import vtk


def tagOf(segment: Any, tag: str) -> str:
    """A tag of the segment; '' where it has none."""
    found = vtk.reference("")
    return str(found) if segment.GetTag(tag, found) else ""

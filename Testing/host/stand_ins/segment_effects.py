"""The effects of the Segment Editor, by name only: a test edits through the editor logic."""

from typing import Any

from PySide6 import QtCore

from .stored import stored

EFFECTS = ("Paint", "Erase", "Draw", "Threshold", "Grow from seeds", "Fill between slices", "Level tracing", "Islands",
           "Smoothing", "Margin", "Hollow", "Scissors", "Logical operators", "Mask volume")  # fmt: skip


class qSlicerSegmentEditorAbstractEffect(QtCore.QObject):
    """What activeEffect() gives: a name, and the way to the logic."""

    name = stored("name", str, "")
    title = stored("title", str, "")
    perSegment = stored("perSegment", bool, True)

    def __init__(self, name: str, editor: Any) -> None:
        super().__init__(editor)
        self.setProperty("name", name)
        self.setProperty("title", name)
        self._editor = editor

    def parameterSetNode(self) -> Any:
        return self._editor.mrmlSegmentEditorNode()

    def scene(self) -> Any:
        return self._editor.mrmlScene()

    def saveStateForUndo(self) -> None:
        self._editor.saveStateForUndo()

    def setParameter(self, name: str, value: Any) -> None:
        self.parameterSetNode().SetAttribute(f"{self.property('name')}.{name}", str(value))

    def parameter(self, name: str) -> str:
        return self.parameterSetNode().GetAttribute(f"{self.property('name')}.{name}") or ""


def effects_of(editor: Any) -> dict[str, qSlicerSegmentEditorAbstractEffect]:
    """All effects of one editor widget, by name."""
    return {name: qSlicerSegmentEditorAbstractEffect(name, editor) for name in EFFECTS}

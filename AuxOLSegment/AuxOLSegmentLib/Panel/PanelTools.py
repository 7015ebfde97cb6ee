"""Small things that every part of the panel does: a button with its reason, a question, a file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import qt
import slicer

NARROW = 300  # pixels: a label is at least so wide, also before it is shown
Say = Callable[[str, str], None]  # text, level: puts a sentence on the status line
Act = Callable[[Callable[[], Any]], None]  # calls it; what it raises becomes a sentence on the status line


def setReady(widget: qt.QWidget, whyNot: str, tip: str = "") -> None:
    """Enabled while ``whyNot`` is empty; otherwise the reason stands before the usual tooltip."""
    widget.enabled = not whyNot
    widget.toolTip = "\n\n".join(text for text in (whyNot, tip) if text)


def tell(label: Any, text: str) -> None:
    """Say it on a label that wraps. The sections around it ask for no height by width: a long text would be cut, and a
    short one is to take no more room than it needs."""
    label.text = text
    fit(label)


def fit(label: Any) -> None:
    """As tall as its text is."""
    label.setMinimumHeight(label.heightForWidth(max(label.width, NARROW)))


def withKey(text: str, key: str) -> str:
    """A button's text with its shortcut, if there is one."""
    return f"{text}  ({key})" if key else text


@contextmanager
def silently(*widgets: qt.QWidget) -> Iterator[None]:
    """What is set inside is not taken for the user's doing."""
    before = [widget.blockSignals(True) for widget in widgets]
    try:
        yield
    finally:
        for widget, blocked in zip(widgets, before, strict=True):
            widget.blockSignals(blocked)


def confirmed(question: str, title: str) -> bool:
    """Ask before something that cannot be taken back."""
    return bool(slicer.util.confirmOkCancelDisplay(question, title))


def fileToSave(title: str, suggested: str, kinds: str) -> str:
    """A path that the user chose, '' if none; Qt asks before an existing file is written over."""
    return str(qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), title, suggested, kinds))


def fileToOpen(title: str, kinds: str = "") -> str:
    """A path that the user chose, '' if none."""
    return str(qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), title, "", kinds))


def folderToUse(title: str, current: str) -> str:
    """A folder that the user chose, '' if none."""
    return str(qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title, current))


def sameBeginning(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many items both begin with; quick where they are the same objects."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a is not b and a != b), min(len(one), len(other)))


def fraction(value: float | None) -> str:
    """A Dice or quality with two digits, a dash where there is none."""
    return "\u2013" if value is None else f"{value:.2f}"


"""Keeps in the scene what is known of slices and proposals, and takes it up after the scene was loaded."""

from typing import Any

import qt
import slicer

from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SliceBook import Books

KEEP_MS = 200


class Keeper:
    """``parameters``: where the scene keeps it (Machine.Parameters); None where there is no such place."""

    def __init__(self, parameters: Any, books: Books, proposals: Proposals) -> None:
        self.parameters = parameters
        self._books, self._proposals = books, proposals
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.interval = KEEP_MS
        self._timer.connect("timeout()", self.keep)

    def onChange(self, kind: str) -> None:
        """A listener of Teller. Soon after each change, because a scene does not say when it is about to be saved."""
        if kind in ("slices", "propagation") and not self._timer.active:
            self._timer.start()

    def keep(self) -> None:
        """Write it now."""
        if self.parameters is not None:
            self.parameters.sessionState = self._books.toJson()
            self.parameters.proposals = self._proposals.toJson()

    def takeUp(self) -> None:
        """Read what the scene says. Where a scene was added to one that is worked on, what it says takes the place of
        what was kept, and its nodes may have other ids now: what is known here stays, and is kept again."""
        if self.parameters is None:
            return
        if self._books.isEmpty and not self._proposals.all():
            self._books.readJson(self.parameters.sessionState, self._isThere)
            self._proposals.readJson(self.parameters.proposals)
        else:
            self._proposals.clearUnknown()
            self.keep()

    @staticmethod
    def _isThere(volumeID: str) -> bool:
        return slicer.mrmlScene.GetNodeByID(volumeID) is not None

    def close(self) -> None:
        """Write it for the last time."""
        self.keep()
        self._timer.stop()

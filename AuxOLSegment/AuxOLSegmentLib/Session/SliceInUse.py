"""The slice that keys and buttons act on: what the view in use shows."""

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, InvalidInputError
from AuxOLSegmentLib.Scene.ViewWatcher import ViewWatcher, sliceNodes
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceOnDisplay
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.Teller import Teller


class SliceInUse:
    """``looked()`` is called when the view in use shows something else; ``views`` says which view that is."""

    def __init__(self, selection: Selection, proposals: Proposals, teller: Teller, looked: Callable[[], None]) -> None:
        self._selection, self._proposals, self._teller = selection, proposals, teller
        self.views = ViewWatcher(looked, self.showsProposal)

    def key(self) -> SliceKey:
        """The slice that the view in use shows; InvalidInputError, with the way out, where it shows none."""
        if why := self._selection.whyNot():
            raise InvalidInputError(why)
        sliceNode = self.views.sliceNode()
        if sliceNode is None and sliceNodes():
            raise InvalidInputError(_("Move the mouse into the slice view that you mean"))
        if sliceNode is None:
            raise InvalidInputError(_("There is no slice view. Choose a layout with one."))
        return sliceOnDisplay(sliceNode, self._selection.volume)

    def keyOrWhy(self) -> SliceKey | None:
        """``key()``; None where it shows none, and the status line says why."""
        try:
            return self.key()
        except AuxolError as error:
            self._teller.refused(error)
            return None

    def axis(self) -> int:
        """The direction of that slice; 0 where there is none."""
        try:
            return self.key().axis
        except AuxolError:
            return 0

    def useViewOf(self, key: SliceKey) -> None:
        """What comes next is meant for the view that shows this slice."""
        nodes = sliceNodes()
        for name in dict.fromkeys([self.views.view, *nodes]):
            if name in nodes and self._sliceIn(nodes[name]) == key:
                self.views.use(name)
                return

    def showsProposal(self, sliceNode: Any) -> bool:
        """Whether a view shows one; asked while the mouse was in no view yet."""
        key = None if self._selection.whyNot() else self._sliceIn(sliceNode)
        return key is not None and bool(self._proposals.on(key))

    def _sliceIn(self, sliceNode: Any) -> SliceKey | None:
        try:
            return sliceOnDisplay(sliceNode, self._selection.volume)
        except InvalidInputError:  # oblique, beside the volume, or another one's
            return None

    def nothingDone(self, why: str) -> None:
        """Say why nothing was done, and in which view: the user may have meant another."""
        view = self.views.view
        if view and not self._selection.whyNot() and view not in why:
            why = _("{why} (view {view})").format(why=why, view=view)
        self._teller.say(why, "warning")

"""The tab Review: the next slices and the whole volume; proposals listed worst first, for the eye to go there first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, setReady, silently
from AuxOLSegmentLib.Panel.PresencePicture import PresencePicture
from AuxOLSegmentLib.Panel.ReviewList import ReviewList
from AuxOLSegmentLib.Panel.ReviewTexts import endText, reviewText, taughtText
from AuxOLSegmentLib.Scene.VolumeReader import displayedSlices, sliceCount, volumeProblem
from AuxOLSegmentLib.Session.SliceBook import SliceState

WHERE = ("slice", "range", "volume")  # as the choice beside Find lists them


class ReviewPanel:
    """``whyNot()`` says why nothing can be proposed yet."""

    def __init__(self, ui: Any, logic: PanelSession, settings: Settings, whyNot: Callable[[], str], act: Act) -> None:
        self.ui, self.logic, self.settings, self.whyNot, self.act = ui, logic, settings, whyNot, act
        self._items: list[Any] = []
        self._ranges: dict[tuple[str, int], tuple[int, int]] = {}  # that the user chose, by volume and direction
        self._rangeOf: tuple[str, int] | None = None
        self._filling = False  # the numbers are being set here, and not by the user
        self.list = ReviewList(ui.reviewTable, logic, act)
        with silently(ui.proposeNextCheckBox, ui.findNextCheckBox):
            ui.proposeNextCheckBox.checked = settings.proposeNext
            ui.findNextCheckBox.checked = settings.findNext
        self.presence = PresencePicture()
        self.presence.begin(lambda key: self.act(lambda: self.logic.goTo(key)))
        ui.presenceLayout.addWidget(self.presence)
        self._connect()

    def _connect(self) -> None:
        ui, logic = self.ui, self.logic
        clicks = {
            ui.neighboursButton: lambda: logic.proposeNeighbours(),
            ui.propagateButton: lambda: logic.propagate(ui.rangeFirstSpinBox.value, ui.rangeLastSpinBox.value),
            ui.findButton: lambda: logic.find(*self._whereToFind()),
            ui.cancelPropagationButton: lambda: logic.cancelPropagation(),
            ui.acceptAboveButton: lambda: logic.acceptAbove(ui.acceptAboveSpinBox.value),
        }
        for button, action in clicks.items():
            button.connect("clicked(bool)", lambda *_unused, action=action: self.act(action))
        ui.allSlicesButton.connect("clicked(bool)", lambda *_unused: self._chooseAll())
        ui.thisSliceButton.connect("clicked(bool)", lambda *_unused: self.act(self._chooseThis))
        ui.proposeNextCheckBox.connect("toggled(bool)", lambda on: self.settings.set("proposeNext", on))
        ui.findNextCheckBox.connect("toggled(bool)", lambda on: self.settings.set("findNext", on))
        ui.findWhereSelector.connect("currentIndexChanged(int)", lambda *_unused: self.refreshPropagation())
        ui.rangeFirstSpinBox.connect("valueChanged(int)", lambda *_unused: self._onRange())
        ui.rangeLastSpinBox.connect("valueChanged(int)", lambda *_unused: self._onRange())
        ui.acceptAboveSpinBox.connect("valueChanged(double)", lambda *_unused: self._refreshAccept())

    # The range

    def _place(self) -> tuple[str, int] | None:
        """Volume and direction that the buttons mean, that of the view in use; None where nothing is on display."""
        volume = self.ui.volumeSelector.currentNode()
        if volume is None or volumeProblem(volume):
            return None
        try:
            key = self.logic.displayKey()
        except AuxolError:
            shown = displayedSlices(volume)
            return (volume.GetID(), shown[0].axis) if shown else None
        return key.volumeID, key.axis

    def _lastIndex(self) -> int:
        """Of the slices along that direction; -1 where nothing is on display."""
        place = self._place()
        return -1 if place is None else sliceCount(self.ui.volumeSelector.currentNode(), place[1]) - 1

    def _onRange(self) -> None:
        if self._rangeOf is not None and not self._filling:
            chosen = self.ui.rangeFirstSpinBox.value, self.ui.rangeLastSpinBox.value
            self._ranges[self._rangeOf] = chosen
            if not any(chosen):  # as a scene has it in which nothing was chosen
                del self._ranges[self._rangeOf]
        self.refreshPropagation()

    def _chooseAll(self) -> None:
        self.ui.rangeFirstSpinBox.setValue(0)
        self.ui.rangeLastSpinBox.setValue(max(0, self._lastIndex()))

    def _chooseThis(self) -> None:
        index = self.logic.displayKey().index
        self.ui.rangeLastSpinBox.setValue(index)
        self.ui.rangeFirstSpinBox.setValue(index)
        if self._rangeOf is not None:
            self._ranges[self._rangeOf] = index, index  # also where it is the first one

    def _whereToFind(self) -> tuple[int, int | None]:
        """First and last slice of what is chosen beside Find; None: to the volume's end."""
        where = WHERE[self.ui.findWhereSelector.currentIndex]
        if where == "volume":
            return 0, None
        if where == "range":
            return self.ui.rangeFirstSpinBox.value, self.ui.rangeLastSpinBox.value
        index = self.logic.displayKey().index
        return index, index

    def refreshRange(self) -> None:
        """The range along the direction that is meant: what the user chose there, else all of it."""
        ui, place, last = self.ui, self._place(), self._lastIndex()
        if place is None:
            return
        self._rangeOf = place
        first, end = self._ranges.get(place, (0, last))
        self._filling = True
        try:
            for box, value in ((ui.rangeLastSpinBox, end), (ui.rangeFirstSpinBox, first)):
                box.setMaximum(last)
                box.setValue(min(value, last))
        finally:
            self._filling = False

    def refreshPropagation(self) -> None:
        """Progress, and which buttons make sense now."""
        ui = self.ui
        running, done, total = self.logic.propagation
        # Find looks at every slice before it proposes on the first: meanwhile the bar moves without a number.
        ui.propagationBar.setRange(0, 0 if running and not done else total or 1)
        ui.propagationBar.setValue(done)
        ui.propagationBar.setFormat(_("{done} of {total} slices").format(done=done, total=total) if total else "")
        ui.propagationBar.visible = ui.cancelPropagationButton.visible = running
        ui.propagationLabel.text = "" if running else endText(self.logic.propagationEnd, done, total)
        ui.propagationLabel.visible = bool(ui.propagationLabel.text)
        busy = _("Slices are being proposed.") if running else ""
        seedless = "" if self._hasSeed() else _("Accept or draw the structure on one slice first: it is the seed.")
        first, last = ui.rangeFirstSpinBox.value, ui.rangeLastSpinBox.value
        backward = "" if first <= last else _("The first slice lies behind the last one.")
        setReady(
            ui.propagateButton,
            busy or self.whyNot() or seedless or backward,
            _("Propose on every slice of the range, starting at the slices that you accepted or edited."),
        )
        untaught = "" if self.logic.corrections else _("Save the structure on one slice first: it tells where to look.")
        inRange = WHERE[ui.findWhereSelector.currentIndex] == "range"
        setReady(
            ui.findButton,
            busy or self.whyNot() or untaught or (backward if inRange else ""),
            _("Look for the structure, without a box or a click, where nobody has filled, saved or prompted a slice."),
        )
        ui.taughtLabel.text = taughtText(self.logic.status)
        whyNot = busy or self.whyNot() or seedless
        setReady(ui.neighboursButton, whyNot, _("Propose on the slices beside the one on display."))
        idle = "" if running else _("Nothing is under way.")
        setReady(ui.cancelPropagationButton, idle, _("Stop; the proposals that came stay."))
        volumeless = "" if self._lastIndex() >= 0 else _("Choose a volume first.")
        setReady(ui.allSlicesButton, volumeless, _("The whole volume along the direction of the view."))
        setReady(ui.thisSliceButton, volumeless, _("The slice on display alone."))

    def _hasSeed(self) -> bool:
        counts = self.logic.sliceCounts()
        return any(counts.get(state) for state in (SliceState.ACCEPTED, SliceState.EDITED, SliceState.SAVED))

    # The list

    def refreshList(self) -> None:
        """Slices with a proposal or without a look at them, worst first."""
        self._items = list(self.logic.review())
        self.list.show(self._items)
        self.refreshText()
        self._refreshAccept()

    def refreshText(self) -> None:
        """How many slices wait for a decision or a look."""
        proposed = sum(item.state is SliceState.PROPOSED for item in self._items)
        self.ui.reviewLabel.text = reviewText(proposed, self.logic.unreviewedCount())
        # A tab does not come to the front by itself; it says that there is something to look at.
        title = _("Review ({count})").format(count=proposed) if proposed else _("Review")
        self.ui.stepTabs.setTabText(self.ui.stepTabs.indexOf(self.ui.reviewTab), title)

    def _refreshAccept(self) -> None:
        ui, quality = self.ui, self.ui.acceptAboveSpinBox.value
        count = sum(
            item.state is SliceState.PROPOSED and item.quality is not None and item.worth >= quality
            for item in self._items
        )
        ui.acceptAboveLabel.text = _("1 slice") if count == 1 else _("{count} slices").format(count=count)
        none = "" if count else _("No proposal has an estimated quality as high as that.")
        setReady(ui.acceptAboveButton, none, _("Accept these proposals without a look at each; they are listed then."))

    def refreshPresence(self) -> None:
        """The curve along the volume, and where the slice on display is on it."""
        self.presence.take(self.logic.presence())

    def refreshAfterSlices(self) -> None:
        """What may be other where slices are, or another view is in use."""
        self.refreshRange()
        self.refreshPropagation()
        self.refreshPresence()
        self.refreshList()

    def refresh(self) -> None:
        """Everything in this section."""
        self.refreshAfterSlices()

    def sceneClosing(self) -> None:
        """Another scene's volumes may have the ids of these."""
        self._ranges.clear()
        self._rangeOf = None

    def cleanup(self) -> None:
        """Nothing is made for the list any more."""
        self.list.cleanup()

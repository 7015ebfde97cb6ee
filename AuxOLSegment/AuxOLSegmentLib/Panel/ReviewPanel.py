"""The tab Review: the next slices and the whole volume; proposals listed worst first, for the eye to go there first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

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
        ui.rangeFirstSpinBox.connect("valueChanged(int)", lambda *_unused: self.refreshPropagation())
        ui.rangeLastSpinBox.connect("valueChanged(int)", lambda *_unused: self.refreshPropagation())
        ui.acceptAboveSpinBox.connect("valueChanged(double)", lambda *_unused: self._refreshAccept())

    # The range

    def _lastIndex(self) -> int:
        """Of the slices along the direction on display; -1 where nothing is on display."""
        volume = self.ui.volumeSelector.currentNode()
        if volume is None or volumeProblem(volume):
            return -1
        active = self.logic.prompts.active
        key = self.logic.prompts.key(active) if active is not None else None
        keys = [key] if key is not None else displayedSlices(volume)
        return sliceCount(volume, keys[0].axis) - 1 if keys else -1

    def _chooseAll(self) -> None:
        self.ui.rangeFirstSpinBox.setValue(0)
        self.ui.rangeLastSpinBox.setValue(max(0, self._lastIndex()))

    def _chooseThis(self) -> None:
        index = self.logic.displayKey().index
        self.ui.rangeLastSpinBox.setValue(index)
        self.ui.rangeFirstSpinBox.setValue(index)

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
        """No index beyond the volume; a fresh scene begins with the whole volume."""
        ui, last = self.ui, self._lastIndex()
        if last < 0:
            return
        untouched = ui.rangeFirstSpinBox.value == ui.rangeLastSpinBox.value == 0
        ui.rangeFirstSpinBox.setMaximum(last)
        ui.rangeLastSpinBox.setMaximum(last)
        if untouched:
            ui.rangeLastSpinBox.setValue(last)

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
        """What may be other where slices are."""
        self.refreshPropagation()
        self.refreshPresence()
        self.refreshList()

    def refresh(self) -> None:
        """Everything in this section."""
        self.refreshRange()
        self.refreshAfterSlices()

    def cleanup(self) -> None:
        """Nothing is made for the list any more."""
        self.list.cleanup()

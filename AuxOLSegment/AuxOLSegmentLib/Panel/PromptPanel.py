"""Sections 2 to 4 of the panel, the loop of the work: prompt, look at the proposal, accept or repair it, save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Panel import Shortcuts
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, Say, setReady, silently, tell, withKey
from AuxOLSegmentLib.Scene.VolumeReader import ViewRefused, alignedSlice, planeName, rotateToVolume, volumeProblem
from AuxOLSegmentLib.Session.SliceBook import SliceState

ROWS = 3  # of the list of prompts; of more it scrolls
MODES = ("box", "lasso", "scribble", "positive", "negative")


class PromptPanel:
    """``whyNot()`` says why nothing can be prompted yet. A key does what its button does."""

    def __init__(self, ui: Any, logic: PanelSession, whyNot: Callable[[], str], act: Act, say: Say) -> None:
        self.ui, self.logic, self.whyNot, self.act, self.say = ui, logic, whyNot, act, say
        self.keysShown = False
        buttons = (ui.boxButton, ui.lassoButton, ui.scribbleButton, ui.positiveButton, ui.negativeButton)
        self.modeButtons = dict(zip(MODES, buttons, strict=True))
        self._connect()

    def _connect(self) -> None:
        ui, logic = self.ui, self.logic
        for mode, button in self.modeButtons.items():
            button.connect("clicked(bool)", lambda checked, mode=mode: self._onMode(mode, checked))
        ui.promptList.connect("itemClicked(QListWidgetItem*)", lambda *_unused: self._onPromptClicked())
        clicks = {
            ui.removeLastButton: lambda: self._onActive(logic.prompts.removeLast),
            ui.removePromptButton: lambda: self._onActive(logic.prompts.remove),
            ui.removeAllButton: lambda: logic.prompts.removeAll(),
            ui.rotateButton: self._rotateViews,
            ui.acceptButton: lambda: logic.accept(),
            ui.discardButton: lambda: logic.dismiss(),
            ui.saveButton: lambda: logic.save(),
            ui.nothingButton: lambda: logic.nothingHere(),
            ui.saveAllButton: lambda: logic.saveAllReviewed(),
        }
        for button, action in clicks.items():
            button.connect("clicked(bool)", lambda *_unused, action=action: self.act(action))
        ui.showProposalsCheckBox.connect("toggled(bool)", lambda shown: self.act(lambda: logic.layer.setVisible(shown)))

    # Keys

    def keys(self) -> dict[str, Callable[[], None]]:
        """Letter -> what it does, for Shortcuts. Those for a slice go to SessionLogic at once, which knows the slice as
        it is now and says why it does nothing; a button may be some scrolling behind."""
        ui, logic = self.ui, self.logic
        return {
            Shortcuts.BOX: lambda: self._press(ui.boxButton),
            Shortcuts.LASSO: lambda: self._press(ui.lassoButton),
            Shortcuts.SCRIBBLE: lambda: self._press(ui.scribbleButton),
            Shortcuts.POSITIVE: lambda: self._press(ui.positiveButton),
            Shortcuts.NEGATIVE: lambda: self._press(ui.negativeButton),
            Shortcuts.ACCEPT: lambda: self.act(logic.accept),
            Shortcuts.DISCARD: lambda: self.act(logic.dismiss),
            Shortcuts.SAVE: lambda: self.act(logic.save),
            Shortcuts.NOTHING: lambda: self.act(logic.nothingHere),
            Shortcuts.SHOW: lambda: self._press(ui.showProposalsCheckBox),
        }

    def _press(self, button: Any) -> None:
        """A key presses its button; where that is off, the status line says why."""
        if button.enabled:
            button.click()
        else:
            self.say(button.toolTip.split("\n")[0], "warning")

    # Prompts

    def _onMode(self, mode: str, checked: bool) -> None:
        self.act((lambda: self.logic.prompts.start(mode)) if checked else self.logic.prompts.stop)
        self.refreshPrompts()

    def _onActive(self, remove: Callable[[str], None]) -> None:
        """With the selected object; without one the buttons are off."""
        if self.logic.prompts.active is not None:
            remove(self.logic.prompts.active)

    def _onPromptClicked(self) -> None:
        objects = list(self.logic.prompts.objects())
        row = self.ui.promptList.currentRow
        if 0 <= row < len(objects):
            self.act(lambda: self.logic.prompts.activate(objects[row].objectID))
            self.act(lambda: self.logic.goTo(objects[row].key))

    def refreshPrompts(self) -> None:
        """Mode buttons, the list of objects, and the button for oblique views."""
        reader, whyNot = self.logic.prompts, self.whyNot()
        for mode, button in self.modeButtons.items():
            with silently(button):
                button.checked = reader.mode == mode
            setReady(button, whyNot, self._modeTip(mode))
        tell(self.ui.promptHintLabel, whyNot or self._hint(reader.mode))
        self._refreshList()
        oblique = self._obliqueViews()
        self.ui.rotateButton.visible = bool(oblique)
        self.ui.rotateButton.toolTip = "\n".join(str(refused) for _node, refused in oblique)

    def _refreshList(self) -> None:
        ui, reader = self.ui, self.logic.prompts
        objects = list(reader.objects())
        ids = [each.objectID for each in objects]
        with silently(ui.promptList):
            ui.promptList.clear()
            ui.promptList.addItems([each.label for each in objects])
            ui.promptList.setCurrentRow(ids.index(reader.active) if reader.active in ids else -1)
        for widget in (ui.promptList, ui.removePromptButton, ui.removeAllButton):
            widget.visible = bool(objects)
        tall = ui.promptList.sizeHintForRow(0) * min(len(objects), ROWS) + 2 * ui.promptList.frameWidth
        ui.promptList.setFixedHeight(max(tall, 1))
        none = "" if objects else _("There is no prompt yet.")
        unselected = "" if reader.active in ids else _("Select a prompt in the list first.")
        setReady(ui.removeLastButton, none or unselected, _("Take back the last click or line of the selected object."))
        setReady(ui.removePromptButton, none or unselected, _("Remove the selected object with all that shows it."))
        setReady(ui.removeAllButton, none, _("Remove all prompts. Your segments stay as they are."))

    def _hint(self, mode: str) -> str:
        return {
            "box": _("Drag a box around the object in any slice view."),
            "lasso": _("Draw a line around the object in any slice view, roughly."),
            "scribble": _("Draw a line on the object in any slice view; with Ctrl, on what does not belong to it."),
            "positive": _("Click inside the object in any slice view."),
            "negative": _("Click on what does not belong to the object."),
        }.get(mode, _("Choose how to mark it, then mark the object in any slice view."))

    def _modeTip(self, mode: str) -> str:
        return {
            "box": _("Drag a box around an object. Each box begins a new object. Press again to stop."),
            "lasso": _("Draw around an object, roughly. Each lasso begins a new object. Press again to stop."),
            "scribble": _(
                "Draw a line on the object, or with Ctrl held on what does not belong to it; refines the proposal on "
                "this slice. Press again to stop."
            ),
            "positive": _("Click inside the object; refines the proposal on this slice. Press again to stop."),
            "negative": _("Click on what the proposal took by mistake. Press again to stop."),
        }[mode]

    # Views that are not aligned with the voxels

    def _obliqueViews(self) -> list[tuple[Any, ViewRefused]]:
        """Visible slice views that would refuse a prompt and can be rotated, each with its reason."""
        volume = self.ui.volumeSelector.currentNode()
        if volume is None or volumeProblem(volume):
            return []
        refused = []
        for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
            if node.IsViewVisibleInLayout():
                try:
                    alignedSlice(node, volume)
                except ViewRefused as reason:
                    if reason.canRotate:
                        refused.append((node, reason))
        return refused

    def _rotateViews(self) -> None:
        volume = self.ui.volumeSelector.currentNode()
        for node, _reason in self._obliqueViews():
            rotateToVolume(node, volume)
        self.refreshPrompts()

    # Proposal and saving

    def refreshProposal(self) -> None:
        """What is proposed, and whether it can be accepted."""
        ui, logic = self.ui, self.logic
        ui.proposalSection.text = self._whichSlice()
        shown = logic.hasProposalOnDisplay()
        nothing = _("A proposal is on display.") if shown else _("No proposal on the slices on display.")
        tell(ui.proposalLabel, logic.proposalText() or nothing)
        none = "" if shown else _("There is no proposal on the slices on display.")
        setReady(
            ui.acceptButton,
            none,
            _("Add the proposal to your segment, as one step that the editor can undo."),
        )
        setReady(ui.discardButton, none, _("Take the proposal away. Your segment stays as it is."))

    def _whichSlice(self) -> str:
        """The slice that the buttons mean: the mouse may have crossed another view on its way to them."""
        plain, view = _("3  Proposal, repair, save"), self.logic.viewInUse
        try:
            key = self.logic.displayKey() if view else None
        except AuxolError:
            key = None
        if key is None:
            return plain
        plane = planeName(key.volumeID, key.axis)
        return _("{title}: {view}, {plane} {index}").format(title=plain, view=view, plane=plane, index=key.index)

    def refreshCounts(self) -> None:
        """How far the slices are, and whether they can be saved."""
        ui, logic = self.ui, self.logic
        tell(ui.countsLabel, countsText(logic.sliceCounts(), logic.unreviewedCount()))
        can, whyNot = logic.canSave()
        setReady(
            ui.saveButton, "" if can else whyNot, _("Save the slices on display. Each saved slice teaches the task.")
        )
        can, whyNot = logic.canSayNothing()
        setReady(ui.nothingButton, "" if can else whyNot, self._nothingTip())
        counts = logic.sliceCounts()
        waiting = counts.get(SliceState.ACCEPTED, 0) + counts.get(SliceState.EDITED, 0)
        none = "" if waiting else _("No accepted or edited slice waits to be saved.")
        setReady(
            ui.saveAllButton,
            (self.whyNot() if waiting else "") or none,
            _("Save every accepted or edited slice that was on display after its last change."),
        )

    def _nothingTip(self) -> str:
        tip = _("Save that the structure is nowhere on this slice. A proposal on it is refused; your own voxels stay.")
        return _("{tip} Key: {key}").format(tip=tip, key=Shortcuts.NOTHING) if self.keysShown else tip

    def refreshTexts(self) -> None:
        """The keys on the buttons, while they work."""
        ui, on = self.ui, self.keysShown
        texts = {
            ui.boxButton: (_("Box"), Shortcuts.BOX),
            ui.lassoButton: (_("Lasso"), Shortcuts.LASSO),
            ui.scribbleButton: (_("Scribble"), Shortcuts.SCRIBBLE),
            ui.positiveButton: (_("+ Point"), Shortcuts.POSITIVE),
            ui.negativeButton: (_("\u2212 Point"), Shortcuts.NEGATIVE),
            ui.acceptButton: (_("Accept"), Shortcuts.ACCEPT),
            ui.discardButton: (_("Discard"), Shortcuts.DISCARD),
            ui.saveButton: (_("Save slice"), Shortcuts.SAVE),
            ui.nothingButton: (_("Nothing here"), Shortcuts.NOTHING),
            ui.showProposalsCheckBox: (_("Show"), Shortcuts.SHOW),
        }
        for button, (text, key) in texts.items():
            button.text = withKey(text, key if on else "")

    def refresh(self) -> None:
        """Everything in these sections."""
        self.refreshTexts()
        self.refreshPrompts()
        self.refreshProposal()
        self.refreshCounts()


def countsText(counts: dict[Any, int], unreviewed: int) -> str:
    """How many slices are in which state, in the order of their life; what is not there is left out."""
    told = [
        (SliceState.PROPOSED, _("{count} proposed")),
        (SliceState.ACCEPTED, _("{count} accepted")),
        (SliceState.EDITED, _("{count} edited")),
        (SliceState.SAVED, _("{count} saved")),
    ]
    parts = [text.format(count=counts[state]) for state, text in told if counts.get(state)]
    if not parts:
        return _("Accept a proposal or draw with the Segment Editor below, then save: that is what teaches.")
    if unreviewed:
        parts.append(_("{count} changed but not looked at").format(count=unreviewed))
    return _("Slices: {parts}.").format(parts=", ".join(parts))

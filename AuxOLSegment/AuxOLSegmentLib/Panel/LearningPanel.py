"""What the task has learned and what it is doing: curve, share, history; pause, undo, roll back, forget, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Machine.GeneralistName import generalistName, generalistTitle
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.CurveData import GrowingCurve
from AuxOLSegmentLib.Panel.CurveLabel import CurveLabel
from AuxOLSegmentLib.Panel.LearningCurve import drawCurve
from AuxOLSegmentLib.Panel.LearningTexts import correctionRows, countsText, learningText, payoffText, versionRows
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import (
    Act,
    confirmed,
    fileToOpen,
    fileToSave,
    setReady,
    silently,
)
from AuxOLSegmentLib.Panel.Table import Table
from AuxOLSegmentLib.Panel.WindowRow import WindowRow
from AuxOLSegmentLib.Session.Payoff import Payoff

MODES = ("auto", "every", "demand")
TASK_SUFFIX = ".auxol"
GENERALIST_COLUMN = 2


class LearningPanel:
    """Reads everything from SessionLogic whenever it says 'learning' or 'task'."""

    def __init__(self, ui: Any, logic: PanelSession, settings: Settings, act: Act) -> None:
        self.ui, self.logic, self.settings, self.act = ui, logic, settings, act
        self.versions = Table(
            ui.versionsTable,
            (64, 84, 0, 56),
            versionRows,
            key=lambda info: (info.version, info.corrections),
            bold=lambda info: info.current,
        )
        self.corrections = Table(
            ui.correctionsTable, (44, 0, 72, 72, 60), correctionRows, key=lambda info: info.correction_id
        )
        self._curve = GrowingCurve()
        self._paidBy: Any = None
        self._payoff = Payoff()
        ui.curveLabel = CurveLabel()
        ui.curveLabel.begin(self.drawCurve)
        ui.curveLayout.addWidget(ui.curveLabel)
        self._drawnIn: tuple[Any, ...] = ()
        self.window = WindowRow(ui, logic, act)
        self._fillModes()
        self._connect()

    def _fillModes(self) -> None:
        texts = [_("after each saved slice"), _("after several saved slices"), _("only when I press Learn now")]
        with silently(self.ui.learningModeSelector, self.ui.learnEverySpinBox):
            self.ui.learningModeSelector.clear()
            self.ui.learningModeSelector.addItems(texts)
            self.ui.learningModeSelector.setCurrentIndex(MODES.index(self.settings.learningMode))
            self.ui.learnEverySpinBox.setValue(self.settings.learnEvery)

    def _connect(self) -> None:
        ui = self.ui
        ui.learningModeSelector.connect("currentIndexChanged(int)", lambda *_unused: self._onMode())
        ui.learnEverySpinBox.connect("valueChanged(int)", lambda *_unused: self._onMode())
        ui.pauseButton.connect("clicked(bool)", lambda checked: self.act(lambda: self.logic.pause(checked)))
        ui.versionsTable.connect("itemSelectionChanged()", self._refreshButtons)
        ui.correctionsTable.connect("itemSelectionChanged()", self._refreshButtons)
        clicks: dict[Any, Callable[[], None]] = {
            ui.cancelRelearningButton: self._cancelRelearning,
            ui.learnNowButton: lambda: self.logic.learnNow(),
            ui.undoButton: self._undo,
            ui.rollBackButton: self._rollBack,
            ui.forgetButton: self._forget,
            ui.csvButton: self._writeCsv,
            ui.exportButton: self._export,
            ui.importButton: self._import,
            ui.resetButton: self._reset,
            ui.deleteButton: self._delete,
        }
        for button, action in clicks.items():
            button.connect("clicked(bool)", lambda *_unused, action=action: self.act(action))

    # Clicks

    def _onMode(self) -> None:
        mode, every = MODES[self.ui.learningModeSelector.currentIndex], self.ui.learnEverySpinBox.value
        self.settings.set("learningMode", mode)
        self.settings.set("learnEvery", every)
        self.act(lambda: self.logic.setLearningMode(mode, every))
        self._refreshMode()

    def _cancelRelearning(self) -> None:
        if confirmed(
            _(
                "Stop learning the task '{task}' again? It will be as it was, beside the generalist that it learned "
                "with. Slices that were saved since stay saved and wait."
            ).format(task=self.logic.task),
            _("Cancel learning again"),
        ):
            self.logic.cancelRelearning()

    def _undo(self) -> None:
        """What waits was not learned yet: who means to undo that would undo the good one before it."""
        waits = self.logic.learning.queued
        if not waits or confirmed(
            _(
                "{count} saved slices are not learned yet, and are not what this takes back: it undoes the last update "
                "that was learned. To be rid of a slice that waits, use Forget. Undo the last update?"
            ).format(count=waits),
            _("Undo last update"),
        ):
            self.logic.undo()

    def _rollBack(self) -> None:
        version = self.versions.selected()
        if version is not None and confirmed(
            _("Go back to version {version}? Later corrections stay listed but are no longer learned from.").format(
                version=version.version
            ),
            _("Roll back"),
        ):
            self.logic.rollBack(version.version)

    def _forget(self) -> None:
        correction = self.corrections.selected()
        if correction is not None and confirmed(
            _("Delete saved slice {number} and its image crop? What came after it is learned anew.").format(
                number=correction.sequence
            ),
            _("Forget"),
        ):
            self.logic.forget(correction.correction_id)

    def _reset(self) -> None:
        if confirmed(
            _("Delete everything that the task '{task}' has learned? Your segments stay.").format(task=self.logic.task),
            _("Reset task"),
        ):
            self.logic.reset()

    def _delete(self) -> None:
        if confirmed(
            _("Delete the task '{task}' and its file for good? Your segments stay.").format(task=self.logic.task),
            _("Delete task"),
        ):
            self.logic.deleteTask()

    def _writeCsv(self) -> None:
        path = fileToSave(_("Save the session as CSV"), "auxol-session.csv", "CSV (*.csv)")
        if path:
            self.logic.writeCsv(path)

    def _export(self) -> None:
        suggested = _fileName(self.logic.task) + TASK_SUFFIX
        path = fileToSave(_("Export the task"), suggested, f"AuxOL (*{TASK_SUFFIX})")
        if path:
            self.logic.exportTask(path)

    def _import(self) -> None:
        path = fileToOpen(_("Import a task"), f"AuxOL (*{TASK_SUFFIX});;(*)")
        if not path:
            return
        name, taken = Path(path).stem, list(self.logic.taskNames)
        if name in taken:
            name = next(f"{name} ({at})" for at in range(2, len(taken) + 3) if f"{name} ({at})" not in taken)
        self.logic.importTask(path, name)

    # What is shown

    def refresh(self) -> None:
        """Everything in this section."""
        self._refreshMode()
        self._refreshState()
        self.drawCurve()
        self._refreshTables()
        self._refreshButtons()
        self.window.refresh()

    def _refreshMode(self) -> None:
        self.ui.learnEverySpinBox.visible = MODES[self.ui.learningModeSelector.currentIndex] == "every"

    def _refreshState(self) -> None:
        ui, status, learning = self.ui, self.logic.status, self.logic.learning
        ui.learningLabel.text = learningText(status, learning, self.logic.corrections)
        # Two processes look alike to the eye: a bar that moves says that something is going on.
        ui.cancelRelearningButton.visible = status is not None and status.relearning is not None
        ui.learningBar.visible = learning.phase == "learning" and status is not None and not status.paused
        ui.learningBar.setRange(0, learning.total)
        ui.learningBar.setValue(learning.done)
        with silently(ui.pauseButton):
            ui.pauseButton.checked = status is not None and status.paused
        ui.pauseButton.text = _("Learning is paused") if ui.pauseButton.checked else _("Pause learning")
        ui.shareBar.setValue(round(100 * (1 - status.share)) if status is not None else 0)
        ui.taskCountsLabel.text = countsText(status)
        if self.logic.corrections is not self._paidBy:  # it is replaced, never changed
            self._paidBy, self._payoff = self.logic.corrections, self.logic.payoff()
        ui.payoffLabel.text = payoffText(self._payoff, generalistName(status))
        ui.payoffLabel.toolTip = _(
            "From the Dice of each saved slice, taken before anything was learned from it: what was shown beside what "
            "the generalist alone would have shown. Voxels: two times those that you saved, times that difference, "
            "which is exact where a proposal is as large as what you saved; known of the slices that were saved since "
            "this scene was opened and have one object."
        )

    def drawCurve(self) -> None:
        """Draw it in the label's own size, font and colours, where it or they are not what they were."""
        label = self.ui.curveLabel
        size = max(label.width, label.minimumWidth), max(label.height, label.minimumHeight)
        ratio = label.devicePixelRatioF()
        named = generalistTitle(self.logic.status)
        drawnIn = (named, *size, ratio, label.font.toString(), label.palette.cacheKey())
        if self._curve.take(self.logic.corrections) or drawnIn != self._drawnIn:
            self._drawnIn = drawnIn
            label.setPixmap(drawCurve(self._curve.curve, named, *size, label.font, label.palette, ratio))

    def _refreshTables(self) -> None:
        self.versions.show(newestFirst(self.logic.versions))
        self.corrections.show(newestFirst(self.logic.corrections))
        heading = self.ui.correctionsTable.horizontalHeaderItem(GENERALIST_COLUMN)
        heading.setText(generalistTitle(self.logic.status))
        heading.setToolTip(_("Dice of the {generalist} alone").format(generalist=generalistName(self.logic.status)))

    def _refreshButtons(self) -> None:
        ui, logic = self.ui, self.logic
        noTask = "" if logic.status is not None else _("Choose or create a task first.")
        noEngine = "" if logic.engineState is EngineState.READY else _("The engine is not running.")
        nothing = "" if logic.corrections else _("Nothing has been saved yet.")
        version, correction = self.versions.selected(), self.corrections.selected()
        ui.cancelRelearningButton.toolTip = _("The task is then as it was before another generalist was chosen.")
        setReady(ui.learnNowButton, noTask or self._nothingQueued(), _("Learn from every saved slice that waits."))
        setReady(ui.pauseButton, noTask, _("Saved slices are kept and wait while learning is paused."))
        setReady(ui.undoButton, noTask or self._nothingLearned(), _("Back to the version before the current one."))
        setReady(ui.rollBackButton, noTask or _whyNotBack(version), _("Back to the version selected in the list."))
        unselected = "" if correction is not None else _("Select a saved slice in the list first.")
        setReady(ui.forgetButton, noTask or nothing or unselected, _("Delete a wrong lesson, and learn without it."))
        setReady(ui.csvButton, noTask or nothing, _("Write slices, edits and times of this session into a table."))
        setReady(ui.exportButton, noTask, _("One file, for a backup or a colleague. It holds image crops, no names."))
        setReady(ui.importButton, noEngine, _("Take in a task that was exported, under the name of its file."))
        setReady(ui.deleteButton, noTask, _("Delete the task with its file."))
        setReady(ui.resetButton, noTask or nothing, _("Delete what this task has learned."))

    def _nothingQueued(self) -> str:
        return "" if self.logic.learning.queued else _("No saved slice waits to be learned.")

    def _nothingLearned(self) -> str:
        status = self.logic.status
        return "" if status is not None and status.version > 0 else _("Nothing has been learned yet.")


def newestFirst(items: Any) -> list[Any]:
    """The history as the tables show it."""
    return list(items)[::-1]


def _whyNotBack(version: Any) -> str:
    if version is None:
        return _("Select a version in the list first.")
    if version.current:
        return _("This version is in use already.")
    return "" if version.published else _("This version was discarded; select a learned one.")


def _fileName(task: str) -> str:
    """The task's name without what a file's name cannot hold."""
    return "".join("_" if letter in '\\/:*?"<>|' else letter for letter in task).strip() or "task"

"""Settings of this machine: the engine, a server, how the module behaves. Off and local unless the user says else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from auxol_core.options import THINKING_STEPS
from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Machine.Language import LANGUAGES
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.GeneralistPanel import choiceText
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, Say, fileToOpen, folderToUse, setReady, silently

DEVICES = ("auto", "cpu", "cuda")
THINKING = tuple(THINKING_STEPS)
SPOKEN = ("", *LANGUAGES)  # empty: the application's
CHECKS = (
    *("startOnEnter", "remote", "saveOnCompleted", "saveOnSceneSave", "acceptOnEffect", "shortcuts", "foldDataProbe"),
)
LINES = ("dataDir", "pythonPath", "wheelFolder", "serverUrl", "serverToken")


class SettingsPanel:
    """``changed()`` is called after a setting was changed that other parts of the panel show."""

    def __init__(
        self, ui: Any, logic: PanelSession, settings: Settings, changed: Callable[[], None], act: Act, say: Say
    ) -> None:
        self.ui, self.logic, self.settings, self.changed, self.act, self.say = ui, logic, settings, changed, act, say
        self._gone = False
        self._fill()
        self._connect()

    def _fill(self) -> None:
        ui, settings = self.ui, self.settings
        checks = [getattr(ui, f"{name}CheckBox") for name in CHECKS]
        with silently(ui.deviceSelector, ui.threadsSpinBox, ui.thinkingSelector, ui.languageSelector, *checks):
            ui.deviceSelector.addItems([_("Automatic"), _("Processor (CPU)"), _("NVIDIA graphics card (CUDA)")])
            ui.deviceSelector.setCurrentIndex(DEVICES.index(settings.device))
            ui.threadsSpinBox.setValue(settings.threads)
            ui.thinkingSelector.addItems([_("Not at all"), _("A little after each save"), _("As long as it helps")])
            ui.thinkingSelector.setCurrentIndex(THINKING.index(settings.thinking))
            ui.languageSelector.addItems([_("As Slicer"), *LANGUAGES.values()])
            ui.languageSelector.setCurrentIndex(SPOKEN.index(settings.language))
            for name, box in zip(CHECKS, checks, strict=True):
                box.checked = getattr(settings, name)
        for name in LINES:
            getattr(ui, f"{name}Edit").text = getattr(settings, name)

    def _connect(self) -> None:
        ui = self.ui
        ui.generalistSelector.connect("currentTextChanged(QString)", self._chooseGeneralist)
        ui.presetSelector.connect("activated(int)", self._choosePreset)
        ui.deviceSelector.connect("currentIndexChanged(int)", lambda index: self._set("device", DEVICES[index]))
        ui.threadsSpinBox.connect("valueChanged(int)", lambda value: self._set("threads", value))
        ui.thinkingSelector.connect("currentIndexChanged(int)", lambda index: self._set("thinking", THINKING[index]))
        ui.languageSelector.connect("currentIndexChanged(int)", lambda index: self._set("language", SPOKEN[index]))
        for name in CHECKS:
            box = getattr(ui, f"{name}CheckBox")
            box.connect("toggled(bool)", lambda on, name=name: self._set(name, on))
        for name in ("dataDir", "wheelFolder"):
            button = getattr(ui, f"{name}Button")
            button.connect("clicked(bool)", lambda *_unused, name=name: self._browseFolder(name))
        ui.pythonPathButton.connect("clicked(bool)", lambda *_unused: self._browseFile("pythonPath"))
        for name in LINES:
            edit = getattr(ui, f"{name}Edit")
            edit.connect("editingFinished()", lambda name=name, edit=edit: self._set(name, edit.text.strip()))
        ui.restartEngineButton.connect("clicked(bool)", lambda *_unused: self.act(self._restart))
        ui.stopEngineButton.connect("clicked(bool)", lambda *_unused: self.act(lambda: self.logic.stopEngine()))
        ui.testServerButton.connect("clicked(bool)", lambda *_unused: self.act(self._test))
        ui.diagnosticsButton.connect("clicked(bool)", lambda *_unused: self.act(self._copyDiagnostics))

    def _set(self, name: str, value: Any) -> None:
        if name == "generalist" and not value:
            return  # between two words
        if value != getattr(self.settings, name):
            self.settings.set(name, value)
            self.refresh()
            self.changed()

    def _chooseGeneralist(self, text: str) -> None:
        self._set("generalist", self._named(text))

    def _named(self, text: str) -> str:
        """The generalist that the box's text stands for: a row's name, or what was typed, a path perhaps."""
        at = self.ui.generalistSelector.findText(text)
        return text.strip() if at < 0 else str(self.ui.generalistSelector.itemData(at))

    def _choosePreset(self, index: int) -> None:
        self._set("preset", self.ui.presetSelector.itemData(index))

    def _browseFolder(self, name: str) -> None:
        self._choose(name, folderToUse(_("Folder"), getattr(self.settings, name)))

    def _browseFile(self, name: str) -> None:
        self._choose(name, fileToOpen(_("Program")))

    def _choose(self, name: str, path: str) -> None:
        if path:
            getattr(self.ui, f"{name}Edit").text = path
            self._set(name, path)

    def _restart(self) -> None:
        self.logic.stopEngine()
        self.logic.startEngine()

    def _test(self) -> None:
        ui = self.ui
        ui.testServerLabel.text = _("Asking the server ...")
        self.logic.testServer(ui.serverUrlEdit.text.strip(), ui.serverTokenEdit.text.strip(), self._onTested)

    def _onTested(self, ok: bool, text: str) -> None:
        if not self._gone:
            self.ui.testServerLabel.text = text
            self.say(text, "info" if ok else "warning")

    def _copyDiagnostics(self) -> None:
        qt.QApplication.clipboard().setText(self.logic.diagnostics())
        self.say(_("The diagnostics are in the clipboard."), "info")

    def refresh(self) -> None:
        """Which fields and buttons make sense now, and what the engine offers."""
        self._offer()
        ui, remote = self.ui, self.settings.remote
        off = "" if remote else _("Tick the box above first: a server is used only if you say so.")
        setReady(ui.serverUrlEdit, off, _("Address of the AuxOL server, with its port."))
        setReady(ui.serverTokenEdit, off, _("The token that the keeper of the server gave you; kept on this machine."))
        unnamed = "" if ui.serverUrlEdit.text.strip() else _("Enter the address of the server first.")
        setReady(ui.testServerButton, off or unnamed, _("Ask the server who it is. No image is sent."))
        state = self.logic.engineState
        stopped = _("The engine is not running.") if state is EngineState.OFF else ""
        setReady(ui.stopEngineButton, stopped, _("Nothing that was saved is lost."))
        ui.restartEngineButton.text = _("Start engine") if stopped else _("Restart engine")

    def _offer(self) -> None:
        """The generalists and presets that the engine has; before it was asked, what is chosen."""
        told, settings = self.logic.engineTold, self.settings
        names = [each["name"] for each in told.get("generalists", ())] or [settings.generalist]
        choices = [(choiceText(each), each["name"]) for each in self.logic.generalists.get("generalists", ())]
        self._filled(self.ui.generalistSelector, choices or [(name, name) for name in names])
        if self._named(self.ui.generalistSelector.currentText) != settings.generalist:
            with silently(self.ui.generalistSelector):
                at = self.ui.generalistSelector.findData(settings.generalist)
                self.ui.generalistSelector.setCurrentIndex(at)
                if at < 0:
                    self.ui.generalistSelector.setEditText(settings.generalist)
                self.ui.generalistSelector.lineEdit().setCursorPosition(0)  # its beginning says more than its end
        presets = [(each["title"], each["name"]) for each in told.get("presets", ())]
        if settings.preset not in [name for _title, name in presets]:
            presets.append((settings.preset, settings.preset))
        self._filled(self.ui.presetSelector, presets)
        self.ui.presetSelector.setCurrentIndex(self.ui.presetSelector.findData(settings.preset))

    @staticmethod
    def _filled(selector: Any, choices: list[tuple[str, str]]) -> bool:
        """Put in texts and their data, unless they are there already: someone may be typing. Whether it was done."""
        if [(selector.itemText(i), selector.itemData(i)) for i in range(selector.count)] == choices:
            return False
        with silently(selector):
            selector.clear()
            for text, data in choices:
                selector.addItem(text, data)
        return True

    def cleanup(self) -> None:
        """A server's answer that comes later is passed over."""
        self._gone = True

"""First use: what is missing, one button that installs it, and the other ways. Hidden when nothing is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Machine import Dependencies
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.PanelTools import Say, setReady


class SetupPanel:
    """Looks again whenever it is refreshed: packages come and go outside of this module too. ``installed()`` is called
    when nothing is missing any more."""

    def __init__(self, ui: Any, settings: Settings, say: Say, installed: Callable[[], None]) -> None:
        self.ui, self.settings, self.say, self.installed = ui, settings, say, installed
        self._installing = False
        self._gone = False  # an installation may outlive the panel
        ui.installButton.connect("clicked(bool)", lambda *_unused: self.install())

    def needed(self) -> list[str]:
        """What Slicer's Python lacks; nothing where the engine runs elsewhere."""
        if self.settings.pythonPath or (self.settings.remote and self.settings.serverUrl):
            return []
        return Dependencies.missing()

    def refresh(self) -> None:
        """Show the section while something is missing."""
        needed = self.needed()
        self.ui.setupSection.visible = bool(needed) or self._installing
        if not needed and not self._installing:
            return
        can, why = Dependencies.canInstall(str(self.settings.wheelFolder))
        names = ", ".join(_bare(requirement) for requirement in needed)
        self.ui.setupLabel.text = _("The engine needs packages that this Slicer has not: {names}.").format(names=names)
        if not self._installing:
            self.ui.installProgressLabel.text = why if can else why + " " + Dependencies.alternatives()
        busy = _("The installation is under way.") if self._installing else ""
        setReady(self.ui.installButton, busy or ("" if can else why), ", ".join(needed))

    def install(self) -> None:
        """Install, saying on the way what happens."""
        self._installing = True
        self.refresh()
        Dependencies.install(self._onProgress, self._onDone, str(self.settings.wheelFolder))

    def _onProgress(self, line: str) -> None:
        if not self._gone:
            self.ui.installProgressLabel.text = line
            self.say(line, "busy")

    def _onDone(self, ok: bool, text: str) -> None:
        if self._gone:
            return
        self._installing = False
        self.refresh()
        if not ok:
            self.ui.installProgressLabel.text = text
            self.say(text, "error")
            return
        self.say(self._whatNext(), "info")
        self.installed()

    def _whatNext(self) -> str:
        if self.settings.startOnEnter:
            return _("Everything is installed. The engine is being started.")
        return _("Everything is installed. Press Start engine.")

    def cleanup(self) -> None:
        """Answers that come later are passed over."""
        self._gone = True


def _bare(requirement: str) -> str:
    """The package's name without its version."""
    for mark in "<>=!~ ;[":
        requirement = requirement.split(mark)[0]
    return requirement

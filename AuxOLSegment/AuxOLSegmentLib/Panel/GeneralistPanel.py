"""Which generalist: what each is, how it is got, what a click takes here; download, measure, use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Machine.GeneralistName import generalistName
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act, Say, confirmed, setReady

MEGABYTE = 1_000_000
WIDTH = 300  # pixels of a narrow panel


class GeneralistPanel:
    """The rows below the generalist's box; the box itself is SettingsPanel's, ``chosen`` what it says."""

    def __init__(self, ui: Any, logic: PanelSession, settings: Settings, act: Act, say: Say) -> None:
        self.ui, self.logic, self.settings, self.act, self.say = ui, logic, settings, act, say
        clicks = {
            ui.generalistUseButton: self._use,
            ui.generalistDownloadButton: self._download,
            ui.generalistCancelButton: lambda: self.logic.cancelGeneralistDownload(self._chosen),
            ui.generalistMeasureButton: lambda: self.logic.measureGeneralists(),
        }
        for button, action in clicks.items():
            button.connect("clicked(bool)", lambda *_unused, action=action: self.act(action))

    @property
    def _chosen(self) -> str:
        return str(self.settings.generalist)

    def _row(self) -> Mapping[str, Any] | None:
        return rowOf(self.logic.generalists, self._chosen)

    def _download(self) -> None:
        row = self._row()
        if row is not None and confirmed(
            _(
                "{title}, {megabytes} MB, from the internet to this machine.\n\nLicence: {licence}\n{page}\n\n"
                "Do you accept the licence, and shall it be downloaded?"
            ).format(**row),
            _("Download a generalist"),
        ):
            self.logic.downloadGeneralist(row["name"])

    def _use(self) -> None:
        status, name = self.logic.status, self._chosen
        taught = 0 if status is None else status.corrections + status.confirmations
        if taught and not confirmed(
            _(
                "The task '{task}' was taught beside the {former}. Beside {new} it is learned again from its {count} "
                "saved slices; until then proposals come from {new} alone. Nothing is lost, and it can be cancelled "
                "under Learning.\n\nRestart the engine and learn it again?"
            ).format(task=self.logic.task, former=generalistName(status), new=self._title(name), count=taught),
            _("Use another generalist"),
        ):
            return
        self.logic.useGeneralist(name)

    def _title(self, name: str) -> str:
        row = rowOf(self.logic.generalists, name)
        return name if row is None else str(row["title"])

    def refresh(self) -> None:
        """Everything about the generalist that the box names."""
        ui, row, table = self.ui, self._row(), self.logic.generalists
        ui.generalistLabel.text = "\n".join(filter(None, (choiceSentence(row), table.get("recommended", ""))))
        # The sections around it ask for no height by width, so that a long text would be cut.
        ui.generalistLabel.setMinimumHeight(ui.generalistLabel.heightForWidth(max(ui.generalistLabel.width, WIDTH)))
        download = (row or {}).get("download") or {}
        running = download.get("state") == "running"
        ui.generalistBar.visible = ui.generalistCancelButton.visible = running
        if running:
            total = download["total"] or (row or {}).get("megabytes", 0) * MEGABYTE
            ui.generalistBar.setRange(0, max(1, total // 1000))
            ui.generalistBar.setValue(min(total, download["done"]) // 1000)
        ui.generalistCancelButton.toolTip = _("What came is kept; the next download goes on from there.")
        self._refreshButtons(row, running)

    def _refreshButtons(self, row: Mapping[str, Any] | None, running: bool) -> None:
        ui, table = self.ui, self.logic.generalists
        off = "" if self.logic.engineState is EngineState.READY else _("The engine is not running: start it first.")
        forbidden = "" if table.get("may_change", True) else _("The keeper of the server chooses its generalists.")
        ui.generalistDownloadButton.text = _("Continue") if row is not None and row["partly"] else _("Download")
        ui.generalistDownloadButton.visible = not running
        setReady(
            ui.generalistDownloadButton,
            off or forbidden or _whyNoDownload(row),
            _("Fetch its weights after its licence was told. They are checked by their SHA-256."),
        )
        measuring = table.get("measuring", "")
        ui.generalistMeasureButton.text = _("Measuring ...") if measuring else _("Measure clicks")
        busy = _("Being timed: {title}.").format(title=measuring) if measuring else ""
        setReady(
            ui.generalistMeasureButton,
            off or forbidden or busy,
            _("Time the first and the next click on this machine; takes some seconds, and nothing is downloaded."),
        )
        elsewhere = _("A server's generalist is chosen where it runs.") if self.settings.remote else ""
        told = self.logic.engineTold.get("generalist", {}).get("name")
        same = _("The engine runs it already.") if told == self._chosen else ""
        missing = "" if row is None or row["obtained"] == "here" else _("Its weights are not on this machine yet.")
        setReady(
            ui.generalistUseButton,
            off or forbidden or elsewhere or same or missing,
            _("Restart the engine with this generalist."),
        )


def rowOf(table: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """What the engine tells of the generalist ``name``; None of a file of the user's own."""
    return next((each for each in table.get("generalists", ()) if each["name"] == name), None)


def choiceText(row: Mapping[str, Any]) -> str:
    """One line of the box: its title, size, how it is got, and what a click takes here."""
    how = {"here": _("here"), "download": _("download"), "file": _("from a file")}[row["obtained"]]
    size = "" if row["megabytes"] is None else _("{megabytes} MB").format(**row)
    star = _("recommended") if row["recommended"] else ""
    return ", ".join(text for text in (row["title"], size, how, row["clicks"], star) if text)


def choiceSentence(row: Mapping[str, Any] | None) -> str:
    """All that is known of one."""
    if row is None:
        return _("A checkpoint file of your own; it is recognised by its content.")
    download = row["download"] or {}
    if download.get("state") == "failed":
        return str(download["error"])
    clicks = f"{row['clicks'] or _('Clicks')} ({row['times']})."
    got = {
        "here": _("On this machine."),
        "download": _("Not here yet: {megabytes} MB to download.").format(**row),
        "file": _("Not here: get its file from {page} and give its path above.").format(**row),
    }[row["obtained"]]
    partly = ""
    if row["partly"] and row["obtained"] == "download":
        partly = " " + _("{done} MB of it have come.").format(done=row["partly"] // MEGABYTE)
    return f"{row['title']}: {clicks[0].lower()}{clicks[1:]} {got}{partly} {_('Licence:')} {row['licence']}"


def _whyNoDownload(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return _("A file of your own is not downloaded.")
    if row["obtained"] == "here":
        return _("It is on this machine already.")
    if row["obtained"] == "file":
        return _("Its authors name no address or hash to check it by: get the file from {page}.").format(**row)
    return ""

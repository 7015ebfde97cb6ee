"""Dialogs are never shown: each is recorded, and answered as the test said beforehand."""

from dataclasses import dataclass, field
from typing import Any

from PySide6 import QtWidgets

from .pythonqt.convert import EnumValue, to_real
from .pythonqt.overrides import override


@dataclass(frozen=True)
class Dialog:
    """One dialog that would have been shown. `kind`: class or function, `text`: what it said."""

    kind: str
    text: str
    title: str = ""
    detail: str = ""


@dataclass
class Desk:
    """Where dialogs end up. Answers are used in order; a question without an answer fails the test."""

    shown: list[Dialog] = field(default_factory=list)
    opened_urls: list[str] = field(default_factory=list)
    installations: list[list[str]] = field(default_factory=list)
    _answers: list[Any] = field(default_factory=list)

    def answer(self, *answers: Any) -> None:
        """Answers to come: "ok", "cancel", "yes", "no", ... for a message box, text or number for an input, path(s)."""
        self._answers += answers

    def reset(self) -> None:
        for kept in (self.shown, self.opened_urls, self.installations, self._answers):
            kept.clear()

    def ask(self, dialog: Dialog, without: Any = None) -> Any:
        """Record, and give the next answer; `without` is the answer when none is left (a box with OK alone)."""
        self.shown.append(dialog)
        if self._answers:
            return self._answers.pop(0)
        if without is None:
            raise AssertionError(f"a dialog asks and the test has no answer: {dialog}")
        return without

    def record_installations(self, slicer: Any) -> None:
        """slicer.util.pip_install would run pip: it is only recorded."""

        def pip_install(requirements: Any, *_: Any, **__: Any) -> None:
            listed = requirements.split() if isinstance(requirements, str) else [str(each) for each in requirements]
            self.installations.append(listed)

        slicer.util.pip_install = pip_install
        slicer.util.pip_uninstall = lambda requirements: self.installations.append(["uninstall", str(requirements)])


desk = Desk()
Buttons = QtWidgets.QMessageBox.StandardButton


def button_named(name: Any) -> EnumValue:
    if isinstance(name, EnumValue):
        return name
    return EnumValue(next(member for member in Buttons if member.name.lower() == str(name).lower()))


@override("QMessageBox", "exec")
def message_box(shown: Any) -> EnumValue:
    real: QtWidgets.QMessageBox = to_real(shown)
    kinds = real.standardButtons()
    alone = "ok" if kinds in (Buttons.Ok, Buttons.NoButton) else "close" if kinds == Buttons.Close else None
    dialog = Dialog("QMessageBox", real.text(), real.windowTitle().strip(), real.detailedText())
    return button_named(desk.ask(dialog, alone))


@override("QDialog", "exec")
def other_dialog(shown: Any) -> int:
    real: QtWidgets.QDialog = to_real(shown)
    labels = [label.text() for label in real.findChildren(QtWidgets.QLabel)]
    answer = desk.ask(Dialog(type(shown).__name__, "\n".join(labels), real.windowTitle()))
    return int(answer) if isinstance(answer, int) else int(str(answer).lower() in ("ok", "accept", "yes"))


def _static_box(kind: str) -> None:
    @override("QMessageBox", kind)
    def box(_: Any, parent: Any, title: str, text: str, buttons: Any = None, *__: Any) -> EnumValue:
        alone = "ok" if kind != "question" and buttons is None else None
        return button_named(desk.ask(Dialog(f"QMessageBox.{kind}", text, title), alone))


for _kind in ("information", "warning", "critical", "question"):
    _static_box(_kind)


def _input(kind: str) -> None:
    @override("QInputDialog", kind)
    def ask(_: Any, parent: Any, title: str, label: str, *__: Any) -> Any:
        return desk.ask(Dialog(f"QInputDialog.{kind}", label, title))


for _kind in ("getText", "getMultiLineText", "getItem", "getInt", "getDouble"):
    _input(_kind)


def _files(kind: str) -> None:
    @override("QFileDialog", kind)
    def ask(_: Any, parent: Any = None, title: str = "", *__: Any) -> Any:
        """PythonQt gives the path, or a tuple of paths; "" is cancel."""
        answer = desk.ask(Dialog(f"QFileDialog.{kind}", "", title))
        return tuple(str(each) for each in answer) if kind == "getOpenFileNames" else str(answer)


for _kind in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"):
    _files(_kind)


@override("QDesktopServices", "openUrl")
def open_url(_: Any, url: Any) -> bool:
    desk.opened_urls.append(to_real(url).toString())
    return True

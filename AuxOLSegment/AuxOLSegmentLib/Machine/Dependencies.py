"""What the worker needs in Slicer's Python: looked up without importing it, installed when the user asks for it.

torch comes through the PyTorch extension (PyTorchUtils), everything else through slicer.packaging; a wheel folder
replaces both on machines without network. Slicer's own numpy and SimpleITK are pinned to what they are during every
installation. Nothing here runs when the module is imported or opened, except `missing`, which reads metadata alone.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import qt
import slicer
import slicer.packaging
from slicer.i18n import tr as _

from AuxOLSegmentLib.Machine.InstallTrouble import Listening, reason

TORCH = "torch>=2.4"
REQUIREMENTS = Path(__file__).resolve().parents[2] / "Resources" / "requirements.txt"
KEPT_AS_SLICER_HAS_THEM = ("numpy", "SimpleITK", "scipy", "requests", "vtk")
NEEDED_BYTES = 3 * 2**30  # torch for CPU with its packages; a build for a graphics card takes up to twice as much
# What pip, PyTorchUtils and light-the-torch raise when they fail; anything else is a bug and shall be seen as one.
INSTALL_ERRORS = (RuntimeError, OSError, ValueError, ImportError, subprocess.SubprocessError)

Progress = Callable[[str], None]
Then = Callable[[bool, str], None]

log = logging.getLogger(__name__)


def missing() -> list[str]:
    """The requirements that Slicer's Python does not meet, torch first. Reads metadata, imports nothing."""
    needed = [TORCH, *(str(requirement) for requirement in slicer.packaging.load_requirements(REQUIREMENTS))]
    return [requirement for requirement in needed if not slicer.packaging.pip_check(requirement)]


def torchProblem() -> str:
    """Empty if torch is there or can be installed; else a sentence."""
    if slicer.packaging.pip_check(TORCH):
        return ""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        if importlib.util.find_spec("PyTorchUtils") is None:
            return _("The PyTorch extension is missing: install it in the Extensions Manager and restart Slicer.")
        return ""
    return _(
        "PyTorch {version} is installed, {needed} is needed: uninstall it in the module PyTorch Utils, restart Slicer, "
        "and install again."
    ).format(version=version, needed=TORCH)


def _writable(folder: str) -> bool:
    """Tried, because Windows says yes of every folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def canInstall(wheelFolder: str = "") -> tuple[bool, str]:
    """Whether `install` can be tried, and a sentence: what it will do, or why not. Opens no connection."""
    folder = sysconfig.get_paths()["purelib"]
    if not _writable(folder):
        return False, _("Slicer's Python folder is not writable ({folder}).").format(folder=folder)
    if wheelFolder and not os.path.isdir(wheelFolder):
        return False, _("The wheel folder {folder} is not there.").format(folder=wheelFolder)
    if not wheelFolder and torchProblem():
        return False, torchProblem()
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        return False, _("At least {needed} GB are needed in {folder}, {free} GB are free.").format(
            needed=NEEDED_BYTES // 2**30, folder=folder, free=round(free / 2**30, 1)
        )
    if wheelFolder:
        return True, _("Packages are taken from {folder}; nothing is downloaded.").format(folder=wheelFolder)
    return True, _(
        "Downloads PyTorch (the build that fits this machine's graphics card or processor) and small packages, "
        "some minutes and up to 3 GB. Slicer's own packages are not replaced."
    )


def alternatives() -> str:
    """The ways that need no network or no write permission, as sentences."""
    return _(
        "Without network: put the wheels into a folder and name it in Settings, Engine, 'Wheel folder'. "
        "Without write permission: name another Python that has auxol-core in Settings, Engine, 'Python'. "
        "Or use a server: Settings, Server."
    )


def install(progress: Progress, then: Then, wheelFolder: str = "") -> None:
    """Install what is missing. ``progress`` gets a line now and then, ``then`` (ok, sentence) once, later.

    The user has been asked before. With a wheel folder pip runs beside Slicer; the PyTorch extension and pip_ensure
    keep Slicer busy behind their own progress windows.
    """
    needed = missing()
    can, why = canInstall(wheelFolder)
    if not needed:
        then(True, _("Everything is installed."))
    elif not can:
        then(False, why + " " + alternatives())
    elif wheelFolder:
        _installWheels(needed, wheelFolder, progress, then)
    else:
        progress(_("Installing PyTorch ... this takes some minutes."))
        # A moment later, so that the line is on screen before PyTorchUtils keeps Slicer busy.
        qt.QTimer.singleShot(100, lambda: _installTorch(progress, then))


def _installTorch(progress: Progress, then: Then) -> None:
    heard = Listening()
    try:
        if not slicer.packaging.pip_check(TORCH):
            import PyTorchUtils

            with heard:
                PyTorchUtils.PyTorchUtilsLogic().installTorch(
                    askConfirmation=False, torchVersionRequirement=TORCH.removeprefix("torch")
                )
    except INSTALL_ERRORS as error:
        _failed(error, then, heard)
        return
    progress(_("PyTorch is installed. Installing the other packages ..."))
    qt.QTimer.singleShot(100, lambda: _installOthers(then))


def _installOthers(then: Then) -> None:
    constraints, heard = _constraintsFile(), Listening()
    try:
        with heard:
            slicer.packaging.pip_ensure(
                slicer.packaging.load_requirements(REQUIREMENTS),
                constraints=constraints,
                prompt_install=False,
                requester="AuxOLSegment",
            )
    except INSTALL_ERRORS as error:
        _failed(error, then, heard)
        return
    finally:
        _remove(constraints)
    _finished(then)


def _installWheels(needed: list[str], wheelFolder: str, progress: Progress, then: Then) -> None:
    constraints, heard = _constraintsFile(), Listening()

    def line(told: str) -> None:
        heard.lines.append(told)
        progress(told)

    def completed(code: int) -> None:
        _remove(constraints)
        if code == 0:
            _finished(then)
        else:
            told = _("The wheel folder lacks something: {needed}.").format(needed=", ".join(missing()))
            then(False, f"{told} {reason(_all(heard))}".rstrip())

    try:
        slicer.packaging.pip_install(
            ["--no-index", "--find-links", wheelFolder, *needed],
            constraints=constraints,
            blocking=False,
            show_progress=False,
            logCallback=line,
            completedCallback=completed,
        )
    except INSTALL_ERRORS as error:
        _remove(constraints)
        _failed(error, then, heard)


def _constraintsFile() -> Path:
    """A file for pip that pins what Slicer brings to the installed versions."""
    lines = []
    for name in KEPT_AS_SLICER_HAS_THEM:
        with suppress(importlib.metadata.PackageNotFoundError):
            lines.append(f"{name}=={importlib.metadata.version(name)}\n")
    handle, path = tempfile.mkstemp(prefix="auxol-constraints-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return Path(path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _failed(error: Exception, then: Then, heard: Listening) -> None:
    """Tell why, how far it came, and the other ways; Install goes on from there."""
    told = _all(heard)
    log.error("Installation failed; pip said last:\n%s", told[-2000:], exc_info=error)
    sentences = [_("The installation failed ({error}).").format(error=error), reason(f"{told}\n{error}"), _halfWay()]
    then(False, " ".join(each for each in (*sentences, alternatives()) if each))


def _halfWay() -> str:
    """What is there already; empty where nothing is, or nothing is missing."""
    left = missing()
    if not left or not slicer.packaging.pip_check(TORCH):
        return ""
    told = _("PyTorch is installed, and stays. Install goes on with what is missing: {names}.")
    return told.format(names=", ".join(left))


def _all(heard: Listening) -> str:
    return "\n".join(heard.lines)


def _finished(then: Then) -> None:
    left = missing()
    if left:
        then(False, _("Still missing: {names}.").format(names=", ".join(left)) + " " + alternatives())
    else:
        then(True, _("Everything is installed."))

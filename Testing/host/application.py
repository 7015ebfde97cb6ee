"""The host itself: one per process, as the application is one per process.

`start()` must come before anything imports `qt`, `ctk` or application parts of `slicer`, because it makes them.
"""

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if sys.platform == "linux":  # elsewhere VTK's own windows render off screen
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from . import dialogs, events, ui_loader  # noqa: F401 - ui_loader registers QUiLoader's override
from .hand import Hand, press_keys
from .install import SCRIPTED_MODULES
from .log import log
from .pythonqt import callbacks, manners, names
from .pythonqt.convert import to_python, to_real
from .pythonqt.modules import QtModule, StandInModule
from .pythonqt.shown import Shown, show
from .watchdog import Watch, watch

_host: "Host | None" = None


class Host:
    """What a test holds in its hand; module code sees `slicer`, `qt` and `ctk` only.

    Attributes: `scene` (vtkMRMLScene), `app` (slicer.app), `folder` (settings and temporary files of this process),
    `dialogs` (what was shown, and the answers), `journal` (exceptions in callbacks), `log` (warnings and errors).
    """

    def __init__(self, application: Any, core: Any, folder: Path) -> None:
        self._application, self._core, self.folder = application, core, folder
        self.scene = core.scene
        self.app = to_python(application)
        self.dialogs = dialogs.desk
        self.journal = callbacks.journal
        self.log = log
        self._folders: list[Path] = []

    def load(self, install_tree: Path) -> list[str]:
        """Load all scripted modules of an installed tree, as an additional module path; their names.

        Raises ModuleLoadError, or what the module's file raises.
        """
        folder = install_tree / SCRIPTED_MODULES
        if not folder.is_dir():
            raise FileNotFoundError(f"expected the folder {folder}, made by host.install()")
        sys.path.insert(0, str(folder))
        self._folders.append(folder)
        manners.MODULE_FOLDERS.append(str(folder))
        return self._application.module_manager.factoryManager().load_scripted(folder)

    def select_module(self, name: str) -> Any:
        """Show the module (exit() of the one before, enter() of this one); its Python widget. "" shows none."""
        import slicer

        slicer.util.selectModule(name)
        self.check()
        return slicer.util.getModuleWidget(name) if name else None

    def process_until(self, predicate: Callable[[], Any], timeout: float = 10.0) -> None:
        """Run the real event loop until the predicate is true; TimeoutError after `timeout` seconds."""
        events.process_until(predicate, timeout)

    def process_for(self, seconds: float) -> None:
        """Run the real event loop for so long."""
        with contextlib.suppress(TimeoutError):
            events.process_until(lambda: False, seconds)

    def hand(self, view_name: str = "Red") -> Hand:
        """Mouse and keys over a slice view."""
        return Hand(self.view(view_name))

    def click(self, view_name: str, at: tuple[int, int], button: str = "Left", modifiers: tuple[str, ...] = ()) -> None:
        """A click into a slice view, at display coordinates (origin at the lower left)."""
        self.hand(view_name).click(at, button, modifiers)

    def press_keys(self, sequence: str) -> None:
        """A key combination to the main window."""
        press_keys(self._application.main_window, sequence)

    def hold_interpreter_lock(self) -> contextlib.AbstractContextManager[None]:
        """Within: background Python threads run only while Python code runs on the main thread."""
        return events.hold_interpreter_lock()

    def watch(self, limit: float) -> contextlib.AbstractContextManager[Watch]:
        """Within: entries into the module's Python code that take longer than `limit` seconds are gathered."""
        return watch(limit, self._folders)

    def check(self) -> None:
        """Raise the first exception that a callback let through since the last check."""
        errors, self.journal.exceptions = self.journal.exceptions, []
        if errors:
            raise errors[0]

    def forgive(self, kind: type[BaseException]) -> list[BaseException]:
        """Take exceptions of this kind out of the journal; AssertionError if there are none."""
        found = [error for error in self.journal.exceptions if isinstance(error, kind)]
        assert found, f"expected a {kind.__name__} in a callback, there were {self.journal.exceptions}"
        self.journal.exceptions = [error for error in self.journal.exceptions if error not in found]
        return found

    def view(self, name: str = "Red") -> Any:
        """The stand-in of the slice view, for host-side use (pixels, interactor)."""
        return self._application.layout_manager.sliceWidget(name).sliceView()

    def picture(self, view_name: str = "Red") -> np.ndarray:
        """RGB of a slice view as it would show now, rows from the top, uint8."""
        return self.view(view_name).pixels()

    def save_picture(self, what: Any, path: Path) -> None:
        """Write a PNG of a slice view (by name), or of a widget."""
        if isinstance(what, str):
            pixels = np.ascontiguousarray(self.picture(what))
            height, width, _ = pixels.shape
            image = QtGui.QImage(pixels.data, width, height, 3 * width, QtGui.QImage.Format.Format_RGB888)
        else:
            image = (to_real(what) if isinstance(what, Shown) else what).grab().toImage()
        if not image.save(str(path)):
            raise OSError(f"cannot write {path}")

    def close_scene(self) -> None:
        """As File > Close scene."""
        self.scene.Clear(0)

    def quit(self) -> None:
        """As the application ends: exit() of the open module, then aboutToQuit, then cleanup() of every module that was
        opened. Nothing of the host is to be used after it."""
        self._application.main_window.moduleSelector().selectModule("")
        self._application.aboutToQuit.emit()
        self._application.module_manager.factoryManager().unloadModules()

    def reset(self) -> None:
        """Between tests: no module shown, scene closed, settings, dialogs, journal and log empty."""
        self._application.main_window.moduleSelector().selectModule("")
        self.close_scene()
        QtCore.QSettings().clear()
        self.dialogs.reset()
        self.journal.exceptions.clear()
        self.log.clear()


def start(install_tree: Path | None = None) -> Host:
    """The host of this process, made at the first call; then loads the modules of the tree, if one is given."""
    global _host
    if _host is None:
        _host = _build()
    if install_tree is not None:
        _host.load(Path(install_tree))
    return _host


def _build() -> Host:
    folder = Path(tempfile.mkdtemp(prefix="slicer_host_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import slicer
    import slicer.util

    sys.modules["qt"] = QtModule()
    sys.modules["ctk"] = StandInModule("ctk")
    for name in ("modules", "moduleNames"):
        module = types.ModuleType(f"slicer.{name}")
        setattr(slicer, name, module)
        sys.modules[f"slicer.{name}"] = module
    _find_python_of_slicer(slicer)
    from .scene import build_core
    from .stand_ins import registry
    from .stand_ins.subject_hierarchy import SegmentationItems
    from .stand_ins.views import NAMES

    registry.register(sys.modules["ctk"], lambda real: setattr(slicer, real.__name__, show(real)))
    core = build_core()
    log.listen()
    slicer.mrmlScene = core.scene
    SegmentationItems(core.scene)
    application = _application(core, folder)
    slicer.app = to_python(application)
    slicer.__getattr__ = _missing
    for name, logic in core.logics.items():
        registry.add_module(application, name, logic)
    dialogs.desk.record_installations(slicer)
    callbacks.keep_printed_exceptions()
    _python_slicer(folder / "bin")
    for name in NAMES:
        registry.add_slice_nodes(application.layout_manager, name)
    return Host(application, core, folder)


def _python_slicer(folder: Path) -> None:
    """PythonSlicer on the path: a launcher, so that killing it leaves the Python process it started, as in Slicer."""
    folder.mkdir()
    if sys.platform == "win32":
        (folder / "PythonSlicer.bat").write_text(f'@"{sys.executable}" %*\n', encoding="utf-8")
    else:
        launcher = folder / "PythonSlicer"
        # A job in the background has no input of its own unless it is handed over under another number.
        launcher.write_text(f'#!/bin/sh\nexec 3<&0\n"{sys.executable}" "$@" <&3 3<&- &\nwait $!\n', encoding="utf-8")
        launcher.chmod(0o755)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def _find_python_of_slicer(slicer: Any) -> None:
    """slicer.i18n and its like: from a Slicer source tree if SLICER_PYTHON names its Base/Python, or stand-ins."""
    real = os.environ.get("SLICER_PYTHON")
    here = Path(__file__).parent / "slicer_python"
    slicer.__path__.append(str(Path(real) / "slicer") if real else str(here))


def _missing(name: str) -> Any:
    known = "in Slicer but not yet in Testing/host" if name in names.book() else "not in the wheel nor in Testing/host"
    raise AttributeError(f"slicer.{name} is {known}")


def _application(core: Any, folder: Path) -> Any:
    from .stand_ins import registry

    ini, user = QtCore.QSettings.Format.IniFormat, QtCore.QSettings.Scope.UserScope
    QtCore.QSettings.setDefaultFormat(ini)
    QtCore.QSettings.setPath(ini, user, str(folder / "settings"))
    if QtWidgets.QApplication.instance() is not None:
        raise RuntimeError("a QApplication exists already; start the host before anything else of Qt")
    application = registry.make_application(core, folder)
    for each in ("temporary", "cache"):
        (folder / each).mkdir(exist_ok=True)  # the cache manager may have made its own
    return application

"""The worker of an installed extension under another Python than Slicer's: it gets nothing of Slicer's environment, and
needs nothing that an installed extension does not have."""

import os
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import slicer
from bare_python import barePython
from session_case import SessionCase
from slicer_setting import HOST, SlicerCase, main


def launched(home):
    """What Slicer's launcher sets, pointing into the application; PYTHONPATH leads to a broken standard library."""
    wrong = home / "lib" / "Python" / "wrong"
    wrong.mkdir(parents=True, exist_ok=True)
    (wrong / "json.py").write_text("raise SystemExit('the json of another Python')\n", encoding="utf-8")
    return {
        "PYTHONHOME": str(home / "lib" / "Python"),
        "PYTHONPATH": str(wrong),
        "PYTHONNOUSERSITE": "1",
        "LD_LIBRARY_PATH": os.pathsep.join([str(home / "lib" / "Slicer-5.12"), str(home / "lib" / "Python" / "lib")]),
        "QT_PLUGIN_PATH": str(home / "lib" / "QtPlugins"),
        "SSL_CERT_FILE": str(home / "share" / "Slicer.crt"),
        "PATH": os.pathsep.join([str(home / "bin"), os.environ["PATH"]]),
    }


@unittest.skipUnless(HOST is not None, "Slicer has no other Python beside it that has the packages")
class TestEnvironment(SlicerCase):
    """What a process of ours sees. In the host, with what the launcher of the application would have set."""

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Engine import ProcessEnvironment

        self.module, self.home = ProcessEnvironment, Path(slicer.app.slicerHome)
        patcher = mock.patch.dict(os.environ, launched(self.home))
        patcher.start()
        self.addCleanup(patcher.stop)

    def seen(self, python):
        environment = self.module.processEnvironment(str(python))
        return {str(name): str(environment.value(name)) for name in environment.keys()}  # noqa: SIM118

    def test_another_python_gets_the_environment_of_the_time_before_slicer(self):
        seen = self.seen(sys.executable)
        told = [f"{name}={value}" for name, value in seen.items() if str(self.home) in value]
        self.assertEqual(told, [])
        self.assertNotIn("PYTHONHOME", seen)
        self.assertNotIn("PYTHONNOUSERSITE", seen)
        self.assertIn("PATH", seen)

    def test_slicers_own_python_keeps_its_own(self):
        for python in ("", str(self.home / "bin" / "python-real"), self.module.slicerPython()):
            self.assertEqual(self.seen(python)["PYTHONHOME"], str(self.home / "lib" / "Python"), python)

    def test_where_no_launcher_was_used_what_points_into_slicer_is_dropped_and_the_rest_kept(self):
        """As on macOS: it was set before the environment was saved."""
        import qt

        mine = os.pathsep.join([str(self.home / "lib"), "/opt/mine", "relative"])
        with mock.patch.dict(os.environ, {"DYLD_LIBRARY_PATH": mine, "MINE": "http://127.0.0.1:80/a"}):
            live = qt.QProcessEnvironment.systemEnvironment()
        fake = mock.Mock(slicerHome=str(self.home), startupEnvironment=lambda: live)
        with mock.patch.object(self.module.slicer, "app", fake):
            seen = self.seen("/usr/bin/another/python")
        self.assertEqual(seen["DYLD_LIBRARY_PATH"], os.pathsep.join(["/opt/mine", "relative"]))
        self.assertEqual(seen["MINE"], "http://127.0.0.1:80/a")
        for name in ("PYTHONHOME", "PYTHONPATH", "SSL_CERT_FILE", "QT_PLUGIN_PATH"):
            self.assertNotIn(name, seen)

    def test_a_folder_whose_name_begins_like_slicers_is_another_one(self):
        beside = f"{self.home}-mine"
        self.assertFalse(self.module._within(f"{beside}/bin/python", str(self.home)))
        self.assertTrue(self.module._within(f"{self.home}/bin/../bin/python", str(self.home)))


@unittest.skipUnless(HOST is not None, "Slicer has no other Python beside it that has the packages")
class TestWorker(SessionCase):
    """A whole walk with a worker and a keeper under a Python that has the extension's requirements alone. The installed
    extension and this Python lie in folders with spaces and letters beyond ASCII."""

    own = True

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Machine.Dependencies import REQUIREMENTS

        lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        wanted = [line for line in lines if line and not line.startswith("#")]
        # One of another version where the variable names it; it needs the same packages.
        given = os.environ.get("AUXOL_OTHER_PYTHON")
        self.bare = Path(given) if given else barePython(self.folder / "a Python für uns", wanted)
        patcher = mock.patch.dict(os.environ, launched(Path(slicer.app.slicerHome)))
        patcher.start()
        self.addCleanup(patcher.stop)
        self.settings.set("pythonPath", str(self.bare))

    def test_it_has_no_tool_of_the_developers(self):
        found = subprocess.run(
            [self.bare, "-I", "-c", "import importlib.util as u; print([n for n in "
             "('pytest', 'auxol_core', 'matplotlib', 'nibabel', 'mypy', 'PySide6', 'slicer') if u.find_spec(n)])"],
            capture_output=True, text=True, check=True, env={},
        )  # fmt: skip
        self.assertEqual(found.stdout.strip(), "[]")

    def test_the_installed_extension_proposes_keeps_and_learns(self):
        self.propose(6)
        self.session.accept()
        self.saved(6)
        self.learned(1)
        process = self.session.connection._process
        self.assertEqual(self.session.connection.keeper._deaths, 0)
        installed = Path(sys.modules["AuxOLSegmentLib"].__file__).resolve().parents[1]
        self.assertFalse(str(installed).isascii())
        if sys.platform == "linux":
            given = Path(f"/proc/{process.ready.pid}/environ").read_bytes().decode().split("\0")
            inside = [each for each in given if slicer.app.slicerHome in each]
            self.assertEqual(inside, [])
            paths = [each for each in given if each.startswith("PYTHONPATH=")]
            self.assertEqual(paths[0].removeprefix("PYTHONPATH=").split(os.pathsep)[0], str(installed))


if __name__ == "__main__":
    main()

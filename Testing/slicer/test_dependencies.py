"""First use: what is missing, how it is installed, and what is said where that cannot be. Nothing is downloaded."""

import importlib.machinery
import importlib.metadata
import subprocess
import sys
import types
from pathlib import Path
from unittest import mock

from slicer_setting import SlicerCase, main, until


class DependenciesCase(SlicerCase):
    """``self.installed`` stands for Slicer's Python, ``self.log`` for what was done to it, in order."""

    def setUp(self):
        super().setUp()
        from slicer import packaging

        from AuxOLSegmentLib.Machine import Dependencies

        self.dependencies = Dependencies
        self.installed, self.log, self.failing = set(), [], None
        self.patch(packaging, "pip_check", lambda needed: _name(needed) in self.installed)
        self.realVersion = importlib.metadata.version
        self.patch(importlib.metadata, "version", self.version)
        self.patch(packaging, "pip_ensure", self.pipEnsure)
        self.patch(packaging, "pip_install", self.pipInstall)
        self.extension = types.ModuleType("PyTorchUtils")
        self.extension.__spec__ = importlib.machinery.ModuleSpec("PyTorchUtils", None)
        self.extension.PyTorchUtilsLogic = lambda: types.SimpleNamespace(installTorch=self.installTorch)
        patcher = mock.patch.dict(sys.modules, {"PyTorchUtils": self.extension})
        patcher.start()
        self.addCleanup(patcher.stop)
        self.lines, self.answers = [], []

    def patch(self, owner, name, value):
        patcher = mock.patch.object(owner, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def version(self, name):
        """That Slicer has no torch at first, whatever this Python has."""
        if name == "torch" and name not in self.installed:
            raise importlib.metadata.PackageNotFoundError(name)
        return self.realVersion(name)

    def installTorch(self, askConfirmation=False, forceComputationBackend=None, torchVersionRequirement=None):
        self.log.append(("torch", askConfirmation, torchVersionRequirement))
        if self.failing:
            raise self.failing
        self.installed.add("torch")

    def pipEnsure(self, requirements, constraints=None, prompt_install=True, requester=None, **_others):
        self.log.append(("others", prompt_install, requester, Path(constraints).read_text(encoding="utf-8")))
        self.constraints = Path(constraints)
        self.installed |= {_name(each) for each in requirements}

    def pipInstall(self, requirements, constraints=None, blocking=True, logCallback=None, completedCallback=None, **_):
        self.log.append(("wheels", requirements, blocking))
        logCallback("Looking in links")
        self.installed |= {_name(each) for each in requirements[3:]}
        completedCallback(0)

    def install(self, wheelFolder=""):
        """Install, and wait for the one answer."""
        self.dependencies.install(self.lines.append, lambda ok, text: self.answers.append((ok, text)), wheelFolder)
        until(lambda: self.answers, 10)
        self.assertEqual(len(self.answers), 1)
        return self.answers[0]


class TestInstalling(DependenciesCase):
    """From a click to an engine that can start."""

    def test_torch_comes_from_its_extension_and_the_rest_from_slicer_packaging_without_asking_again(self):
        self.assertIn("torch>=2.2", self.dependencies.missing())
        ok, text = self.install()
        self.assertTrue(ok, text)
        self.assertEqual(self.log[0], ("torch", False, ">=2.2"))
        self.assertEqual(self.log[1][:3], ("others", False, "AuxOLSegment"))
        self.assertEqual(self.dependencies.missing(), [])
        self.assertEqual(len(self.lines), 2)

    def test_what_slicer_ships_is_pinned_meanwhile(self):
        import numpy as np

        self.install()
        self.assertIn(f"numpy=={np.__version__}\n", self.log[1][3])
        self.assertFalse(self.constraints.exists())

    def test_a_wheel_folder_needs_neither_network_nor_extension(self):
        del sys.modules["PyTorchUtils"]
        ok, text = self.install(str(self.folder))
        self.assertTrue(ok, text)
        kind, arguments, blocking = self.log[0]
        self.assertEqual((kind, blocking), ("wheels", False))
        self.assertEqual(arguments[:3], ["--no-index", "--find-links", str(self.folder)])
        self.assertEqual(len(self.log), 1)

    def test_a_failure_is_told_with_the_other_ways(self):
        self.failing = subprocess.CalledProcessError(1, "pip")
        with self.assertLogs("AuxOLSegmentLib.Machine.Dependencies", "ERROR"):
            ok, text = self.install()
        self.assertFalse(ok)
        for way in ("Wheel folder", "Python", "server"):
            self.assertIn(way, text)

    def test_without_the_pytorch_extension_it_says_where_to_get_it(self):
        with mock.patch("importlib.util.find_spec", return_value=None):
            self.assertIn("Extensions Manager", self.dependencies.torchProblem())
            ok, text = self.install()
        self.assertEqual((ok, self.log), (False, []))
        self.assertIn("Extensions Manager", text)

    def test_a_folder_that_may_not_be_written_is_said_before_anything_is_tried(self):
        with mock.patch("os.access", return_value=False):
            can, why = self.dependencies.canInstall()
        self.assertFalse(can)
        self.assertIn("not writable", why)

    def test_a_full_disk_is_said_before_anything_is_tried(self):
        with mock.patch("shutil.disk_usage", return_value=types.SimpleNamespace(free=10**9)):
            can, why = self.dependencies.canInstall()
        self.assertFalse(can)
        self.assertIn("0.9 GB", why)

    def test_looking_imports_nothing(self):
        before = set(sys.modules)
        self.dependencies.missing()
        self.assertNotIn("torch", set(sys.modules) - before)


def _name(requirement):
    return str(requirement).split(">")[0]


if __name__ == "__main__":
    main()

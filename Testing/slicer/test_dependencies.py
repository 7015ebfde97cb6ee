"""First use: what is missing, how it is installed, and what is said where that cannot be. Nothing is downloaded."""

import importlib.machinery
import importlib.metadata
import subprocess
import sys
import types
from pathlib import Path
from unittest import mock

from slicer_setting import MODULE, SlicerCase, main, until


class DependenciesCase(SlicerCase):
    """``self.installed`` stands for Slicer's Python, ``self.log`` for what was done to it, in order."""

    def setUp(self):
        super().setUp()
        from slicer import packaging

        from AuxOLSegmentLib.Machine import Dependencies

        self.dependencies = Dependencies
        self.installed, self.log, self.failing, self.failingOthers = set(), [], None, None
        self.told, self.code = "", 0  # what pip prints, and what it ends with where it runs beside Slicer
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
        print(self.told)
        if self.failing:
            raise self.failing
        self.installed.add("torch")

    def pipEnsure(self, requirements, constraints=None, prompt_install=True, requester=None, **_others):
        self.log.append(("others", prompt_install, requester, Path(constraints).read_text(encoding="utf-8")))
        self.constraints = Path(constraints)
        print(self.told)
        if self.failingOthers:
            raise self.failingOthers
        self.installed |= {_name(each) for each in requirements}

    def pipInstall(self, requirements, constraints=None, blocking=True, logCallback=None, completedCallback=None, **_):
        self.log.append(("wheels", requirements, blocking))
        logCallback(self.told or "Looking in links")
        self.installed |= set() if self.code else {_name(each) for each in requirements[3:]}
        completedCallback(self.code)

    def install(self, wheelFolder=""):
        """Install, and wait for the one answer."""
        self.dependencies.install(self.lines.append, lambda ok, text: self.answers.append((ok, text)), wheelFolder)
        until(lambda: self.answers, 10)
        self.assertEqual(len(self.answers), 1)
        return self.answers[0]


class TestInstalling(DependenciesCase):
    """From a click to an engine that can start."""

    def test_torch_comes_from_its_extension_and_the_rest_from_slicer_packaging_without_asking_again(self):
        self.assertIn("torch>=2.4", self.dependencies.missing())
        ok, text = self.install()
        self.assertTrue(ok, text)
        self.assertEqual(self.log[0], ("torch", False, ">=2.4"))
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
        with mock.patch("tempfile.TemporaryFile", side_effect=PermissionError):
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


class TestTrouble(DependenciesCase):
    """An installation that fails: why, how far it came, and what to do."""

    PIP = subprocess.CalledProcessError(1, "pip install")
    CASES = (
        ("no connection", "Retrying: NewConnectionError: [Errno -3] Temporary failure in name resolution"),
        ("proxy", "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))"),
        ("PIP_CERT", "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self-signed'))"),
        ("may not be written", "ERROR: Could not install packages: [Errno 13] Permission denied: '/opt/Slicer/lib'"),
        ("disk is full", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
        ("in use", "ERROR: [WinError 32] The process cannot access the file"),
        ("no build", "ERROR: No matching distribution found for torch>=2.4"),
    )

    def failed(self):
        with self.assertLogs("AuxOLSegmentLib.Machine.Dependencies", "ERROR") as logged:
            ok, text = self.install()
        self.assertFalse(ok)
        self.logged = logged.output[0]
        return text

    def test_the_reason_is_read_in_what_pip_printed_for_pytorch_as_for_the_rest(self):
        for torchThere in (False, True):
            for words, told in self.CASES:
                with self.subTest(words=words, torchThere=torchThere):
                    self.answers, self.told = [], told
                    self.installed = {"torch"} if torchThere else set()
                    self.failing, self.failingOthers = self.PIP, self.PIP
                    text = self.failed()
                    self.assertIn(words, text)
                    self.assertIn(told, self.logged)  # whoever helps sees pip's own words
        self.assertIsNot(sys.stdout.__class__.__name__, "Listening")

    def test_an_unknown_reason_is_none_and_the_other_ways_are_told_all_the_same(self):
        self.failing, self.told = RuntimeError("quarrel"), "a package of 407 kB"
        text = self.failed()
        self.assertIn("quarrel", text)
        self.assertNotIn("proxy", text)
        self.assertIn("Wheel folder", text)

    def test_half_an_installation_is_gone_on_with(self):
        """PyTorch came, the network went: what is there stays, and the next Install asks for the rest alone."""
        self.failingOthers, self.told = self.PIP, "Network is unreachable"
        text = self.failed()
        self.assertIn("PyTorch is installed, and stays", text)
        self.assertNotIn("torch>=2.4", self.dependencies.missing())
        self.assertFalse(self.constraints.exists())
        self.failingOthers, self.answers, self.log[:] = None, [], []
        ok, text = self.install()
        self.assertTrue(ok, text)
        self.assertEqual([each[0] for each in self.log], ["others"])

    def test_a_wheel_folder_for_another_python_is_told(self):
        self.code, self.told = 1, "ERROR: No matching distribution found for torch>=2.4"
        ok, text = self.install(str(self.folder))
        self.assertFalse(ok)
        self.assertIn("version of Python", text)
        self.assertIn("torch>=2.4", text)

    def test_what_is_printed_meanwhile_still_reaches_the_console(self):
        import io

        from AuxOLSegmentLib.Machine.InstallTrouble import Listening

        console = io.StringIO()
        with mock.patch.object(sys, "stdout", console):
            with Listening() as heard:
                print("one\ntwo")
            self.assertIs(sys.stdout, console)
        self.assertEqual((list(heard.lines), console.getvalue()), (["one", "two"], "one\ntwo\n"))


class TestWhatTheUserSees(DependenciesCase):
    """The section on top of the panel."""

    def setUp(self):
        super().setUp()
        import slicer

        from AuxOLSegmentLib.Machine.Settings import Settings

        Settings().reset()
        slicer.util.selectModule(MODULE)
        self.panel = slicer.util.getModuleWidget(MODULE).panel
        self.addCleanup(slicer.util.selectModule, "")
        self.addCleanup(Settings().reset)
        self.ui = self.panel.ui

    def test_a_failure_stands_in_the_section_and_install_can_be_pressed_again(self):
        self.failing, self.told = TestTrouble.PIP, "getaddrinfo failed"
        with self.assertLogs("AuxOLSegmentLib.Machine.Dependencies", "ERROR"):
            self.ui.installButton.click()
            self.assertFalse(self.ui.installButton.enabled)
            until(lambda: "no connection" in self.ui.installProgressLabel.text, 10)
        self.assertTrue(self.ui.installButton.enabled)
        self.failing = None
        self.ui.installButton.click()
        until(lambda: not self.dependencies.missing() and not self.ui.setupSection.visible, 10)

    def test_without_permission_the_button_is_off_and_says_why(self):
        with mock.patch("tempfile.TemporaryFile", side_effect=PermissionError):
            self.panel.setup.refresh()
            self.assertFalse(self.ui.installButton.enabled)
            self.assertIn("not writable", self.ui.installButton.toolTip)
            self.assertIn("Python", self.ui.installProgressLabel.text)


def _name(requirement):
    return str(requirement).split(">")[0]


if __name__ == "__main__":
    main()

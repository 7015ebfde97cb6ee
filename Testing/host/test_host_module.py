"""A scripted module in the host: installed, loaded, shown, left, reloaded."""

import gc
import os

import pytest

import host
from host.install import InstallError, registered_tests
from host.pythonqt import connections
from host.stand_ins.module import ModuleLoadError


def test_the_tree_has_the_layout_of_slicer(installed):
    modules = installed / "lib/Slicer-5.12/qt-scripted-modules"
    files = {str(path.relative_to(modules)) for path in modules.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert files == {
        "Demo.py", "DemoLib/__init__.py", "DemoLib/Parameters.py", "Resources/UI/Demo.ui",
        "demo_package/__init__.py", "demo_package/inner/__init__.py", "demo_package/inner/table.txt",
    }  # fmt: skip


def test_tests_are_registered(installed):
    from host.conftest import DEMO

    assert registered_tests(DEMO) == ["py_nomainwindow_qSlicerDemoModuleGenericTest", "py_DemoTest"]


@pytest.mark.parametrize("line", [
    "slicerMacroBuildScriptedModule(NAME A SCRIPTS Missing.py)",
    "slicerMacroBuildScriptedModule(SCRIPTS A.py)",
    "slicerMacroBuildScriptedModule(NAME A SCRIPTS A.py SURPRISE)",
    "slicerMacroBuildScriptedModule(NAME A SCRIPTS ../outside.py)",
])  # fmt: skip
def test_cmake_refuses_what_the_real_macro_refuses_or_loses(tmp_path, line):
    source = tmp_path / "source" / "A"
    source.mkdir(parents=True)
    (source / "A.py").touch()
    (source.parent / "outside.py").touch()
    (source / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(A LANGUAGES NONE)\nfind_package(Slicer REQUIRED)\n"
        f"include(${{Slicer_USE_FILE}})\n{line}\n"
    )
    with pytest.raises(InstallError):
        host.install(source, tmp_path / "tree")


def test_a_file_that_is_no_module_is_refused(slicer_host, tmp_path):
    folder = tmp_path / "lib/Slicer-5.12/qt-scripted-modules"
    folder.mkdir(parents=True)
    (folder / "Helper.py").write_text("x = 1\n")
    with pytest.raises(ModuleLoadError, match="class Helper"):
        slicer_host.load(tmp_path)


def test_the_package_beside_the_module_can_be_imported(slicer_host):
    from demo_package.inner import VALUE

    assert VALUE == 7


def test_selecting_modules_enters_and_exits(slicer_host):
    widget = slicer_host.select_module("Demo")
    widget.calls.clear()
    slicer_host.press_keys("Ctrl+Shift+D")
    slicer_host.select_module("")
    slicer_host.press_keys("Ctrl+Shift+D")
    assert widget.calls == ["shortcut", "exit"]


def test_metadata_and_paths_are_there(slicer_host, installed):
    import slicer

    assert slicer.modules.demo.title == "Demo" and slicer.modules.demo.name == "Demo"
    assert slicer.modules.demo.path.startswith(str(installed))
    assert slicer.moduleNames.Demo == "Demo" and "Demo" in slicer.util.moduleNames()
    assert slicer.modules.volumes.logic().IsA("vtkSlicerVolumesLogic")


def test_the_parameter_node_follows_the_panel_and_back(slicer_host, volume):
    widget = slicer_host.select_module("Demo")
    assert not widget.ui.applyButton.enabled
    widget.ui.volumeSelector.setCurrentNode(volume)
    widget.ui.thresholdSlider.value = 5
    widget.parameters.rounds = 4
    assert widget.parameters.inputVolume is volume and widget.parameters.threshold == 5.0
    assert widget.ui.roundsSpinBox.value == 4 and widget.ui.modeComboBox.currentText == "FAST"
    widget.ui.applyButton.click()
    assert widget.ui.answerLabel.text == "8000"


def test_a_value_out_of_range_is_refused(slicer_host):
    widget = slicer_host.select_module("Demo")
    with pytest.raises(ValueError, match="within range"):
        widget.parameters.threshold = 11


def test_an_error_is_shown_as_a_dialog_and_recorded(slicer_host, volume):
    widget = slicer_host.select_module("Demo")
    widget.ui.volumeSelector.setCurrentNode(volume)
    widget.ui.volumeSelector.blockSignals(True)
    widget.parameters.inputVolume = None
    widget.ui.applyButton.enabled = True
    widget.ui.applyButton.click()
    assert slicer_host.dialogs.shown[0].text == "It failed.\n\nno volume"
    slicer_host.forgive(ValueError)  # tryWithErrorDisplay shows it, then lets it through


def test_a_question_is_answered_by_the_test(slicer_host):
    import slicer

    slicer_host.dialogs.answer("cancel", "yes")
    assert not slicer.util.confirmOkCancelDisplay("Really?")
    assert slicer.util.confirmYesNoDisplay("Really?")
    with pytest.raises(AssertionError, match="no answer"):
        slicer.util.confirmOkCancelDisplay("Again?")


def test_a_node_that_a_script_adds_is_not_selected(slicer_host, volume):
    widget = slicer_host.select_module("Demo")
    assert widget.ui.volumeSelector.currentNode() is None


def test_closing_the_scene_gives_a_new_parameter_node(slicer_host, volume):
    widget = slicer_host.select_module("Demo")
    widget.ui.volumeSelector.setCurrentNode(volume)
    slicer_host.close_scene()
    assert widget.parameters.inputVolume is None and not widget.ui.applyButton.enabled


def test_reloading_ten_times_leaves_nothing_behind(slicer_host):
    import slicer

    def leftovers():
        gc.collect()
        slicer_host.process_for(0.02)
        shortcuts = slicer.util.mainWindow().findChildren("QShortcut")
        return connections.count(), len(shortcuts), slicer.mrmlScene.GetNumberOfNodes()

    def once():
        slicer_host.select_module("Demo")
        slicer.util.reloadScriptedModule("Demo")
        slicer.util.getModuleWidget("Demo").enter()
        slicer_host.select_module("")

    once()
    before = leftovers()
    for _ in range(10):
        once()
    assert leftovers() == before


def test_scenes_are_saved_and_loaded(slicer_host, volume, tmp_path):
    import slicer

    told = []
    for event in ("StartCloseEvent", "EndCloseEvent", "EndImportEvent"):
        slicer.mrmlScene.AddObserver(getattr(slicer.vtkMRMLScene, event), lambda *_, event=event: told.append(event))
    slicer.app.coreIOManager().connect("fileSaved(qSlicerIO::IOProperties)", lambda: told.append("saved"))
    widget = slicer_host.select_module("Demo")
    widget.ui.volumeSelector.setCurrentNode(volume)
    widget.parameters.threshold = 7.5
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer_host.close_scene()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"), {"clear": True})
    assert slicer.util.arrayFromVolume(slicer.util.getNode("box")).sum() == 800000
    assert told[0] == "saved" and told.count("saved") == 1
    assert {"StartCloseEvent", "EndCloseEvent", "EndImportEvent"} <= set(told)
    from DemoLib.Parameters import Parameters

    assert Parameters(widget.logic.getParameterNode()).threshold == 7.5


@pytest.mark.skipif("SLICER_PYTHON" in os.environ, reason="Slicer's own packaging would run pip")
def test_packages_are_only_asked_for(slicer_host):
    import slicer.packaging

    slicer.packaging.REQUESTS.clear()
    slicer.packaging.INSTALLED.clear()
    slicer_host.dialogs.answer("ok")
    slicer.packaging.pip_ensure("fastapi>=0.110 uvicorn", requester="Demo")
    assert slicer.packaging.REQUESTS[0]["requirements"] == ["fastapi>=0.110", "uvicorn"]
    assert slicer.packaging.pip_check("uvicorn") and not slicer.packaging.pip_check("fastapi>=9")


def test_the_modules_own_test_runs(slicer_host):
    import slicer

    slicer.selfTests["Demo"](msec=0)


def test_the_module_may_not_pump_events(slicer_host):
    import Demo
    import slicer

    slicer.app.processEvents()
    pumping = compile("def pump():\n    import slicer\n    slicer.app.processEvents()\n", Demo.__file__, "exec")
    namespace = {}
    exec(pumping, namespace)
    with pytest.raises(RuntimeError, match="pump"):
        namespace["pump"]()

"""The CMake lists name every file that has to travel, and no other; plain pytest, Slicer is not needed.

Slicer installs what the lists name and nothing else, so a forgotten file is found by the first user.
"""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = "CMakeLists.txt"
LITERALS = ("HOMEPAGE", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS")


def listed(cmake: Path, variable: str) -> set[str]:
    """The entries of ``set(variable ...)``, with MODULE_NAME filled in."""
    text = re.sub(r"#.*", "", cmake.read_text(encoding="utf-8"))
    names = re.search(rf"set\({variable}\s([^)]*)\)", text)
    assert names, f"{cmake} has no list {variable}"
    module = re.search(r"set\(MODULE_NAME (\w+)\)", text)
    return {name.replace("${MODULE_NAME}", module[1] if module else "") for name in names[1].split()}


def on_disk(folder: Path, *suffixes: str) -> set[str]:
    """Files under ``folder``, with these suffixes or with any, relative and with slashes."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files if not suffixes or path.suffix in suffixes}


def differences(disk: set[str], cmake: set[str]) -> dict[str, list[str]]:
    return {"on disk, not in the list": sorted(disk - cmake), "in the list, not on disk": sorted(cmake - disk)}


NONE = {"on disk, not in the list": [], "in the list, not on disk": []}


def test_every_script_of_the_module_is_listed():
    folder = ROOT / "AuxOLSegment"
    assert differences(on_disk(folder, ".py"), listed(folder / EXTENSION, "MODULE_PYTHON_SCRIPTS")) == NONE


def test_every_resource_of_the_module_is_listed():
    folder = ROOT / "AuxOLSegment"
    disk = {f"Resources/{name}" for name in on_disk(folder / "Resources")}
    assert differences(disk, listed(folder / EXTENSION, "MODULE_PYTHON_RESOURCES")) == NONE


def test_every_file_of_the_engine_is_listed():
    folder = ROOT / "auxol_core"
    assert differences(on_disk(folder, ".py"), listed(folder / EXTENSION, "PACKAGE_PYTHON_SCRIPTS")) == NONE
    others = on_disk(folder) - on_disk(folder, ".py", ".txt")
    assert differences(others, listed(folder / EXTENSION, "PACKAGE_PYTHON_RESOURCES")) == NONE


def test_every_test_for_slicer_is_registered():
    disk = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert differences(disk, listed(ROOT / "Testing" / EXTENSION, "SLICER_UNITTESTS")) == NONE


def test_a_forgotten_file_is_noticed(tmp_path):
    (tmp_path / "Lib").mkdir()
    (tmp_path / "Lib" / "Forgotten.py").touch()
    (tmp_path / EXTENSION).write_text("set(MODULE_NAME Mine)\nset(SCRIPTS\n  ${MODULE_NAME}.py # the shell\n  )\n")
    assert differences(on_disk(tmp_path, ".py"), listed(tmp_path / EXTENSION, "SCRIPTS")) == {
        "on disk, not in the list": ["Lib/Forgotten.py"],
        "in the list, not on disk": ["Mine.py"],
    }


@pytest.mark.parametrize("name", LITERALS)
def test_the_extensions_index_can_read_the_metadata(name):
    text = (ROOT / EXTENSION).read_text(encoding="utf-8")
    assert re.search(rf'^set\(EXTENSION_{name} "[^"$]+"\)$', text, re.M), f"EXTENSION_{name}: one literal, one line"


def test_the_catalog_entry_fits_the_extension():
    entry = json.loads((ROOT / "AuxOLSegment.json").read_text(encoding="utf-8"))
    text = (ROOT / EXTENSION).read_text(encoding="utf-8")
    assert entry["category"] == "Segmentation"
    assert entry["build_dependencies"] == re.search(r'EXTENSION_DEPENDS "([^"]+)"', text)[1].split()
    assert entry["scm_url"] == re.search(r'EXTENSION_HOMEPAGE "([^"]+)"', text)[1] + ".git"
    assert "slicer-extension-catalog-entry-schema-" in entry["$schema"]


def test_the_icon_has_the_size_that_slicer_wants():
    head = (ROOT / "AuxOLSegment/Resources/Icons/AuxOLSegment.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == (128, 128)


def test_the_sample_volume_is_the_one_that_is_registered():
    source = (ROOT / "AuxOLSegment/AuxOLSegmentLib/Scene/SampleVolume.py").read_text(encoding="utf-8")
    name, digest = re.search(r'"([\w.]+\.nii\.gz)"', source)[1], re.search(r'SHA256 = "(\w+)"', source)[1]
    volume = ROOT / "AuxOLSegment/Resources/SampleData" / name
    assert hashlib.sha256(volume.read_bytes()).hexdigest() == digest


def test_the_worker_gets_what_pyproject_asks_for():
    """All but torch, which comes from its extension, what Slicer has, and what only commands on files use, or who
    watches a server of many."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = set(re.findall(r'^    "([\w.-]+>=[\w.]+)",$', project, re.M))
    wanted |= set(re.findall(r'"([\w.-]+>=[\w.]+)"', re.search(r"^server = (.*)$", project, re.M)[1]))
    elsewhere = {"torch", "numpy", "scipy", "SimpleITK", "requests", "matplotlib", "nibabel", "pillow", "tifffile"}
    elsewhere.add("prometheus_client")
    tools = {"check-jsonschema", "hypothesis", "jsonschema", "pytest", "pytest-xdist", "schemathesis"}
    wanted = {each for each in wanted if each.split(">=")[0] not in elsewhere | tools}
    lines = (ROOT / "AuxOLSegment/Resources/requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == wanted

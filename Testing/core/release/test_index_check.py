"""Our form of the Extensions Index's checks: a good tree passes, each way to break it is found by the right check."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tools.index_check import facts
from tools.index_check.__main__ import ROOT, main
from tools.index_check.checks import CHECKS, findings
from tools.index_check.tree import Tree

HOME = "https://github.com/somebody/SlicerThing"
RAW = "https://raw.githubusercontent.com/somebody/SlicerThing/main"
ENTRY: dict[str, Any] = {
    "$schema": f"https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/{facts.SCHEMA_NAME}",
    "build_dependencies": ["PyTorch"],
    "category": "Segmentation",
    "scm_revision": "main",
    "scm_url": HOME + ".git",
    "tier": 1,
}
CMAKE = f"""project(Thing)
set(EXTENSION_HOMEPAGE "{HOME}")
set(EXTENSION_CONTRIBUTORS "A. Person (Some Institute)")
set(EXTENSION_DESCRIPTION "It does a thing.")
set(EXTENSION_ICONURL "{RAW}/icon.png")
set(EXTENSION_SCREENSHOTURLS "{RAW}/one.png {RAW}/two.jpg")
set(EXTENSION_DEPENDS "PyTorch")
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "Thing.json").write_text(json.dumps(ENTRY, indent=2) + "\n", encoding="utf-8")
    (tmp_path / "CMakeLists.txt").write_text(CMAKE, encoding="utf-8")
    (tmp_path / "LICENSE").write_text("Apache License\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("# Thing\nApache 2.0\n", encoding="utf-8")
    Image.new("RGB", (128, 128)).save(tmp_path / "icon.png")
    Image.new("RGB", (40, 30)).save(tmp_path / "one.png")
    Image.new("RGB", (40, 30)).save(tmp_path / "two.jpg")
    return tmp_path


def told(root: Path, topics: list[str] | None = None) -> dict[str, str]:
    """Check -> all that it says."""
    found: dict[str, str] = {}
    for each in findings(Tree(root, topics)):
        found[each.check] = f"{found.get(each.check, '')}{each.told}\n"
    return found


def entry(**changes: Any) -> Callable[[Path], Any]:
    return lambda root: (root / "Thing.json").write_text(json.dumps({**ENTRY, **changes}), encoding="utf-8")


def cmake(old: str, new: str) -> Callable[[Path], Any]:
    assert old in CMAKE
    return lambda root: (root / "CMakeLists.txt").write_text(CMAKE.replace(old, new), encoding="utf-8")


def without(name: str) -> Callable[[Path], Any]:
    return lambda root: (root / name).unlink()


def renamed(root: Path) -> None:
    (root / "Thing.json").rename(root / "SlicerThing.json")


def with_crlf(root: Path) -> None:
    (root / "Thing.json").write_bytes((root / "Thing.json").read_bytes().replace(b"\n", b"\r\n"))


def torn(root: Path) -> None:
    (root / "Thing.json").write_text("{,", encoding="utf-8")


def small_icon(root: Path) -> None:
    Image.new("RGB", (64, 128)).save(root / "icon.png")


def cut_picture(root: Path) -> None:
    whole = (root / "one.png").read_bytes()
    (root / "one.png").write_bytes(whole[: len(whole) // 2])


def other_kind(root: Path) -> None:
    Image.new("RGB", (40, 30)).save(root / "one.png", format="BMP")


BROKEN: list[tuple[str, Callable[[Path], Any], str]] = [
    ("entry_format", without("Thing.json"), "expected one .json file"),
    ("entry_format", lambda root: (root / "Other.json").write_text("{}"), "Other.json"),
    ("entry_format", with_crlf, "CR"),
    ("entry_format", torn, "is not JSON"),
    ("entry_schema", entry(**{"$schema": ENTRY["$schema"].replace("1.0.2", "1.0.1")}), "v1.0.2"),
    ("entry_schema", entry(tier=6), "tier"),
    ("entry_schema", entry(build_dependencies="PyTorch"), "build_dependencies"),
    ("entry_schema", entry(scmurl="old"), "scmurl"),
    ("entry_schema", entry(scm_type="svn"), "svn"),
    ("names", renamed, "not to begin with Slicer"),
    ("names", cmake("project(Thing)", "project(Thong)"), "'Thong'"),
    ("names", entry(scm_url="https://github.com/somebody/Thing.git"), "begin with Slicer"),
    ("category", entry(category="Medical"), "'Medical'"),
    ("repository", entry(scm_url="git@github.com:somebody/SlicerThing.git"), "https://"),
    ("repository", cmake(f'HOMEPAGE "{HOME}"', 'HOMEPAGE "https://else.where"'), "else.where"),
    ("literals", without("CMakeLists.txt"), "no CMakeLists.txt"),
    ("literals", cmake('ICONURL "', 'ICONURL\n  "'), "EXTENSION_ICONURL"),
    ("literals", cmake("It does a thing.", "${WHAT}"), "EXTENSION_DESCRIPTION"),
    ("dependencies", cmake('DEPENDS "PyTorch"', 'DEPENDS "NNUNet"'), "NNUNet"),
    ("pictures", without("two.jpg"), "two.jpg"),
    ("pictures", small_icon, "64 x 128"),
    ("pictures", cut_picture, "does not load"),
    ("pictures", other_kind, "is BMP"),
    ("pictures", cmake(f"{RAW}/one.png", f"{RAW.replace('main', 'old')}/one.png"), "branch 'old'"),
    ("pictures", cmake(f"{RAW}/one.png", f"{RAW.replace('https', 'http')}/one.png"), "is to be https://"),
    ("licence", without("LICENSE"), "no licence"),
    ("licence", lambda root: (root / "README.md").write_text("# Thing\n"), "does not name the licence"),
]


def test_a_good_tree_passes(tree: Path) -> None:
    assert told(tree) == {}
    assert main([str(tree), "--release", "--topics", "other 3d-slicer-extension"]) == 0


@pytest.mark.parametrize(("check", "breaks", "words"), BROKEN)
def test_a_broken_tree_is_found(tree: Path, check: str, breaks: Callable[[Path], Any], words: str) -> None:
    breaks(tree)
    assert words in told(tree).get(check, "")
    assert main([str(tree)]) == 1


def test_every_check_is_tried() -> None:
    tried = {check for check, _, _ in BROKEN} | {"topic", "size"}
    assert tried == {check.__name__ for check in CHECKS}


def test_a_missing_topic_is_found_where_topics_are_told(tree: Path) -> None:
    assert facts.TOPIC in told(tree, ["segmentation"])["topic"]
    assert "topic" not in told(tree, None)


def test_a_clone_counts_with_its_history(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MAX_BYTES", 60_000)
    assert "size" not in told(tree)
    (tree / "large.bin").write_bytes(random.Random(0).randbytes(100_000))
    assert "a clone takes 0.1 MB" in told(tree)["size"]
    run = ["git", "-C", str(tree), "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=false"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"], ["rm", "-q", "large.bin"]):
        subprocess.run([*run, *arguments], check=True)
    assert Tree(tree).size() > 100_000  # the file is gone and a clone still brings it


def test_the_account_is_the_only_finding_of_this_repository(capsys: pytest.CaptureFixture[str]) -> None:
    found = findings(Tree(ROOT))
    assert [each for each in found if not each.known] == []
    assert main([str(ROOT)]) == 0
    assert main([str(ROOT), "--release"]) == (1 if found else 0)
    assert all(line.startswith(("known: account", "WRONG: account", "Extensions Index")) for line in
               capsys.readouterr().out.splitlines())  # fmt: skip

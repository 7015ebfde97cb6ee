"""What is tracked was meant to be: two files of a few megabytes once were not."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOP = {
    ".ci", ".gitattributes", ".github", ".gitignore", "AuxOLSegment", "AuxOLSegment.json", "CHANGELOG.md",
    "CMakeLists.txt", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "Testing", "auxol_core", "docs",
    "mkdocs.yml", "pretrain", "pyproject.toml", "tools",
}  # fmt: skip
LARGE = 500_000  # bytes
WEIGHTS = "auxol_core/generalist/weights/builtin.safetensors"


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("what is tracked is known where git is")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]


def test_nothing_lies_at_the_top_but_what_belongs_there(tracked: list[str]) -> None:
    assert {name.split("/")[0] for name in tracked} == TOP


def test_nothing_but_the_weights_is_large(tracked: list[str]) -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in tracked if (ROOT / name).is_file()}
    assert [name for name, size in sizes.items() if size > LARGE] == [WEIGHTS]

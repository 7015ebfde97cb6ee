"""The documentation as a site: built strictly, complete, with nothing fetched from elsewhere, and its code runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def build(config: Path, to: Path) -> subprocess.CompletedProcess[str]:
    """mkdocs in a process of its own, as a person starts it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(config), "--site-dir", str(to)]
    surroundings = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=surroundings, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("site")
    built = build(ROOT / "mkdocs.yml", to)
    assert built.returncode == 0, built.stderr[-3000:]
    return to


def test_every_page_of_docs_is_a_page_of_the_site(site: Path) -> None:
    assert [page.stem for page in PAGES if not (site / f"{page.stem}.html").is_file()] == []


class Fetched(HTMLParser):
    """``found``: what a browser loads by itself when it opens the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("script", "img", "iframe", "source"):
            self.found.append(named.get("src") or "")
        if tag == "link" and named.get("rel") not in ("canonical", "prev", "next"):
            self.found.append(named.get("href") or "")


def test_opening_a_page_fetches_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        fetched = Fetched()
        fetched.feed(page.read_text(encoding="utf-8"))
        assert fetched.found, f"{page.name}: expected scripts and style sheets, found none"
        assert [each for each in fetched.found if re.match(r"(https?:)?//", each)] == [], page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet.name


def test_the_door_of_the_engine_is_on_the_page_for_authors(site: Path) -> None:
    text = (site / "api.html").read_text(encoding="utf-8")
    for name in ("EngineApi.predict", "EngineApi.correct", "make_engine", "EngineClient", "TaskOptions", "AuxolError"):
        assert f'id="auxol_core.{where(name)}"' in text, name


def where(name: str) -> str:
    rooms = {"EngineApi": "api", "make_engine": "build", "EngineClient": "client.blocking", "TaskOptions": "options"}
    return f"{rooms.get(name.split('.')[0], 'errors')}.{name}"


def test_a_broken_link_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Here\n\n[nowhere](nowhere.md)\n", encoding="utf-8")
    config = tmp_path / "mkdocs.yml"
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[0]
    config.write_text(settings.replace("paths: [., AuxOLSegment]", "paths: [.]"), encoding="utf-8")
    assert build(config, tmp_path / "site").returncode != 0


def test_the_code_of_the_page_for_authors_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    block = re.search(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert block is not None
    exec(compile(block[1], "docs/api.md", "exec"), {})
    quality, version = capsys.readouterr().out.split()
    assert 0.5 < float(quality) <= 1
    assert int(version) == 1


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)#\s]+)", text)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    wanted = [each for each in links((ROOT / "README.md").read_text(encoding="utf-8")) if "://" not in each]
    assert wanted
    assert [each for each in wanted if not (ROOT / each).exists()] == []


# What the Extensions Index asks of an extension's homepage, and the line or heading by which the README answers.
ASKED = {
    "a summary in one sentence": r"\A# [^\n]+\n\n[^\n.]+\.\n",
    "a picture": r"!\[[^\]]+\]\(docs/",
    "each module described": r"\*\*AuxOL Segment\*\* \(category Segmentation\)",
    "a tutorial with sample data": r"\(docs/tutorial-ct\.md\)",
    "how to cite": r"^## How to cite",
    "the licence": r"^## Licence",
    "patents, if any are known": r"no patent",
    "what is downloaded and how to remove it": r"^## What is downloaded, and how to remove it",
    "that no data leaves the machine": r"nothing leaves the machine",
    "that imports of torch at file scope are the worker's": r"import torch and fastapi at file scope",
}


@pytest.mark.parametrize("what", ASKED)
def test_the_readme_has_what_the_extensions_index_asks_for(what: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(ASKED[what], text, re.MULTILINE | re.IGNORECASE), what


def test_the_readme_shows_three_pictures_at_most_and_its_first_screen_has_both_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 1 <= len(re.findall(r"!\[", text)) <= 3
    first = "\n".join(text.splitlines()[:45])
    assert "make demo" in first
    assert "make test" in first

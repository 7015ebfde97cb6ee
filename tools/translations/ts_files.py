"""Qt's translation sources (.ts): made by lupdate, filled from plain lists, compiled by lrelease."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.translations.texts import MODULE, context_of, python_files, texts_of_python, ui_files

FOLDER = MODULE / "Resources" / "Translations"
NAME = "AuxOLSegment"
LANGUAGES = ("de", "fr")
PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")  # what Slicer compares before it takes a translation
Filled = Mapping[str, str]


def ts_file(language: str, folder: Path = FOLDER) -> Path:
    """The translation source of a language."""
    return folder / f"{NAME}_{language}.ts"


def qm_file(language: str, folder: Path = FOLDER) -> Path:
    """What Qt reads: the suffix is how Slicer finds the files of a language."""
    return folder / f"{NAME}_{language}.qm"


def placeholders(text: str) -> list[str]:
    """The {names} that are filled in later, in alphabetical order."""
    return sorted(set(PLACEHOLDER.findall(text)))


def entries(file: Path) -> Iterator[tuple[str, str, str]]:
    """(context, source, translation) of every text; '' where the translation is not finished."""
    for context in ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            told = message.find("translation")
            finished = told is not None and told.get("type") is None
            text = (told.text or "") if told is not None and finished else ""
            yield context.findtext("name") or "", message.findtext("source") or "", text


def missing(file: Path) -> dict[str, str]:
    """Source texts without a finished translation, each with what a similar text had, or ''."""
    found: dict[str, str] = {}
    for message in ElementTree.parse(file).getroot().iter("message"):
        told = message.find("translation")
        if told is None or told.get("type") is not None or not told.text:
            found.setdefault(message.findtext("source") or "", (told.text or "") if told is not None else "")
    return found


def wrong(filled: Filled) -> list[str]:
    """What keeps these translations from being taken; Slicer would pass over a text with other placeholders."""
    return [
        f"{source!r} has the placeholders {placeholders(source)}, its translation {placeholders(translation)}"
        for source, translation in filled.items()
        if placeholders(source) != placeholders(translation)
    ]


def take(file: Path, filled: Filled) -> int:
    """Write these translations (source -> text) into every context that has the source; how many were unfinished."""
    tree, count = ElementTree.parse(file), 0
    for message in tree.getroot().iter("message"):
        told = message.find("translation")
        text = filled.get(message.findtext("source") or "", "")
        if told is not None and text:
            count += told.get("type") is not None
            told.attrib.pop("type", None)
            told.text = text
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    file.write_text(head + ElementTree.tostring(tree.getroot(), encoding="unicode") + "\n", encoding="utf-8")
    return count


def update(folder: Path = FOLDER, module: Path = MODULE) -> None:
    """Bring the .ts files in line with the module's texts; a text that stood elsewhere keeps its translation."""
    files = [ts_file(language, folder) for language in LANGUAGES]
    with tempfile.TemporaryDirectory() as temporary:
        sources = _sources_for_lupdate(module, Path(temporary))
        for language, file in zip(LANGUAGES, files, strict=True):
            known = {source: text for _context, source, text in entries(file) if text} if file.exists() else {}
            _lupdate(sources, file, language)
            take(file, known)
            _lupdate(sources, file, language)  # in Qt's own hand, so that a second run changes nothing


def release(folder: Path = FOLDER) -> None:
    """Compile the .ts files."""
    for language in LANGUAGES:
        _run("lrelease", "-silent", str(ts_file(language, folder)), "-qm", str(qm_file(language, folder)))


def _lupdate(sources: list[Path], file: Path, language: str) -> None:
    settings = ["-silent", "-no-obsolete", "-locations", "none", "-source-language", "en"]
    _run("lupdate", *settings, "-target-language", language, *map(str, sources), "-ts", str(file))


def _sources_for_lupdate(module: Path, folder: Path) -> list[Path]:
    """lupdate knows no context of a function ``_``: the texts of the code, spelt with the context that Slicer uses."""
    for file in python_files(module):
        lines = [
            f"QCoreApplication.translate({_quoted(text.context)}, {_quoted(text.source)})"
            for text in texts_of_python(file)
            if text.source is not None
        ]
        if lines:
            (folder / f"{context_of(file)}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [*sorted(folder.glob("*.py")), *ui_files(module)]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _run(tool: str, *arguments: str) -> None:
    """One of Qt's tools, as PySide6 brings them."""
    program = shutil.which(f"pyside6-{tool}", path=str(Path(sys.executable).parent)) or shutil.which(tool)
    if program is None:
        raise SystemExit(f"Qt's {tool} was expected beside {sys.executable}: pip install -e '.[dev,host]'.")
    subprocess.run([program, *arguments], check=True)

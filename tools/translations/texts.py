"""Every text of the module that a user may read, with the context under which Slicer looks its translation up.

Slicer's ``slicer.i18n.tr`` takes the context from the file that calls it: the file's name, and before it the folder's
where that is a package. Texts of a .ui file stand under the class that the file names.
"""

import ast
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "AuxOLSegment"


@dataclass(frozen=True)
class Text:
    """One text where it is used. ``source`` is None where code hands over something that is no literal."""

    context: str
    source: str | None
    file: Path
    line: int

    @property
    def place(self) -> str:
        """For a message to a developer."""
        return f"{self.file.relative_to(ROOT) if self.file.is_relative_to(ROOT) else self.file}:{self.line}"


def context_of(file: Path) -> str:
    """What ``slicer.i18n.tr`` makes of the file's name."""
    packaged = (file.parent / "__init__.py").is_file()
    return f"{file.parent.name}.{file.stem}" if packaged else file.stem


def python_files(module: Path = MODULE) -> list[Path]:
    """The module's code."""
    return sorted(module.rglob("*.py"))


def ui_files(module: Path = MODULE) -> list[Path]:
    """The module's forms."""
    return sorted(module.rglob("*.ui"))


def texts_of_python(file: Path) -> Iterator[Text]:
    """What the file hands to ``_``, in the order of the file."""
    for call in translated_calls(ast.parse(file.read_text(encoding="utf-8"))):
        argument = call.args[0] if len(call.args) == 1 and not call.keywords else None
        literal = argument.value if isinstance(argument, ast.Constant) else None
        yield Text(context_of(file), literal if isinstance(literal, str) else None, file, call.lineno)


def translated_calls(tree: ast.AST) -> list[ast.Call]:
    """The calls of ``_`` in it."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    ours = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_"]
    return sorted(ours, key=lambda call: (call.lineno, call.col_offset))


def texts_of_ui(file: Path) -> Iterator[Text]:
    """The form's strings but those that it marks as none for translators."""
    root = ElementTree.parse(file).getroot()
    context = root.findtext("class") or ""
    exempt = {string for each in root.iter("stringlist") if each.get("notr") == "true" for string in each}
    for string in root.iter("string"):
        if string.text and string.get("notr") != "true" and string not in exempt:
            yield Text(context, string.text, file, 0)


def all_texts(module: Path = MODULE) -> list[Text]:
    """Of code and forms."""
    code = [text for file in python_files(module) for text in texts_of_python(file)]
    return code + [text for file in ui_files(module) for text in texts_of_ui(file)]

"""Every attribute that module code assigns on a Qt or Slicer object is one that PythonQt lets assign.

Read in the sources, so that lines which no test runs are looked at too. An object's class is known where it was made
in the same file (`self._timer = qt.QTimer()`) or is a widget of a .ui file (`ui.saveButton`); what is assigned on
others is left to the host, which refuses when the line runs.
"""

import ast
import re
from pathlib import Path

from host.pythonqt import names

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "AuxOLSegment"


def widgets(ui_texts):
    """Object name -> class, of all .ui files."""
    return {name: cls for text in ui_texts for cls, name in re.findall(r'<\w+ class="(\w+)" name="(\w+)"', text)}


def classes_of_expressions(tree, ui):
    """Expression as text -> names of the classes that its object may have."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call):
            made = re.fullmatch(r"(?:qt|ctk|slicer)\.(\w+)", ast.unparse(node.value.func))
            if made and made.group(1) in names.book():
                for target in getattr(node, "targets", None) or [node.target]:
                    known.setdefault(ast.unparse(target), set()).add(made.group(1))
        elif isinstance(node, ast.Attribute) and re.search(r"(^|\.)_?ui$", ast.unparse(node.value)) and node.attr in ui:
            known[ast.unparse(node)] = {ui[node.attr]}
    return known


def assigned(source, ui):
    """(line, class, attribute) of every assignment to an attribute of an object whose class is known."""
    tree = ast.parse(source)
    known = classes_of_expressions(tree, ui)
    return [
        (node.lineno, cls, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        for cls in sorted(known.get(ast.unparse(node.value), ()))
    ]


def refused(source, ui):
    """(line, words) of what PythonQt would refuse; `name` stands for objectName."""
    found = []
    for line, cls, attribute in assigned(source, ui):
        kind, _ = names.members(names.lineage(cls)).get(attribute, ("no member", cls))
        if kind != "Property" and attribute != "name":
            found.append((line, f"{cls}.{attribute} is {kind}"))
    return found


def test_the_reader_finds_what_pythonqt_refuses():
    timer = "self.timer = qt.QTimer()\nself.timer.singleShot = True\nself.timer.interval = 5\n"
    button = "ui.go.clicked = ui.go.text = self.ui.go.remark = ''\n"
    assert refused(timer + button, {"go": "QPushButton"}) == [
        (2, "QTimer.singleShot is Slot"),
        (4, "QPushButton.clicked is Signal"),
        (4, "QPushButton.remark is no member"),
    ]


def test_module_and_tests_assign_nothing_that_pythonqt_refuses():
    ui = widgets(path.read_text(encoding="utf-8") for path in sorted(MODULE.rglob("*.ui")))
    seen, wrong = 0, []
    for path in sorted([*MODULE.rglob("*.py"), *(ROOT / "Testing" / "slicer").glob("*.py")]):
        source = path.read_text(encoding="utf-8")
        seen += len(assigned(source, ui))
        wrong += [f"{path.relative_to(ROOT)}:{line}: {words}" for line, words in refused(source, ui)]
    assert wrong == []
    assert seen > 30  # the reader still understands how the module is written

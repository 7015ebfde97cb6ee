"""What the module uses of Qt is there in Qt 5 and in Qt 6, under one name, with one signature.

Qt 5's names are those of names/qt.json (5.15, as PythonQt shows them), Qt 6's are asked of PySide6 (names/qt6.py).
The sources are read, so that lines which no test runs are looked at too: names after `qt.`, members of objects whose
class is known (as in test_host_assignments), signals and their signatures, classes and properties of the .ui files.
Where the class of an object is not known, names that Qt 6 has taken away are looked for anywhere.
"""

import ast
import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from host.pythonqt import names
from host.test_host_assignments import classes_of_expressions, widgets

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "AuxOLSegment"
# PythonQt's own, of every class: construction, signals, and what replaces a keyword.
OF_PYTHONQT = {"connect", "disconnect", "name", "delete", "className", "help", "parent", "children", "findChild"}

OF_UI_FILES = {"leftMargin", "topMargin", "rightMargin", "bottomMargin"}  # of layouts; uic reads them
DYNAMIC = {"SlicerParameterName"}  # what parameter nodes look for

# Gone with Qt 6 (its lists of changes in QtCore, QtGui and QtWidgets), where a name alone tells; `exec_` is PythonQt's
# and PySide's form for Python 2.
GONE = {
    *("QRegExp", "QRegExpValidator", "QDesktopWidget", "QTextCodec", "QStringRef", "QLinkedList", "QSignalMapper"),
    *("QMatrix", "QGLWidget", "QDirModel", "QStateMachine", "QNetworkConfigurationManager", "QXmlSimpleReader"),
    *("MidButton", "exec_", "setMargin", "setTabStopWidth", "setCodec", "toTime_t", "fromTime_t", "setTime_t"),
    *("desktop", "setSectionResizeModes", "autoCompletion", "setAutoCompletion", "setCategorizedMode", "tabStopWidth"),
    *("AA_UseHighDpiPixmaps", "AA_EnableHighDpiScaling", "Background", "Foreground", "BackgroundColorRole"),
    *("TextColorRole", "ImMicroFocus", "SystemLocaleDate", "SystemLocaleShortDate", "LocaleDate", "networkAccessible"),
    *("setNetworkAccessible", "FollowRedirectsAttribute", "isCopyOf", "endl", "windowIconTextChanged"),
}


@functools.lru_cache(maxsize=1)
def qt6():
    """What names/qt6.py prints."""
    script = names.FOLDER / "qt6.py"
    return json.loads(subprocess.run([sys.executable, script], capture_output=True, check=True, timeout=300).stdout)


def in_qt5(cls, member):
    """Whether PythonQt shows it: of the class itself or of a base."""
    return member in names.members(names.lineage(cls))


def in_qt6(cls, member):
    """Whether Qt 6 has it, of the class or of what it inherits from; what a CTK or Slicer class has itself counts."""
    for base in names.lineage(cls):
        if base in qt6()["classes"]:
            return member in qt6()["classes"][base]["members"]
        entry = names.book()[base]
        values = {value for listed in entry.enums.values() for value in listed}
        if member in {*entry.properties, *entry.signals, *entry.methods, *entry.enums, *values}:
            return True
    return False


def missing(cls, member):
    """In which of the two it is not, as words; empty where both have it."""
    return " and ".join(label for label, has in (("Qt 5", in_qt5), ("Qt 6", in_qt6)) if not has(cls, member))


def signal_missing(cls, signature):
    """The same of a signal with its parameters, as it is given to connect()."""
    signal, _, parameters = signature.rstrip(")").partition("(")
    plain = parameters.replace(" ", "").replace("const", "").replace("&", "")
    told = [] if plain in [each.replace(" ", "") for each in names.signal_signatures(cls, signal)] else ["Qt 5"]
    for base in names.lineage(cls):
        if base in qt6()["classes"]:
            there = f"{signal}({plain})" in qt6()["classes"][base]["signals"]
            return " and ".join([*told, *([] if there else ["Qt 6"])])
        if signal in names.book()[base].signals:
            break
    return " and ".join(told)


def wrong_names(source, ui):
    """(line, words) of what one of the two has not."""
    tree, found = ast.parse(source), []
    known = classes_of_expressions(tree, ui)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr in GONE or (ast.unparse(node.value) == "qt" and not _class(node.attr)):
                found.append((node.lineno, f"{node.attr} is gone with Qt 6"))
            for cls in _owners(node, known):
                if node.attr not in OF_PYTHONQT and (where := missing(cls, node.attr)):
                    found.append((node.lineno, f"{cls}.{node.attr} is not in {where}"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect":
            text = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            for cls in known.get(ast.unparse(node.func.value), ()) if isinstance(text, str) else ():
                if where := signal_missing(cls, text):
                    found.append((node.lineno, f"{cls}.{text} is no signal of {where}"))
    return sorted(found)


def _class(name):
    return name in names.book() and name in qt6()["classes"]


def _owners(node, known):
    """Classes whose member the attribute is: `qt.QLabel.x` or of an object that is known."""
    value = ast.unparse(node.value)
    made = re.fullmatch(r"qt\.(\w+)", value)
    if made:
        return [made.group(1)] if made.group(1) in names.book() else []
    return sorted(known.get(value, ()))


def wrong_properties(text):
    """Words of each class and property of a .ui file that one of the two has not, or reads in another form."""
    found = [f"{each} is Qt 6's form alone" for each in re.findall(r"<(?:enum|set)>[^<]*::\w+::\w+", text)]
    for node in ElementTree.fromstring(text).iter():
        cls = node.get("class", "")
        if node.tag not in ("widget", "layout") or cls not in names.book():
            continue
        others = OF_UI_FILES if node.tag == "layout" else DYNAMIC
        for each in node.findall("property"):
            where = "" if each.get("name") in others else missing(cls, each.get("name"))
            found += [f"{cls}.{each.get('name')} is not in {where}"] if where else []
    return found


def test_the_reader_finds_what_one_of_the_two_has_not():
    source = (
        "x = qt.QRegExp('a')\n"
        "self.box = qt.QComboBox()\n"
        "self.box.connect('activated(QString)', f)\n"
        "self.box.connect('activated(int)', f)\n"
        "self.box.placeholderText = ''\n"
        "qt.QPalette.Background\n"
        "qt.QStyle.SP_BrowserReload\n"
        "self.box.setMinimumHeight(3)\n"
        "dialog.exec_()\n"
        "qt.QProcess.start\n"
        "ui.name.pixmapMode\n"
    )
    told = wrong_names(source, {"name": "QLabel"})
    assert {line for line, _ in told} == {1, 3, 6, 9, 11}
    assert any("QPalette.Background is not in Qt 6" in words for _, words in told)
    assert any("activated(QString) is no signal of" in words for _, words in told)


def test_the_reader_finds_properties_of_qt_6_alone():
    text = '<ui><widget class="QLabel" name="a"><property name="margins"/><property name="margin"/></widget></ui>'
    assert wrong_properties(text) == ["QLabel.margins is not in Qt 5 and Qt 6"]
    assert wrong_properties("<ui><enum>Qt::Orientation::Vertical</enum></ui>") != []


def test_the_module_uses_only_what_both_have():
    files = sorted(MODULE.rglob("*.ui"))
    ui = widgets(path.read_text(encoding="utf-8") for path in files)
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {words}"
        for path in sorted([*MODULE.rglob("*.py"), *(ROOT / "Testing" / "slicer").glob("*.py")])
        for line, words in wrong_names(path.read_text(encoding="utf-8"), ui)
    ]
    wrong += [f"{path.name}: {words}" for path in files for words in wrong_properties(path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_both_are_what_they_are_called():
    assert qt6()["version"].startswith("6.")
    assert in_qt5("QPalette", "Background") and not in_qt5("QComboBox", "placeholderTexts")
    assert not in_qt6("QComboBox", "activated2") and in_qt6("ctkCollapsibleButton", "text")

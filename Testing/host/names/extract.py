"""Write the lists of names that PythonQt shows of each class, read from the headers of Qt, PythonQt, CTK and Slicer.

Run by hand when the lists shall follow another version (the output is committed, the headers are not):

    python extract.py QT_INCLUDE PYTHONQT.git CTK.git SLICER.git OUTPUT_FOLDER

QT_INCLUDE is the include folder of Qt 5.15 (Debian: qtbase5-dev), the others are git folders. PythonQt shows of a
class: its properties, signals, public slots, Q_INVOKABLE functions and Q_ENUM enumerations, and for Qt's own classes
also every function and enumeration of the generated wrapper. Nothing else, so nothing else is listed.

One file per library: {"source": {name: version}, "classes": {class: {"bases": [...], "properties": [...],
"signals": {name: [signature, ...]}, "methods": [...], "statics": [...], "enums": {name: [member, ...]}}}}
"statics" are those of "methods" that need no object: static_<class>_<name> in the wrapper, `static` in a header.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

CLASS = re.compile(
    r"^[ \t]*class\s+(?:(?!Q_DECL)[A-Z]\w*\s+)?(?:Q_DECL_\w+\s+)?(\w+)\s*(?:final\s*)?(:[^{;]*)?\{", re.M
)
MACROS = re.compile(r"\b(Q_INVOKABLE|Q_SCRIPTABLE|Q_REVISION\(\d+\)|Q_DECL_\w+|QT_\w+(\([^()]*\))?)")
LABEL = re.compile(r"\b(public|protected|private)(?:\s+(slots|Q_SLOTS))?\s*:(?!:)|\b(signals|Q_SIGNALS)\s*:")
FUNCTION = re.compile(r"([A-Za-z_]\w*)\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")


def git_files(folder: Path, pattern: str) -> dict[str, str]:
    """Path -> text of the files of the newest commit whose path matches."""
    git = ["git", f"--git-dir={folder}"]
    paths = subprocess.run([*git, "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=True)
    wanted = [path for path in paths.stdout.splitlines() if re.search(pattern, path)]
    show = [subprocess.run([*git, "show", f"HEAD:{path}"], capture_output=True, check=True).stdout for path in wanted]
    return {path: text.decode(errors="replace") for path, text in zip(wanted, show, strict=True)}


def git_commit(folder: Path) -> str:
    command = ["git", f"--git-dir={folder}", "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def without_comments(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"(?<!:)//[^\n]*", " ", text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", " ", text, flags=re.M)


def body_at(text: str, start: int) -> str:
    """The text between the brace at start and the one that closes it."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[start + 1 : index]
    return text[start + 1 :]


def without_bodies(text: str) -> str:
    """Nested braces (function bodies, enumerations, nested classes) replaced by a semicolon."""
    out, depth = [], 0
    for letter in text:
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            out.append(";" if depth == 0 else "")
        elif depth == 0:
            out.append(letter)
    return "".join(out)


def normalized_types(parameters: str) -> list[list[str]]:
    """Parameter lists a function can be connected with: all, then shorter ones as defaults allow (as moc does)."""
    parts, depth, word = [], 0, ""
    for letter in parameters + ",":
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(word.strip())
            word = ""
        else:
            word += letter
    parts = [part for part in parts if part and part != "void" and "QPrivateSignal" not in part]
    types, optional = [], 0
    for part in parts:
        optional += "=" in part
        part = re.sub(r"\s*=.*", "", part)
        part = re.sub(r"^const\s+(.*?)&", r"\1", part) if "&" in part else part
        named = re.match(r"^((?:const\s+|unsigned\s+)?[\w:]+(?:<.*>)?\s*[*&]*)\s*(\w*)$", part)
        kind = named.group(1) if named else part
        types.append(re.sub(r"\s+(?=[*&])|(?<=[*&])\s+", "", re.sub(r"\s+", " ", kind)).strip())
    return [types[: len(types) - cut] for cut in range(optional + 1)]


def functions(section: str) -> list[tuple[str, str, bool]]:
    """(name, parameters, static) of each function that is declared in section."""
    found = []
    for statement in section.split(";"):
        plain = MACROS.sub(" ", statement)
        match = FUNCTION.search(plain)
        if match and match.group(1) not in ("Q_PRIVATE_SLOT", "Q_DECLARE_PRIVATE", "Q_DISABLE_COPY", "operator"):
            found.append((match.group(1), match.group(2), bool(re.search(r"\bstatic\b", plain[: match.start()]))))
    return found


def describe(body: str, bases: str | None) -> dict:
    """Names of one class from its body."""
    entry: dict = {"bases": re.findall(r"public\s+(?:virtual\s+)?(\w+)", bases or ""), "properties": [],
                   "signals": {}, "methods": [], "statics": [], "enums": {}}
    entry["properties"] = re.findall(r"Q_PROPERTY\(\s*[\w:<>]+[\s*]+(\w+)", body)
    enums = dict(re.findall(r"\benum\s+(?:class\s+)?(\w+)[^{};]*\{([^}]*)\}", body))
    for line in re.findall(r"Q_(?:ENUM|ENUMS|FLAG|FLAGS)\(([^)]*)\)", body):
        for name in re.findall(r"\w+", line):
            entry["enums"][name] = re.findall(r"(?:^|,)\s*(\w+)", enums.get(name, ""))
    flat = without_bodies(body)
    marks = [(m.start(), m.end(), m) for m in LABEL.finditer(flat)]
    for number, (_, end, mark) in enumerate(marks):
        section = flat[end : marks[number + 1][0] if number + 1 < len(marks) else len(flat)]
        if mark.group(3):
            for name, parameters, _ in functions(section):
                entry["signals"].setdefault(name, []).extend(",".join(t) for t in normalized_types(parameters))
        elif mark.group(1) == "public" and mark.group(2):
            add_functions(entry, section)
    add_functions(entry, ";".join(re.findall(r"(?:\bstatic\s+)?Q_INVOKABLE[^;]*;", flat)))
    return entry


def add_functions(entry: dict, section: str) -> None:
    for name, _, static in functions(section):
        entry["methods"].append(name)
        if static:
            entry["statics"].append(name)


def classes_of(text: str) -> dict[str, dict]:
    text = without_comments(text)
    found = {}
    for match in CLASS.finditer(text):
        if match.group(1) not in found:
            found[match.group(1)] = describe(body_at(text, match.end() - 1), match.group(2))
    return found


def add_wrapper(classes: dict[str, dict], name: str, body: str) -> None:
    """Functions and enumerations of PythonQt's generated wrapper of one class."""
    entry = classes.setdefault(name, {"bases": [], "properties": [], "signals": {}, "methods": [], "statics": [],
                                    "enums": {}})
    listed = describe(body, None)
    entry["enums"] |= {key: members or entry["enums"].get(key, []) for key, members in listed["enums"].items()}
    for function in listed["methods"]:
        method = re.sub(rf"^(static_{name}_|py_q_)", "", function)
        if not re.match(rf"^(new|delete)_{name}$|^py_set_|^py_get_", method):
            entry["methods"].append(method)
        if function.startswith(f"static_{name}_"):
            entry["statics"].append(method)
    entry["properties"] += [m[7:] for m in listed["methods"] if m.startswith("py_get_")]


def write(path: Path, source: dict[str, str], classes: dict[str, dict]) -> None:
    lines = []
    for name in sorted(classes):
        entry = classes[name]
        for key in ("properties", "methods", "statics"):
            entry[key] = sorted(set(entry[key]))
        entry["signals"] = {key: sorted(set(value)) for key, value in sorted(entry["signals"].items())}
        kept = {key: value for key, value in entry.items() if value}
        lines.append(f"{json.dumps(name)}: {json.dumps(kept, separators=(',', ':'))}")
    text = f'{{"source": {json.dumps(source)},\n"classes": {{\n' + ",\n".join(lines) + "\n}}\n"
    path.write_text(text, encoding="utf-8")


def qt_names(include: Path, pythonqt: Path) -> dict[str, dict]:
    headers: dict[str, dict] = {}
    for module in ("QtCore", "QtGui", "QtWidgets", "QtNetwork"):
        for path in sorted((include / module).glob("q*.h")):
            for name, entry in classes_of(path.read_text(errors="replace")).items():
                headers.setdefault(name, entry)
    generated = git_files(pythonqt, r"^generated_cpp_515/com_trolltech_qt_(core|gui|network|uitools)(_builtin)?/.*\.h$")
    classes: dict[str, dict] = {}
    for text in generated.values():
        for match in re.finditer(r"^class PythonQtWrapper_(\w+) : public QObject\s*(\{)", text, re.M):
            name = match.group(1)
            if name in headers:
                classes.setdefault(name, headers[name])
            add_wrapper(classes, name, body_at(text, match.end() - 1))
    return classes


def main(include: str, pythonqt: str, ctk: str, slicer: str, output: str) -> None:
    folder = Path(output)
    write(folder / "qt.json", {"Qt": "5.15.8", "MeVisLab/pythonqt": git_commit(Path(pythonqt))},
          qt_names(Path(include), Path(pythonqt)))
    for file, git, pattern in (
        ("ctk.json", ctk, r"^Libs/(Widgets|Core|Visualization/VTK/Widgets)/ctk[^/]*\.h$"),
        ("slicer.json", slicer, r"/(qMRML|qSlicer)[^/]*\.h$"),
    ):
        classes: dict[str, dict] = {}
        for text in git_files(Path(git), pattern).values():
            classes |= {name: entry for name, entry in classes_of(text).items() if re.match(r"ctk|qMRML|qSlicer", name)}
        write(folder / file, {"commit": git_commit(Path(git))}, classes)


if __name__ == "__main__":
    main(*sys.argv[1:])

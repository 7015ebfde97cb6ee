"""Every text of the module is there in German and French, and no text goes past the translators."""

import ast
import re
import string
from pathlib import Path

import pytest

from tools.translations import texts, ts_files

# Developers read these: a setting or a mode that no control of the panel can produce.
FOR_DEVELOPERS = {"Settings.py", "PromptReader.py"}
FORMATS = {"CSV (*.csv)", "AuxOL (*", "auxol-session.csv"}  # file formats have the same name everywhere
ATTRIBUTES = {"text", "toolTip", "title", "windowTitle", "placeholderText", "specialValueText", "prefix", "suffix"}
# function -> how many of its first arguments are shown
SHOWN = {
    "addItem": 1, "addItems": 1, "confirmed": 2, "fileToOpen": 2, "fileToSave": 3, "folderToUse": 1, "say": 1,
    "_say": 1, "setHorizontalHeaderLabels": 1, "setPlaceholderText": 1, "setReady": 3, "setText": 1, "setTitle": 1,
    "setToolTip": 1, "setWindowTitle": 1, "tryWithErrorDisplay": 1, "infoDisplay": 1, "errorDisplay": 1, "drawText": 6,
    "confirmOkCancelDisplay": 2, "confirmYesNoDisplay": 2, "warningDisplay": 1, "setSpecialValueText": 1, "QLabel": 1,
    "QPushButton": 1, "QCheckBox": 1, "QGroupBox": 1, "addAction": 1, "addTab": 2, "setTabText": 2, "setFormat": 1,
}  # fmt: skip
MODULE_TEXTS = texts.all_texts()


@pytest.mark.parametrize("language", ts_files.LANGUAGES)
def test_every_text_has_a_finished_translation(language):
    known = {(context, source): text for context, source, text in ts_files.entries(ts_files.ts_file(language))}
    lacking = [f"{each.place}: {each.source}" for each in MODULE_TEXTS if not known.get((each.context, each.source))]
    assert lacking == [], f"python -m tools.translations --missing {language} lists them; docs/translations.md"


@pytest.mark.parametrize("language", ts_files.LANGUAGES)
def test_no_translation_is_left_of_a_text_that_is_gone(language):
    there = {(each.context, each.source) for each in MODULE_TEXTS}
    kept = {(context, source) for context, source, _text in ts_files.entries(ts_files.ts_file(language))}
    assert kept - there == set()


@pytest.mark.parametrize("language", ts_files.LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_text(language):
    filled = {source: text for _context, source, text in ts_files.entries(ts_files.ts_file(language)) if text}
    assert ts_files.wrong(filled) == []
    for text in filled.values():
        list(string.Formatter().parse(text))  # a lone brace raises


@pytest.mark.parametrize("language", ts_files.LANGUAGES)
def test_a_translation_keeps_the_lines_and_ends_of_its_text(language):
    odd = [
        source
        for _context, source, text in ts_files.entries(ts_files.ts_file(language))
        if text and (text.count("\n") != source.count("\n") or text != text.strip() or text[-1:] == "." != source[-1:])
    ]
    assert odd == []


def test_a_text_for_translators_is_one_literal():
    assert [each.place for each in MODULE_TEXTS if each.source is None] == []


def test_a_text_for_translators_is_no_piece_of_a_sentence():
    glued = [each.place for each in MODULE_TEXTS if each.source and is_piece(each.source)]
    assert glued == []


def is_piece(text):
    """Begins or ends where another text has to stand beside it."""
    return text != "..." and (text != text.strip() or text[0] in ".,;)" or text[-1] in "(,")


def test_no_text_is_translated_before_its_file_is_used():
    early = [f"{file.name}:{line}" for file in texts.python_files() for line in translated_at_import(file.read_text())]
    assert early == [], "the language may change later: translate where the text is shown"


def translated_at_import(code):
    """Lines of calls of _ outside of functions."""
    tree = ast.parse(code)
    functions = [
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    ]
    later = {call for function in functions for call in texts.translated_calls(function)}
    return [call.lineno for call in texts.translated_calls(tree) if call not in later]


def test_no_text_goes_past_the_translators():
    assert [f"{file.name}:{found}" for file in texts.python_files() for found in untranslated(file)] == []


def untranslated(file, code=None):
    """'line: text' of literals that a user would read in English."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8") if code is None else code)):
        for shown in parts_shown(node, file.name):
            for literal in words(shown):
                if literal.value not in FORMATS:
                    yield f"{literal.lineno}: {literal.value}"


def parts_shown(node, name):
    """The expressions in ``node`` that the user sees: what is set as a text, said, asked, or raised as an error."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        set_as_text = any(isinstance(each, ast.Attribute) and each.attr in ATTRIBUTES for each in targets)
        return [node.value] if set_as_text and node.value is not None else []
    if not isinstance(node, ast.Call):
        return []
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in errors_of_ours() and name not in FOR_DEVELOPERS:
        return node.args
    return node.args[: SHOWN.get(called, 0)]


def errors_of_ours():
    """Errors whose own words become part of a sentence on the status line; one that was cancelled has none."""
    from auxol_core import errors

    kinds = {name: each for name, each in vars(errors).items() if isinstance(each, type)}
    return {name for name, each in kinds.items() if issubclass(each, errors.AuxolError)} - {"CancelledError"}


def words(node):
    """Literals with words in them that no call of _ covers; a text that is only compared is not shown."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
        return
    if isinstance(node, (ast.Compare, ast.Subscript, ast.Dict)) or (isinstance(node, ast.Call) and is_lookup(node)):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[A-Za-z]{2}", node.value):
        yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.IfExp) and child is node.test):
            yield from words(child)


def is_lookup(call):
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("get", "property")


@pytest.mark.parametrize(
    "code",
    [
        'label.text = "Ready"',
        'label.text = f"Ready: {count}"',
        'self.say("Saved", "info")',
        'setReady(button, "" if ready else "Choose a volume first.")',
        'raise InvalidInputError(f"Expected a volume, got {what}.")',
        'box.addItems([_("Automatic"), "Processor"])',
    ],
)
def test_an_english_text_is_found(code):
    assert len(list(untranslated(Path("Panel.py"), code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'label.text = _("Ready: {count}").format(count=count)',
        'self.say(_("Saved"), "info")',
        'label.text = text if mode == "box" else _("Ready")',
        'ui.bar.setFormat("%v / %m")',
    ],
)
def test_a_translated_text_is_not_found(code):
    assert list(untranslated(Path("Panel.py"), code)) == []


def test_a_text_in_a_file_s_constants_is_found():
    assert translated_at_import('TITLE = _("Title")\ndef title():\n    return _("Title")') == [1]


def test_a_piece_of_a_sentence_is_found():
    assert [is_piece(text) for text in ("{count} objects, ", ". It runs on", "Learning ...")] == [True, True, False]


def test_contexts_are_those_of_slicer():
    lib = texts.MODULE / "AuxOLSegmentLib"
    assert texts.context_of(lib / "Panel" / "Widget.py") == "Panel.Widget"
    assert texts.context_of(texts.MODULE / "AuxOLSegment.py") == "AuxOLSegment"


def test_an_f_string_is_no_text_for_translators(tmp_path):
    (tmp_path / "Panel.py").write_text('_(f"{count} slices")\n_("a" + b)\n_("one " "text")\n')
    assert [each.source for each in texts.texts_of_python(tmp_path / "Panel.py")] == [None, None, "one text"]


def test_a_wrong_placeholder_is_refused():
    assert ts_files.wrong({"{count} slices": "{zahl} Schichten", "{count} s": "{count} s"}) == [
        "'{count} slices' has the placeholders ['count'], its translation ['zahl']"
    ]


def test_a_filled_list_is_taken_in_every_context(tmp_path):
    file = tmp_path / "AuxOLSegment_de.ts"
    message = '<message><source>Box</source><translation type="unfinished"></translation></message>'
    context = f"<context><name>Panel.{{}}</name>{message}</context>"
    file.write_text(f"<TS>{context.format('A')}{context.format('B')}</TS>")
    assert ts_files.missing(file) == {"Box": ""}
    assert ts_files.take(file, {"Box": "Kasten"}) == 2
    assert (ts_files.missing(file), list(ts_files.entries(file))) == (
        {},
        [("Panel.A", "Box", "Kasten"), ("Panel.B", "Box", "Kasten")],
    )

"""The .qm files say what the .ts files say, and slicer.i18n's stand-in asks for texts as Slicer's own does."""

import importlib.util

import pytest

from tools.translations import texts, ts_files


@pytest.fixture
def translator(slicer_host, request):
    """Qt's reader of a language's compiled file, not installed."""
    import qt

    made = qt.QTranslator()
    assert made.load(str(ts_files.qm_file(request.param)))
    return made


@pytest.mark.parametrize("translator", ts_files.LANGUAGES, indirect=True, ids=str)
def test_the_compiled_file_says_what_its_source_says(translator, request):
    language = request.node.callspec.params["translator"]
    told = list(ts_files.entries(ts_files.ts_file(language)))
    assert [entry for entry in told if translator.translate(entry[0], entry[1]) != entry[2]] == []


def test_lupdate_finds_what_is_there_already(tmp_path):
    """`make translations` was run after the last text was changed."""
    for language in ts_files.LANGUAGES:
        ts_files.ts_file(language, tmp_path).write_bytes(ts_files.ts_file(language).read_bytes())
    ts_files.update(tmp_path)
    for language in ts_files.LANGUAGES:
        assert ts_files.ts_file(language, tmp_path).read_text() == ts_files.ts_file(language).read_text()


def test_lupdate_and_the_tests_read_the_same_texts(tmp_path):
    ts_files.update(tmp_path)
    found = {(context, source) for context, source, _text in ts_files.entries(ts_files.ts_file("de", tmp_path))}
    assert found == {(each.context, each.source) for each in texts.all_texts()}


# slicer.i18n


@pytest.fixture
def module(slicer_host, tmp_path):
    """A module's file in a package Panel, which translates what it is given."""
    package = tmp_path / "Panel"
    package.mkdir()
    (package / "__init__.py").touch()
    file = package / "Told.py"
    file.write_text("from slicer.i18n import tr as _\n\n\ndef told(text):\n    return _(text)\n")
    spec = importlib.util.spec_from_file_location("Told", file)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def speaking(module, tmp_path):
    """``speaking({text: translation})``: the application's translator has these in the context Panel.Told."""
    import qt

    installed = []

    def speak(told):
        messages = "".join(f"<message><source>{a}</source><translation>{b}</translation></message>" for a, b in told)
        file = ts_files.ts_file("de", tmp_path)
        file.write_text(f"<TS><context><name>Panel.Told</name>{messages}</context></TS>", encoding="utf-8")
        ts_files._run("lrelease", "-silent", str(file), "-qm", str(ts_files.qm_file("de", tmp_path)))
        installed.append(qt.QTranslator())
        assert installed[-1].load(str(ts_files.qm_file("de", tmp_path)))
        qt.QCoreApplication.installTranslator(installed[-1])

    yield speak
    for translator in installed:
        qt.QCoreApplication.removeTranslator(translator)


def test_a_text_is_looked_up_under_its_file_s_name(module, speaking):
    speaking([("Box", "Kasten")])
    assert (module.told("Box"), module.told("Lasso")) == ("Kasten", "Lasso")


def test_a_translation_with_other_placeholders_does_not_count(module, speaking, slicer_host):
    speaking([("{count} slices", "{zahl} Schichten")])
    assert module.told("{count} slices") == "{count} slices"

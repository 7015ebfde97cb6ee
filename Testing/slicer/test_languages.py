"""The panel in German and French: chosen while it is open, at the next start, and with nothing cut off."""

import os
import re
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import slicer
from slicer_setting import HOST, MODULE, SlicerCase, main, quiet, until
from test_panel import PanelCase

WIDTH = 420  # of a module's panel in Slicer
MARGIN = 4  # beside a push button's text
ARROW = 30  # of a combo box, with its margins
PICTURES = os.environ.get("AUXOL_LANGUAGE_PICTURES", "") if HOST is not None else ""
READY = {"": "Accept", "de": "Annehmen", "fr": "Accepter"}


class LanguageCase(SlicerCase):
    """The module is open, with no engine; afterwards it speaks as the application."""

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Machine.Settings import Settings

        self.settings = Settings()
        self.settings.reset()
        self.addCleanup(self.english)
        slicer.util.selectModule(MODULE)
        quiet(0.05)

    def english(self):
        from AuxOLSegmentLib.Machine.Language import speak

        self.settings.reset()
        speak("en")
        slicer.util.selectModule("")
        slicer.util.selectModule(MODULE)  # which makes the panel anew
        slicer.util.selectModule("")

    @property
    def panel(self):
        return slicer.util.getModuleWidget(MODULE).panel

    @property
    def ui(self):
        return self.panel.ui

    def choose(self, language):
        """As the user does, in Settings."""
        from AuxOLSegmentLib.Panel.SettingsPanel import SPOKEN

        before = self.panel
        self.ui.languageSelector.setCurrentIndex(SPOKEN.index(language))
        until(lambda: self.panel is not before)


class TestSwitching(LanguageCase):
    """What changes with the language, and what does not."""

    def test_the_panel_speaks_the_chosen_language_at_once(self):
        for language in ("de", "fr", ""):
            self.choose(language)
            self.assertEqual(self.ui.acceptButton.text.split("  (")[0], READY[language])

    def test_texts_of_forms_and_of_code_change(self):
        self.choose("de")
        self.assertEqual(self.ui.researchUseLabel.text, "Nur für die Forschung, nicht für die Diagnostik.")
        self.assertIn("Engine: läuft nicht.", self.ui.engineLabel.text)
        self.assertIn("Wählen Sie", self.ui.boxButton.toolTip)
        self.assertEqual(self.ui.learningModeSelector.itemText(0), "nach jeder gespeicherten Schicht")

    def test_the_session_and_its_choices_stay(self):
        session = self.panel.logic
        volume = slicer.util.addVolumeFromArray(np.zeros((4, 20, 20), np.int16), name="CT")
        self.ui.volumeSelector.setCurrentNode(volume)
        self.choose("fr")
        self.assertIs(self.panel.logic, session)
        self.assertIs(self.ui.volumeSelector.currentNode(), volume)
        self.assertIsNotNone(self.panel.inputs.parameters)
        self.assertTrue(self.panel.entered)

    def test_what_was_folded_stays_folded(self):
        name, section = next((name, part) for name, part in self.panel.collapsible().items() if not part.collapsed)
        section.collapsed = True
        self.choose("de")
        self.assertTrue(self.panel.collapsible()[name].collapsed)

    def test_nothing_of_the_old_panel_listens(self):
        old = self.panel
        self.choose("de")
        with mock.patch.object(old, "_refreshers", mock.Mock()) as refreshers:
            self.panel.logic.say("Noted.", "info")
        refreshers.get.assert_not_called()
        self.assertEqual(self.ui.statusLabel.text, "Noted.")

    def test_a_reloaded_module_speaks_it_still(self):
        self.choose("fr")
        slicer.util.getModuleWidget(MODULE).onReload()
        slicer.util.selectModule("")
        slicer.util.selectModule(MODULE)
        self.assertEqual(self.ui.acceptButton.text.split("  (")[0], "Accepter")

    def test_errors_are_told_in_the_language(self):
        from auxol_core import errors
        from AuxOLSegmentLib.Machine.Messages import sentence

        self.choose("de")
        self.assertEqual(sentence(errors.CancelledError("x")), "Abgebrochen.")

    def test_an_unknown_language_is_english(self):
        from AuxOLSegmentLib.Machine.Language import speak, spoken

        speak("de")
        self.assertEqual(spoken(), "Deutsch")
        speak("xx")
        self.assertEqual(spoken(), "English")


@unittest.skipUnless(HOST is not None, "Slicer's own language is set before it starts")
class TestApplicationLanguage(LanguageCase):
    """Nothing was chosen here: the module speaks as the application."""

    def speakAs(self, locale):
        from AuxOLSegmentLib.Machine.Language import speak, spoken

        with mock.patch.object(slicer, "app", mock.Mock(applicationLocaleName=locale, translate=slicer.app.translate)):
            speak("")
            return spoken()

    def test_a_region_of_the_language_is_enough(self):
        self.assertEqual([self.speakAs(each) for each in ("de_AT", "fr-CA", "de", "pt_BR", "en_US")],
                         ["Deutsch", "Français", "Deutsch", "English", "English"])  # fmt: skip

    def test_a_panel_in_another_language_is_made_anew_when_it_is_shown(self):
        from AuxOLSegmentLib.Machine.Language import speak

        slicer.util.selectModule("")
        before = self.panel
        speak("fr")
        self.assertIs(self.panel, before)
        slicer.util.selectModule(MODULE)
        self.assertEqual(self.ui.acceptButton.text.split("  (")[0], "Accepter")


@unittest.skipUnless(HOST is not None, "sizes are measured in the host, whose style is the same everywhere")
class TestNothingIsCut(PanelCase):
    """At the width that a panel has in Slicer, every text of the panel has its room."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.english)

    def english(self):
        from AuxOLSegmentLib.Machine.Language import speak

        speak("en")

    def show(self, language):
        """A panel in the language with everything chosen and open."""
        import qt

        from AuxOLSegmentLib.Machine.Language import speak

        self.clean()
        speak(language)
        self.window = qt.QWidget()
        self.panel = self.makePanel(qt.QVBoxLayout(self.window))
        self.ui = self.panel.ui
        self.chooseAll()
        self.session.corrections = [self.fake.correction(at, 0.7, 0.8, 0.85) for at in range(1, 9)]
        self.session.versions = [self.fake.version(12, current=True)]
        self.tell("learning", "task")
        for section in self.panel.collapsible().values():
            section.collapsed = False
        quiet(0.05)

    def cut(self):
        """Names of widgets that are narrower than their text needs."""
        from host.pythonqt.convert import to_real
        from PySide6 import QtWidgets

        window = to_real(self.window)
        widget = to_real(self.panel.uiWidget)
        window.resize(WIDTH, 3000)
        window.show()
        widget.setFixedWidth(WIDTH)
        for _ in range(3):
            QtWidgets.QApplication.processEvents()
            self.panel.refresh()
        labels = [each for each in widget.findChildren(QtWidgets.QLabel) if not each.wordWrap()]
        found = []
        for each in labels + widget.findChildren(QtWidgets.QAbstractButton):
            need = roomFor(each)
            # The effects of the embedded Segment Editor have no name; what fits in them is Slicer's.
            if each.objectName() and each.isVisible() and each.text() and each.width() < need:
                found.append(f"{each.objectName()}: {each.text()!r} has {each.width()} of {need}")
        for each in widget.findChildren(QtWidgets.QLabel):
            if each.isVisible() and each.wordWrap() and each.height() < each.heightForWidth(each.width()):
                found.append(f"{each.objectName()}: {each.text()!r} needs more lines")
        for each in widget.findChildren(QtWidgets.QComboBox):
            need = each.fontMetrics().horizontalAdvance(each.currentText()) + ARROW
            if each.isVisible() and not each.isEditable() and each.width() < need:
                found.append(f"{each.objectName()}: {each.currentText()!r} has {each.width()} of {need}")
        outside = [
            f"{each.objectName()} ends at {each.mapTo(widget, each.rect().topRight()).x()}"
            for each in widget.findChildren(QtWidgets.QAbstractButton)
            if each.isVisible() and each.mapTo(widget, each.rect().topRight()).x() > WIDTH
        ]
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            widget.grab().save(str(Path(PICTURES) / f"panel-{self.language}.png"))
        return found + outside

    def test_no_text_is_cut(self):
        for self.language in ("en", "de", "fr"):
            with self.subTest(language=self.language):
                self.show(self.language)
                self.assertEqual(self.cut(), [])

    def test_headings_of_tables_fit_their_columns(self):
        from host.pythonqt.convert import to_real

        for self.language in ("en", "de", "fr"):
            with self.subTest(language=self.language):
                self.show(self.language)
                self.cut()
                for table in (self.ui.reviewTable, self.ui.versionsTable, self.ui.correctionsTable):
                    metrics = to_real(table).fontMetrics()
                    for column in range(table.columnCount):
                        text = table.horizontalHeaderItem(column).text()
                        words = re.split(r"\s", text)
                        room = table.columnWidth(column)
                        need = max(metrics.horizontalAdvance(word) for word in words)
                        self.assertLessEqual(need, room, f"{table.name}: {text}")


def roomFor(widget):
    """Pixels that the widget's text takes; a push button's own wish is never under 80, however short its text."""
    from PySide6 import QtWidgets

    if isinstance(widget, QtWidgets.QPushButton):
        icon = 0 if widget.icon().isNull() else widget.iconSize().width() + 4
        return widget.fontMetrics().horizontalAdvance(widget.text()) + icon + 2 * MARGIN
    return widget.minimumSizeHint().width()


if __name__ == "__main__":
    main()

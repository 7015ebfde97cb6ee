"""The module's language: the application's, or one that was chosen in Settings, switched while Slicer runs.

Slicer loads translations from its own folder, once, when it starts: none that an extension brings. So the module
installs its own translator. Texts that stand on the screen do not change by that; the panel is made anew for them.
"""

from __future__ import annotations

import re
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

FOLDER = Path(__file__).resolve().parents[2] / "Resources" / "Translations"
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}  # in the words of those who look for them


class _Speaker:
    """The one translator of ours that the application has."""

    def __init__(self) -> None:
        self.language = "en"  # the code's own
        self.translator: qt.QTranslator | None = None

    def speak(self, language: str) -> None:
        """Texts that are asked for from now on come in this language; in English where there is no file of it."""
        if language == self.language:
            return
        if self.translator is not None:
            qt.QCoreApplication.removeTranslator(self.translator)
        file = FOLDER / f"AuxOLSegment_{language}.qm"
        self.language, self.translator = language, None
        if file.is_file():
            self.translator = qt.QTranslator()
            self.translator.load(str(file))
            qt.QCoreApplication.installTranslator(self.translator)


_speaker = _Speaker()


def speak(chosen: str) -> None:
    """``chosen``: a language of LANGUAGES; '' for the application's."""
    name = chosen or str(slicer.app.applicationLocaleName)
    _speaker.speak(re.split("[_-]", name)[0].lower())


def spoken() -> str:
    """The name of the language that texts come in now, whoever installed the translator."""
    return _("English")

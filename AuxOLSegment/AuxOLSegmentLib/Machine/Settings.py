"""What belongs to this machine and not to a scene: Slicer's own settings file, group ``AuxOLSegment``.

Each option is declared once, in the table below, with its default and what it may be. A value in the settings file
that is none of these (a hand-made edit, an older version) reads as the default.
"""

from __future__ import annotations

from dataclasses import dataclass

import qt

from auxol_core.errors import InvalidInputError
from auxol_core.options import DEFAULT_GENERALIST, DEFAULT_PRESET, THINKING_STEPS

GROUP = "AuxOLSegment"
Value = bool | int | str


@dataclass(frozen=True)
class Option:
    """``choices`` empty: any text. ``low`` and ``high`` bound whole numbers. A ``secret`` is never shown or logged."""

    default: Value
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    secret: bool = False


OPTIONS: dict[str, Option] = {
    # The engine
    "pythonPath": Option(""),  # empty: Slicer's own Python
    "generalist": Option(DEFAULT_GENERALIST),
    "device": Option("auto", choices=("auto", "cpu", "cuda")),
    "threads": Option(0, low=0, high=1024),  # 0: all cores but one
    "thinking": Option("gentle", choices=tuple(THINKING_STEPS)),  # while nothing is asked of the engine
    "dataDir": Option(""),  # empty: the user's data folder
    "wheelFolder": Option(""),
    "startOnEnter": Option(True),  # when the module is opened; nothing is installed by it
    # A server on another machine; off unless the user asks for it
    "remote": Option(False),
    "serverUrl": Option(""),
    "serverToken": Option("", secret=True),
    # Learning
    "preset": Option(DEFAULT_PRESET),  # of tasks that are made from now on
    "learningMode": Option("auto", choices=("auto", "every", "demand")),
    "learnEvery": Option(5, low=2, high=100),
    # When a slice is saved and proposals are made by themselves
    "saveOnCompleted": Option(True),
    "saveOnSceneSave": Option(True),
    "acceptOnEffect": Option(True),
    "proposeNext": Option(False),
    "findNext": Option(False),  # after each accepted or saved slice
    # Slice after slice
    "nextBy": Option("position", choices=("position", "quality")),
    "proposeAhead": Option(True),  # after "accept, save, next" and "save, next"
    "shortcuts": Option(True),
    "language": Option("", choices=("", "en", "de", "fr")),  # empty: the application's
    "keyLegend": Option(False),
    # How the panel looks
    "closedSections": Option(""),  # names, with commas between them
    "wholeEditor": Option(False),
    "foldDataProbe": Option(False),  # while the module is shown
}


class Settings:
    """``settings.device`` reads, ``settings.set("device", "cpu")`` checks and writes. Any number of them may exist."""

    def __getattr__(self, name: str) -> Value:
        if name not in OPTIONS:
            raise AttributeError(f"Settings have {', '.join(OPTIONS)}, not {name}.")
        option = OPTIONS[name]
        if not qt.QSettings().contains(_key(name)):
            return option.default
        value = _typed(option, qt.QSettings().value(_key(name)))
        return option.default if value is None else value

    def set(self, name: str, value: Value) -> None:
        """Write an option; InvalidInputError where it cannot have that value."""
        option = OPTIONS.get(name)
        if option is None or type(value) is not type(option.default) or _typed(option, value) is None:
            # A token that was refused must not come back in an error message.
            shown = "the given value" if option is not None and option.secret else repr(value)
            raise InvalidInputError(f"The setting {name} cannot be {shown}. It takes {_described(option)}.")
        if value == option.default:
            qt.QSettings().remove(_key(name))  # so that a better default of a later version reaches everybody
        else:
            qt.QSettings().setValue(_key(name), value)

    def reset(self) -> None:
        """Every option back to its default."""
        for name in OPTIONS:
            qt.QSettings().remove(_key(name))

    def forDiagnostics(self) -> dict[str, str]:
        """Every option as text that may be sent to somebody: secrets as ``set`` or ``not set``."""
        told = {}
        for name, option in OPTIONS.items():
            value = getattr(self, name)
            told[name] = ("set" if value else "not set") if option.secret else str(value)
        return told

    def __repr__(self) -> str:
        return f"Settings({self.forDiagnostics()})"


def _key(name: str) -> str:
    return f"{GROUP}/{name}"


def _typed(option: Option, value: object) -> Value | None:
    """``value`` in the type of the option, None if it cannot be that. An ini file gives everything back as text."""
    if isinstance(option.default, bool):
        return {"true": True, "false": False, "1": True, "0": False}.get(str(value).lower())
    if isinstance(option.default, int):
        text = str(value)
        return int(text) if text.isdecimal() and option.low <= int(text) <= option.high else None
    text = "" if value is None else str(value)
    return text if not option.choices or text in option.choices else None


def _described(option: Option | None) -> str:
    if option is None:
        return "one of these names: " + ", ".join(OPTIONS)
    if isinstance(option.default, bool):
        return "True or False"
    if isinstance(option.default, int):
        return f"a whole number in {option.low} .. {option.high}"
    return ", ".join(option.choices) or "a text"

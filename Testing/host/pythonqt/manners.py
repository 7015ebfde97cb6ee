"""Overrides that make PySide6 behave as PythonQt does. Importing this file registers them."""

import sys
from pathlib import Path
from typing import Any

import shiboken6
from PySide6 import QtCore, QtNetwork

from . import connections
from .convert import EnumValue, adapter, to_python, to_real
from .overrides import override, refuse
from .shown import Shown, show

refuse("QEventLoop", "the module must not run event loops of its own (design.md, invariant 6)")


MODULE_FOLDERS: list[str] = []  # where the files of loaded modules lie


@override("QCoreApplication", "processEvents")
def process_events(_: Any, *__: Any) -> None:
    """Scripts and tests may pump events, the module may not."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(str(Path(__file__).parent)):
        frame = frame.f_back
    if frame is not None and frame.f_code.co_filename.startswith(tuple(MODULE_FOLDERS)):
        raise RuntimeError("the module must not pump events (design.md, invariant 6)")
    QtCore.QCoreApplication.processEvents()


@override("QObject", "connect")
def connect(shown: Any, *arguments: Any) -> bool:
    """obj.connect("signal(types)", callable), or QObject.connect(obj, "signal(types)", callable)."""
    if shown is None:
        shown, *arguments = arguments  # type: ignore[assignment]
    signature, called, *slot = arguments
    if slot:
        called = getattr(called, slot[0].lstrip("12").split("(")[0])
    return connections.connect(to_real(shown), signature, called)


@override("QObject", "disconnect")
def disconnect(shown: Any, signature: str, called: Any = None) -> bool:
    return connections.disconnect(to_real(shown), signature, called)


@override("QObject", "findChildren")
def find_children(shown: Any, kind: Any = None, name: str = "") -> tuple[Any, ...]:
    """PythonQt takes a class or a class name; a missing kind is an error there too."""
    return tuple(to_python(child) for child in _descendants(to_real(shown), kind, name))


@override("QObject", "findChild")
def find_child(shown: Any, kind: Any, name: str = "") -> Any:
    found = _descendants(to_real(shown), kind, name)
    return to_python(found[0]) if found else None


def _descendants(real: QtCore.QObject, kind: Any, name: str) -> list[QtCore.QObject]:
    if not isinstance(kind, (str, bytes)) and not (isinstance(kind, type) and issubclass(kind, Shown)):
        raise ValueError(f"expected a class such as qt.QLabel or its name, got {kind!r}")
    wanted = kind.decode() if isinstance(kind, bytes) else kind if isinstance(kind, str) else kind.__name__
    children = real.findChildren(QtCore.QObject, name) if name else real.findChildren(QtCore.QObject)
    return [child for child in children if child.inherits(wanted)]


@override("QObject", "delete")
def delete(shown: Any) -> None:
    shiboken6.delete(to_real(shown))


@override("QObject", "setProperty")
def set_property(shown: Any, name: str, value: Any) -> bool:
    return bool(to_real(shown).setProperty(name, plain(value)))


@override("QObject", "tr")
def translate(shown: Any, text: str, *_: Any) -> str:
    return text


def plain(value: Any) -> Any:
    """For QVariant: enumerators travel as integers, keys of a dictionary as text."""
    if isinstance(value, EnumValue):
        return int(value)
    return to_real(value)


@override("QSettings", "setValue")
def set_value(shown: Any, key: str, value: Any) -> None:
    to_real(shown).setValue(key, plain(value))


@override("QSettings", "value")
def value_of(shown: Any, key: str, default: Any = None) -> Any:
    real = to_real(shown)
    return to_python(real.value(key)) if real.contains(key) else default


@override("QTimer", "singleShot")
def single_shot(_: Any, milliseconds: int, *called: Any) -> None:
    QtCore.QTimer.singleShot(int(milliseconds), adapter(called[-1]))


@override("QNetworkReply", "attribute")
@override("QNetworkRequest", "attribute")
def attribute(shown: Any, code: Any, *default: Any) -> Any:
    return to_python(to_real(shown).attribute(to_real(code), *default))


@override("QNetworkRequest", "setRawHeader")
def set_raw_header(shown: Any, name: Any, value: Any) -> None:
    """PythonQt takes bytes (or QByteArray); PySide6 would take other things too."""
    for each in (name, value):
        if not isinstance(each, (bytes, show(QtCore.QByteArray))):
            raise ValueError(f"setRawHeader expects bytes, got {type(each).__name__}")
    to_real(shown).setRawHeader(QtCore.QByteArray(to_real(name)), QtCore.QByteArray(to_real(value)))


@override("QMouseEvent", "pos")
def mouse_position(shown: Any) -> Any:
    """Whole pixels, as in Qt 5; Qt 6 would rather be asked for ``position``, which Qt 5 has not."""
    return to_python(to_real(shown).position().toPoint())


def _send(verb: str) -> None:
    @override("QNetworkAccessManager", verb)
    def send(shown: Any, request: Any, body: Any) -> Any:
        if not isinstance(body, Shown):
            raise ValueError(f"{verb} expects qt.QByteArray(bytes), got {type(body).__name__}")
        manager: QtNetwork.QNetworkAccessManager = to_real(shown)
        return to_python(getattr(manager, verb)(to_real(request), to_real(body)))


for _verb in ("post", "put"):
    _send(_verb)


def _raw_header(verb: str) -> None:
    @override("QNetworkReply", verb)
    @override("QNetworkRequest", verb)
    def raw_header(shown: Any, name: Any) -> Any:
        """Qt 6.7 and later take a QAnyStringView: PythonQt makes str(b"Name") of bytes, and there is no such header."""
        if not isinstance(name, str):
            raise ValueError(f"{verb} expects a header's name as text, got {type(name).__name__}")
        return to_python(getattr(to_real(shown), verb)(name))


for _verb in ("rawHeader", "hasRawHeader"):
    _raw_header(_verb)

"""Loads .ui files: QUiLoader with the host's widgets, and connections made between the widgets' Python methods."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import slicer
from PySide6 import QtCore, QtUiTools, QtWidgets

from .pythonqt import connections
from .pythonqt.convert import to_real
from .pythonqt.overrides import override


class Loader(QtUiTools.QUiLoader):
    """Makes the host's widgets for qMRML, qSlicer and ctk class names; refuses those it has not."""

    def createWidget(self, class_name: str, parent: QtWidgets.QWidget | None = None, name: str = "") -> Any:
        if re.match(r"ctk|qMRML|qSlicer", class_name):
            library: Any = __import__("ctk") if class_name.startswith("ctk") else slicer
            widget = getattr(library, class_name)._host_real_type(parent)
        else:
            widget = super().createWidget(class_name, parent, name)
        widget.setObjectName(name)
        return widget


def load(text: bytes) -> QtWidgets.QWidget:
    """The widget of a .ui file's text. Raises RuntimeError with what Qt says, or on a connection that cannot be."""
    tree = ET.fromstring(text)
    found = tree.find("connections")
    wanted = [] if found is None else [[each.findtext(key, "") for key in ("sender", "signal", "receiver", "slot")]
                                       for each in found.findall("connection")]  # fmt: skip
    if found is not None:
        tree.remove(found)
    buffer = QtCore.QBuffer()
    buffer.setData(ET.tostring(tree))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    loader = Loader()
    widget = loader.load(buffer)
    if widget is None:
        raise RuntimeError(loader.errorString())
    for sender, signal, receiver, slot in wanted:
        _connect(widget, sender, signal, receiver, slot)
    return widget


def _connect(top: QtWidgets.QWidget, sender: str, signal: str, receiver: str, slot: str) -> None:
    ends = [top if top.objectName() == name else top.findChild(QtCore.QObject, name) for name in (sender, receiver)]
    if None in ends:
        raise RuntimeError(f"connection {sender}.{signal} -> {receiver}.{slot} names a widget that is not in the file")
    source, target = ends
    method = getattr(target, slot.split("(")[0], None)
    if method is None:
        raise RuntimeError(f"{type(target).__name__} has no slot {slot!r}")
    count = 0 if slot.endswith("()") else slot.count(",") + 1
    connections.find_signal(source, signal)[1].connect(lambda *arguments: method(*arguments[:count]))


@override("QUiLoader", "load")
def load_file(_: Any, file: Any, parent: Any = None) -> Any:
    from .pythonqt.convert import to_python

    return to_python(load(bytes(to_real(file).readAll().data())))

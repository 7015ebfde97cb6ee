"""The stand-ins invent no names: what looks like Slicer's is Slicer's."""

import re

from PySide6 import QtCore

from host.pythonqt import names
from host.stand_ins import registry

# Read in the headers too, but shown to Python by other ways than properties, signals and slots.
KNOWN = {"widgetRepresentation", "createNewWidgetRepresentation"}


def allowed(class_name):
    found = set(KNOWN)
    for cls in names.lineage(class_name):
        entry = names.book()[cls]
        found |= {*entry.properties, *entry.signals, *entry.methods}
    return found


def test_every_public_name_of_a_stand_in_is_one_of_the_real_class(session_host):
    invented = []
    for real_type in (*registry.CTK, *registry.SLICER):
        of_qt = [base for base in real_type.__mro__ if base.__module__.startswith("PySide6")]
        overridden = {name for base in of_qt for name in vars(base)}
        for base in real_type.__mro__:
            if not base.__module__.startswith("host."):
                continue
            for name, member in vars(base).items():
                looks_real = isinstance(member, (QtCore.Property, QtCore.Signal)) or re.match(r"[a-z]+[A-Z]", name)
                if looks_real and name not in allowed(real_type.__name__) | overridden:
                    invented.append(f"{real_type.__name__}.{name}")
    assert invented == []


def test_the_lists_name_their_sources():
    import json

    for file in ("qt.json", "ctk.json", "slicer.json"):
        source = json.loads((names.FOLDER / file).read_text(encoding="utf-8"))["source"]
        assert any(re.fullmatch("[0-9a-f]{40}", value) for value in source.values())


def properties_with_a_static_function(class_name):
    lineage = names.lineage(class_name)
    properties = {name for cls in lineage for name in names.book()[cls].properties}
    return properties & {name for cls in lineage for name in names.book()[cls].statics}


def test_of_properties_with_a_static_function_of_their_name_only_the_single_shot_of_a_timer_is_hidden():
    assert properties_with_a_static_function("QTimer") == {"singleShot"}
    assert {"applicationName", "windowIcon"} <= properties_with_a_static_function("QApplication")
    hidden = set()
    for cls in names.book():
        shown = names.members(names.lineage(cls))
        hidden |= {(cls, name) for name in properties_with_a_static_function(cls) if shown[name][0] != "Property"}
    assert hidden == {("QTimer", "singleShot")}


def test_a_static_function_is_one_of_the_functions_and_keeps_its_mark():
    for entry in names.book().values():
        assert set(entry.statics) <= set(entry.methods)
    marked = {cls: set(names.book()[cls].statics) for cls in ("QTimer", "ctkColorDialog", "qSlicerCoreApplication")}
    assert marked["QTimer"] == {"singleShot"}  # of PythonQt's wrapper, and not setSingleShot
    assert "getColor" in marked["ctkColorDialog"]  # a public slot
    assert "loadLanguage" in marked["qSlicerCoreApplication"]  # a Q_INVOKABLE

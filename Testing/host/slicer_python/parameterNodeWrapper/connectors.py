"""Widgets and values: which property holds the value, which signal tells of a change.

As in the real one: a slider needs bounds in the annotations, a combo box a Choice or an Enum, exact widget classes.
"""

import enum
import pathlib
import types
import typing

import ctk
import qt
import slicer

from .annotations import Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange, first, split

UNBOUNDED = {int: (-(2**31), 2**31 - 1), float: (float("-inf"), float("inf"))}


class Connector:
    """`widget` with read and write functions; changed signals call the callback without arguments."""

    def __init__(self, widget, signal, read, write):
        self.widget, self.signal, self.read, self.write = widget, signal, read, write
        self._callback = None

    def onChanged(self, callback):
        if self._callback is not None:
            getattr(self.widget, self.signal).disconnect(self._changed)
        self._callback = callback
        if callback is not None:
            getattr(self.widget, self.signal).connect(self._changed)

    def _changed(self):
        if self._callback is not None:
            self._callback()


def _property(widget, signal, name, convert=lambda value: value, toWidget=lambda value: value):
    return Connector(widget, signal, lambda: convert(getattr(widget, name)),
                     lambda value: setattr(widget, name, toWidget(value)))  # fmt: skip


def _number(widget, kind, annotations):
    decimals, step = first(annotations, Decimals), first(annotations, SingleStep)
    if kind is int and hasattr(widget, "decimals"):
        widget.decimals = 0
    elif decimals is not None:
        widget.decimals = decimals.value
    if step is not None:
        widget.singleStep = step.value
    within, low, high = (first(annotations, each) for each in (WithinRange, Minimum, Maximum))
    bounded = within is not None or (low is not None and high is not None)
    if not bounded and type(widget) in (qt.QSlider, ctk.ctkSliderWidget):
        raise RuntimeError(f"Cannot have a connection to {type(widget).__name__} where the type is unbounded.")
    lowest, highest = UNBOUNDED[kind]
    widget.minimum = within.minimum if within else low.minimum if low else lowest
    widget.maximum = within.maximum if within else high.maximum if high else highest
    return _property(widget, "valueChanged", "value", kind, kind)


def _choices(widget, values, labels):
    widget.clear()
    for label in labels:
        widget.addItem(label)

    def write(value):
        widget.currentIndex = values.index(value)

    return Connector(widget, "currentIndexChanged", lambda: values[widget.currentIndex], write)


def _node_classes(kind):
    kinds = typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)
    return [each.__name__ for each in kinds if isinstance(each, type) and issubclass(each, slicer.vtkMRMLNode)]


def make(widget, annotated):
    """The connector of a widget and a (possibly annotated) type. RuntimeError if they do not fit."""
    kind, annotations = split(annotated)
    widgetClass = type(widget)
    combo = widgetClass in (qt.QComboBox, ctk.ctkComboBox)
    if kind is bool and widgetClass in (qt.QCheckBox, ctk.ctkCheckBox):
        return _property(widget, "stateChanged", "checked")
    if kind is bool and widgetClass is qt.QPushButton:
        return _property(widget, "toggled", "checked")
    if kind is int and widgetClass in (qt.QSlider, qt.QSpinBox):
        return _number(widget, kind, annotations)
    if kind in (int, float) and widgetClass in (qt.QDoubleSpinBox, ctk.ctkSliderWidget, ctk.ctkDoubleSlider,
                                                ctk.ctkDoubleSpinBox):  # fmt: skip
        return _number(widget, kind, annotations)
    if combo and isinstance(kind, type) and issubclass(kind, enum.Enum):
        labelOf = getattr(kind, "label", lambda member: member.name)
        return _choices(widget, list(kind), [labelOf(member) for member in kind])
    if combo and kind in (int, float, str, bool):
        choice = first(annotations, Choice)
        if choice is None:
            raise RuntimeError("a combo box needs the Choice annotation")
        return _choices(widget, list(choice.choices), [str(each) for each in choice.choices])
    if kind is str and widgetClass is qt.QLineEdit:
        return _property(widget, "textChanged", "text")
    if kind is str and widgetClass is qt.QLabel:
        return _label(widget)
    if kind is str and widgetClass in (qt.QTextEdit, qt.QPlainTextEdit):
        return _property(widget, "textChanged", "plainText")
    if widgetClass is ctk.ctkPathLineEdit and isinstance(kind, type) and issubclass(kind, (str, pathlib.PurePath)):
        return _property(widget, "currentPathChanged", "currentPath", kind, str)
    if widgetClass is slicer.qMRMLNodeComboBox and _node_classes(kind):
        widget.nodeTypes = _node_classes(kind)
        return Connector(widget, "currentNodeChanged", widget.currentNode, widget.setCurrentNode)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{annotated}' to widget type '{widgetClass}'")


def _label(widget):
    connector = _property(widget, "", "text")
    connector.onChanged = lambda callback: None  # a label is only written
    return connector

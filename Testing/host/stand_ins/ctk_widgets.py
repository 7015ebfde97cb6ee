"""CTK widgets: the names and signals of the real ones over plain Qt widgets; their looks are not copied."""

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from .stored import stored

LARGE = 99.0


class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A button over its contents; collapsed hides the children."""

    contentsCollapsed = QtCore.Signal(bool)
    collapsed = stored("collapsed", bool, False, lambda self: self.on_collapsed())
    collapsedHeight = stored("collapsedHeight", int, 17)
    flat = stored("flat", bool, False)

    def __init__(self, *arguments: Any) -> None:
        text = [each for each in arguments if isinstance(each, str)]
        super().__init__(next((each for each in arguments if isinstance(each, QtWidgets.QWidget)), None))
        self.setText(text[0] if text else "")
        self.setContentsMargins(0, 22, 0, 0)
        self.clicked.connect(lambda *_: self.setProperty("collapsed", not self.property("collapsed")))

    def on_collapsed(self) -> None:
        collapsed = self.property("collapsed")
        for child in self.findChildren(QtWidgets.QWidget, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(not collapsed)
        self.setMaximumHeight(22 if collapsed else 16777215)
        self.contentsCollapsed.emit(collapsed)

    def paintEvent(self, _: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.fillRect(0, 0, self.width(), 20, self.palette().color(QtGui.QPalette.ColorRole.Button).darker(112))
        painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.ButtonText))
        painter.drawText(6, 15, ("▸ " if self.property("collapsed") else "▾ ") + self.text().replace("&&", "&"))

    def sizeHint(self) -> QtCore.QSize:
        hint = self.layout().sizeHint() if self.layout() else QtCore.QSize(80, 22)
        return QtCore.QSize(hint.width(), 22) if self.property("collapsed") else hint


class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):
    collapsed = stored("collapsed", bool, False, lambda self: self.on_collapsed())
    collapsedHeight = stored("collapsedHeight", int, 17)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.setCheckable(True)
        self.toggled.connect(lambda on: self.setProperty("collapsed", not on))

    def on_collapsed(self) -> None:
        collapsed = self.property("collapsed")
        self.setChecked(not collapsed)
        for child in self.findChildren(QtWidgets.QWidget, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(not collapsed)


class ctkExpandableWidget(QtWidgets.QFrame):
    """A frame whose grip makes it taller; the grip is missing."""

    orientations = stored("orientations", int, 2)
    sizeGripInside = stored("sizeGripInside", bool, True)


class ctkCheckBox(QtWidgets.QCheckBox):
    indicatorIcon = stored("indicatorIcon", QtGui.QIcon, QtGui.QIcon())


class ctkPushButton(QtWidgets.QPushButton):
    pass


class ctkMenuButton(QtWidgets.QPushButton):
    pass


class ctkCheckablePushButton(ctkPushButton):
    checkBoxToggled = QtCore.Signal(bool)
    checkState = stored("checkState", int, 0, lambda self: self.checkBoxToggled.emit(bool(self.property("checkState"))))
    checkBoxControlsButton = stored("checkBoxControlsButton", bool, True)
    checkBoxControlsButtonToggleState = stored("checkBoxControlsButtonToggleState", bool, True)
    checkBoxUserCheckable = stored("checkBoxUserCheckable", bool, True)


class _Range(QtWidgets.QWidget):
    """What sliders have in common: bounds that move the value with them."""

    def bounds(self) -> tuple[float, float]:
        return self.property("minimum"), self.property("maximum")

    def clamped(self, value: float) -> float:
        low, high = self.bounds()
        return min(max(float(value), low), high)


class ctkSliderWidget(_Range):
    """Slider with a spin box; the spin box is the part that a test can drive."""

    valueChanged = QtCore.Signal(float)
    valueIsChanging = QtCore.Signal(float)
    decimalsChanged = QtCore.Signal(int)
    minimum = stored("minimum", float, 0.0, lambda self: self.adopt_range())
    maximum = stored("maximum", float, LARGE, lambda self: self.adopt_range())
    singleStep = stored("singleStep", float, 1.0, lambda self: self.adopt_range())
    pageStep = stored("pageStep", float, 10.0)
    decimals = stored("decimals", int, 2, lambda self: self.adopt_range())
    suffix = stored("suffix", str, "", lambda self: self.adopt_range())
    prefix = stored("prefix", str, "", lambda self: self.adopt_range())
    tracking = stored("tracking", bool, True)
    spinBoxVisible = stored("spinBoxVisible", bool, True)
    popupSlider = stored("popupSlider", bool, False)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self.spin = QtWidgets.QDoubleSpinBox(self)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin)
        self.slider.setRange(0, 1000)
        self.adopt_range()
        self.spin.valueChanged.connect(self.on_spin)
        self.slider.sliderMoved.connect(self.on_slider)

    def adopt_range(self) -> None:
        self.spin.setDecimals(self.property("decimals"))
        self.spin.setRange(*self.bounds())
        self.spin.setSingleStep(self.property("singleStep"))
        self.spin.setPrefix(self.property("prefix"))
        self.spin.setSuffix(self.property("suffix"))

    def on_spin(self, value: float) -> None:
        low, high = self.bounds()
        self.slider.setValue(round(1000 * (value - low) / (high - low)) if high > low else 0)
        self.valueIsChanging.emit(value)
        self.valueChanged.emit(value)

    def on_slider(self, position: int) -> None:
        low, high = self.bounds()
        self.spin.setValue(low + (high - low) * position / 1000)

    def _value(self) -> float:
        return self.spin.value()

    def setValue(self, value: float) -> None:
        self.spin.setValue(float(value))

    value = QtCore.Property(float, _value, setValue)

    def setDecimals(self, decimals: int) -> None:
        self.setProperty("decimals", decimals)

    def setSpinBoxVisible(self, visible: bool) -> None:
        self.setProperty("spinBoxVisible", visible)

    def reset(self) -> None:
        self.setValue(self.property("minimum"))


class ctkDoubleSlider(_Range):
    valueChanged = QtCore.Signal(float)
    minimum = stored("minimum", float, 0.0)
    maximum = stored("maximum", float, LARGE)
    singleStep = stored("singleStep", float, 1.0)
    tracking = stored("tracking", bool, True)
    value = stored("value", float, 0.0, lambda self: self.valueChanged.emit(self.property("value")))

    def setValue(self, value: float) -> None:
        self.setProperty("value", self.clamped(value))


class ctkDoubleSpinBox(_Range):
    valueChanged = QtCore.Signal(float)
    editingFinished = QtCore.Signal()
    minimum = stored("minimum", float, 0.0)
    maximum = stored("maximum", float, LARGE)
    singleStep = stored("singleStep", float, 1.0)
    decimals = stored("decimals", int, 2)
    suffix = stored("suffix", str, "")
    prefix = stored("prefix", str, "")
    value = stored("value", float, 0.0, lambda self: self.valueChanged.emit(self.property("value")))

    def setValue(self, value: float) -> None:
        self.setProperty("value", self.clamped(value))


class _TwoValues(_Range):
    """A lower and an upper value; the base of two widgets that are no relatives in CTK."""

    valuesChanged = QtCore.Signal(float, float)
    minimumValueChanged = QtCore.Signal(float)
    maximumValueChanged = QtCore.Signal(float)
    rangeChanged = QtCore.Signal(float, float)
    minimum = stored("minimum", float, 0.0, lambda self: self.rangeChanged.emit(*self.bounds()))
    maximum = stored("maximum", float, LARGE, lambda self: self.rangeChanged.emit(*self.bounds()))
    minimumValue = stored("minimumValue", float, 0.0, lambda self: self.on_value("minimumValue"))
    maximumValue = stored("maximumValue", float, LARGE, lambda self: self.on_value("maximumValue"))
    singleStep = stored("singleStep", float, 1.0)
    tracking = stored("tracking", bool, True)

    def on_value(self, which: str) -> None:
        getattr(self, f"{which}Changed").emit(self.property(which))
        self.valuesChanged.emit(self.property("minimumValue"), self.property("maximumValue"))

    def setMinimumValue(self, value: float) -> None:
        self.setProperty("minimumValue", self.clamped(value))

    def setMaximumValue(self, value: float) -> None:
        self.setProperty("maximumValue", self.clamped(value))

    def setValues(self, low: float, high: float) -> None:
        self.setMinimumValue(low)
        self.setMaximumValue(high)

    def setRange(self, low: float, high: float) -> None:
        self.setProperty("minimum", float(low))
        self.setProperty("maximum", float(high))


class ctkRangeWidget(_TwoValues):
    decimals = stored("decimals", int, 2)
    suffix = stored("suffix", str, "")
    prefix = stored("prefix", str, "")


class ctkDoubleRangeSlider(_TwoValues):
    pass


class ctkPathLineEdit(QtWidgets.QWidget):
    currentPathChanged = QtCore.Signal(str)
    validInputChanged = QtCore.Signal(bool)
    filters = stored("filters", int, 0)
    nameFilters = stored("nameFilters", "QStringList", [])
    settingKey = stored("settingKey", str, "")
    showBrowseButton = stored("showBrowseButton", bool, True)
    showHistoryButton = stored("showHistoryButton", bool, True)
    label = stored("label", str, "")

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QtWidgets.QLineEdit(self)
        QtWidgets.QHBoxLayout(self).addWidget(self.edit)
        self.edit.textChanged.connect(self.currentPathChanged)

    def _path(self) -> str:
        return self.edit.text()

    def setCurrentPath(self, path: str) -> None:
        self.edit.setText(path)

    currentPath = QtCore.Property(str, _path, setCurrentPath)

    def addCurrentPathToHistory(self) -> None:
        """The real one keeps a list in the settings under settingKey."""


class ctkComboBox(QtWidgets.QComboBox):
    defaultText = stored("defaultText", str, "")
    forceDefault = stored("forceDefault", bool, False)


class ctkMessageBox(QtWidgets.QMessageBox):
    """Its dialog is answered by the test (dialogs.py)."""

    dontShowAgain = stored("dontShowAgain", bool, False)
    dontShowAgainVisible = stored("dontShowAgainVisible", bool, False)
    dontShowAgainSettingsKey = stored("dontShowAgainSettingsKey", str, "")


class ctkDirectoryButton(QtWidgets.QWidget):
    directoryChanged = QtCore.Signal(str)
    directory = stored("directory", str, "", lambda self: self.directoryChanged.emit(self.property("directory")))
    caption = stored("caption", str, "")
    text = stored("text", str, "")


class ctkColorPickerButton(QtWidgets.QPushButton):
    colorChanged = QtCore.Signal(QtGui.QColor)
    color = stored("color", QtGui.QColor, QtGui.QColor(), lambda self: self.colorChanged.emit(self.property("color")))
    displayColorName = stored("displayColorName", bool, True)

    def setColor(self, color: QtGui.QColor) -> None:
        self.setProperty("color", color)

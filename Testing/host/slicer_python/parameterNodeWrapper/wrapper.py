"""The class decorator @parameterNodeWrapper."""

import typing

import slicer
import vtk

from . import connectors, serializers
from .annotations import Default, first, split

SlicerParameterNamePropertyName = "SlicerParameterName"


class _Parameter:
    """One attribute of the class: its type, serializer and default."""

    def __init__(self, name, annotated, cls):
        self.name, self.annotated = name, annotated
        self.serializer = serializers.make(annotated)
        default = first(split(annotated)[1], Default)
        if name in vars(cls):
            default = Default(vars(cls)[name])
        self.default = default if default is not None else Default(self.serializer.default())

    def __get__(self, wrapper, owner=None):
        return self if wrapper is None else self.serializer.read(wrapper.parameterNode, wrapper._prefix + self.name)

    def __set__(self, wrapper, value):
        self.serializer.write(wrapper.parameterNode, wrapper._prefix + self.name, value)

    def ensure(self, wrapper):
        if not self.serializer.isIn(wrapper.parameterNode, wrapper._prefix + self.name):
            self.__set__(wrapper, self.default.value)


class _Wrapper:
    """What every wrapped class can do."""

    _is_parameter_node_wrapper = True

    def __init__(self, parameterNode, prefix=None):
        self.parameterNode = parameterNode
        self._prefix = prefix or ""
        self._connected = {}
        self._updating = False
        for parameter in self.allParameters.values():
            parameter.ensure(self)

    def _parameter(self, name):
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}; there are {list(self.allParameters)}")
        return self.allParameters[name]

    def default(self, name):
        return self._parameter(name).default

    def dataType(self, name):
        return self._parameter(name).annotated

    def isCached(self, name):
        self._parameter(name)
        return False

    def getValue(self, name):
        return self._parameter(name).__get__(self)

    def setValue(self, name, value):
        self._parameter(name).__set__(self, value)

    def connectGui(self, gui):
        """Connect every widget with the dynamic property SlicerParameterName: of a widget, or of loadUI's variables."""
        import qt

        widgets = gui.findChildren(qt.QWidget) if getattr(gui, "isWidgetType", lambda: False)() else vars(gui).values()
        named = {widget.property(SlicerParameterNamePropertyName): widget for widget in widgets}
        return self.connectParametersToGui({name: widget for name, widget in named.items() if name})

    def connectParametersToGui(self, mapping):
        made = {name: connectors.make(widget, self.dataType(name)) for name, widget in mapping.items()}
        for name, connector in made.items():
            connector.write(self.getValue(name))
            connector.onChanged(lambda name=name, connector=connector: self._from_gui(name, connector))
        tag = max(self._connected, default=-1) + 1
        self._connected[tag] = made, self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._to_gui())
        return tag

    def disconnectGui(self, tag):
        if tag in self._connected:
            made, observer = self._connected.pop(tag)
            for connector in made.values():
                connector.onChanged(None)
            self.RemoveObserver(observer)

    def _from_gui(self, name, connector):
        if not self._updating:
            with slicer.util.NodeModify(self):
                self.setValue(name, connector.read())

    def _to_gui(self):
        if self._updating:
            return
        self._updating = True
        try:
            for made, _ in list(self._connected.values()):
                for name, connector in made.items():
                    connector.write(self.getValue(name))
        finally:
            self._updating = False

    def StartModify(self):
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified):
        return self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event, callback, priority=0.0):
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag):
        self.parameterNode.RemoveObserver(tag)

    def Modified(self):
        self.parameterNode.Modified()


RESERVED = [name for name in vars(_Wrapper) if not name.startswith("__")] + ["allParameters", "parameterNode"]


def isParameterNodeWrapper(classOrObj):
    return getattr(classOrObj, "_is_parameter_node_wrapper", False)


def _process(cls):
    hints = typing.get_type_hints(cls, include_extras=True)
    for name in RESERVED:
        if name in hints or name in vars(cls):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    parameters = {name: _Parameter(name, annotated, cls) for name, annotated in hints.items()}
    members = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    return type(cls.__name__, (_Wrapper,), members | parameters | {"allParameters": parameters})


def parameterNodeWrapper(classtype=None):
    return _process if classtype is None else _process(classtype)

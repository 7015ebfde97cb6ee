"""How values lie in the parameter node: one text parameter per value, node references by role."""

import enum
import pathlib
import types
import typing

import slicer

from .annotations import IsInstance, NotNone, Validator, split


class Text:
    """A value as one text parameter."""

    def __init__(self, kind, toText, fromText, default):
        self.kind, self.toText, self.fromText, self._default = kind, toText, fromText, default

    def default(self):
        return self._default

    def accepts(self, value):
        return isinstance(value, self.kind) and not (self.kind is int and isinstance(value, bool))

    def isIn(self, node, name):
        return node.HasParameter(name)

    def write(self, node, name, value):
        node.SetParameter(name, self.toText(value))

    def read(self, node, name):
        return self.fromText(node.GetParameter(name))

    def remove(self, node, name):
        node.UnsetParameter(name)


class Node(Text):
    """A reference; an empty parameter of the same name tells that it was set, be it to None."""

    def __init__(self, kind):
        super().__init__(kind, None, None, None)

    def write(self, node, name, value):
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)

    def remove(self, node, name):
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class Union:
    """One of several types, under name.0, name.1, ..."""

    def __init__(self, members):
        self.members = members

    def default(self):
        optional = len(self.members) == 2 and self.members[1].accepts(None)
        return None if optional else self.members[0].default()

    def accepts(self, value):
        return any(member.accepts(value) for member in self.members)

    def isIn(self, node, name):
        return any(member.isIn(node, f"{name}.{index}") for index, member in enumerate(self.members))

    def write(self, node, name, value):
        if not self.accepts(value):
            raise TypeError(f"Unable to write value {value!r} of type {type(value)}")
        with slicer.util.NodeModify(node):
            self.remove(node, name)
            index = next(i for i, member in enumerate(self.members) if member.accepts(value))
            self.members[index].write(node, f"{name}.{index}", value)

    def read(self, node, name):
        for index, member in enumerate(self.members):
            if member.isIn(node, f"{name}.{index}"):
                return member.read(node, f"{name}.{index}")
        raise KeyError(name)

    def remove(self, node, name):
        for index, member in enumerate(self.members):
            member.remove(node, f"{name}.{index}")


class Sequence:
    """A list or tuple: name.len, then name.0, name.1, ..."""

    def __init__(self, kind, member):
        self.kind, self.member = kind, member

    def default(self):
        return self.kind()

    def accepts(self, value):
        return isinstance(value, self.kind)

    def isIn(self, node, name):
        return node.HasParameter(f"{name}.len")

    def _length(self, node, name):
        return int(node.GetParameter(f"{name}.len") or 0)

    def write(self, node, name, values):
        with slicer.util.NodeModify(node):
            before = self._length(node, name)
            for index, value in enumerate(values):
                self.member.write(node, f"{name}.{index}", value)
            for index in range(len(values), before):
                self.member.remove(node, f"{name}.{index}")
            node.SetParameter(f"{name}.len", str(len(values)))

    def read(self, node, name):
        return self.kind(self.member.read(node, f"{name}.{index}") for index in range(self._length(node, name)))

    def remove(self, node, name):
        for index in range(self._length(node, name)):
            self.member.remove(node, f"{name}.{index}")
        node.UnsetParameter(f"{name}.len")


class Checked:
    """A serializer behind checks."""

    def __init__(self, inner, validators):
        self.inner, self.validators = inner, validators

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def write(self, node, name, value):
        for validator in self.validators:
            validator.validate(value)
        self.inner.write(node, name, value)


def _bool(text):
    return text.lower() == "true"


def _plain(kind):
    if kind is type(None):
        return Text(kind, lambda value: "", lambda text: None, None), []
    if kind is bool:
        return Text(bool, str, _bool, False), [NotNone(), IsInstance(bool)]
    if kind in (int, float):
        return Text(kind, str, kind, 0), [NotNone(), IsInstance((int, float) if kind is float else int)]
    if kind is str:
        return Text(str, str, str, ""), [NotNone(), IsInstance(str)]
    if isinstance(kind, type) and issubclass(kind, pathlib.PurePath):
        return Text(kind, str, kind, kind()), [NotNone(), IsInstance(kind)]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return Text(kind, lambda value: value.name, kind.__getitem__, next(iter(kind))), [NotNone(), IsInstance(kind)]
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return Node(kind), [IsInstance(kind)]
    raise NotImplementedError(f"the host's parameterNodeWrapper has no serializer for {kind}")


def make(annotated):
    """The serializer of a type, Annotated or not; other annotations are the caller's."""
    kind, annotations = split(annotated)
    validators = [each for each in annotations if isinstance(each, Validator)]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return Checked(Union([make(each) for each in arguments]), validators)
    if origin is list:
        return Checked(Sequence(list, make(arguments[0])), [NotNone(), *validators])
    if origin is tuple:
        return Checked(Sequence(tuple, make(arguments[0])), [NotNone(), *validators])
    inner, own = _plain(kind)
    return Checked(inner, own + validators)

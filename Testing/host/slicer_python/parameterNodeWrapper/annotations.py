"""What may stand in Annotated[type, ...]: defaults, checks and hints for widgets."""

from dataclasses import dataclass
from typing import Any


class Default:
    """The value of a parameter that was never set; a generator is called each time."""

    def __init__(self, value=None, *, generator=None):
        self._value, self._generator = value, generator

    @property
    def value(self):
        return self._generator() if self._generator else self._value


@dataclass
class Decimals:
    value: int


@dataclass
class SingleStep:
    value: float


class Validator:
    def validate(self, value):
        raise NotImplementedError


class NotNone(Validator):
    def validate(self, value):
        if value is None:
            raise ValueError("Value must not be None")


@dataclass
class IsInstance(Validator):
    classtype: Any

    def validate(self, value):
        if value is not None and not isinstance(value, self.classtype):
            raise TypeError(f"Value must be of type {self.classtype}, is {value!r}")


@dataclass
class WithinRange(Validator):
    minimum: float
    maximum: float

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value must be within range [{self.minimum}, {self.maximum}], is {value}")


@dataclass
class Minimum(Validator):
    minimum: float

    def validate(self, value):
        if value < self.minimum:
            raise ValueError(f"Value must be at least {self.minimum}, is {value}")


@dataclass
class Maximum(Validator):
    maximum: float

    def validate(self, value):
        if value > self.maximum:
            raise ValueError(f"Value must be at most {self.maximum}, is {value}")


@dataclass
class Choice(Validator):
    choices: Any

    def validate(self, value):
        if value not in self.choices:
            raise ValueError(f"Value is {value!r}, but must be one of {self.choices}")


@dataclass
class Exclude(Validator):
    excludedValues: Any

    def validate(self, value):
        if value in self.excludedValues:
            raise ValueError(f"Value is {value!r}, which is excluded")


def split(annotated):
    """Annotated[X, a, b] -> (X, [a, b])."""
    if hasattr(annotated, "__metadata__"):
        return annotated.__origin__, list(annotated.__metadata__)
    return annotated, []


def first(annotations, kind):
    return next((each for each in annotations if isinstance(each, kind)), None)

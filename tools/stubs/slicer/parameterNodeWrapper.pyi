from typing import Any, TypeVar

Kind = TypeVar("Kind")

class Minimum:
    def __init__(self, minimum: float) -> None: ...

class WithinRange:
    def __init__(self, minimum: float, maximum: float) -> None: ...

def parameterNodeWrapper(kind: type[Kind]) -> Any: ...

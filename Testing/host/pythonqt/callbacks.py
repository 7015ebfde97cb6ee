"""The one way by which Qt enters Python code of a module.

PythonQt hands a Python function only as many arguments as it takes, prints an exception and goes on. Here too, and the
exception is kept, so that a test can fail on it. VTK prints exceptions of observers through sys.excepthook: kept too.
"""

import inspect
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..log import ERROR, log


@dataclass
class Journal:
    """Exceptions in slots and observers, which the application would only print."""

    exceptions: list[BaseException] = field(default_factory=list)

    def keep(self, error: BaseException) -> None:
        self.exceptions.append(error)
        log.add(ERROR, "Python", "".join(traceback.format_exception(error)))
        traceback.print_exception(error, file=sys.stderr)


journal = Journal()


def keep_printed_exceptions() -> None:
    """What VTK prints of an observer goes into the journal."""
    sys.excepthook = lambda kind, error, trace: journal.keep(error)


def positional_limit(called: Callable[..., Any]) -> int | None:
    """How many arguments PythonQt would pass: it looks at plain functions and bound methods only."""
    bound = inspect.ismethod(called)
    function = called.__func__ if bound else called
    if not inspect.isfunction(function) or function.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return function.__code__.co_argcount - int(bound)


def call(called: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Run Python code of the module on behalf of Qt; an exception is printed and kept, the result is then None."""
    try:
        return called(*arguments[: positional_limit(called)])
    except Exception as error:  # noqa: BLE001 - PythonQt lets nothing through to C++; the journal keeps it
        journal.keep(error)
        return None

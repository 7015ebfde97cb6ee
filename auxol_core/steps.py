"""Work in small steps: generators that yield where something more urgent may go first, and return their result."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

Result = TypeVar("Result")


def finish(steps: Generator[None, None, Result]) -> Result:
    """Run ``steps`` to the end without interruption; their return value."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def never(_: int) -> bool:
    """No number of steps is enough."""
    return False


def driven(
    run: Iterator[Callable[[], Result]], steps: int, is_enough: Callable[[int], bool] = never
) -> Generator[None, None, Result]:
    """What ``run`` has made after ``steps`` of its steps, or after so many as ``is_enough``; yields after every step.

    Each item of ``run`` makes the result of the steps so far, the first one that of none.
    """
    make = next(run)
    for made in range(1, steps + 1):
        make = next(run)
        yield
        if is_enough(made):
            break
    return make()

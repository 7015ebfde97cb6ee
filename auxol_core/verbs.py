"""What a verb of the door is beside its signature: how it travels, how long it may take, how urgent it is.

``@verb(...)`` stands above each method of EngineApi (api.py) and files it in ``VERBS``. The clients' requests, the
server's routes and the worker's queue are made of these rows and of the methods' own types, so that a verb is declared
in one place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_type_hints

Method = Literal["GET", "POST", "PUT", "DELETE"]
Lane = Literal["work", "events", "volume"]
Limit = Literal["quick", "predict", "save", "transfer", "answer", "file"]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Verb:
    """``method`` and ``path`` (parts; ``{task}`` stands for the argument of that name) say where it is asked for.

    ``limit``: the time limit of a client that is for it. ``lane``: what it must not hold up, and is not held up by.
    ``repeatable``: carrying it out twice is harmless. ``job``: it may take longer than a request should, and is then
    answered by a job. ``gone_is_done``: what it deletes may be gone already. ``under``: the field of the answer that
    holds a list. ``paged``: that list comes in pages of at most protocol.PAGE_ROWS rows (arguments ``after`` and
    ``limit``). ``urgent``: a person's click waits for it.
    ``at_once``: it touches no model and waits for none. ``on_disk``: such a verb writes before it answers, which takes
    as long as the disk does. ``teaches``: there may be something to learn after it.
    ``stream``: it returns an iterator of Propagated, which come as they are made; closing it cancels. Such a verb is on
    an open task and takes ``slices``, ids of slices that must be there; whole numbers in its other collections and
    mappings are places in that list. It goes on in the background, and travels as a job that is asked for its items.
    """

    name: str
    method: Method
    path: tuple[str, ...]
    limit: Limit
    lane: Lane
    repeatable: bool
    job: bool
    gone_is_done: bool
    under: str
    paged: bool
    urgent: bool
    at_once: bool
    on_disk: bool
    teaches: bool
    stream: bool
    text: str
    function: Callable[..., Any]
    signature: inspect.Signature
    types: Mapping[str, Any]

    @property
    def result(self) -> Any:
        """The type of what it returns; NoneType where that is nothing."""
        return self.types["return"]

    @property
    def on_open_task(self) -> bool:
        """Whether it asks something of a task that must be open: the first argument is then ``task``."""
        return "task" in self.signature.parameters

    @property
    def in_path(self) -> list[str]:
        """The arguments that its path holds."""
        return [part[1:-1] for part in self.path if part.startswith("{")]

    @property
    def beside_path(self) -> list[str]:
        """The other arguments."""
        return [name for name in self.signature.parameters if name not in self.in_path]

    def arguments(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The arguments of a call by their names, with the defaults of those that were left out."""
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def parts(self, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        """The parts of the path for these arguments."""
        return tuple(arguments[part[1:-1]] if part.startswith("{") else part for part in self.path)


VERBS: dict[str, Verb] = {}


def verb(
    where: str,
    limit: Limit = "quick",
    *,
    lane: Lane = "work",
    repeatable: bool = True,
    job: bool = False,
    gone_is_done: bool = False,
    under: str = "",
    paged: bool = False,
    urgent: bool = False,
    at_once: bool = False,
    on_disk: bool = False,
    teaches: bool = False,
    stream: bool = False,
) -> Callable[[Function], Function]:
    """Declare the method below as a verb. ``where``: method and path, ``POST tasks/{task}/undo``. See Verb."""
    method, _, path = where.partition(" ")
    methods: dict[str, Method] = {"GET": "GET", "POST": "POST", "PUT": "PUT", "DELETE": "DELETE"}

    def declare(function: Function) -> Function:
        signature = inspect.signature(function)
        VERBS[function.__name__] = Verb(
            name=function.__name__,
            method=methods[method],
            path=tuple(path.split("/")),
            limit=limit,
            lane=lane,
            repeatable=repeatable,
            job=job,
            gone_is_done=gone_is_done,
            under=under,
            paged=paged,
            urgent=urgent,
            at_once=at_once,
            on_disk=on_disk,
            teaches=teaches,
            stream=stream,
            text=inspect.cleandoc(function.__doc__ or ""),
            function=function,
            signature=signature.replace(parameters=list(signature.parameters.values())[1:]),
            types=get_type_hints(function),
        )
        return function

    return declare


def declared(function: Callable[..., Any]) -> Verb:
    """The row of a method of EngineApi."""
    return VERBS[function.__name__]

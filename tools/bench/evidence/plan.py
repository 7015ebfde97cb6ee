"""Which runs the tables need: five orders of every stream, effort in clicks, the studies; and what is quick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.bench.learn.sets import CT_STREAMS
from tools.bench.learn.sets import Sets as LearnSets
from tools.bench.learn.stream_bars import PROMPTS, THINK_STEPS
from tools.bench.learn.stream_runs import STUDIES, Prompted, StreamRun

ORDERS = 5
METHODS = ("shape", "generalist", "paper", "auxol-frozen", "auxol")
THINKING = f"auxol, {THINK_STEPS} steps of thinking"
# The published studies were made on one stream a figure; these differ in modality and in how much is learned.
STUDIED = ("kvasir", "lgg", "jsrt/heart")
QUICK_STREAMS = ("kvasir", "lgg", "jsrt/heart")
CLICK_STREAMS = ("kvasir", "lgg", "hc18", "jsrt/heart", "curvas_ct/liver", "curvas_ct/kidneys", *CT_STREAMS)


@dataclass(frozen=True)
class ClickRun:
    """One arm that is clicked through one stream: ``method`` of the replay, ``hand`` of hands.py."""

    stream: str
    first: Prompted
    method: str
    order: int = 0
    hand: str = "noisy"
    images: int = 32


@dataclass(frozen=True)
class Plan:
    """``streams`` prompted once an image, in ``orders`` orders with ``methods``; ``clicked`` click by click.

    ``volumes``: whole volumes, too, with and without *Find*, and images that hold several objects.
    """

    streams: tuple[str, ...] = (*LearnSets().core, *CT_STREAMS)
    clicked: tuple[str, ...] = CLICK_STREAMS
    studied: tuple[str, ...] = STUDIED
    methods: tuple[str, ...] = (*METHODS, THINKING)
    orders: int = ORDERS
    firsts: tuple[Prompted, ...] = PROMPTS
    careless: bool = True
    volumes: bool = True

    def stream_runs(self) -> Iterator[StreamRun]:
        """Order after order, so that what is broken off has whole orders."""
        for order in range(self.orders):
            for method in self.methods:
                for stream in self.streams:
                    for prompt in PROMPTS:
                        yield run_of(method, stream, prompt, order)

    def click_runs(self) -> Iterator[ClickRun]:
        """The two arms that the bars compare, then the careless reader, in one order."""
        for order in range(self.orders):
            for stream in self.clicked:
                for first in self.firsts:
                    for method in ("generalist", "auxol"):
                        yield ClickRun(stream, first, method, order)
        if self.careless:
            for stream in self.clicked:
                for method in ("generalist", "auxol"):
                    yield ClickRun(stream, "box", method, hand="careless")

    def study_runs(self) -> Iterator[StreamRun]:
        """Each study beside the plain stream, with and without learning."""
        for study in ("", *STUDIES):
            for stream in self.studied:
                for method in ("generalist", "auxol"):
                    yield StreamRun(stream, "box", method, study=study)

    def left_out(self) -> list[str]:
        """What is in the whole plan and not in this one, in words."""
        whole, words = Plan(), []
        if self.orders < whole.orders:
            words.append(f"{whole.orders - self.orders} of {whole.orders} orders")
        for name, ours, theirs in (
            ("streams", self.streams, whole.streams),
            ("methods", self.methods, whole.methods),
            ("clicked streams", self.clicked, whole.clicked),
            ("first prompts of the clicked", self.firsts, whole.firsts),
            ("streams of the studies", self.studied, whole.studied),
        ):
            missing = [each for each in theirs if each not in ours]
            words += [f"{name}: {', '.join(missing)}"] if missing else []
        words += [] if self.careless else ["the careless reader"]
        return words + ([] if self.volumes else ["whole volumes, Find, images of several objects"])


QUICK = Plan(
    QUICK_STREAMS, QUICK_STREAMS, (), ("shape", "generalist", "auxol-frozen", "auxol"), 1, ("point",), False, False
)


def run_of(method: str, stream: str, prompt: Prompted, order: int) -> StreamRun:
    """The replay's run of a method of the plan."""
    if method == THINKING:
        return StreamRun(stream, prompt, "auxol", seed=order, think_steps=THINK_STEPS)
    return StreamRun(stream, prompt, method, seed=order)

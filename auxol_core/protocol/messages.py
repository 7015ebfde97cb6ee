"""Prompts, proposals and events <-> messages. Masks on the way back are patches: the smallest box that changed.

A prompt's strokes are objects of their dataclass's fields and ``kind``, which names the dataclass (strokes.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.parts import Parts
from auxol_core.protocol.codec import made, plain
from auxol_core.protocol.wire import Fields, Message, malformed
from auxol_core.strokes import KINDS, MAX_VERTICES, Stroke
from auxol_core.types import Box, Event, MaskPatch, Point, Prompt, Propagated, Proposal


def prompt_message(prompt: Prompt, **more: object) -> Message:
    """A prompt, with further fields beside it. The mask so far travels as float32, exactly."""
    values = {
        "box": None if prompt.box is None else [prompt.box.row0, prompt.box.col0, prompt.box.row1, prompt.box.col1],
        "points": [[p.row, p.col, p.positive] for p in prompt.points],
        "strokes": [{"kind": stroke.kind, **plain(stroke)} for stroke in prompt.strokes],
    }
    arrays = {} if prompt.mask is None else {"prompt_mask": np.asarray(prompt.mask, dtype=np.float32)}
    return Message({**values, **more}, arrays)


def prompt_of(message: Message) -> Prompt:
    """The prompt of a message; InvalidInputError where there is none or it is not one."""
    box, points = message.fields.get("box"), message.fields.get("points", [])
    if box is not None and not (_numbers(box) and len(box) == 4):
        raise InvalidInputError(f"A box must be [row0, col0, row1, col1], got {box!r:.80}. Draw it again.")
    if not isinstance(points, list) or not all(
        isinstance(p, list) and len(p) == 3 and _numbers(p[:2]) and isinstance(p[2], bool) for p in points
    ):
        raise InvalidInputError(f"Points must be a list of [row, col, positive], got {points!r:.80}. Click again.")
    mask = message.arrays.get("prompt_mask")
    return Prompt(
        box=None if box is None else Box(*map(float, box)),
        points=tuple(Point(float(row), float(col), positive) for row, col, positive in points),
        mask=None if mask is None else np.asarray(mask, dtype=np.float32),
        strokes=_strokes(message.fields.get("strokes", [])),
    )


def _strokes(told: object) -> tuple[Stroke, ...]:
    if not isinstance(told, list) or len(told) > MAX_VERTICES:
        raise InvalidInputError(f"Strokes must be a list of at most {MAX_VERTICES:,}, got {told!r:.80}. Draw fewer.")
    strokes: list[Stroke] = []
    left = MAX_VERTICES
    for each in told:
        kind = each.get("kind") if isinstance(each, dict) else None
        vertices = each.get("vertices") if isinstance(each, dict) else None
        if not isinstance(kind, str) or kind not in KINDS or not isinstance(vertices, list) or len(vertices) > left:
            raise InvalidInputError(
                f"A stroke must have a kind of {sorted(KINDS)} and vertices, all strokes together at most "
                f"{MAX_VERTICES:,}, got {each!r:.80}. Draw it again."
            )
        strokes.append(made(KINDS[kind], {name: value for name, value in each.items() if name != "kind"}))
        left -= len(vertices)
    return tuple(strokes)


def _numbers(values: object) -> bool:
    return isinstance(values, list) and all(type(v) in (int, float) and abs(v) < 1e12 for v in values)


def proposals_message(proposals: Sequence[Proposal | Propagated]) -> Message:
    """Proposals, each mask as a patch on an empty one; a Propagated without a proposal is its other fields."""
    entries: list[dict[str, object]] = []
    arrays: dict[str, NDArray[Any]] = {}
    for number, item in enumerate(proposals):
        about: dict[str, object] = {}
        if isinstance(item, Propagated):
            about = {name: getattr(item, name) for name in ("index", "reason", "confidence", "presence")}
        proposal = item.proposal if isinstance(item, Propagated) else item
        if proposal is not None:
            shown = prompt_message(proposal.prompt)
            arrays |= {f"{number}/{name}": array for name, array in shown.arrays.items()}
            patch = MaskPatch.between(None, proposal.mask)
            arrays[f"{number}/patch"] = patch.pixels
            names = ("proposal_id", "task", "slice_id", "quality", "version", "share", "outside", "warning")
            about |= {name: getattr(proposal, name) for name in names}
            about |= {"prompt": shown.fields, "patch": _patch_fields(patch)}
        entries.append(about)
    return Message({"proposals": entries}, arrays)


def proposals_of(message: Message) -> list[Proposal]:
    """The proposals of a message."""
    entries = message.fields["proposals"]
    return [_proposal(message, number, entry) for number, entry in enumerate(entries)]


def propagated_of(message: Message) -> list[Propagated]:
    """The slices of a message of ``propagate`` or ``find``, in the order in which they were made."""
    return [
        Propagated(
            int(entry["index"]),
            _proposal(message, number, entry) if "proposal_id" in entry else None,
            str(entry["reason"]),
            float(entry["confidence"]),
            None if entry.get("presence") is None else float(entry["presence"]),
        )
        for number, entry in enumerate(message.fields["proposals"])
    ]


def _proposal(message: Message, number: int, entry: Fields) -> Proposal:
    try:
        own = {name[len(f"{number}/") :]: a for name, a in message.arrays.items() if name.startswith(f"{number}/")}
        return Proposal(
            proposal_id=str(entry["proposal_id"]),
            task=str(entry["task"]),
            slice_id=str(entry["slice_id"]),
            prompt=prompt_of(Message(entry["prompt"], own)),
            mask=_patch(entry["patch"], own["patch"]).applied(),
            quality=float(entry["quality"]),
            version=int(entry["version"]),
            share=float(entry["share"]),
            outside=float(entry.get("outside", 0.0)),  # a server of before does not tell
            warning=str(entry.get("warning", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise malformed(f"a proposal that is none ({error})") from error


def _patch_fields(patch: MaskPatch) -> dict[str, object]:
    return {"shape": list(patch.shape), "row0": patch.row0, "col0": patch.col0}


def _patch(told: Fields, pixels: NDArray[Any]) -> MaskPatch:
    return MaskPatch((int(told["shape"][0]), int(told["shape"][1])), int(told["row0"]), int(told["col0"]), pixels)


def parts_message(parts: Parts) -> Message:
    """What each model says of a proposal, each mask as a patch on an empty one; a specialist not asked has none."""
    masks = {"fused": parts.fused, "generalist": parts.generalist, "specialist": parts.specialist}
    patches = {name: MaskPatch.between(None, mask) for name, mask in masks.items() if mask is not None}
    fields: dict[str, object] = {"proposal_id": parts.proposal_id, "version": parts.version}
    fields["masks"] = {name: _patch_fields(patch) for name, patch in patches.items()}
    return Message(fields, {name: patch.pixels for name, patch in patches.items()})


def parts_of(message: Message) -> Parts:
    """The parts of a message."""
    try:
        told = message.fields["masks"]
        masks = {str(name): _patch(about, message.arrays[name]).applied() for name, about in told.items()}
        return Parts(
            str(message.fields["proposal_id"]),
            int(message.fields["version"]),
            masks["fused"],
            masks["generalist"],
            masks.get("specialist"),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise malformed(f"parts of a proposal that are none ({error})") from error


def events_message(events: Sequence[Event]) -> Message:
    """Events; the patches of refreshed proposals as arrays."""
    entries: list[dict[str, object]] = []
    arrays: dict[str, NDArray[Any]] = {}
    for number, event in enumerate(events):
        data = dict(event.data)
        patches = data.pop("patches", None)
        if isinstance(patches, list | tuple):
            data["patches"] = [_patch_fields(patch) for patch in patches]
            arrays |= {f"{number}/{i}": patch.pixels for i, patch in enumerate(patches)}
        entries.append({"sequence": event.sequence, "task": event.task, "kind": event.kind, "data": plain(data)})
    return Message({"events": entries}, arrays)


def events_of(message: Message) -> list[Event]:
    """The events of a message."""
    events = []
    for number, entry in enumerate(message.fields["events"]):
        data = dict(entry["data"])
        if "patches" in data:
            data["patches"] = [_patch(p, message.arrays[f"{number}/{i}"]) for i, p in enumerate(data["patches"])]
        events.append(Event(int(entry["sequence"]), str(entry["task"]), str(entry["kind"]), data))
    return events

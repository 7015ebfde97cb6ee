"""The protocol between an engine's server and its clients: paths, headers, and messages as pure functions.

Imported by both sides, so by Slicer too: stdlib, numpy and floor 0 only. No function here opens a connection; a
transport (requests, Qt's network classes) carries what they make.

A message
---------
Bodies with arrays have the media type ``application/vnd.auxol`` and these bytes::

    0       4 bytes   b"AXM1"
    4       4 bytes   n, the length of the JSON text, unsigned, little-endian
    8       n bytes   UTF-8 JSON: {"fields": {...}, "arrays": [{"name": str, "packing": str, "bytes": int}, ...]}
    8 + n   ...       the arrays one after another, in the order of the list, without gaps, to the end

An array's bytes are a ``.npy`` file (format 1.0, C order, never pickled: kinds b, u, i, f of at most 8 bytes). With the
packing ``zlib`` the whole .npy is compressed, with ``raw`` it is not: masks are compressed (a thousandth remains),
pixels only for a server on another machine, because on loopback packing takes longer than sending.

All other bodies are JSON. Masks on the way back are patches: the smallest box around what changed.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from io import BytesIO
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from auxol_core import errors
from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError, ProtocolVersionError, UnavailableError
from auxol_core.types import Box, Event, MaskPatch, Point, Prompt, Propagated, Proposal

PROTOCOL_VERSION = 1
MEDIA_TYPE = "application/vnd.auxol"
HEADER_VERSION = "X-Auxol-Protocol"
HEADER_CLIENT = "X-Auxol-Client"
HEADER_TOKEN = "Authorization"  # "Bearer <token>"
READY_MARK = "AUXOL-READY "
MAX_MESSAGE_BYTES = 320 * 2**20  # the largest slice there may be, 36 million RGB pixels of 16 bits, with room
MAX_JSON_BYTES = 4 * 2**20

Fields = Mapping[str, Any]
Arrays = Mapping[str, NDArray[Any]]
T = TypeVar("T")

_MAGIC = b"AXM1"
_HEAD = struct.Struct("<4sI")
_KINDS = "buif"


def path(*parts: str) -> str:
    """The path of an endpoint, each part quoted: a task's name may hold any letter, also a slash."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def request_headers(token: str, client_id: str) -> dict[str, str]:
    """The headers that every request but /health carries."""
    return {HEADER_TOKEN: f"Bearer {token}", HEADER_VERSION: str(PROTOCOL_VERSION), HEADER_CLIENT: client_id}


def check_version(theirs: str | None, *, here: str) -> None:
    """ProtocolVersionError unless ``theirs`` is this protocol's version; ``here``: who speaks, client or server."""
    if theirs != str(PROTOCOL_VERSION):
        there = "server" if here == "client" else "client"
        raise ProtocolVersionError(
            f"This {here} speaks version {PROTOCOL_VERSION} of the protocol, the {there} speaks "
            f"{theirs or 'none that it names'}. Install the same version of AuxOLSegment on both sides."
        )


# The ready line


@dataclass(frozen=True)
class Ready:
    """What a server says when it takes requests. ``pid`` is the process's own, not its launcher's."""

    port: int
    protocol: int
    pid: int
    version: str


def ready_line(ready: Ready) -> str:
    """The line to be printed on standard output, without its end."""
    return READY_MARK + json.dumps(asdict(ready))


def read_ready_line(line: str) -> Ready | None:
    """What a line of a server's output says; None if it is any other line. ProtocolVersionError as it is named."""
    _, mark, rest = line.partition(READY_MARK)
    if not mark:
        return None
    try:
        told = json.loads(rest)
        ready = Ready(int(told["port"]), int(told["protocol"]), int(told["pid"]), str(told["version"]))
    except (ValueError, KeyError, TypeError):
        return None
    check_version(str(ready.protocol), here="client")
    return ready


# Messages


@dataclass(frozen=True, eq=False)
class Message:
    """Named values that JSON can hold, and named arrays beside them."""

    fields: Fields
    arrays: Arrays = field(default_factory=dict)


def encode(message: Message, *, pack_all: bool = False) -> bytes:
    """The bytes of ``message``. ``pack_all``: compress every array and not masks alone."""
    parts, table = [], []
    for name, array in message.arrays.items():
        data = _npy(array)
        packed = pack_all or array.dtype == np.bool_
        data = zlib.compress(data, 1) if packed else data
        parts.append(data)
        table.append({"name": name, "packing": "zlib" if packed else "raw", "bytes": len(data)})
    text = json.dumps({"fields": message.fields, "arrays": table}, allow_nan=False).encode()
    return b"".join([_HEAD.pack(_MAGIC, len(text)), text, *parts])


def decode(data: bytes, *, max_bytes: int = MAX_MESSAGE_BYTES) -> Message:
    """The message of ``data``; arrays are read-only views where they were not packed.

    InvalidInputError for anything else than what ``encode`` makes, before memory beyond ``max_bytes`` is taken.
    """
    if len(data) > max_bytes or len(data) < _HEAD.size:
        raise _malformed(f"{len(data):,} bytes, where {_HEAD.size} to {max_bytes:,} are expected")
    magic, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or length > min(MAX_JSON_BYTES, len(data) - _HEAD.size):
        raise _malformed("no AXM1 message with a JSON text of the length it names")
    values, table = _table(data[_HEAD.size : _HEAD.size + length])
    arrays: dict[str, NDArray[Any]] = {}
    place, room = _HEAD.size + length, max_bytes
    for name, packing, size in table:
        if size > len(data) - place:
            raise _malformed(f"an array {name!r} that ends after the message")
        part = memoryview(data)[place : place + size]
        arrays[name] = _array(name, _unpacked(name, part, room) if packing == "zlib" else part)
        room -= arrays[name].nbytes
        place += size
    if place != len(data):
        raise _malformed(f"{len(data) - place} bytes after the last array")
    return Message(values, arrays)


def _malformed(what: str) -> InvalidInputError:
    return InvalidInputError(f"A message of protocol {PROTOCOL_VERSION} was expected, got {what}. Send it anew.")


def _table(text: bytes) -> tuple[Fields, list[tuple[str, str, int]]]:
    try:
        told = json.loads(text.decode())
        values, entries = told["fields"], told["arrays"]
        table = [(entry["name"], entry["packing"], entry["bytes"]) for entry in entries]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _malformed("a JSON text without fields and arrays") from None
    names = [name for name, _, _ in table]
    sound = all(
        isinstance(name, str) and packing in ("raw", "zlib") and type(size) is int and size >= 0
        for name, packing, size in table
    )
    if not isinstance(values, dict) or not sound or len(set(map(str, names))) != len(names):
        raise _malformed("a table of arrays that does not fit")
    return values, table


def _npy(array: NDArray[Any]) -> bytes:
    if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
        raise InvalidInputError(f"Only truth values and numbers travel, got an array of {array.dtype}. Convert it.")
    buffer = BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _unpacked(name: str, part: memoryview, room: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(part, max(1, room + 1024))
    except zlib.error:
        raise _malformed(f"an array {name!r} that is not zlib data") from None
    if not unpacker.eof or unpacker.unused_data:
        raise _malformed(f"an array {name!r} that is cut short or larger than {room:,} bytes")
    return data


def _array(name: str, data: bytes | memoryview) -> NDArray[Any]:
    """The array of a .npy's bytes, without copying them; only after its head fits its length."""
    head = BytesIO(bytes(data[:1024]))
    try:
        version = np.lib.format.read_magic(head)
        if version != (1, 0):
            raise ValueError
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(head, max_header_size=1000)
    except (ValueError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError):
        raise _malformed(f"an array {name!r} that is no .npy of format 1.0") from None
    count = 1
    for side in shape:
        count *= side
    sound = dtype.kind in _KINDS and 0 < dtype.itemsize <= 8 and dtype.shape == () and not fortran
    if not sound or any(side < 0 for side in shape) or count * dtype.itemsize != len(data) - head.tell():
        raise _malformed(f"an array {name!r} of {dtype} {shape} that does not fit its {len(data)} bytes")
    return np.frombuffer(data, dtype=dtype, count=count, offset=head.tell()).reshape(shape)


# Values: dataclasses of floor 0 <-> what JSON can hold


def plain(value: object) -> Any:
    """``value`` (a dataclass of floor 0 without arrays, or a mapping or sequence of such) as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def made(kind: type[T], value: Any) -> T:
    """The inverse of ``plain`` for a dataclass: InvalidInputError where ``value`` is not what its fields say."""
    return _made(kind, value, kind.__name__)  # type: ignore[no-any-return]


def _made(kind: Any, value: Any, place: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, place)
    if origin in (Union, UnionType):
        if value is None and type(None) in inner:
            return None
        return _made(next(k for k in inner if k is not type(None)), value, place)
    if origin is tuple and isinstance(value, list):
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        if len(kinds) == len(value):
            return tuple(_made(k, item, f"{place}[{i}]") for i, (k, item) in enumerate(zip(kinds, value, strict=True)))
    elif (origin is Literal and value in inner) or (origin is dict and isinstance(value, dict)):
        return value
    elif kind is float and type(value) in (int, float):
        return float(value)
    elif kind in (int, str, bool) and type(value) is kind:
        return value
    raise InvalidInputError(f"{place} must be {getattr(kind, '__name__', kind)}, got {value!r:.80}. Send what fits.")


def _dataclass(kind: type[Any], value: Any, place: str) -> Any:
    hints = get_type_hints(kind)
    names = {f.name for f in fields(kind) if f.init}
    if not isinstance(value, dict) or not set(value) <= names:
        raise InvalidInputError(f"{place} must have fields of {sorted(names)}, got {value!r:.80}. Send what fits.")
    given = {name: _made(hints[name], item, f"{place}.{name}") for name, item in value.items()}
    try:
        return kind(**given)
    except TypeError:
        missing = sorted(names - set(value))
        raise InvalidInputError(f"{place} lacks some of the fields {missing}. Send all of them.") from None


# Prompts, proposals, events


def prompt_message(prompt: Prompt, **more: object) -> Message:
    """A prompt, with further fields beside it. The mask so far travels as float32, exactly."""
    values = {
        "box": None if prompt.box is None else [prompt.box.row0, prompt.box.col0, prompt.box.row1, prompt.box.col1],
        "points": [[p.row, p.col, p.positive] for p in prompt.points],
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
    )


def _numbers(values: object) -> bool:
    return isinstance(values, list) and all(type(v) in (int, float) and abs(v) < 1e12 for v in values)


def proposals_message(proposals: Sequence[Proposal | Propagated]) -> Message:
    """Proposals, each mask as a patch on an empty one; a Propagated without a proposal is its index and reason."""
    entries: list[dict[str, object]] = []
    arrays: dict[str, NDArray[Any]] = {}
    for number, item in enumerate(proposals):
        about = {"index": item.index, "reason": item.reason} if isinstance(item, Propagated) else {}
        proposal = item.proposal if isinstance(item, Propagated) else item
        if proposal is not None:
            shown = prompt_message(proposal.prompt)
            arrays |= {f"{number}/{name}": array for name, array in shown.arrays.items()}
            patch = MaskPatch.between(None, proposal.mask)
            arrays[f"{number}/patch"] = patch.pixels
            names = ("proposal_id", "task", "slice_id", "quality", "version", "share")
            about |= {name: getattr(proposal, name) for name in names}
            about |= {"prompt": shown.fields, "patch": _patch_fields(patch)}
        entries.append(about)
    return Message({"proposals": entries}, arrays)


def proposals_of(message: Message) -> list[Proposal]:
    """The proposals of a message."""
    entries = message.fields["proposals"]
    return [_proposal(message, number, entry) for number, entry in enumerate(entries)]


def propagated_of(message: Message) -> list[Propagated]:
    """The slices of a message of propagation, in the order in which they were made."""
    return [
        Propagated(
            int(entry["index"]),
            _proposal(message, number, entry) if "proposal_id" in entry else None,
            str(entry["reason"]),
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
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _malformed(f"a proposal that is none ({error})") from error


def _patch_fields(patch: MaskPatch) -> dict[str, object]:
    return {"shape": list(patch.shape), "row0": patch.row0, "col0": patch.col0}


def _patch(told: Fields, pixels: NDArray[Any]) -> MaskPatch:
    return MaskPatch((int(told["shape"][0]), int(told["shape"][1])), int(told["row0"]), int(told["col0"]), pixels)


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


# Errors

_STATUS: tuple[tuple[type[AuxolError], int], ...] = (  # the first that fits
    (errors.ProtocolVersionError, 426),
    (errors.AccessError, 401),
    (errors.InvalidInputError, 422),
    (errors.NotFoundError, 404),
    (errors.TaskFileLockedError, 423),
    (errors.StorageFullError, 507),
    (errors.UnavailableError, 503),
    (AuxolError, 409),
)


def error_answer(error: AuxolError) -> tuple[int, dict[str, str]]:
    """HTTP status and JSON body of an error."""
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    body = {"error": type(error).__name__, "message": str(error)}
    return status, {**body, "missing": error.missing} if isinstance(error, NotFoundError) else body


def error_of(status: int, body: bytes) -> AuxolError:
    """The error that an answer with a status of 400 or more tells; UnavailableError where it is no server of ours."""
    try:
        told = json.loads(body)
        kind, text = getattr(errors, told["error"]), str(told["message"])
        if isinstance(kind, type) and issubclass(kind, AuxolError):
            return kind(text, str(told.get("missing", ""))) if issubclass(kind, NotFoundError) else kind(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return UnavailableError(
        f"The engine's answer was expected, got HTTP status {status} and {len(body)} bytes that are not one. "
        "See whether the address is that of an AuxOL server, and what its log says."
    )

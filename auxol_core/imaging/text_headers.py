"""The headers of NRRD and MetaImage, which are text: what they say of their pixels, and what is copied from them.

ITK reads both, but tells neither how long the pixels must be nor an NRRD's own words on its space.
NRRD: teem.sourceforge.net/nrrd/format.html; MetaImage: itk.org/Wiki/MetaIO/Documentation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

MOST_HEADER = 1 << 20
_NRRD_BYTES = {
    **dict.fromkeys(("char", "signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "uint", "unsigned int", "uint32", "uint32_t"), 4),
    "float": 4,
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "signed long long int"), 8),
    **dict.fromkeys(("int64", "int64_t", "ulonglong", "unsigned long long", "unsigned long long int"), 8),
    **dict.fromkeys(("uint64", "uint64_t", "double"), 8),
}
_META_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}


@dataclass(frozen=True)
class TextHeader:
    """``fields``: lower-case names and values; ``pairs``: an NRRD's free keys and values. ``length`` in bytes, of the
    header; ``pixel_bytes`` that it asks for, None where it does not say; ``data_file`` beside it, None for the same or
    for several; ``data_named``: where the pixels are, as it says it, '' where it does not."""

    fields: dict[str, str]
    pairs: dict[str, str]
    length: int
    pixel_bytes: int | None
    packed: bool
    data_file: str | None
    data_named: str = ""


def nrrd_header(path: Path) -> TextHeader:
    """The header of an NRRD file, as far as there is one. Raises OSError."""
    with path.open("rb") as stream:
        raw = stream.read(MOST_HEADER)
    ends = [(raw.find(mark), len(mark)) for mark in (b"\n\n", b"\r\n\r\n") if mark in raw]
    end, mark = min(ends, default=(len(raw), 0))
    fields: dict[str, str] = {}
    pairs: dict[str, str] = {}
    for line in raw[:end].decode("utf-8", "replace").splitlines()[1:]:
        if line.startswith("#"):
            continue
        if ":=" in line:
            key, _, value = line.partition(":=")
            pairs[key] = value
        elif ": " in line:
            key, _, value = line.partition(": ")
            fields[key.strip().lower()] = value.strip()
    size = _NRRD_BYTES.get(fields.get("type", "").lower())
    encoding = fields.get("encoding", "raw").lower()
    data_file = fields.get("data file", fields.get("datafile"))
    several = data_file is not None and (data_file.startswith("LIST") or "%" in data_file)
    asked = None if several or encoding in ("txt", "text", "ascii", "hex") else _bytes(fields.get("sizes"), size)
    one = None if several else data_file
    return TextHeader(fields, pairs, end + mark, asked, encoding != "raw", one, data_file or "")


def meta_header(path: Path) -> TextHeader:
    """The header of a MetaImage, as far as there is one. Raises OSError."""
    with path.open("rb") as stream:
        raw = stream.read(MOST_HEADER)
    fields: dict[str, str] = {}
    length = 0
    for line in raw.splitlines(keepends=True):
        key, equals, value = line.decode("utf-8", "replace").partition("=")
        if not equals:
            break
        length += len(line)
        fields[key.strip().lower()] = value.strip()
        if key.strip() == "ElementDataFile":
            break
    kind = fields.get("elementtype", "").upper().removeprefix("MET_").removesuffix("_ARRAY")
    size = _META_BYTES.get(kind.removeprefix("U"))
    channels = fields.get("elementnumberofchannels", "1")
    data_file: str | None = fields.get("elementdatafile", "LOCAL")
    several = data_file is not None and (data_file.startswith("LIST") or "%" in data_file)
    if several or (data_file or "").upper() == "LOCAL":
        data_file = None
    ascii_pixels = fields.get("binarydata", "true").lower() == "false"
    asked = None if several or ascii_pixels else _bytes(f"{fields.get('dimsize', '')} {channels}", size)
    packed = fields.get("compresseddata", "false").lower() == "true"
    return TextHeader(fields, {}, length, asked, packed, data_file, fields.get("elementdatafile", ""))


def _bytes(sizes: str | None, each: int | None) -> int | None:
    try:
        counts = [int(n) for n in (sizes or "").split()]
    except ValueError:
        return None
    return math.prod(counts) * each if each and counts and min(counts) > 0 else None

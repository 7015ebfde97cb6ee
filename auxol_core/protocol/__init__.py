"""The protocol between an engine's server and its clients: paths, headers, and messages as pure functions.

Imported by both sides, so by Slicer too: stdlib, numpy and floor 0 only. No function here opens a connection; a
transport (requests, Qt's network classes) carries what they make. Bodies with arrays are laid out in ``wire``, all
other bodies are JSON, of values as ``codec`` has them.
"""

from auxol_core.protocol.codec import made, plain
from auxol_core.protocol.failures import error_answer, error_of
from auxol_core.protocol.headers import (
    HEADER_CLIENT,
    HEADER_TOKEN,
    HEADER_VERSION,
    MEDIA_TYPE,
    PAGE_ROWS,
    PROTOCOL_VERSION,
    check_version,
    path,
    request_headers,
)
from auxol_core.protocol.messages import (
    events_message,
    events_of,
    parts_message,
    parts_of,
    prompt_message,
    prompt_of,
    propagated_of,
    proposals_message,
    proposals_of,
)
from auxol_core.protocol.ready import READY_MARK, Ready, read_ready_line, ready_line
from auxol_core.protocol.wire import MAX_JSON_BYTES, MAX_MESSAGE_BYTES, Arrays, Fields, Message, decode, encode

__all__ = [
    "HEADER_CLIENT",
    "HEADER_TOKEN",
    "HEADER_VERSION",
    "MAX_JSON_BYTES",
    "MAX_MESSAGE_BYTES",
    "MEDIA_TYPE",
    "PAGE_ROWS",
    "PROTOCOL_VERSION",
    "READY_MARK",
    "Arrays",
    "Fields",
    "Message",
    "Ready",
    "check_version",
    "decode",
    "encode",
    "error_answer",
    "error_of",
    "events_message",
    "events_of",
    "made",
    "parts_message",
    "parts_of",
    "path",
    "plain",
    "prompt_message",
    "prompt_of",
    "propagated_of",
    "proposals_message",
    "proposals_of",
    "read_ready_line",
    "ready_line",
    "request_headers",
]

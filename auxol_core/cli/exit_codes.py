"""How a command ends, as docs/exit-codes.md says it. click itself uses 2 for an unknown option."""

from __future__ import annotations

DONE = 0
LEFT_OUT = 1  # what was done is right; what was not is listed
WRONG = 2  # nothing more can be done: usage, input, or a disk that is full
INTERRUPTED = 130  # 128 + SIGINT, as shells have it

EPILOG = (
    "Exit codes: 0 done; 1 nothing wrong, but something was left out, failed a check or was not wanted (it is listed); "
    "2 usage or input, told in a sentence; 130 stopped by Ctrl-C; 143 segment, find, replay: ended by SIGTERM."
)

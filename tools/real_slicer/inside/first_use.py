"""In Slicer: what the panel's button Install does, by the module's own code; ends when it says how it went."""

import slicer


def begin():
    """Slicer goes on meanwhile; `then` ends it."""
    from AuxOLSegmentLib.Machine import Dependencies

    print("missing:", ", ".join(Dependencies.missing()) or "nothing")
    Dependencies.install(print, then)


def then(ok, text):
    print(text)
    slicer.util.exit(0 if ok else 1)


BEGUN = False
try:
    begin()
    BEGUN = True
finally:
    if not BEGUN:  # else it would wait for somebody to look at the error
        slicer.util.exit(1)

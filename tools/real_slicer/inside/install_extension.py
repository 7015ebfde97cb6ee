"""In Slicer: install an extension from its server, without questions. It is loaded at the next start."""

import sys

import slicer


def installed(name):
    """Whether it is there now."""
    model = slicer.app.extensionsManagerModel()
    model.interactive = False
    return model.isExtensionInstalled(name) or model.installExtensionFromServer(name, False)


NAME, DONE = sys.argv[-1], False
try:
    DONE = installed(NAME)
    print(f"{NAME}: {'installed' if DONE else 'could not be installed'}")
finally:
    slicer.util.exit(0 if DONE else 1)

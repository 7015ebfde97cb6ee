"""What the command ``auxol`` begins with: Ctrl-C is answered from the first moment, not only when all is imported."""

from __future__ import annotations

import sys


def run() -> None:
    """The program."""
    try:
        from auxol_core.cli.main import app
    except KeyboardInterrupt:
        sys.stderr.write("Stopped by Ctrl-C.\n")
        raise SystemExit(130) from None  # exit_codes.INTERRUPTED, which may not be imported yet
    app()


if __name__ == "__main__":
    run()

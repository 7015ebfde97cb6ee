"""``auxol serve`` where the stand-ins can be chosen: ``python -m tools.bench.load.served CHECKPOINT serve ...``."""

from __future__ import annotations

import sys
from pathlib import Path

from auxol_core.cli.main import app
from tools.bench.load.stand_in import register

if __name__ == "__main__":
    register(Path(sys.argv[1]))
    app(sys.argv[2:])

"""With what a command computes: options that several commands have, each said once."""

from __future__ import annotations

from typing import Annotated

import typer

Threads = Annotated[int, typer.Option(help="Threads to compute with; 0: as many as there are cores.")]
Precision = Annotated[str, typer.Option(help="auto, float32 or bfloat16.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]

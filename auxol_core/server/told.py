"""What the server tells a panel of its models: which generalist it has, and what can be chosen."""

from __future__ import annotations

from auxol_core.build import EngineParts
from auxol_core.generalist import registry as generalists
from auxol_core.options import DEFAULT_PRESET
from auxol_core.specialist.registry import presets


def told_of(parts: EngineParts) -> dict[str, object]:
    """Part of the answer to GET /compute, see app.Compute. What is offered first stands first."""
    generalist = parts.generalist
    first = sorted(presets(), key=lambda preset: preset.name != DEFAULT_PRESET)
    return {
        "generalist": {"name": generalist.name, "title": generalists.title_of(generalist.name)},
        "prefetch": generalist.worth_storing,
        "generalists": [{"name": row.name, "title": row.title} for row in generalists.rows()],
        "presets": [{"name": preset.name, "title": preset.title} for preset in first],
    }

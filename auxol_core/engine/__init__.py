"""Floor 3: EngineApi in this process: open tasks, slices, pending proposals, the one compute thread."""

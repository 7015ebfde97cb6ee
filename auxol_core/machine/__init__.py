"""Floor 2: what this machine has: folders, memory, precision."""

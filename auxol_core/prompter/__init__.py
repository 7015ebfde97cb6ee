"""Floor 2: what makes prompts for slices that nobody prompted."""

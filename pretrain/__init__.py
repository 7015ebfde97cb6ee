"""Training of the built-in weights, from nothing, on synthetic images alone."""

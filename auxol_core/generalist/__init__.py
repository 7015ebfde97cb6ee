"""The generalist: SAM or the built-in network, frozen, behind one Protocol."""

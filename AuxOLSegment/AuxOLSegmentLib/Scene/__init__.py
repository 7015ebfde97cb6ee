"""MRML in and out: slices, segments, the proposal layer, geometry."""

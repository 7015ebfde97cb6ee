"""Core of the AuxOL segmenter: no Slicer, no Qt."""

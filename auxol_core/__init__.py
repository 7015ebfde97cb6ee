"""Core of the AuxOL segmenter: no Slicer, no Qt."""

__version__ = "0.1.0"

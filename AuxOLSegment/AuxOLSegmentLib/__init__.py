"""The Slicer side of AuxOLSegment: panel, session, and what reads and writes the scene. The engine is auxol_core."""

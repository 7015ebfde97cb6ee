"""The host's own versions of classes that only the application has: PySide6 classes with the real names.

Module code never sees them bare: pythonqt.shown shows each with the names its real class has. So a method here that
the real class does not show to Python (lower-case with underscores, by custom) is for the host alone.
"""

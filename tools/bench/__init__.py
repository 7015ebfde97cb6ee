"""Benchmarks: of the methods, of the worker process, of Slicer's main thread."""

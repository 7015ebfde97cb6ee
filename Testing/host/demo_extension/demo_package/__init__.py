"""A package beside the module."""

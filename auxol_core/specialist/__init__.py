"""The specialists: what learns from corrections."""

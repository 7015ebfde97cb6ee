"""Registered with ctest only."""

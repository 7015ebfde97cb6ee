"""Settings, dependencies and messages."""

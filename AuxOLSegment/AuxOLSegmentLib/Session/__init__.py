"""The life of a slice without a widget."""

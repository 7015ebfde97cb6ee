"""What learning is worth: the measurements behind ``make bench-learn``."""

"""Programs of the developers; none of them is installed."""

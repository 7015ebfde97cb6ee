"""The benchmark of learning: what a saved edit is worth for the next slice, against the bars of issue 11."""

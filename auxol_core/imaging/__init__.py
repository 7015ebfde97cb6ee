"""Floor 2: crops, metrics, objects of a mask, and image files in and out."""

"""What teaching is worth in Slicer: tasks taught and tried through the panel, with nobody at the mouse."""

"""The task's own small network that looks at whole slices, as thumbnails, and says where the structure is."""

"""The locator of SAM-Mix as published: a classifier of slices, whose Grad-CAM says where. See docs/sam-mix.md."""

"""Widgets: they show what the session says and hand clicks on."""

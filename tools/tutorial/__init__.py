"""The tutorial on a whole scan, walked in the headless host: its pictures and its numbers (docs/tutorial-ct.md)."""

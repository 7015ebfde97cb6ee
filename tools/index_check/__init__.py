"""What the Extensions Index of Slicer checks when an extension is submitted, checked here without a network.

    python -m tools.index_check [folder] [--release] [--topics "one two"]

Written from the facts of the Index's own check_description_files.py (Slicer/ExtensionsIndex 07f1d1b2) and of Slicer's
schema for catalog entries 1.0.2 (Slicer/Slicer 583e9b37d5); what is checked on top keeps our files in step.
The account that will hold the repository is not known yet: its placeholder is told, and fails with `--release` alone.
"""

"""In Slicer started with --testing: the tests of one file, as slicer_add_python_unittest runs them.

Arguments: the folder of the file, the name of its module. An exception makes Slicer's exit code 1.
"""

import sys

import slicer.testing

FOLDER, NAME = sys.argv[-2:]
slicer.testing.runUnitTest([FOLDER], NAME)

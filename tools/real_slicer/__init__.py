"""The tests of Testing/slicer in a real Slicer: get one, give it what the first use gives it, run them.

    python -m tools.real_slicer fetch --stability release --into slicer     the newest one; prints its executable
    python -m tools.real_slicer install tree                                the extension, as CMake installs it
    python -m tools.real_slicer prepare --slicer EXE --modules FOLDER       PyTorch's extension, then our first use
    python -m tools.real_slicer test --slicer EXE --modules FOLDER          every test by --python-script

Only the standard library is used. What runs in Slicer itself lies in inside/.
"""

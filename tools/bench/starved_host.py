"""A host such as Slicer, for timing: busy programs in its session, and a worker that it starts at the lowest priority.

``python starved_host.py BUSY PYTHON ARGUMENT...`` starts BUSY programs that never rest, then PYTHON at nice 19 with
this process's own standard streams, in this process's session; it ends with it. Where root measures, the worker may
raise its priority no more than an ordinary user's may. stdlib alone: this file is run by its path.
"""

import ctypes
import os
import subprocess
import sys

# It ends by itself where its host was killed.
NEVER_RESTS = "import os\nhost = os.getppid()\nwhile os.getppid() == host:\n    sum(range(100_000))\n"


PR_CAPBSET_DROP, CAP_SYS_NICE = 24, 23  # linux/prctl.h, linux/capability.h


def main(busy: int, command: list[str]) -> int:
    """The exit code of ``command``."""
    programs = [subprocess.Popen([sys.executable, "-c", NEVER_RESTS]) for _ in range(busy)]
    try:
        # As Slicer does it: itself first, and what it starts inherits it.
        os.setpriority(os.PRIO_PROCESS, 0, 19)
        if sys.platform == "linux" and os.geteuid() == 0:
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_NICE, 0, 0, 0)
        return subprocess.run(command, check=False).returncode
    finally:
        for program in programs:
            program.kill()
            program.wait()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))

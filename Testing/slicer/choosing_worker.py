"""A Python for the engine with a second generalist: ``choosing_worker.py FOLDER [arguments of Python]``.

While FOLDER/slow is there its encoders take a hundred blocks of 50 ms; while FOLDER/hold is there nothing is learned
again. "other" is the built-in network under another name and hash. It also runs whatever else it is started with.
"""

import time
from dataclasses import replace

from held_worker import run_as_python

BLOCKS = 100


def prepare(folder):
    from auxol_core.engine.relearning import Relearning
    from auxol_core.generalist import registry
    from auxol_core.generalist.builtin import BuiltinGeneralist
    from auxol_core.generalist.builtin_row import BUILTIN

    encode, steps = BuiltinGeneralist.encode, Relearning.steps

    def slow(self, image):
        for _ in range(BLOCKS if (folder / "slow").exists() else 0):
            with (folder / "blocks").open("a") as file:
                file.write("x")
            time.sleep(0.05)
            yield
        return (yield from encode(self, image))

    def held(self, *arguments):
        while (folder / "hold").exists():
            time.sleep(0.01)
            yield
        return (yield from steps(self, *arguments))

    def load(checkpoint, device, precision):
        made = BUILTIN.load(checkpoint, device, precision)
        made.weights_hash = "0b" * 32
        return made

    BuiltinGeneralist.encode, Relearning.steps = slow, held
    BuiltinGeneralist.encode_steps = BLOCKS
    registry.register(replace(BUILTIN, name="other", title="Other network", load=load))


if __name__ == "__main__":
    run_as_python(prepare)

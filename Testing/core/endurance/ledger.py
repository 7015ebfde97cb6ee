"""What a client was told of a task, kept beside it, and compared with what the task says after each crash."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from small_engine import OPTIONS, TASK, box_around, disc
from test_engine_crashes import assert_consistent

from auxol_core.build import EngineParts
from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.client.server_process import ServerProcess
from auxol_core.engine.open_task import TaskSession
from auxol_core.errors import UnavailableError
from auxol_core.options import TaskOptions
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Receipt, TaskStatus

# A server that was killed is given up at once; what is asked of a slow machine may take long.
HASTY = Timeouts(retry=0.0, poll=1.0)
# An update of eight steps takes a fifth of a second: time enough to be killed in.
LEARNING = TaskOptions(auxol=replace(OPTIONS.auxol, steps=8))


@dataclass
class Ledger:
    """A user's side of the task ``discs``: what was saved, and what of it has a receipt.

    ``there``: what the task said it has, after the last crash. ``version``: the latest that the client has heard of.
    The counts are for the reader of a long run.
    """

    folder: Path
    outbox: Path
    saved: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    version: int = 0
    kills: int = 0
    resent: int = 0
    unlearned: int = 0

    def client(self, server: ServerProcess) -> EngineClient:
        """A new client with this user's outbox."""
        return server.client(outbox=self.outbox, timeouts=HASTY)

    def teach(self, client: EngineClient) -> None:
        """A picture, prompted and saved as a person does it, whatever of the server still lives."""
        number = len(self.saved)
        image, mask = disc(number)
        correction_id, proposals = f"c{number}", []
        try:
            slice_id = client.put_slice(image)
            proposals = [client.predict(TASK, slice_id, box_around(mask)).proposal_id]
        except UnavailableError:
            slice_id = image.slice_id
        self.saved.append(correction_id)
        told = ""
        try:
            receipt = client.correct(TASK, slice_id, mask, correction_id=correction_id, proposals=proposals)
        except UnavailableError as error:
            told = str(error)
        else:
            self.receipts[correction_id] = receipt
        assert correction_id in self.receipts or "kept in the outbox" in told

    def watch(self, client: EngineClient) -> None:
        """Listen until the server is gone, or until all that was saved is learned."""
        last = 0
        try:
            while self.status(client).queued:
                for event in client.events(TASK, last, wait_s=1.0):
                    last = event.sequence
                    if event.kind == "learned":
                        self.version = max(self.version, int(str(event.data["version"])))
        except UnavailableError:
            return

    def status(self, client: EngineClient) -> TaskStatus:
        """Where the task stands, which is never before where it stood."""
        status = client.status(TASK)
        assert status.version >= self.version, f"version {self.version} was told, {status.version} is there"
        self.version = status.version
        return status

    # After a crash

    def waiting(self) -> list[str]:
        """The endings of the files in the outbox."""
        return sorted(path.suffix for path in self.outbox.iterdir()) if self.outbox.exists() else []

    def killed(self) -> None:
        """The server is gone: what has no receipt, and nothing else, is in the outbox."""
        self.kills += 1
        without = [name for name in self.saved if name not in self.receipts]
        assert self.waiting() == [".correction"] * len(without)

    def reopened(self, client: EngineClient) -> None:
        """The next server has the task; ``client`` has opened it, and so sent what was in the outbox."""
        assert self.waiting() == []
        listed = client.corrections(TASK)
        self.there = [each.correction_id for each in listed]
        assert self.there == self.saved, "each once, in the order of saving"
        known = {each.correction_id: each for each in listed}
        for name, receipt in self.receipts.items():
            assert (known[name].sequence, len(known[name].scores)) == (receipt.sequence, receipt.objects)
        for name in [name for name in self.saved if name not in self.receipts]:
            again = client.correct(TASK, known[name].slice_id, disc(int(name[1:]))[1], correction_id=name)
            assert again.duplicate
            self.receipts[name] = again
            self.resent += 1
        self.unlearned += self.status(client).queued > 0

    def learned(self, client: EngineClient) -> None:
        """Learning goes on to the end of the queue, and the journal fits what was learned."""
        assert client.learn_now(TASK).queued == 0
        self.status(client)
        assert_consistent(client)
        assert all(each.learned for each in client.corrections(TASK))
        outcomes = [each for each in client.versions(TASK) if each.published]
        assert [each.version for each in outcomes] == list(range(1, len(outcomes) + 1))
        assert [name for each in outcomes for name in each.corrections] == self.saved

    def rebuilt(self, parts: EngineParts) -> None:
        """The server has ended: the journal's replay from nothing gives the stored weights, bit for bit."""
        path = self.folder / f"{TASK}.auxol"
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        file = TaskFile.open(path, generalist_hash=parts.generalist.weights_hash)
        with closing(TaskSession(TASK, file, parts.make_specialist(file.options))) as session:
            assert file.current_version == self.version > 0
            assert digest(session.rebuilt(self.version)) == digest(session.specialist.state)

    def figures(self) -> Counter[str]:
        """Counts for the reader of a long run."""
        return Counter({
            "kills": self.kills,
            "saved": len(self.saved),
            "receipts": len(self.receipts) - self.resent,
            "resent": self.resent,
            "lost": len(set(self.saved) - set(self.there)),
            "twice": len(self.there) - len(set(self.there)),
            "killed_before_learned": self.unlearned,
            "versions": self.version,
        })  # fmt: skip


def line(figures: Counter[str]) -> str:
    """``figures`` in one line."""
    return " ".join(f"{name}={count}" for name, count in figures.items())

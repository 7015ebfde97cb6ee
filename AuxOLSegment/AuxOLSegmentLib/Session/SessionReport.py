"""What can be taken along: the session as a table, and diagnostics without anything of a patient."""

import csv
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from auxol_core import __version__
from auxol_core.errors import InvalidInputError
from auxol_core.protocol import PROTOCOL_VERSION
from auxol_core.types import CorrectionInfo, Scores, TaskStatus
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Machine.Settings import Settings
from AuxOLSegmentLib.Session.SliceBook import SliceBook

COLUMNS = (
    "axis", "slice", "state", "expected_dice", "prompts", "edits", "actions", "voxels_changed",
    "proposed", "accepted", "saved", "seconds_to_save",
    "confirmation", "dice_generalist", "dice_specialist", "dice_shown",
)  # fmt: skip


NOTHING = "nothing here"  # in the column "state", of a slice that was saved, or is to be, as empty


def writeSessionCsv(path: Path, book: SliceBook, corrections: Sequence[CorrectionInfo]) -> None:
    """One row a slice, of the chosen segment; times in UTC, ISO 8601. InvalidInputError where it cannot be written."""
    known = {info.correction_id: info for info in corrections}
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for record in sorted(book, key=lambda r: (r.key.axis, r.key.index)):
                info = known.get(record.correctionID)
                seconds = record.savedAt - record.proposedAt if record.savedAt and record.proposedAt else None
                writer.writerow(
                    [
                        record.key.axis,
                        record.key.index,
                        NOTHING if record.nothing else record.state.value,
                        _number(record.quality),
                        record.prompts,
                        record.edits,
                        record.actions,
                        record.changed,
                        *(_moment(at) for at in (record.proposedAt, record.acceptedAt, record.savedAt)),
                        _number(seconds),
                        "" if info is None else info.confirmation,
                        *_scores(() if info is None else info.scores),
                    ]
                )
    except OSError as error:
        raise InvalidInputError(
            _("The table could not be written to {path} ({reason}). Choose another place.").format(
                path=path, reason=error.strerror
            )
        ) from None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else ""


def _scores(scores: Sequence[Scores]) -> list[str]:
    if not scores:
        return ["", "", ""]
    own = [s.specialist for s in scores if s.specialist is not None]
    return [
        _number(sum(s.generalist for s in scores) / len(scores)),
        _number(sum(own) / len(own) if own else None),
        _number(sum(s.fused for s in scores) / len(scores)),
    ]


def diagnosticsText(
    settings: Settings, connection: EngineConnection, status: TaskStatus | None, message: tuple[str, str]
) -> str:
    """Versions, settings without secrets, where the engine is and the end of its log; no task, image or path of one."""
    told = {
        "AuxOLSegment": f"{__version__}, protocol {PROTOCOL_VERSION}",
        "Slicer": str(getattr(slicer.app, "applicationVersion", "?")),
        "Python": sys.version.split()[0],
        "System": platform.platform(),
        "Engine": f"{connection.state.value}: {connection.text()}",
        "Computing": "-" if status is None else f"{status.device}, {status.precision}, {status.generalist}",
        "Priority": connection.about.get("compute", {}).get("priority") or "-",
        "Last message": f"{message[1]}: {message[0]}",
        **{f"Setting {name}": value for name, value in settings.forDiagnostics().items()},
    }
    lines = [f"{name}: {value}" for name, value in told.items()]
    return "\n".join([*lines, "", "Engine log:", connection.logText() or "-"])

"""Corrections on their way to a server, kept on disk until it has given its receipt.

A folder (mode 0700) with one file a correction (0600; see kept.py), named by a hash of where it goes, its task and its
id, written beside and then renamed. Several programs may share the folder: a correction that is sent twice is taken
once, because its id is the key, and a file that somebody else has removed was delivered. What cannot be read is set
aside as ``.damaged``, what the server refused for good as ``.refused``; neither is touched again.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from auxol_core.client.effects import Fetch, Keep, OutboxEffect, Waiting
from auxol_core.client.kept import ENDING, KeptCorrection, bytes_of, kept_of
from auxol_core.errors import AuxolError
from auxol_core.private_files import make_folder, tighten, tighten_folder
from auxol_core.whole_files import PARTIAL, write_whole

log = logging.getLogger(__name__)

_ENDINGS = (ENDING, PARTIAL, ".damaged", ".refused")
_FORGOTTEN_AFTER_S = 3600.0


class Outbox:
    """The folder. Raises OSError where it cannot be written; reading never fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if folder.is_dir():
            tighten_folder(folder, lambda entry: entry.name.endswith(_ENDINGS))
            tighten(*(path for path in folder.iterdir() if path.name.endswith(_ENDINGS)))

    def carry_out(self, effect: OutboxEffect) -> list[str] | KeptCorrection | bool | None:
        """Do what a flow asks of its outbox, see effects.py."""
        if isinstance(effect, Keep):
            self.put(effect.kept)
            return None
        if isinstance(effect, Waiting):
            return self.names()
        if isinstance(effect, Fetch):
            return self.read(effect.name)
        return self.set_aside(effect.name) if effect.refused else self.remove(effect.name)

    def put(self, kept: KeptCorrection) -> None:
        """Keep ``kept``; it is on the disk when this returns."""
        make_folder(self.folder)
        write_whole(self.folder / kept.file_name, bytes_of(kept), private=True)

    def names(self) -> list[str]:
        """What is kept, oldest first; what a program that was killed left half written is removed after an hour."""
        try:
            listed = list(self.folder.iterdir())
        except FileNotFoundError:
            return []  # nothing was ever kept
        except OSError as error:
            log.warning("The outbox %s could not be read: %s", self.folder, error)
            return []
        found: list[tuple[int, str]] = []
        for path in listed:
            with suppress(FileNotFoundError):  # another client has just delivered it
                if path.suffix == ENDING:
                    found.append((path.stat().st_mtime_ns, path.name))
                elif path.suffix == PARTIAL and time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER_S:
                    _remove(path)
        return [name for _, name in sorted(found)]

    def read(self, name: str) -> KeptCorrection | None:
        """The correction of that name; None where it is gone or cannot be read."""
        path = self.folder / name
        try:
            return kept_of(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("A correction in the outbox could not be read and stays there: %s", error)
        except (AuxolError, KeyError, TypeError, ValueError) as error:
            log.error("A correction in the outbox is damaged and was set aside: %s (%s)", name, error)
            _rename(path, ".damaged")
        return None

    def remove(self, name: str) -> bool:
        """It was delivered or is not wanted any more; whether it was there."""
        path = self.folder / name
        was_there = path.exists()
        _remove(path)
        return was_there

    def set_aside(self, name: str) -> bool:
        """The server refused it: keep it under another name, for a person to look at."""
        return _rename(self.folder / name, ".refused")


def _rename(path: Path, ending: str) -> bool:
    try:
        os.replace(path, path.with_suffix(ending))
    except FileNotFoundError:
        return False  # another client was quicker
    except OSError as error:
        log.warning("%s could not be renamed: %s", path.name, error)
    return True


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s could not be removed from the outbox: %s", path.name, error)

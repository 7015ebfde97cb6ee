"""The command ``auxol``: its commands in one place, and what a person sees when one of them fails.

The modules of the commands are imported here, torch is not: each command imports what it needs when it runs, so that
``auxol --help`` answers at once.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from auxol_core import __version__
from auxol_core.cli.authors_command import authors, forget_author
from auxol_core.cli.cache_command import cache_app
from auxol_core.cli.checkpoint_command import checkpoint_app
from auxol_core.cli.doctor_command import doctor
from auxol_core.cli.exit_codes import EPILOG, INTERRUPTED, WRONG
from auxol_core.cli.find_command import find
from auxol_core.cli.replay_command import replay
from auxol_core.cli.segment_command import segment
from auxol_core.cli.serve_command import serve
from auxol_core.cli.task_command import task_app
from auxol_core.cli.window_command import window
from auxol_core.errors import AuxolError


class SentenceGroup(TyperGroup):
    """Commands whose expected errors are a sentence on standard error; a traceback stays what it means: a bug."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; no name that a terminal cannot show ends it."""
        show_what_can_be_shown()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command; exit code 2 for an AuxolError and for what the system refuses, 130 for Ctrl-C."""
        try:
            return super().invoke(ctx)
        except AuxolError as error:
            _tell(str(error), style="red")
            raise typer.Exit(WRONG) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # `auxol ... | head`: click ends quietly
                raise
            _tell(_refused(error), style="red")
            raise typer.Exit(WRONG) from error
        except KeyboardInterrupt as stop:
            _tell("Stopped by Ctrl-C.", style="yellow")
            raise typer.Exit(INTERRUPTED) from stop
        except typer.Abort as stop:
            if isinstance(stop.__context__, KeyboardInterrupt):  # at a question; else nobody was there to answer it
                raise typer.Exit(INTERRUPTED) from stop
            raise

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command, which tells the exit codes at the end of its help."""
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            _tell_codes(found)
        return found


def show_what_can_be_shown() -> None:
    """What standard output cannot show (it need not be UTF-8) becomes a question mark, not the end of the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
            stream.reconfigure(errors="replace")


def _tell_codes(command: Any) -> None:
    command.epilog = command.epilog or EPILOG
    for inner in getattr(command, "commands", {}).values():
        _tell_codes(inner)


def _refused(error: OSError) -> str:
    """What the system says, about which file, and what can be done."""
    about = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    return (
        f"{about}the system refused ({error.strerror or error}). Check the path, its permissions and the free space, "
        "and call again."
    )


def _tell(sentence: str, style: str) -> None:
    # Unwrapped, so that a path in it can be copied; made anew, so that it is today's standard error.
    Console(stderr=True).print(Text(sentence, style=style), soft_wrap=True)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"auxol {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="auxol",
    cls=SentenceGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)


@app.callback()
def main(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Segment medical images from boxes and clicks, and learn from each correction. Research use, not for diagnosis."""


app.command()(replay)
app.command()(segment)
app.command()(find)
app.command()(serve)
app.command()(doctor)
task_app.command("window")(window)
task_app.command("authors")(authors)
task_app.command("forget-author")(forget_author)
app.add_typer(task_app, name="task")
app.add_typer(cache_app, name="cache")
app.add_typer(checkpoint_app, name="checkpoint")

if __name__ == "__main__":
    app()

"""The command ``auxol`` as a whole: what a person sees when a command fails, is stopped, or is not there."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from auxol_core import __version__
from auxol_core.cli.main import SentenceGroup, app
from auxol_core.errors import DataError

SENTENCE = "The folder images/ should hold PNG files, and holds none. Choose another, or see [auxol replay --help]."


@pytest.fixture
def failing() -> typer.Typer:
    """A program like ``auxol`` whose commands fail in the three ways there are."""
    program = typer.Typer(cls=SentenceGroup, pretty_exceptions_enable=False)
    inner = typer.Typer()

    @program.command()
    def expected() -> None:
        raise DataError(SENTENCE)

    @program.command()
    def stopped() -> None:
        raise KeyboardInterrupt

    @program.command()
    def bug() -> None:
        raise ZeroDivisionError("a bug")

    @inner.command("deep")
    def deep() -> None:
        raise DataError(SENTENCE)

    @inner.command("other")
    def other() -> None:
        """Two commands make it a group."""

    program.add_typer(inner, name="inner")
    return program


@pytest.mark.parametrize("command", [["expected"], ["inner", "deep"]])
def test_an_expected_error_is_its_sentence_alone_on_standard_error_unbroken(
    failing: typer.Typer, command: list[str]
) -> None:
    result = CliRunner().invoke(failing, command)
    assert result.exit_code == 2
    assert result.stderr == SENTENCE + "\n"
    assert result.stdout == ""


def test_ctrl_c_leaves_with_the_exit_code_that_shells_expect(failing: typer.Typer) -> None:
    result = CliRunner().invoke(failing, ["stopped"])
    assert result.exit_code == 130
    assert "Ctrl-C" in result.stderr
    assert "Traceback" not in result.output


def test_a_bug_is_not_dressed_up_as_an_expected_error(failing: typer.Typer) -> None:
    result = CliRunner().invoke(failing, ["bug"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_the_version_is_printed() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"auxol {__version__}\n")


def test_help_names_every_command_and_says_that_this_is_research() -> None:
    result = CliRunner().invoke(app, ["--help"], terminal_width=200)
    assert result.exit_code == 0
    for word in ("replay", "segment", "find", "checkpoint", "not for diagnosis"):
        assert word in result.stdout


@pytest.mark.parametrize("command", ["replay", "segment", "find", "checkpoint"])
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_an_unknown_command_is_refused_with_the_exit_code_of_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["segmnet"]).exit_code == 2

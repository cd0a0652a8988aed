"""Help answers at once, begins with an example, and says what the code says."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest

from pipeline.cli import _COMMANDS, app
from pipeline.market import VENUES
from pipeline.sources import SOURCES
from pipeline.sources.files import FILES
from tests.pipeline.command import PROGRAM, footprint, program
from tests.pipeline.timing import times_as_long

_LEAST_HELP = """
from cyclopts import App
app = App()
@app.command
def one(*, seed: int = 1):
    \"\"\"One thing.

    Parameters
    ----------
    seed
        A number.
    \"\"\"
app(["one", "--help"])
"""


@pytest.mark.timing
@pytest.mark.parametrize("command", [None, "score", "run"])
def test_help_takes_no_longer_than_the_library_that_prints_it(command: str | None):
    """A program of one command and one option takes 0.3 s where Python starts in 0.02; the rest is for noise."""
    arguments = [command, "--help"] if command else ["--help"]
    assert times_as_long([PROGRAM, *arguments], [sys.executable, "-c", _LEAST_HELP]) < 1.5


def test_help_imports_nothing_that_computes():
    """In one process, command after command: the first that imports one of them is named."""
    heavy = "('numpy', 'polars', 'duckdb', 'pyarrow', 'deltalake', 'numba', 'prefect', 'sklearn')"
    code = f"""
import sys
from pipeline.cli import main
for name in {["", *_COMMANDS]!r}:
    sys.argv = ["footprint", *([name] if name else []), "--help"]
    try:
        main()
    except SystemExit:
        pass
    loaded = [library for library in {heavy} if library in sys.modules]
    if loaded:
        sys.exit(f"footprint {{name}} --help imports {{loaded}}")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.count("Example") >= len(_COMMANDS)


def test_prefect_is_imported_by_those_alone_who_use_it():
    """It takes seconds; a run without it, and a look at the plan, are not to wait for it."""
    modules = (
        "pipeline.cli, pipeline.commands.work, pipeline.commands.serve, pipeline.work, pipeline.run, pipeline.config"
    )
    seen = f"import sys, {modules}; print([name for name in sys.modules if name.split('.')[0] == 'prefect'])"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_begins_with_examples_and_lists_every_command():
    result = footprint("--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Examples:\n  footprint demo\n")
    for name, (_, summary, _) in _COMMANDS.items():
        assert name in result.out
        assert summary.split()[0] in result.out
    assert "Exit codes: 0 done, 1 the work failed, 2 the request was wrong." in result.out


@pytest.mark.parametrize("command", _COMMANDS)
def test_help_of_a_command_begins_with_its_example(command: str):
    result = footprint(command, "--help")
    example = _COMMANDS[command][2]
    assert (result.code, result.err) == (0, "")
    assert " ".join(result.out.split()).startswith(f"Example: footprint {example}")
    assert example.split()[0] == command
    assert f"Usage: footprint {command}" in result.out


def test_no_command_shows_the_help():
    assert footprint().out.startswith("Examples:\n  footprint demo\n")


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_option_says_what_it_is_for(command: str):
    """A row of the help without words after the name and type would be an option nobody explained."""
    bare = [
        argument.name
        for argument in app[command].assemble_argument_collection(parse_docstring=True)
        if argument.show and not (argument.parameter.help or "").strip()
    ]
    assert bare == []


@pytest.mark.parametrize("command", _COMMANDS)
def test_the_docstring_agrees_with_the_summary(command: str):
    """Both are written by hand: the verb or the noun they begin with has to be the same."""
    module, summary, _ = _COMMANDS[command]
    first = (inspect.getdoc(getattr(import_module(module), command)) or "").splitlines()[0]
    assert first.endswith(".")
    shared = {word.strip(".,;:").lower() for word in first.split()} & {
        word.strip(".,;:").lower() for word in summary.split()
    }
    assert len(shared - {"a", "the", "of", "it", "to", "and", "what", "is"}) >= 2 or first == summary


def test_the_version_is_the_packages():
    assert footprint("--version").out.strip()[0].isdigit()


def test_help_into_a_pipe_has_no_colours():
    result = program("--help", FORCE_COLOR="")
    assert "\x1b" not in result.out + result.err


def test_help_of_ingest_names_every_source_and_venue():
    """Sources in a line each, so that one finds what reads a file; refusals of files point here."""
    lines = [line.strip("│ ") for line in footprint("ingest", "--help").out.splitlines()]
    told = " ".join(lines)
    assert set(FILES) == set(SOURCES)
    for name, files in FILES.items():
        assert f"{name}: {files}" in lines
    assert all(venue in told for venue in VENUES)

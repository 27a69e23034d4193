"""The front door: every command in the order of the help, and errors as one line and an exit code.

Commands read options, call the library and print; heavy imports wait inside them, so that help is instant.
"""

import contextlib
import io
import sys
from typing import Annotated, NoReturn

import typer

from estimation import __version__
from estimation.cli import academics, own_region, reporters, reviewers
from estimation.errors import EstimationError

app = typer.Typer(
    help="What a detention rate observed in one county supports for the whole region, with honest intervals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in (
    reporters.estimate,
    academics.synthesise,
    reporters.claim,
    own_region.check,
    academics.published,
    own_region.new_case,
    academics.reproduce,
    reporters.page,
    academics.backtest,
    academics.spread,
    academics.calibrate,
    academics.challenge,
    academics.methods,
    reporters.figures,
    reporters.fact_sheet,
    reviewers.assumptions,
    reviewers.review,
):
    app.command()(_command)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Version.")] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line; bad input ends with one clear error and exit code 2."""
    # What a terminal cannot show, such as a folder's name in another encoding, is spelt out rather than fatal.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except EstimationError as error:
        _stop(error)
    except MemoryError:
        _stop(EstimationError("a run must fit into memory", "a larger one", "lower --draws"))
    except OSError as error:
        # Files are read and written behind errors of their own: what is left is where the answer is printed.
        reason = error.strerror
        with contextlib.suppress(OSError):
            sys.stdout.close()  # or the interpreter tries again, and says so
        _stop(EstimationError("what is printed must have a place", reason, "print to another place"))
    except KeyboardInterrupt:
        typer.echo("estimation: interrupted; what was published before is as it was", err=True)
        sys.exit(130)


def _stop(error: EstimationError) -> NoReturn:
    typer.echo(f"estimation: {error}", err=True)
    sys.exit(2)

"""What commands show: progress, JSON, and the names of the files written."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def progress(total: int, unit: str) -> Iterator[Callable[[int], object]]:
    """Show a bar on a terminal, nothing elsewhere; what is given advances it."""
    from tqdm import tqdm

    bar = tqdm(total=total, unit=unit, unit_scale=True, disable=not sys.stderr.isatty(), leave=False)
    with bar:
        yield bar.update


def print_json(content: "dict[str, Any | pd.DataFrame]") -> None:
    """Print a mapping as JSON, tables as lists of rows in which a missing number is null."""
    plain = {key: _rows(value) if hasattr(value, "to_dict") else value for key, value in content.items()}
    typer.echo(json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False))


def _rows(table: "pd.DataFrame") -> list[dict[Any, Any]]:
    return table.astype(object).where(table.notna(), None).to_dict(orient="records")


def print_written(names: Iterable[object]) -> None:
    """Say what was written."""
    for name in names:
        typer.echo(f"written {name}")

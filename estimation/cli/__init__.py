"""The command line: options read, the library called, answers printed; split by who asks.

Start at `command_line.main`.
"""

from estimation.cli.command_line import app, main
from estimation.cli.options import DRAWS, SEED

__all__ = ["DRAWS", "SEED", "app", "main"]

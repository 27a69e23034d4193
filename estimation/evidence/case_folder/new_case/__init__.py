"""The files of a new case: a commented template that runs as it stands, about places that do not exist."""

from pathlib import Path

from estimation.evidence.case_folder.case_folder import FILES


def files() -> dict[str, bytes]:
    """Content of each file of the template, by name."""
    return {name: (Path(__file__).parent / name).read_bytes() for name in FILES}

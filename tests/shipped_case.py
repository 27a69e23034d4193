"""What the case that ships states, for tests about it."""

from dataclasses import replace

from estimation.challenge.claims import claims_of
from estimation.evidence.case_folder.case_file import Statement, statement_of
from estimation.evidence.tables.sources import PUBLIC

STATED = statement_of(PUBLIC)
SCOPES = STATED.scopes
STANDARD = claims_of(STATED)


def with_tips(*entries: str) -> Statement:
    """The same, with tipping points of these entries alone."""
    return replace(STATED, lead=replace(STATED.lead, tipped=entries))

"""What the case that ships states, for tests about it."""

from dataclasses import replace

from estimation.challenge.claims import claims_of
from estimation.evidence.case_folder.case_file import Statement, statement_of
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.case.case_from_folder import scopes_of

STATED = statement_of(PUBLIC)
SCOPES = scopes_of(STATED)
STANDARD = claims_of(STATED)


def with_tips(*entries: str) -> Statement:
    """The same, with tipping points of these entries alone."""
    return replace(STATED, lead=replace(STATED.lead, tipped=entries))

"""The tables of a results folder that pictures and the fact sheet are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from estimation.evidence.case_folder.case_file import Lead
from estimation.report.record import csv_table, results_folder, run_card
from estimation.report.wording.estimate_words import at_level
from estimation.report.wording.headline_facts import INFLUENCE, lead, press
from estimation.report.wording.picture_texts import picture_text

CASE_SCALE: Final = "common_scale.csv"
"""The other sources of a case, whose kinds bear the names that the case gives them."""
WEIGHED_TORNADO: Final = "tornado_sources.csv"
_READ: Final = (
    "quantiles.csv",
    "synthesis/sources.csv",
    INFLUENCE,
    "synthesis/reconciliation.csv",
    CASE_SCALE,
    "tornado.csv",
    WEIGHED_TORNADO,
    "multiverse.csv",
    "published.csv",
    "claims.csv",
    "county_map.csv",
)


@dataclass(frozen=True)
class ResultTables:
    """Content of a results folder."""

    found: Mapping[str, pd.DataFrame]  # by file name
    answer: str  # name of the answer
    own: Lead | None = None  # the total that a case leads with; that of the case that ships by default

    @classmethod
    def read(cls, directory: Path) -> "ResultTables":
        """The tables of a results folder; raises `EstimationError` if there is no estimates.csv."""
        estimates = results_folder.content("estimates.csv", directory)
        found = {name: results_folder.published(name, directory) for name in _READ if (directory / name).exists()}
        return cls({"estimates.csv": csv_table.table(estimates), **found}, run_card.answer_id(estimates))

    def __contains__(self, name: str) -> bool:
        """Whether a table is there."""
        return name in self.found

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A table."""
        return self.found[name]

    @property
    def estimates(self) -> pd.DataFrame:
        """The ladder on the basis of the headline."""
        table = self["estimates.csv"]
        return pd.DataFrame(table[table["basis"] == table["basis"].iloc[0]])

    @property
    def scope(self) -> str:
        """Whom the headline counts: the usual scope, or the first of a case that has other ones."""
        known, scope = list(self.estimates["scope"]), (self.own or lead()).scope
        return scope if scope in known else str(known[0])

    @property
    def ladder(self) -> pd.DataFrame:
        """The ladder of the headline's scope."""
        table = self.estimates
        return pd.DataFrame(table[table["scope"] == self.scope])

    @property
    def likely(self) -> pd.DataFrame:
        """Equally likely totals of the headline's scope, on its basis."""
        table = self["quantiles.csv"]
        return pd.DataFrame(table[(table["scope"] == self.scope) & (table["basis"] == table["basis"].iloc[0])])

    def last_rung(self, scope: str, level: float = 0.95) -> pd.Series:
        """The row of a scope on the last rung."""
        table = self.estimates
        return at_level(table[table["scope"] == scope], level).iloc[-1]

    def press(self) -> float | None:
        """The press's figure, persons; none in a case without it."""
        if "published.csv" not in self:
            return None
        stated = self["published.csv"].set_index("estimate_id")["stated"]
        name = press().estimate
        return float(stated[name]) if name in stated.index else None

    def source(self, table: str) -> str:
        """The line below a picture that says where its numbers are."""
        return picture_text("source", table=f"results/{table}", answer=self.answer)

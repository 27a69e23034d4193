"""What is published of the synthesis besides its rung.

Each source on one scale, its influence, conflicts, biases, published figures converted, and the counties' rates.
"""

import numpy as np
import pandas as pd

from estimation.challenge.sources import common_scale, conflict, influence, reconcile
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.synthesis_sources import left_out
from estimation.model.ladder.ladder import Run
from estimation.report.record import codebook
from estimation.report.wording.headline_facts import lead


def synthesis_files(evidence: Evidence, run: Run, *, seed: int) -> dict[str, bytes]:
    """Tables of one run of the synthesis, made with counties and the places of reconciliation.csv, by file name.

    Raises
    ------
    UnreliableError
        The answer without some source cannot be relied on.
    """
    said = common_scale.common_scale(run, seed=seed)
    rates = influence.county_rates(run)
    tables = {
        "sources.csv": said,
        "sources_left_out.csv": left_out(evidence),
        "influence.csv": influence.influence(run, scope=lead().scope),
        "biases.csv": influence.biases(run),
        "prison_ratio.csv": influence.stress(run),
        "power_scaling.csv": conflict.power_scaling(run, scope=lead().scope),
        "prior_and_sources.csv": conflict.prior_and_sources(run),
        "surprise.csv": conflict.surprise(run),
        "reconciliation.csv": reconcile.reconcile(evidence, run),
        "counties.csv": rates.reset_index(),
    }
    files = {f"synthesis/{name}": table for name, table in tables.items()}
    return codebook.csv_files(files | {"county_map.csv": _county_map(evidence, run, rates)})


def _county_map(evidence: Evidence, run: Run, rates: pd.DataFrame) -> pd.DataFrame:
    """Place, adults (residents of the first group) and rate (80% interval) of each county, as a map needs them."""
    region = run.case.region
    rates = rates[["low", "median", "high"]]
    units = evidence.table("units").set_index("gb_code").loc[rates.index]
    observed = np.isin(np.arange(len(region.areas)), region.observed)
    places = pd.DataFrame(
        {
            **run.named(lead().scope),
            "gb_code": rates.index,
            "place": units["name_en"].to_numpy(),
            "lon": units["lon"].to_numpy(float),
            "lat": units["lat"].to_numpy(float),
            "adults": region.adults[:, 0],
            "counted": np.where(observed, "yes", "no"),
        }
    )
    return pd.concat([places, rates.reset_index(drop=True)], axis=1)

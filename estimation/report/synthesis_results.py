"""What is published of the synthesis besides its rung.

Each source on one scale, its influence, conflicts, biases, published figures converted, and the counties' rates.
"""

import numpy as np

from estimation.challenge import common_scale, conflict, influence, reconcile
from estimation.evidence.assumptions import Register
from estimation.evidence.sources import Evidence
from estimation.evidence.synthesis_sources import left_out
from estimation.model.synthesis import Synthesis
from estimation.report import figures, record, source_figures

# The scope whose count the readings are about.
SCOPE = "uyghur"


def synthesis_files(evidence: Evidence, register: Register, run: Synthesis, *, seed: int) -> dict[str, bytes]:
    """Tables and a picture of one run of the synthesis, by file name.

    Parameters
    ----------
    evidence, register : Evidence, Register
        Those of the run.
    run : Synthesis
        With counties and the places of reconciliation.csv.
    seed : int
        Seed of the run.

    Returns
    -------
    dict of str to bytes

    Raises
    ------
    UnreliableError
        The answer without some source cannot be relied on.
    """
    said = common_scale.common_scale(run, rng=np.random.default_rng(np.random.SeedSequence([seed, 0x5CA1E])))
    figures.style()
    tables = {
        "sources.csv": said,
        "sources_left_out.csv": left_out(evidence),
        "influence.csv": influence.influence(run, scope=SCOPE),
        "biases.csv": influence.biases(run),
        "prison_ratio.csv": influence.stress(run),
        "power_scaling.csv": conflict.power_scaling(run, register, scope=SCOPE),
        "surprise.csv": conflict.surprise(run),
        "reconciliation.csv": reconcile.reconcile(evidence, run),
        "counties.csv": influence.county_rates(run).reset_index(),
    }
    files = {f"synthesis/{name}": record.csv_bytes(table) for name, table in tables.items()}
    return {**files, "synthesis/sources.svg": figures.svg_bytes(source_figures.forest(said))}

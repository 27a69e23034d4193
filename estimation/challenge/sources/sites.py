"""What sites by county say of spread, selection and north over south: a check beside the register, never an input.

Capacity is not detention: a site says neither how many people were in it nor where they came from.
"""

import numpy as np
import pandas as pd
from scipy import stats

from estimation.evidence.population import population
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence, headline
from estimation.model.case.case import SELECTION, SPREAD
from estimation.model.spread.spread import fit_spread

_YEAR = 2017
"""Sites are set beside the minority adults of the end of this year."""
_TAILS = np.array([0.025, 0.5, 0.975])


def sites_beside_register(evidence: Evidence, register: Register) -> pd.DataFrame:
    """Sites per minority adult, county by county, beside the entries that they bear on; Corps cities are left out.

    Returns
    -------
    DataFrame
        A row per comparison: `entry`, `of` (what the sites say); `low`, `middle`, `high` of the sites and `entry_low`,
        `entry_median`, `entry_high` of the register (95%), in the entry's unit: log-odds, which at rates so low are
        logs; spreads of the entry's median; a ratio.

    Notes
    -----
    **Assumes:** sites of a county are a count about its rate, and rates differ as log-odds do between areas. The
    county's own place is its count's exact Poisson interval over the southern rate; north over south has the sampling
    error of both sums and of the counties' differences.

    References
    ----------
    METHODS eq. 23, 24.
    """
    adults = population.adults(evidence, year=_YEAR).adults.sum(axis=1)
    units = evidence.table("units").set_index("gb_code").loc[adults.index]
    sites = evidence.table("sites_by_county").set_index("gb_code").loc[adults.index, "sites_in_capacity_estimate"]
    ours = ~units["region_class"].str.startswith("xpcc")
    south = units["region_class"] == "south4"
    fits = {
        name: fit_spread(sites[where], adults[where])
        for name, where in (("region", ours), ("south", south), ("north", ours & ~south))
    }
    rows: list[tuple[object, ...]] = [
        (SPREAD, f"sites, {whose}", fits[name].tau_low, fits[name].tau, fits[name].tau_high)
        for name, whose in (("region", "all counties"), ("south", "the four southern prefectures"))
    ]
    code = str(int(headline(evidence)["gb_code"].iloc[0]))
    seen, due = float(sites[code]), fits["south"].pooled_share * float(adults[code])
    exact = np.array([stats.gamma.ppf(_TAILS[0], seen), seen, stats.gamma.ppf(_TAILS[2], seen + 1)])
    spread = register[SPREAD].distribution.median()
    rows.append((SELECTION, "sites of the observed county over the southern rate", *np.log(exact / due) / spread))
    middle = np.log(fits["north"].pooled_share / fits["south"].pooled_share)
    error = np.sqrt(
        sum(fits[name].tau ** 2 / fits[name].areas + 1 / fits[name].total_count for name in ("north", "south"))
    )
    ratio = np.exp(middle + error * stats.norm.ppf(_TAILS))
    rows.append(("north_east_rate_ratio", "sites elsewhere over sites in the south", *ratio))
    table = pd.DataFrame(rows, columns=["entry", "of", "low", "middle", "high"])
    judged = np.array([register[str(entry)].distribution.ppf(_TAILS) for entry in table["entry"]])
    return table.assign(entry_low=judged[:, 0], entry_median=judged[:, 1], entry_high=judged[:, 2])

"""The picture of the claims ledger; no arithmetic."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from estimation.report.claim_words import VERDICTS
from estimation.report.figures import BLUE, GREY, ORANGE
from estimation.report.texts import texts
from estimation.report.wording import claim_words


def claims(table: pd.DataFrame) -> Figure:
    """Probability of each claim, from the county alone and with other sources, over the verdicts' bands.

    Parameters
    ----------
    table : DataFrame
        Of `claim_ledger.ledger`, or results/claims.csv.

    Returns
    -------
    Figure
    """
    figure, axes = plt.subplots(figsize=(9.2, 0.52 * len(table) + 1.5))
    tops = [1.0, *(floor for floor, _ in VERDICTS[:-1])]
    for number, ((floor, name), top) in enumerate(zip(VERDICTS, tops, strict=True)):
        axes.axvspan(floor, top, color=GREY, alpha=0.05 + 0.05 * (number % 2), linewidth=0)
        words = texts().fill(f"verdict_{name}").replace(" nor ", "\nnor ").replace(" with ", "\nwith ")
        axes.annotate(
            words,
            ((floor + top) / 2, 1.01),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=8,
            rotation=0 if top - floor > 0.2 else 40,
        )
    for height, (_, row) in enumerate(table.iterrows()):
        for name, shift, colour, marker in (
            ("p_county_alone", -0.14, ORANGE, "o"),
            ("p_with_sources", 0.14, BLUE, "s"),
        ):
            error = 2 * float(row[f"{name}_error"])
            axes.errorbar(
                float(row[name]),
                height + shift,
                xerr=error,
                fmt=marker,
                color=colour,
                markeredgecolor="black",
                markersize=7,
                label={"p_county_alone": "county alone", "p_with_sources": "with other sources"}[name]
                if not height
                else None,
            )
    labels = [
        f"{row['label']}\n{claim_words(float(row['low']), limit(str(row['high'])))}; {row['custody']}"
        for _, row in table.iterrows()
    ]
    axes.set_yticks(range(len(table)), labels, fontsize=8, parse_math=False)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("probability of the claim (bars: two simulation errors)")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, -1.6 / len(table) - 0.06), ncols=2, fontsize=9, frameon=False)
    sns.despine(figure, left=True)
    plt.close(figure)
    return figure


def limit(written: str) -> float:
    """The upper limit of a claim as the ledger writes it; infinity where it is open.

    Examples
    --------
    >>> limit("open"), limit("1200000")
    (inf, 1200000.0)
    """
    return float("inf") if written == "open" else float(written)

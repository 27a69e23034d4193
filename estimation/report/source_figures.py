"""Pictures of the synthesis: sources on one scale, and the answer under each choice of sources; no arithmetic."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from estimation.report.figures import BLUE, GREY, ORANGE, RED
from estimation.report.wording import persons

KIND_NAMES = {
    "phone": "officials by telephone",
    "village": "villages and townships",
    "table": "leaked county table",
    "capacity": "capacity",
    "court": "court statistics",
}


def forest(table: pd.DataFrame) -> Figure:
    """Each source converted to the share of its place's adults ever held, its raw figure beside it.

    Parameters
    ----------
    table : DataFrame
        Of `common_scale`.

    Returns
    -------
    Figure
    """
    figure, axes = plt.subplots(figsize=(9.2, 0.62 * len(table) + 1.2))
    for height, (_, row) in enumerate(table.iterrows()):
        axes.plot([row["low"], row["high"]], [height - 0.12] * 2, color=ORANGE, linewidth=2.5)
        axes.plot([row["low_50"], row["high_50"]], [height - 0.12] * 2, color=ORANGE, linewidth=7, alpha=0.7)
        marker = ">" if row["bound"] == "floor" else "o"
        axes.plot(row["median"], height - 0.12, marker, color="white", markeredgecolor="black", markersize=6, zorder=5)
        axes.plot([row["model_low"], row["model_high"]], [height + 0.2] * 2, color=BLUE, linewidth=2.5)
        axes.plot(row["model_median"], height + 0.2, "s", color="white", markeredgecolor=BLUE, markersize=5, zorder=5)
        words = f"{row['bound']} {row['raw']}; {row['counts']}, {row['date']}"
        axes.annotate(words, (1.02, height), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=GREY)
    names = [f"{row['place'].split(',')[0]}\n{KIND_NAMES[row['kind']]}" for _, row in table.iterrows()]
    axes.set_yticks(range(len(table)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(0.004, 1.05)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    axes.set_xlabel("adults of that place ever held in 2017-2018 (log scale)")
    axes.set_title("What each source says (orange), and all of them together (blue)", fontsize=11)
    sns.despine(figure, left=True)
    plt.close(figure)
    return figure


def choices(table: pd.DataFrame, *, title: str) -> Figure:
    """The count under each choice of sources: 95 and 80 percent intervals on a log axis.

    Parameters
    ----------
    table : DataFrame
        Of `influence`.
    title : str
        Whose count.

    Returns
    -------
    Figure
    """
    figure, axes = plt.subplots(figsize=(8.6, 0.3 * len(table) + 1.2))
    whole = table[table["choice"] == "all"].iloc[0]
    for height, (_, row) in enumerate(table.iterrows()):
        colour = RED if row["choice"] in ("all", "none") else BLUE
        axes.plot([row["low"], row["high"]], [height] * 2, color=colour, linewidth=2.5)
        axes.plot([row["low_80"], row["high_80"]], [height] * 2, color=colour, linewidth=6, alpha=0.6)
        axes.plot(row["median"], height, "o", color="white", markeredgecolor="black", markersize=5, zorder=5)
    axes.axvspan(whole["low"], whole["high"], color=RED, alpha=0.07)
    names = [
        row["choice"] if row["choice"] in ("all", "none") else f"{row['choice']}: {row['source']}"
        for _, row in table.iterrows()
    ]
    axes.set_yticks(range(len(table)), [name.replace("none", "county alone") for name in names], fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    ticks = [2e5, 5e5, 1e6, 2e6, 5e6]
    axes.set_xticks(ticks, [persons(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("persons ever held in a camp or prison, 2017-2018 (log scale)")
    axes.set_title(title, fontsize=11)
    sns.despine(figure, left=True)
    plt.close(figure)
    return figure

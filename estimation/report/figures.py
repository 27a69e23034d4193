"""Pictures of results, each with its caption in words; no arithmetic.

Colours are those of Okabe and Ito that keep contrast on white and on dark; every picture reads without colour.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from estimation.report.wording import persons, span

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#6E6E6E"
OSM = "Centroids from boundaries © OpenStreetMap contributors"
RUNG_NAMES = {
    "sampling": "Sampling only",
    "record": "+ flaws of the record",
    "population": "+ the region's population",
    "spread": "+ counties differ; selection",
    "differences": "+ known differences",
    "sources": "+ other sources",
}


def style() -> None:
    """Set the look of every picture: fonts, sizes, reproducible SVG."""
    sns.set_theme(context="notebook", style="whitegrid", font="DejaVu Sans")
    mpl.rcParams.update(
        {
            "svg.hashsalt": "estimation",
            "svg.fonttype": "path",
            "figure.dpi": 110,
            "savefig.bbox": "tight",
            "figure.facecolor": "white",
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
        }
    )


def _people(value: float, _: Any = None) -> str:
    return persons(float(f"{value:.3g}"))


def ladder(table: pd.DataFrame, *, scope: str, stated: Mapping[str, float] | None = None) -> Figure:
    """Intervals of one scope, rung by rung, on a log axis.

    Parameters
    ----------
    table : DataFrame
        `Ladder.table` with the levels 0.5, 0.8 and 0.95.
    scope : str
        Which scope.
    stated : mapping, optional
        Published figures in persons to mark, by name.

    Returns
    -------
    Figure
    """
    rows = table[table["scope"] == scope]
    rungs = list(dict.fromkeys(rows["rung"]))
    figure, axes = plt.subplots(figsize=(8.4, 4.2))
    widths = {0.95: 3.0, 0.8: 7.0, 0.5: 13.0}
    for height, rung in enumerate(rungs):
        for level, width in widths.items():
            row = rows[(rows["rung"] == rung) & (rows["level"] == level)].iloc[0]
            axes.plot(
                [row["count_low"], row["count_high"]],
                [height, height],
                color=BLUE,
                linewidth=width,
                alpha={0.95: 1.0, 0.8: 0.55, 0.5: 0.75}[level],
                solid_capstyle="butt",
            )
        axes.plot(row["count_median"], height, "o", color="white", markeredgecolor="black", markersize=7, zorder=5)
        wide = rows[(rows["rung"] == rung) & (rows["level"] == 0.95)].iloc[0]
        axes.annotate(
            span(wide, joined=" – "),
            (wide["count_high"], height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    for name, value in (stated or {}).items():
        axes.axvline(value, color=RED, linestyle="--", linewidth=1.5)
        axes.annotate(f" {name}", (value, -0.6), color=RED, ha="left", fontsize=9)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rungs)), [RUNG_NAMES[rung] for rung in rungs])
    axes.set_ylim(len(rungs) - 0.5, -0.8)
    low, high = rows["count_low"].min(), rows["count_high"].max()
    axes.set_xlim(low / 1.3, high * 3.2)
    ticks = [t for t in (5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7) if low / 1.3 <= t <= high * 1.6]
    axes.set_xticks(ticks, [_people(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("persons ever held in a camp or prison, 2017-2018 (log scale)")
    axes.set_title(f"{rows['population'].iloc[0]} adults, {rows['territory'].iloc[0]}", fontsize=11)
    sns.despine(figure, left=True)
    return _done(figure)


def bubble_map(
    units: pd.DataFrame, values: pd.Series, *, size: pd.Series, title: str, label: str, marked: Sequence[str] = ()
) -> Figure:
    """Counties as bubbles at their centroids: area by people, colour by a value.

    Parameters
    ----------
    units : DataFrame
        Index gb_code, columns lon, lat, name_en.
    values : Series
        What the colour shows, by gb_code.
    size : Series
        Persons, by gb_code; the bubble's area is in proportion.
    title, label : str
        Title, and name of the colour scale.
    marked : sequence of str
        Codes to name on the map.

    Returns
    -------
    Figure
    """
    figure, axes = plt.subplots(figsize=(8.4, 5.6))
    order = size.sort_values(ascending=False).index
    places = units.loc[order]
    drawn = axes.scatter(
        places["lon"],
        places["lat"],
        s=900 * size[order] / size.max() + 4,
        c=values[order],
        cmap="cividis",
        edgecolor="black",
        linewidth=0.4,
        alpha=0.9,
    )
    for code in marked:
        axes.annotate(
            str(units.loc[code, "name_en"]),
            (units.loc[code, "lon"], units.loc[code, "lat"]),
            xytext=(-40, 96),
            textcoords="offset points",
            fontsize=9,
            arrowprops={"arrowstyle": "-", "color": "black"},
            ha="left",
        )
    bar = figure.colorbar(drawn, ax=axes, shrink=0.75, pad=0.02)
    bar.set_label(label)
    axes.set_aspect(1 / np.cos(np.deg2rad(42)))
    axes.set_xlabel("degrees east")
    axes.set_ylabel("degrees north")
    axes.set_title(title, fontsize=11)
    figure.text(0.01, 0.0, OSM, fontsize=7, color=GREY)
    sns.despine(figure)
    return _done(figure)


def _done(figure: Figure) -> Figure:
    # Closed, so that a notebook shows what the call returns and does not show it again.
    plt.close(figure)
    return figure


def svg_bytes(figure: Figure) -> bytes:
    """A picture as SVG; the same picture gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def share_axis(axes: Any) -> None:
    """Write an axis of shares in percent."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))

"""The ladder and the map: pictures of the answer, from tables; no arithmetic but of layout.

What marks mean stands above each picture; every picture reads without colour.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from estimation.report.figures.figure_layout import INSET, Axis, Key, frame, ticks
from estimation.report.figures.interval_rows import WIDTHS, Bar, Row, chart
from estimation.report.figures.look import DARK, LIGHT, SCREEN, Look, drawn_as
from estimation.report.figures.look import style as style
from estimation.report.wording.picture_texts import RUNG_NAMES as RUNG_NAMES
from estimation.report.wording.picture_texts import counted, fill
from estimation.report.wording.wording import span

BLUE, RED, GREEN, ORANGE, GREY = *LIGHT.marks[:3], DARK.second, "#6E6E6E"
OSM: Final = "Centroids from boundaries © OpenStreetMap contributors"
INTERVAL_KEYS: Final = (
    Key("median"),
    Key("50%", "-", 0, width=WIDTHS[2]),
    Key("80%", "-", 0, width=WIDTHS[1]),
    Key("95% interval", "-", 0, width=WIDTHS[0]),
)


def ladder(
    table: pd.DataFrame, *, scope: str, stated: Mapping[str, float] | None = None, look: Look = SCREEN, note: str = ""
) -> Figure:
    """Intervals of one scope, rung by rung, on a log axis.

    Parameters
    ----------
    table : DataFrame
        `Ladder.table` of one basis, with the levels 0.5, 0.8 and 0.95.
    scope : str
        Which scope.
    stated : mapping, optional
        Published figures in persons to mark, by name.
    look : Look
        Size and colours.
    note : str
        Below the picture.

    Returns
    -------
    Figure
    """
    found = table[table["scope"] == scope]
    rungs = list(dict.fromkeys(found["rung"]))
    rows = []
    for rung in rungs:
        at = {level: found[(found["rung"] == rung) & (found["level"] == level)].iloc[0] for level in (0.95, 0.8, 0.5)}
        spans = tuple((float(row["count_low"]), float(row["count_high"])) for row in at.values())
        bar = Bar(spans, (float(at[0.95]["count_median"]),))
        rows.append(Row(RUNG_NAMES[rung], span(at[0.95], joined=" – "), (bar,), strong=rung == rungs[-1]))
    marks = stated or {}
    ends = (found["count_low"].min(), found["count_high"].max(), *marks.values())
    return chart(
        rows,
        look,
        Axis("persons (log scale)", min(ends) / 1.15, max(ends) * 1.15),
        title=fill("ladder_title"),
        subtitle=counted(found.iloc[0]),
        note=note,
        keys=(*INTERVAL_KEYS, *(Key(name, "--", 1, width=1.6) for name in marks)),
        lines=[(value, "--", 1) for value in marks.values()],
    )


def bubble_map(
    units: pd.DataFrame,
    values: pd.Series,
    *,
    size: pd.Series,
    title: str,
    label: str,
    marked: Sequence[str] = (),
    subtitle: str = "",
    note: str = OSM,
    look: Look = SCREEN,
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
    subtitle, note : str
        Below the title, and below the map.
    look : Look
        Size and colours.

    Returns
    -------
    Figure
    """
    order = size.sort_values(ascending=False).index
    places = units.loc[order]
    with drawn_as(look) as palette:
        wide = look.width - 2 * INSET
        stretch = 1 / np.cos(np.deg2rad(places["lat"].mean()))
        lon, lat = (float(np.ptp(places[name])) + 3.0 for name in ("lon", "lat"))
        inside = wide * stretch * lat / lon
        # Names stand in a strip above the northernmost place.
        strip = 0.35
        figure, axes = frame(look, title=title, subtitle=subtitle, note=note, inside=inside + strip, under=0.25)
        largest = 900 * (look.width / SCREEN.width) ** 2
        drawn = axes.scatter(
            places["lon"],
            places["lat"],
            s=largest * size[order] / size.max() + 4,
            c=values[order],
            cmap="cividis",
            edgecolor=palette.text,
            linewidth=0.5,
        )
        axes.set_xlim(places["lon"].min() - 1.5, places["lon"].max() + 1.5)
        south, north = places["lat"].min() - 1.5, places["lat"].max() + 1.5
        axes.set_ylim(south, north + (north - south) * strip / inside)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(False)
        for code in marked:
            place = units.loc[code]
            axes.annotate(
                str(place["name_en"]),
                (place["lon"], place["lat"]),
                xytext=(0.0, 0.98),
                textcoords="axes fraction",
                fontsize=look.small,
                arrowprops={"arrowstyle": "-", "color": palette.text, "shrinkB": 0},
                va="top",
                ha="left",
            )
        height = figure.get_size_inches()[1]
        foot = axes.get_position().y0
        bar = figure.colorbar(
            drawn,
            cax=figure.add_axes((INSET / look.width, foot - 0.16 / height, min(4.0, wide) / look.width, 0.14 / height)),
            orientation="horizontal",
            format=FuncFormatter(lambda value, _: f"{100 * value:g}%"),
        )
        scale = Axis("", float(values.min()), float(values.max()), "share", log=False)
        bar.set_ticks(ticks(scale, min(4.0, wide), look.small))
        bar.ax.tick_params(bottom=True, length=3)
        bar.set_label(label, loc="left")
        bar.outline.set_visible(False)
    return figure


def share_axis(axes: Any) -> None:
    """Write an axis of shares in percent."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))

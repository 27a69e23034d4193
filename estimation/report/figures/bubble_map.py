"""Counties on a map, without borders."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from estimation.report.figures.figure_layout import INSET, Axis, colour_bar, titled_axes
from estimation.report.figures.look import SCREEN, Look, drawn_as

OSM: Final = "Centroids from boundaries © OpenStreetMap contributors"
_STRIP: Final = 0.35  # inches above the northernmost place, where names stand
_MARGIN: Final = 1.5  # degrees around the outermost places


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
    """Counties as bubbles at their centroids: area in proportion to `size` (persons), colour by `values` (shares).

    All three tables go by gb_code; `units` has lon, lat and name_en. `label` names the scale of colours, `marked`
    counties are named on the map.
    """
    order = size.sort_values(ascending=False).index
    places = units.loc[order]
    with drawn_as(look) as palette:
        wide = look.width - 2 * INSET
        stretch = 1 / np.cos(np.deg2rad(places["lat"].mean()))
        lon, lat = (float(np.ptp(places[name])) + 2 * _MARGIN for name in ("lon", "lat"))
        inside = wide * stretch * lat / lon
        figure, axes = titled_axes(look, title=title, subtitle=subtitle, note=note, inside=inside + _STRIP, under=0.25)
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
        axes.set_xlim(places["lon"].min() - _MARGIN, places["lon"].max() + _MARGIN)
        south, north = places["lat"].min() - _MARGIN, places["lat"].max() + _MARGIN
        axes.set_ylim(south, north + (north - south) * _STRIP / inside)
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
        scale, length = Axis("", float(values.min()), float(values.max()), "share", log=False), min(4.0, wide)
        percent = FuncFormatter(lambda value, _: scale.write(value))
        bar = colour_bar(figure, axes, drawn, look, length=length, below=0.16, format=percent)
        bar.set_ticks(scale.ticks(length, look.small))
        bar.ax.tick_params(bottom=True, length=3)
        bar.set_label(label, loc="left")
        bar.outline.set_visible(False)
    return figure

"""Which pictures are published, from which tables, with which words.

A picture is left out where its tables are not there, so that any case's results give the pictures they can.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures import captions
from estimation.report.figures.bubble_map import OSM, bubble_map
from estimation.report.figures.challenge_figures import tornado_chart
from estimation.report.figures.curve_figures import specification_curve
from estimation.report.figures.dot_plot import dot_plot
from estimation.report.figures.interval_figures import forest_plot, ladder_chart, published_chart
from estimation.report.figures.look import LOOKS, SCREEN, Look, look_named, png_bytes, svg_bytes
from estimation.report.figures.result_tables import CASE_SCALE, WEIGHED_TORNADO, ResultTables
from estimation.report.record import csv_table
from estimation.report.wording.picture_texts import KIND_NAMES, picture_text, who_is_counted
from estimation.report.wording.statements import headline

FOLDER: Final = "figures"
# What is committed; `estimation figures --all` makes every look in both formats.
COMMITTED: Final = ((SCREEN, "svg"), (look_named("dark"), "svg"), (SCREEN, "png"))
EVERY: Final = tuple((look, kind) for look in LOOKS for kind in ("svg", "png"))
_CURVE_CHOICES: Final = ("spread", "selection", "differences", "regional base")


@dataclass(frozen=True)
class Picture:
    """One picture with its words.

    Attributes
    ----------
    figure : str
        Its name in file names.
    title, caption, alt : str
        Its words; the alternative text is for readers who cannot see it.
    draw : callable
        Draws it in a look.
    """

    figure: str
    title: str
    caption: str
    alt: str
    draw: Callable[[Look], Figure]


def pictures(tables: ResultTables) -> tuple[Picture, ...]:
    """The pictures that the tables allow.

    Parameters
    ----------
    tables : ResultTables
        Of `ResultTables.read`.

    Returns
    -------
    tuple of Picture
    """
    makers: dict[str, Callable[[ResultTables], Picture | None]] = {
        "estimates.csv": _ladder,
        "quantiles.csv": _dots,
        "synthesis/reconciliation.csv": _published,
        "synthesis/sources.csv": partial(_forest, name="synthesis/sources.csv", kinds=KIND_NAMES),
        CASE_SCALE: partial(_forest, name=CASE_SCALE, kinds={}),
        "tornado.csv": _tornado,
        WEIGHED_TORNADO: _weighed_tornado,
        "multiverse.csv": _curve,
        "county_map.csv": _map,
    }
    made = (make(tables) for needs, make in makers.items() if needs in tables)
    return tuple(each for each in made if each is not None)


def picture_files(
    drawn: tuple[Picture, ...], *, variants: tuple[tuple[Look, str], ...] = COMMITTED, progress: Callable[[int], object]
) -> dict[str, bytes]:
    """Pictures as files, and the table of their words.

    Parameters
    ----------
    drawn : tuple of Picture
        Of `pictures`.
    variants : tuple of (Look, str)
        Looks, and ``svg`` or ``png``.
    progress : callable
        Called with 1 after each file.

    Returns
    -------
    dict of str to bytes
        By file name: the picture's name and the look's suffix; ``captions.csv``.
    """
    found: dict[str, bytes] = {}
    for each in drawn:
        words = {"title": each.title, "alt": each.alt}
        for look in dict.fromkeys(look for look, _ in variants):
            figure = each.draw(look)
            for kind in (kind for other, kind in variants if other == look):
                content = svg_bytes(figure, **words) if kind == "svg" else png_bytes(figure, dpi=look.dpi, **words)
                found[f"{each.figure}{look.suffix}.{kind}"] = content
                progress(1)
    words_of = [{"figure": p.figure, "title": p.title, "caption": p.caption, "alt": p.alt} for p in drawn]
    return found | {"captions.csv": csv_table.csv_bytes(pd.DataFrame(words_of))}


def _ladder(tables: ResultTables) -> Picture:
    note = f"{headline(tables.last_rung(tables.scope))} {tables.source('estimates.csv')}"
    return Picture(
        "ladder",
        picture_text("ladder_title"),
        *captions.ladder_words(tables.ladder),
        lambda look: ladder_chart(tables.estimates, scope=tables.scope, look=look, note=note),
    )


def _dots(tables: ResultTables) -> Picture:
    likely, panels = tables.likely, captions.dot_panels(tables.likely)
    note = f"{headline(tables.last_rung(tables.scope))} {tables.source('quantiles.csv')}"
    return Picture(
        "dots",
        captions.dots_title(likely),
        *captions.dots_words(likely, tables.ladder),
        lambda look: dot_plot(likely, panels, look=look, note=note),
    )


def _published(tables: ResultTables) -> Picture:
    name = "synthesis/reconciliation.csv"
    estimates = tables.estimates
    last = estimates[estimates["rung"] == estimates["rung"].iloc[-1]]
    return Picture(
        "published",
        picture_text("published_title"),
        *captions.published_words(tables[name], last),
        lambda look: published_chart(tables[name], last, look=look, note=tables.source(name)),
    )


def _forest(tables: ResultTables, *, name: str, kinds: Mapping[str, str]) -> Picture:
    table, about, note = tables[name], tables.last_rung(tables.scope), tables.source(name)
    return Picture(
        "sources",
        picture_text("forest_title"),
        *captions.forest_words(table, about),
        lambda look: forest_plot(table, look=look, about=about, note=note, kinds=kinds),
    )


def _tornado(tables: ResultTables) -> Picture:
    table, about, note = tables["tornado.csv"], tables.last_rung(tables.challenged), tables.source("tornado.csv")
    return Picture(
        "tornado",
        picture_text("tornado_title"),
        *captions.tornado_words(table, about),
        lambda look: tornado_chart(table, look=look, about=about, note=note),
    )


def _weighed_tornado(tables: ResultTables) -> Picture | None:
    """With other sources; none if the answer itself cannot be relied on with so few draws."""
    table, about, note = tables[WEIGHED_TORNADO], tables.last_rung(tables.challenged), tables.source(WEIGHED_TORNADO)
    kept = table.dropna(subset=["move"])
    if kept.empty or kept["entry"].iloc[0] != "as judged":
        return None
    return Picture(
        "tornado_sources",
        picture_text("tornado_title"),
        *captions.weighed_tornado_words(kept, about, refused=len(table) - len(kept)),
        lambda look: tornado_chart(kept, look=look, about=about, note=note, weighed=True),
    )


def _curve(tables: ResultTables) -> Picture:
    table, about, note = tables["multiverse.csv"], tables.last_rung(tables.challenged), tables.source("multiverse.csv")
    shown = [choice for choice in _CURVE_CHOICES if choice in table]
    return Picture(
        "curve",
        picture_text("curve_title"),
        *captions.curve_words(table, about),
        lambda look: specification_curve(
            table, choices=shown, stated=tables.press(), look=look, about=about, note=note
        ),
    )


def _map(tables: ResultTables) -> Picture:
    table = tables["county_map.csv"]
    table = table.assign(gb_code=table["gb_code"].astype(str)).set_index("gb_code")
    return Picture(
        "map",
        picture_text("map_title"),
        *captions.map_words(table),
        lambda look: bubble_map(
            table.rename(columns={"place": "name_en"}),
            table["median"],
            size=table["adults"],
            title=picture_text("map_title"),
            label=picture_text("map_label"),
            marked=list(table.index[table["counted"] == "yes"]),
            subtitle=who_is_counted(table.iloc[0]),
            note=f"{OSM}. {tables.source('county_map.csv')}",
            look=look,
        ),
    )

"""Which pictures are published, from which tables, with which words.

A picture is left out where its tables are not there, so that any case's results give the pictures they can.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures import captions, challenge_figures, dots, figures, published_beside, source_figures
from estimation.report.figures.look import LOOKS, SCREEN, Look, named, png_bytes, svg_bytes
from estimation.report.record import csv_table, results_folder, run_card
from estimation.report.wording.headline_facts import lead, press
from estimation.report.wording.picture_texts import counted, fill
from estimation.report.wording.wording import at_level, headline

FOLDER: Final = "figures"
# What is committed; `estimation figures --all` makes every look in both formats.
COMMITTED: Final = ((SCREEN, "svg"), (named("dark"), "svg"), (SCREEN, "png"))
EVERY: Final = tuple((look, kind) for look in LOOKS for kind in ("svg", "png"))
CASE_SCALE: Final = "common_scale.csv"
"""The other sources of a case, whose kinds bear the names that the case gives them."""
WEIGHED_TORNADO: Final = "tornado_sources.csv"
CURVE_CHOICES: Final = ("spread", "selection", "differences", "regional base")


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


@dataclass(frozen=True)
class Tables:
    """Content of a results folder.

    Attributes
    ----------
    found : mapping of str to DataFrame
        By file name.
    answer : str
        Name of the answer.
    """

    found: Mapping[str, pd.DataFrame]
    answer: str

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
        return self._or_first(lead().scope)

    @property
    def challenged(self) -> str:
        """The scope that the attacks on the model are about."""
        return self._or_first(lead().tested)

    @property
    def rows(self) -> pd.DataFrame:
        """The ladder of whom the headline counts."""
        table = self.estimates
        return pd.DataFrame(table[table["scope"] == self.scope])

    @property
    def likely(self) -> pd.DataFrame:
        """Equally likely totals of whom the headline counts, on its basis."""
        table = self["quantiles.csv"]
        return pd.DataFrame(table[(table["scope"] == self.scope) & (table["basis"] == table["basis"].iloc[0])])

    def _or_first(self, scope: str) -> str:
        known = list(self.estimates["scope"])
        return scope if scope in known else str(known[0])

    def main(self, scope: str, level: float = 0.95) -> pd.Series:
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
        return fill("source", table=f"results/{table}", answer=self.answer)


_READ: Final = (
    "estimates.csv",
    "quantiles.csv",
    "synthesis/sources.csv",
    "synthesis/reconciliation.csv",
    CASE_SCALE,
    "tornado.csv",
    WEIGHED_TORNADO,
    "multiverse.csv",
    "published.csv",
    "claims.csv",
    "county_map.csv",
)


def read(directory: Path) -> Tables:
    """The tables of a results folder that pictures are made of.

    Parameters
    ----------
    directory : Path
        A results folder; estimates.csv must be there.

    Returns
    -------
    Tables

    Raises
    ------
    EstimationError
        There is no estimates.csv.
    """
    estimates = results_folder.content("estimates.csv", directory)
    found = {name: results_folder.published(name, directory) for name in _READ[1:] if (directory / name).exists()}
    return Tables({"estimates.csv": csv_table.table(estimates), **found}, run_card.answer_id(estimates))


def pictures(tables: Tables) -> tuple[Picture, ...]:
    """The pictures that the tables allow.

    Parameters
    ----------
    tables : Tables
        Of `read`.

    Returns
    -------
    tuple of Picture
    """
    makers: dict[str, Callable[[Tables], Picture | None]] = {
        "quantiles.csv": _dots,
        "synthesis/reconciliation.csv": _published,
        "synthesis/sources.csv": _forest,
        CASE_SCALE: _case_forest,
        "tornado.csv": _tornado,
        WEIGHED_TORNADO: _weighed_tornado,
        "multiverse.csv": _curve,
        "county_map.csv": _map,
    }
    made = (make(tables) for needs, make in makers.items() if needs in tables)
    return (_ladder(tables), *(each for each in made if each is not None))


def files(
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
        for look in dict.fromkeys(look for look, _ in variants):
            figure = each.draw(look)
            for kind in (kind for other, kind in variants if other == look):
                words = {"title": each.title, "alt": each.alt}
                content = svg_bytes(figure, **words) if kind == "svg" else png_bytes(figure, dpi=look.dpi, **words)
                found[f"{each.figure}{look.suffix}.{kind}"] = content
                progress(1)
    words_of = [{"figure": p.figure, "title": p.title, "caption": p.caption, "alt": p.alt} for p in drawn]
    return found | {"captions.csv": csv_table.csv_bytes(pd.DataFrame(words_of))}


def _ladder(tables: Tables) -> Picture:
    scope, row = tables.scope, tables.main(tables.scope)
    note = f"{headline(row)} {tables.source('estimates.csv')}"
    return Picture(
        "ladder",
        fill("ladder_title"),
        *captions.ladder(tables.rows),
        lambda look: figures.ladder(tables.estimates, scope=scope, look=look, note=note),
    )


def _dots(tables: Tables) -> Picture:
    likely = tables.likely
    panels = captions.panels(likely)
    note = f"{headline(tables.main(tables.scope))} {tables.source('quantiles.csv')}"
    return Picture(
        "dots",
        captions.dots_title(likely),
        *captions.dots(likely, tables.rows),
        lambda look: dots.dot_plot(likely, panels, look=look, note=note),
    )


def _published(tables: Tables) -> Picture:
    conversions, estimates = tables["synthesis/reconciliation.csv"], tables.estimates
    last = estimates[estimates["rung"] == estimates["rung"].iloc[-1]]
    note = tables.source("synthesis/reconciliation.csv")
    return Picture(
        "published",
        fill("published_title"),
        *captions.published(conversions, last),
        lambda look: published_beside.beside(conversions, last, look=look, note=note),
    )


def _forest(tables: Tables) -> Picture:
    return _forest_of(tables, "synthesis/sources.csv", source_figures.KIND_NAMES)


def _case_forest(tables: Tables) -> Picture:
    return _forest_of(tables, CASE_SCALE, {})


def _forest_of(tables: Tables, name: str, kinds: Mapping[str, str]) -> Picture:
    table, about, note = tables[name], tables.main(tables.scope), tables.source(name)
    return Picture(
        "sources",
        fill("forest_title"),
        *captions.forest(table, about),
        lambda look: source_figures.forest(table, look=look, about=about, note=note, kinds=kinds),
    )


def _tornado(tables: Tables) -> Picture:
    table, about = tables["tornado.csv"], tables.main(tables.challenged)
    note = tables.source("tornado.csv")
    return Picture(
        "tornado",
        fill("tornado_title"),
        *captions.tornado(table, about),
        lambda look: challenge_figures.tornado(table, look=look, about=about, note=note),
    )


def _weighed_tornado(tables: Tables) -> Picture | None:
    """With other sources weighed in; none if the answer itself cannot be relied on with so few draws."""
    table, about = tables[WEIGHED_TORNADO], tables.main(tables.challenged)
    kept = table.dropna(subset=["move"])
    if kept.empty or kept["entry"].iloc[0] != "as judged":
        return None
    note = tables.source(WEIGHED_TORNADO)
    return Picture(
        "tornado_sources",
        fill("tornado_title"),
        *captions.tornado_sources(kept, about, refused=len(table) - len(kept)),
        lambda look: challenge_figures.tornado(kept, look=look, about=about, note=note, weighed=True),
    )


def _curve(tables: Tables) -> Picture:
    table, about, press = tables["multiverse.csv"], tables.main(tables.challenged), tables.press()
    choices = [choice for choice in CURVE_CHOICES if choice in table]
    note = tables.source("multiverse.csv")
    return Picture(
        "curve",
        fill("curve_title"),
        *captions.curve(table, about),
        lambda look: challenge_figures.curve(table, choices=choices, stated=press, look=look, about=about, note=note),
    )


def _map(tables: Tables) -> Picture:
    table = tables["county_map.csv"].assign(gb_code=lambda frame: frame["gb_code"].astype(str)).set_index("gb_code")
    note = f"{figures.OSM}. {tables.source('county_map.csv')}"
    first = table.iloc[0]
    return Picture(
        "map",
        fill("map_title"),
        *captions.county_map(table),
        lambda look: figures.bubble_map(
            table.rename(columns={"place": "name_en"}),
            table["median"],
            size=table["adults"],
            title=fill("map_title"),
            label=fill("map_label"),
            marked=list(table.index[table["counted"] == "yes"]),
            subtitle=counted(first),
            note=note,
            look=look,
        ),
    )

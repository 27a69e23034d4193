"""Caption and alternative text of each published picture, from the tables it shows.

Each says who, where, when and which custody. Ends of intervals are rounded as everywhere.
"""

import pandas as pd

from estimation.report.figures.challenge_figures import largest_moves
from estimation.report.wording.estimate_words import at_level, ends, middle, span
from estimation.report.wording.picture_texts import (
    RUNG_NAMES,
    entry_words,
    picture_text,
    who_is_counted,
)
from estimation.report.wording.statements import headline

Words = tuple[str, str]


def _words(caption: str, alt: str, **values: object) -> Words:
    """A caption and an alternative text by their keys, filled from the same values."""
    return picture_text(caption, **values), picture_text(alt, **values)


def ladder_words(rows: pd.DataFrame) -> Words:
    """Caption and alternative text of the ladder of one scope and basis."""
    wide = at_level(rows)
    first, last = wide.iloc[0], wide.iloc[-1]
    said = "; ".join(
        picture_text("ladder_alt_row", rung=RUNG_NAMES[row["rung"]], span=span(row)) for _, row in wide.iterrows()
    )
    return _words(
        "ladder_caption",
        "ladder_alt",
        counted=who_is_counted(last),
        first=first["includes"],
        narrow=span(first),
        wide=span(last),
        headline=headline(last),
        rows=said,
    )


def dot_panels(likely: pd.DataFrame) -> list[tuple[str, str]]:
    """Rungs of the dot plot, each with its words; the last one is the headline's."""
    return [
        (rung, picture_text("dots_sources" if rung == "sources" else "dots_alone"))
        for rung in dict.fromkeys(likely["rung"])
    ]


def dots_title(likely: pd.DataFrame) -> str:
    """Title of the dot plot."""
    return picture_text("dots_title", number=likely["number"].max())


def dots_words(likely: pd.DataFrame, rows: pd.DataFrame) -> Words:
    """Caption and alternative text of the dot plot; `rows` are those of its scope in results/estimates.csv."""
    number = int(likely["number"].max())
    wide = at_level(rows)
    said = []
    for rung, words in dot_panels(likely):
        counts = likely.loc[likely["rung"] == rung, "count"]
        low, high = ends(counts.min(), counts.max())
        said.append(
            picture_text(
                "dots_panel",
                panel=words,
                number=number,
                low=low,
                high=high,
                median=middle(wide[wide["rung"] == rung].iloc[0]),
            )
        )
    counted = who_is_counted(likely.iloc[0])
    return _words(
        "dots_caption",
        "dots_alt",
        number=number,
        counted=counted,
        panels="; ".join(said),
        headline=headline(wide.iloc[-1]),
    )


def published_words(conversions: pd.DataFrame, last: pd.DataFrame) -> Words:
    """Caption and alternative text of published estimates; `last` are the rows of the last rung."""
    shown = conversions.dropna(subset="converted_low")
    wide = at_level(last)
    groups = []
    for _, row in wide.iterrows():
        own = shown[shown["scope"] == row["scope"]]
        if len(own):
            said = ends(own["converted_low"].min(), own["converted_high"].max())
            groups.append(
                picture_text(
                    "published_alt_group",
                    population=row["population"],
                    span=span(row),
                    number=len(own),
                    ends=" to ".join(dict.fromkeys(said)),
                )
            )
    return _words(
        "published_caption",
        "published_alt",
        number=len(shown),
        others=len(conversions) - len(shown),
        territory=last.iloc[-1]["territory"],
        counted_all=who_is_counted(last.iloc[-1], everyone=True),
        rows="; ".join(groups),
    )


def forest_words(table: pd.DataFrame, about: pd.Series) -> Words:
    """Caption and alternative text of the sources on one scale; `about` says who, when and which custody."""
    rows = []
    for row in table.to_dict(orient="records"):
        shares = {name: _percent(row[name]) for name in ("low", "high", "model_low", "model_high")}
        rows.append(picture_text("forest_alt_row", place=row["place"], **shares))
    return _words(
        "forest_caption",
        "forest_alt",
        number=len(table),
        counted_all=who_is_counted(about, everyone=True),
        rows="; ".join(rows),
    )


def tornado_words(moved: pd.DataFrame, about: pd.Series, *, weighed: bool, refused: int) -> Words:
    """Caption and alternative text of the tornado; with other sources, `refused` settings have unreliable weights."""
    counted, largest = who_is_counted(about), "; ".join(map(entry_words, largest_moves(moved)[:3]))
    if not weighed:
        return _words("tornado_caption", "tornado_alt", counted=counted, rows=largest)
    caption, alt = _words("tornado_sources_caption", "tornado_sources_alt", counted=counted)
    told = f" {picture_text('tornado_sources_refused', number=refused)}" if refused else ""
    return f"{caption}{told}", f"{alt} {picture_text('tornado_sources_largest', rows=largest)}{told}"


def curve_words(table: pd.DataFrame, about: pd.Series) -> Words:
    """Caption and alternative text of the specification curve."""
    middles = table["count_median"]
    groups = "; ".join(dict.fromkeys(table["groups"].astype(str))) if "groups" in table else str(about["population"])
    low, high = ends(middles.min(), middles.max())
    counted = who_is_counted(about, everyone=True)
    return _words(
        "curve_caption", "curve_alt", counted_all=counted, number=len(table), groups=groups, low=low, high=high
    )


def map_words(table: pd.DataFrame) -> Words:
    """Caption and alternative text of the map; `table` is that of results/county_map.csv."""
    order = table.sort_values("median")
    lowest, highest = order.iloc[0], order.iloc[-1]
    return _words(
        "map_caption",
        "map_alt",
        counted=who_is_counted(table.iloc[0]),
        number=len(table),
        observed=", ".join(table.loc[table["counted"] == "yes", "place"]),
        low=_percent(lowest["median"]),
        lowest=lowest["place"],
        high=_percent(highest["median"]),
        highest=highest["place"],
    )


def _percent(share: float) -> str:
    return f"{100 * float(share):.2g}%" if share < 1 else "100%"

"""Caption and alternative text of each published picture, from the tables it shows.

Each says who, where, when and which custody. Ends of intervals are rounded as everywhere.
"""

import pandas as pd

from estimation.report.figures.published_beside import UNCONVERTED
from estimation.report.wording.picture_texts import RUNG_NAMES, counted, entry, fill
from estimation.report.wording.wording import at_level, ends, headline, middle, span

Words = tuple[str, str]


def ladder(rows: pd.DataFrame) -> Words:
    """Of the ladder of one scope and basis."""
    wide = at_level(rows)
    first, last = wide.iloc[0], wide.iloc[-1]
    said = "; ".join(fill("ladder_alt_row", rung=RUNG_NAMES[row["rung"]], span=span(row)) for _, row in wide.iterrows())
    caption = fill(
        "ladder_caption",
        counted=counted(last),
        first=first["includes"],
        narrow=span(first),
        wide=span(last),
        headline=headline(last),
    )
    return caption, fill("ladder_alt", counted=counted(last), rows=said)


def panels(likely: pd.DataFrame) -> list[tuple[str, str]]:
    """Rungs of the dot plot, each with its words; the last one is the headline's."""
    return [
        (rung, fill("dots_sources" if rung == "sources" else "dots_alone")) for rung in dict.fromkeys(likely["rung"])
    ]


def dots_title(likely: pd.DataFrame) -> str:
    """Title of the dot plot."""
    return fill("dots_title", number=likely["number"].max())


def dots(likely: pd.DataFrame, rows: pd.DataFrame) -> Words:
    """Of the dot plot of one scope and basis; `rows` are its rows of results/estimates.csv."""
    number = int(likely["number"].max())
    wide = at_level(rows)
    said = []
    for rung, words in panels(likely):
        counts = likely.loc[likely["rung"] == rung, "count"]
        low, high = ends(counts.min(), counts.max())
        said.append(
            fill(
                "dots_panel",
                panel=words,
                number=number,
                low=low,
                high=high,
                median=middle(wide[wide["rung"] == rung].iloc[0]),
            )
        )
    shared = {"number": number, "counted": counted(likely.iloc[0]), "panels": "; ".join(said)}
    return fill("dots_caption", **shared, headline=headline(wide.iloc[-1])), fill("dots_alt", **shared)


def published(conversions: pd.DataFrame, last: pd.DataFrame) -> Words:
    """Of published estimates beside the interval; `last` are the rows of the last rung."""
    shown = conversions[conversions["scope"] != UNCONVERTED]
    wide = at_level(last)
    groups = []
    for _, row in wide.iterrows():
        own = shown[shown["scope"] == row["scope"]]
        if len(own):
            said = ends(own["converted_low"].astype(float).min(), own["converted_high"].astype(float).max())
            groups.append(
                fill(
                    "published_alt_group",
                    population=row["population"],
                    span=span(row),
                    number=len(own),
                    ends=" to ".join(dict.fromkeys(said)),
                )
            )
    about = counted(last.iloc[-1], everyone=True)
    caption = fill(
        "published_caption",
        number=len(shown),
        others=len(conversions) - len(shown),
        territory=last.iloc[-1]["territory"],
        counted_all=about,
    )
    return caption, fill("published_alt", rows="; ".join(groups), counted_all=about)


def forest(table: pd.DataFrame, about: pd.Series) -> Words:
    """Of the sources on one scale; `about` says who, when and which custody."""
    rows = []
    for row in table.to_dict(orient="records"):
        shares = {name: _percent(row[name]) for name in ("low", "high", "model_low", "model_high")}
        rows.append(fill("forest_alt_row", place=row["place"], **shares))
    shared = {"number": len(table), "counted_all": counted(about, everyone=True)}
    return fill("forest_caption", **shared), fill("forest_alt", **shared, rows="; ".join(rows))


def tornado(moved: pd.DataFrame, about: pd.Series) -> Words:
    """Of the tornado."""
    order = moved[moved["entry"] != "as judged"].groupby("entry")["move"].max().sort_values(ascending=False)
    rows = "; ".join(entry(str(name)) for name in order.index[:3])
    return fill("tornado_caption", counted=counted(about)), fill("tornado_alt", counted=counted(about), rows=rows)


def tornado_sources(moved: pd.DataFrame, about: pd.Series, *, refused: int) -> Words:
    """Of the tornado with other sources weighed in; `refused` settings have weights that cannot be relied on."""
    caption, alt = (fill(f"tornado_sources_{each}", counted=counted(about)) for each in ("caption", "alt"))
    order = moved[moved["entry"] != "as judged"].groupby("entry")["move"].max().sort_values(ascending=False)
    largest = fill("tornado_sources_largest", rows="; ".join(entry(str(name)) for name in order.index[:3]))
    told = f" {fill('tornado_sources_refused', number=refused)}" if refused else ""
    return f"{caption}{told}", f"{alt} {largest}{told}"


def curve(table: pd.DataFrame, about: pd.Series) -> Words:
    """Of the specification curve."""
    middles = table["count_median"]
    shared = {"counted_all": counted(about, everyone=True), "number": len(table)}
    groups = "; ".join(dict.fromkeys(table["groups"].astype(str))) if "groups" in table else str(about["population"])
    low, high = ends(middles.min(), middles.max())
    return (
        fill("curve_caption", **shared, groups=groups),
        fill("curve_alt", **shared, low=low, high=high),
    )


def county_map(table: pd.DataFrame) -> Words:
    """Of the map; `table` as results/county_map.csv."""
    order = table.sort_values("median")
    lowest, highest = order.iloc[0], order.iloc[-1]
    observed = ", ".join(table.loc[table["counted"] == "yes", "place"])
    shared = {"counted": counted(table.iloc[0]), "number": len(table), "observed": observed}
    alt = fill(
        "map_alt",
        **shared,
        low=_percent(lowest["median"]),
        lowest=lowest["place"],
        high=_percent(highest["median"]),
        highest=highest["place"],
    )
    return fill("map_caption", **shared), alt


def _percent(share: float) -> str:
    return f"{100 * float(share):.2g}%" if share < 1 else "100%"

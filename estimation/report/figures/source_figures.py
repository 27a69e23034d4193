"""Pictures of the synthesis: sources on one scale, and the answer under each choice of sources; no arithmetic."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures.figure_layout import Axis, Key
from estimation.report.figures.interval_rows import WIDTHS, Bar, Row, chart
from estimation.report.figures.look import SCREEN, Look
from estimation.report.wording.picture_texts import counted, fill
from estimation.report.wording.wording import ends, raised

KIND_NAMES: Final = {
    "phone": "officials by telephone",
    "village": "villages and townships",
    "table": "leaked county table",
    "capacity": "capacity",
    "court": "court statistics",
}

BOUND_WORDS: Final = {"floor": "at least", "ceiling": "at most"}


def forest(
    table: pd.DataFrame,
    *,
    look: Look = SCREEN,
    about: "pd.Series | None" = None,
    note: str = "",
    kinds: Mapping[str, str] = KIND_NAMES,
) -> Figure:
    """Each source converted to the share of its place's adults ever held, its raw figure beside it.

    Parameters
    ----------
    table : DataFrame
        Of `common_scale`, or results/synthesis/sources.csv; of another case, its common_scale.csv.
    look : Look
        Size and colours.
    about : Series, optional
        A row that says who, when and which custody.
    note : str
        Below the picture.
    kinds : mapping of str to str
        What kinds of source are called; a kind that is not among them bears its own name.

    Returns
    -------
    Figure
    """
    rows = []
    for row in table.to_dict(orient="records"):
        mark = ">" if row["bound"] == "floor" else "<" if row["bound"] == "ceiling" else "o"
        said = Bar(((row["low"], row["high"]), (row["low_50"], row["high_50"])), (row["median"],), mark)
        together = Bar(((row["model_low"], row["model_high"]),), (row["model_median"],), "s", tone=1)
        bound = BOUND_WORDS.get(row["bound"], row["bound"])
        words = f"{kinds.get(row['kind'], row['kind'])}, {row['date']}: {bound} {row['raw']} ({row['counts']})"
        rows.append(Row(row["place"], bars=(said, together), quiet=words))
    people = "people" if about is not None and about.get("adult_age") is None else "adults"
    lowest = table[["low", "model_low"]].min().min()
    return chart(
        rows,
        look,
        Axis(f"share of that place's {people} (log scale)", max(lowest / 1.2, 0.001), 1.05, "share"),
        title=fill("forest_title"),
        subtitle="" if about is None else raised(counted(about, everyone=True)),
        note=note,
        keys=(
            Key("the source alone, bias and error included", "o"),
            Key("50%", "-", width=WIDTHS[1]),
            Key("95% interval", "-", width=WIDTHS[0]),
            Key("all together", "s", 1),
        ),
    )


def choices(table: pd.DataFrame, *, title: str, look: Look = SCREEN, about: "pd.Series | None" = None) -> Figure:
    """The count under each choice of sources: 95 and 80 percent intervals on a log axis.

    Parameters
    ----------
    table : DataFrame
        Of `influence`.
    title : str
        Whose count.
    look : Look
        Size and colours.
    about : Series, optional
        A row that says who, where, when and which custody.

    Returns
    -------
    Figure
    """
    whole = table[table["choice"] == "all"].iloc[0]
    rows = []
    for row in table.to_dict(orient="records"):
        name = {"all": "all sources", "none": "county alone"}.get(row["choice"], f"{row['choice']}: {row['source']}")
        value = " – ".join(ends(row["low"], row["high"]))
        strong = row["choice"] in ("all", "none")
        bar = Bar(((row["low"], row["high"]), (row["low_80"], row["high_80"])), (row["median"],), tone=int(strong))
        rows.append(Row(name, value, (bar,), strong=strong))
    return chart(
        rows,
        look,
        Axis("persons (log scale)", table["low"].min() / 1.15, table["high"].max() * 1.15),
        title=title,
        subtitle="" if about is None else counted(about),
        keys=(Key("median"), Key("80%", "-", width=WIDTHS[1]), Key("95% interval; dotted: all sources", "-")),
        lines=[(float(whole[end]), ":", None) for end in ("low", "high")],
    )

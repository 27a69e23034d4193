"""The words of pictures and of the fact sheet: English only, in one file, by the rules of the other texts."""

from typing import Final

from estimation.report.wording.estimate_words import who_did
from estimation.report.wording.rounding import TableRow
from estimation.report.wording.texts import english_only

# Names of the ladder's rungs.
RUNG_NAMES: Final = {
    "sampling": "Sampling only",
    "record": "+ flaws of the record",
    "population": "+ the region's population",
    "spread": "+ places differ; selection",
    "differences": "+ known differences",
    "sources": "+ other sources",
}
# Kinds of other source of the case that ships, and bounds.
KIND_NAMES: Final = {
    "phone": "officials by telephone",
    "village": "reports from villages",
    "table": "leaked county figures",
    "capacity": "capacity seen on satellite images",
    "school": "school records",
    "court": "court statistics",
}
BOUND_WORDS: Final = {"floor": "at least", "ceiling": "at most"}


def picture_text(key: str, **values: object) -> str:
    """A text of ``texts/english_only/pictures.toml`` with its placeholders filled, as `Texts.fill` does.

    Examples
    --------
    >>> picture_text("forest_alt_row", place="{low}", low="1%", high="2%", model_low="3%", model_high="4%")
    '{low}: alone 1% to 2%, together 3% to 4%'
    """
    return english_only("pictures").fill(key, **{name: str(value) for name, value in values.items()})


def who_is_counted(row: TableRow, *, everyone: bool = False) -> str:
    """Whom a row counts, where, when and in which custody; `everyone` leaves out the groups, if there are several."""
    if not everyone:
        return picture_text("counted", **who_did(row))
    return picture_text("counted_people" if row.get("adult_age") is None else "counted_adults", **who_did(row))


def entry_words(name: str) -> str:
    """An entry of the register in words: those of the file, else its own name.

    Examples
    --------
    >>> entry_words("bias_survey"), entry_words("uninformative_survey"), entry_words("some_ratio")
    ('how far sources of the kind survey were off', 'how often sources of the kind survey say nothing', 'some ratio')
    """
    own = english_only("pictures").templates.get(f"entry_{name}")
    if own is not None:
        return own
    for what in ("bias", "coverage", "uninformative", "together"):  # the register has one for each kind of other source
        if name.startswith(f"{what}_"):
            return picture_text(f"of_kind_{what}", kind=name.removeprefix(f"{what}_"))
    return spoken(name)


def spoken(name: str) -> str:
    """The name of an entry or input as words."""
    return name.replace("_", " ")

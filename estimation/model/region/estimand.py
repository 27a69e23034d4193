"""What exactly is being counted: a card that travels with every figure, and arithmetic that reads it.

Stock is not cumulative, camp is not prison, residents are not the registered: figures whose cards differ do not mix.
"""

import re
from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args

from estimation.errors import EstimandError

Basis = Literal["resident", "registered"]
Measure = Literal["ever held", "held at a moment", "sentenced"]
Custody = Literal["camp or prison", "camp", "prison"]


@dataclass(frozen=True)
class Estimand:
    """The card.

    Attributes
    ----------
    population : str
        Who is counted, such as ``Uyghur``.
    territory : str
        Where.
    window : str
        When, as a year, a date or ``2017-2018``.
    custody : {"camp or prison", "camp", "prison"}
        Which kind of custody.
    measure : {"ever held", "held at a moment", "sentenced"}
        Whether people held at any time in the window are meant, or those held at one moment of it.
    adult_age : int
        Age in completed years from which people are counted; 0 for all ages.
    basis : {"resident", "registered"}
        Whether the population is that of residence or of household registration.

    Raises
    ------
    EstimandError
        A field has a value that is not allowed.

    Examples
    --------
    >>> card = Estimand("Uyghur", "Xinjiang", "2017-2018", "camp or prison", "ever held", 18, "registered")
    >>> card.sentence()
    'Uyghur adults (18 and over, registered) of Xinjiang ever held in a camp or prison in 2017-2018'
    """

    population: str
    territory: str
    window: str
    custody: Custody
    measure: Measure
    adult_age: int
    basis: Basis

    def __post_init__(self) -> None:
        for name, allowed in (("custody", Custody), ("measure", Measure), ("basis", Basis)):
            if getattr(self, name) not in get_args(allowed):
                raise EstimandError(
                    f"{name} must be one of {', '.join(get_args(allowed))}",
                    repr(getattr(self, name)),
                    "use one of these",
                )
        for name in ("population", "territory", "window"):
            if not getattr(self, name).strip():
                raise EstimandError(f"{name} must not be blank", repr(getattr(self, name)), "say what is counted")
        if not 0 <= self.adult_age <= 100:
            raise EstimandError("adult_age must lie between 0 and 100", self.adult_age, "give completed years")

    def row(self) -> dict[str, str | int]:
        """The fields as columns of a table."""
        return asdict(self)

    def sentence(self) -> str:
        """The card in words."""
        who = "people of all ages" if self.adult_age == 0 else "adults"
        age = "" if self.adult_age == 0 else f"{self.adult_age} and over, "
        if self.measure == "sentenced":
            what = f"sentenced to {self.custody} in {self.window}"
        elif self.measure == "ever held":
            what = f"ever held in a {self.custody} in {self.window}"
        else:
            what = f"held in a {self.custody} at one moment of {self.window}"
        return f"{self.population} {who} ({age}{self.basis}) of {self.territory} {what}"


@dataclass(frozen=True)
class Figure:
    """A number of persons, or a share, with its card.

    Attributes
    ----------
    value : float
        Persons, or a share 0-1; see `unit`.
    estimand : Estimand
        What it counts.
    unit : {"persons", "share"}
        Unit of `value`.
    """

    value: float
    estimand: Estimand
    unit: Literal["persons", "share"] = "persons"


def require_same(first: Estimand, second: Estimand, *, doing: str, except_for: tuple[str, ...] = ()) -> None:
    """Raise unless two cards agree.

    Parameters
    ----------
    first, second : Estimand
        The cards.
    doing : str
        What is being done with the figures, for the message.
    except_for : tuple of str
        Fields allowed to differ.

    Raises
    ------
    EstimandError
        Naming each field that differs.
    """
    unlike = [
        field.name
        for field in fields(Estimand)
        if field.name not in except_for and getattr(first, field.name) != getattr(second, field.name)
    ]
    if unlike:
        values = "; ".join(f"{name}: {getattr(first, name)!r} and {getattr(second, name)!r}" for name in unlike)
        raise EstimandError(
            f"figures must count the same thing when {doing}",
            values,
            f"convert one of them in {', '.join(unlike)} first",
        )


def _same_unit(first: Figure, second: Figure, doing: str) -> None:
    if first.unit != second.unit:
        raise EstimandError(
            f"figures must have one unit when {doing}",
            f"{first.unit} and {second.unit}",
            "turn the share into persons, or the persons into a share",
        )


def add(first: Figure, second: Figure, *, over: Literal["population", "territory"]) -> Figure:
    """Add persons of two disjoint populations or territories.

    Parameters
    ----------
    first, second : Figure
        In persons, with cards alike in all but `over`.
    over : {"population", "territory"}
        The field in which the two are disjoint.

    Returns
    -------
    Figure
        Its card joins the two names of `over` with "and".

    Raises
    ------
    EstimandError
        The cards differ elsewhere, a name of `over` stands in both (a person would count twice), or a figure is a
        share.

    Notes
    -----
    **Assumes:** groups and places that overlap show it in their names, as "Xinjiang" and "the south of Xinjiang" do.

    Examples
    --------
    >>> card = Estimand("Uyghur", "Xinjiang", "2017-2018", "camp", "ever held", 18, "resident")
    >>> other = Estimand("Kazakh", "Xinjiang", "2017-2018", "camp", "ever held", 18, "resident")
    >>> add(Figure(2, card), Figure(1, other), over="population").estimand.population
    'Uyghur and Kazakh'
    """
    require_same(first.estimand, second.estimand, doing="added", except_for=(over,))
    _same_unit(first, second, "added")
    if first.unit == "share":
        raise EstimandError("only persons can be added", "shares", "weigh the shares by their populations")
    names = getattr(first.estimand, over), getattr(second.estimand, over)
    parts = [[part.strip() for part in re.split(r",| and ", name) if part.strip()] for name in names]
    twice = [one for one in parts[0] for other in parts[1] if one in other or other in one]
    if twice:
        raise EstimandError(
            f"added figures must share nothing in {over}, or people count twice",
            f"{names[0]!r} and {names[1]!r}",
            "add each group and place once",
        )
    card = Estimand(**{**first.estimand.row(), over: " and ".join(names)})  # type: ignore[arg-type]
    return Figure(first.value + second.value, card)


def ratio(first: Figure, second: Figure) -> float:
    """How many times the second the first is.

    Parameters
    ----------
    first, second : Figure
        With the same card and unit.

    Returns
    -------
    float
        ``first / second``; infinite if the second is 0.

    Raises
    ------
    EstimandError
        The cards or the units differ.
    """
    require_same(first.estimand, second.estimand, doing="divided")
    _same_unit(first, second, "divided")
    return first.value / second.value if second.value else float("inf")


def at_least(first: Figure, second: Figure) -> bool:
    """Whether the first is no smaller than the second; raises `EstimandError` as `ratio` does."""
    require_same(first.estimand, second.estimand, doing="compared")
    _same_unit(first, second, "compared")
    return first.value >= second.value

"""What exactly is being counted: a card that travels with every figure.

Stock is not cumulative, camp is not prison, residents are not the registered: figures whose cards differ do not mix.
"""

from dataclasses import asdict, dataclass
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

"""What `import estimation` offers: a case from a folder, its estimate, priors and published results by name.

The functions of the floors below stay where they are; nothing is computed here.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from estimation import DRAWS, SEED
from estimation.challenge.claims import Claim
from estimation.challenge.review.claim_check import Checked, check
from estimation.errors import EstimationError
from estimation.evidence.case_folder.contents import read_case
from estimation.evidence.distributions.distributions import Distribution, parse
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables import sources
from estimation.evidence.tables.sources import Evidence
from estimation.model.case.build import case_of, register_of
from estimation.model.case.case import Case
from estimation.model.ladder import ladder
from estimation.model.ladder.ladder import Run
from estimation.model.ladder.proposal import PILOT
from estimation.model.region.region import Array
from estimation.model.spread.register_priors import slope_entry, spread_shapes
from estimation.model.spread.slope_prior import RESIDUAL, with_residual_spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class LoadedCase:
    """A case with its judgements, as read from a folder.

    Attributes
    ----------
    case : Case
        The region, what was observed in it, and what other sources say.
    register : Register
        The judgements.
    """

    case: Case
    register: Register

    def override(self, **entries: Distribution | float) -> "LoadedCase":
        """The same case with other judgements.

        Parameters
        ----------
        **entries : Distribution or float
            By id; a number stands for a fixed value.

        Raises
        ------
        AssumptionError
            An unknown id, or a value the entry cannot take.
        """
        return LoadedCase(self.case, self.register.override(**entries))

    def run(self, *, draws: int = DRAWS, seed: int = SEED, **options: Any) -> "Estimate":
        """Make the whole ladder, the last rung with other sources if the case has any.

        Parameters
        ----------
        draws, seed : int
            Size, at least 1000, and seed; those of the published tables by default.
        **options
            Of `estimation.model.ladder.ladder.run`, such as ``sources=False`` or ``without=("a_source",)``.

        Returns
        -------
        Estimate

        Raises
        ------
        EstimationError
            Impossible options.
        UnreliableError
            The sources' weights cannot be relied on; ``sources=False`` leaves them out.
        """
        chosen = {"pilot": PILOT, **options}
        return Estimate(ladder.run(self.case, self.register, draws=draws, seed=seed, **chosen))


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a run of a case gives.

    Attributes
    ----------
    run : Run
        Draws of inputs and totals, and their weights.
    """

    run: Run = field(repr=False)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Names of the totals it has."""
        return tuple(scope.name for scope in self.run.case.scopes)

    @property
    def rungs(self) -> tuple[str, ...]:
        """Names of its rungs: without other sources all but the last."""
        return self.run.rungs

    def table(self, **options: Any) -> pd.DataFrame:
        """Intervals of every scope and rung; options and columns as `Run.table`."""
        return self.run.table(**options)

    def count(self, scope: str, rung: str | None = None) -> Array:
        """Equally likely draws of a total at a rung, the last by default: persons, shape (draws,)."""
        return self.run.count(scope, rung)

    def draws(self, rung: str | None = None) -> pd.DataFrame:
        """Equally likely draws of every total at a rung, the last by default: persons, one column a scope."""
        return pd.DataFrame({scope: self.run.count(scope, rung) for scope in self.scopes})

    def check(self, *, scope: str, at_least: float = 0.0, at_most: float = float("inf"), label: str = "") -> Checked:
        """How likely a claim about a total is, rung by rung, and what would be supported instead.

        Parameters
        ----------
        scope : str
            Whom it is about.
        at_least, at_most : float
            Persons; at least one of them.
        label : str
            Who says it.

        Raises
        ------
        EstimationError
            No limit, or an unknown scope.
        """
        return check(self.run, Claim(scope, at_least, at_most, label))

    def plot(self, scope: str | None = None) -> "Figure":
        """The ladder of one scope as a picture, the first scope by default."""
        from estimation.report.figures import interval_figures, look

        look.style()
        return interval_figures.ladder_chart(self.run.table(levels=(0.5, 0.8, 0.95)), scope=scope or self.scopes[0])


def load_tables(directory: Path | str | None = None) -> Evidence:
    """The checked tables of a data folder; those that ship by default. Raises `DataError` with every fault."""
    return sources.load(directory)


def load_case(
    directory: Path | str | None = None,
    *,
    basis: str | None = None,
    year: int | None = None,
    adult_age: int | None = None,
) -> LoadedCase:
    """Read a case: the one that ships by default, or a folder as `estimation new-case` writes it.

    Parameters
    ----------
    directory : Path or str, optional
        A data folder (with ``datapackage.json``) or a case folder (with ``case.toml`` and ``areas.csv``).
    basis : str, optional
        Whom numerator and denominators count, ``registered`` or ``resident``: of a case with a census.
    year, adult_age : int, optional
        The population is that of the end of this year, and adults are of this age and over: of a case with a census.

    Returns
    -------
    LoadedCase

    Raises
    ------
    DataError
        Anything wrong with the folder, every fault with file, row and column.
    EstimationError
        Options that the case does not have, or values that it does not cover.
    """
    read = read_case(sources.PUBLIC if directory is None else Path(directory))
    register = register_of(read)
    return LoadedCase(case_of(read, register, basis=basis, year=year, adult_age=adult_age), register)


def distribution(name: str, **parameters: float) -> Distribution:
    """A distribution by name, as a register writes it.

    Parameters
    ----------
    name : str
        Such as ``pert``; a wrong one lists all.
    **parameters : float
        Its parameters, such as ``low=0, mode=1, high=2``.

    Raises
    ------
    AssumptionError
        An unknown name or parameter, or a value it cannot take.
    """
    return parse({"name": name, **parameters})


def spread_prior(name: str, *, without: tuple[str, ...] = (), given_size: bool = False) -> Distribution:
    """A prior of the spread between areas by the name of the systems it is fitted to.

    Parameters
    ----------
    name : str
        Such as ``campaigns and crackdowns``; a wrong one lists all.
    without : tuple of str
        Families of systems to leave out.
    given_size : bool
        Whether it is the spread that is left where rates run with the logarithm of population, as `slope_prior` has it.

    Returns
    -------
    Distribution
        Of a standard deviation of log-odds, as `fit_areas` takes it.

    Raises
    ------
    EstimationError
        An unknown name or family.
    """
    evidence = sources.load()
    sets = with_residual_spread(evidence.table("reference_sets"), evidence.table("reference_slopes"))
    shapes = spread_shapes(sets, without=without, column=RESIDUAL if given_size else "tau")
    if name not in shapes:
        raise EstimationError(
            "a prior of the spread must be a known one", repr(name), f"use one of {', '.join(shapes)}"
        )
    return shapes[name]


def slope_prior(*, without: tuple[str, ...] = ()) -> Distribution:
    """The prior of how rates run with the size of areas: slope of log-odds on log population, of systems of every kind.

    Parameters
    ----------
    without : tuple of str
        Families of systems to leave out.

    Returns
    -------
    Distribution
        Of log-odds per unit of log population, as `fit_areas` takes it beside ``covariates=numpy.log(populations)``.

    Raises
    ------
    EstimationError
        Too few families are left.
    """
    return slope_entry(sources.load().table("reference_slopes"), without=without)

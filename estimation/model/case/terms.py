"""The product by which entries of the register turn a rate as counted, a base or a population into the true one."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from estimation.evidence.case_folder.case_register import AREA_ERROR, Term
from estimation.model.case.case import Values
from estimation.model.region.region import Array


def multiplied(value: npt.ArrayLike, terms: Iterable[Term], values: Values, *, adult_share: float = 1.0) -> Array:
    """A value with its terms, of one quantity and basis, in their order; entries are numbers or draws that broadcast.

    `adult_share` is that of the people counted, 0-1, for errors of that share.
    """
    found = np.asarray(value, float)
    for term in terms:
        entry = np.asarray(values[term.entry], float)
        if term.role == "missing":
            found = found / (1 - entry)
        elif term.role == "repeated":
            found = found * (1 - entry)
        elif term.role == "adult share":
            found = found * (1 + entry / adult_share)
        else:
            found = found * entry
    return np.asarray(found)


def _of(terms: Iterable[Term], *quantities: str, basis: str) -> tuple[Term, ...]:
    """The terms of some quantities on a basis, errors of single areas aside, in their order."""
    return tuple(
        term for term in terms if term.quantity in quantities and term.basis in ("", basis) and term.role != AREA_ERROR
    )


def mending(
    terms: Sequence[Term],
    areas: Sequence[str],
    medians: Values,
    *,
    basis: str,
    base_scale: float = 1.0,
    first_share: npt.ArrayLike = 1.0,
) -> tuple[Callable[[Array, Values], Array], float]:
    """From the share as counted to that of the first group, as `Case.mend`, and the persons of the base at the centre.

    `base_scale` is the base over its entry in persons; `first_share`, shape () or (J,), the first group's part of the
    people of an area whose count is of all groups. Without an entry in persons the second value is 1.
    """
    count, base = (_of(terms, name, basis=basis) for name in ("count", "base"))
    persons = any(term.role == "persons" for term in base)
    central = float(multiplied(base_scale, base, medians)) if persons else 1.0

    def mend(share: Array, drawn: Values) -> Array:
        drawn = {name: np.asarray(value)[:, None] for name, value in drawn.items()}
        found = np.asarray(share) * (central / multiplied(base_scale, base, drawn))
        for term in count:
            corrected = multiplied(found, [term], drawn)
            found = np.where([area in (term.areas or areas) for area in areas], corrected, found)
        return np.asarray(found / np.asarray(first_share))

    return mend, central


def factors_of(
    terms: Sequence[Term], *, basis: str, adult_share: float = 1.0
) -> Callable[[Values], tuple[Array, Array]]:
    """True over tabled population in the core and elsewhere, as `Case.factors`; `adult_share` is the region's, 0-1.

    References
    ----------
    METHODS eq. 7.
    """
    parts = [_of(terms, "region", where, basis=basis) for where in ("core", "elsewhere")]

    def factors(values: Values) -> tuple[Array, Array]:
        core, elsewhere = (multiplied(1.0, part, values, adult_share=adult_share) for part in parts)
        return core, elsewhere

    return factors


def area_error(terms: Iterable[Term], medians: Values, core: npt.NDArray[np.bool_]) -> Array:
    """Error of each area's people, log scale, shape (K,)."""
    found = np.zeros(core.shape)
    for term in terms:
        if term.role == AREA_ERROR:
            where = {"region": core | True, "core": core, "elsewhere": ~core}[term.quantity]
            found[where] = medians[term.entry]
    return found

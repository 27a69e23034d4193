"""Readings of the multiverse: how much each choice moves the result, the curve, and a compact file of everything."""

from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.multiverse.multiverse import SUMMARY
from estimation.errors import EstimationError
from estimation.evidence.register.choices import Grid

_RESULTS: Final = (*SUMMARY, "effective", "reliable")
# Options by number in one text: 0 to 9, then letters.
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MARK: Final = "s"


def variance_shares(specifications: pd.DataFrame, *, of: str = "count_median") -> pd.DataFrame:
    """How much each choice moves a column of results, over all combinations counting alike.

    `of` may also be ``width``, the ratio of the ends of the 95% interval. Per choice: `alone`, the share of the
    variance of the log result between its options' means; `total`, the share left when every other choice is given;
    `lowest`, `highest`, the geometric means of the extreme options, and their names.

    **Assumes:** nothing about which combinations are likelier. A share says how much a choice matters in this grid, and
    would change with the grid.

    METHODS eq. 69.
    """
    choices = [name for name in specifications.columns if name not in _RESULTS]
    # A choice that these specifications do not differ in moves nothing.
    choices = [name for name in choices if specifications[name].nunique() > 1]
    values = specifications["count_high"] / specifications["count_low"] if of == "width" else specifications[of]
    log = np.log(values.to_numpy(float))
    variance = log.var()
    if not variance > 0:
        raise EstimationError("specifications must differ in their result", "a constant", "declare choices that matter")
    codes = {name: pd.factorize(specifications[name])[0] for name in choices}
    rows = []
    for name in choices:
        means = pd.Series(log).groupby(specifications[name].to_numpy(), sort=False).mean()
        between = float(((means[specifications[name]].to_numpy() - log.mean()) ** 2).mean())
        others = [codes[each] for each in choices if each != name]
        # One number for each combination of the others: sorting numbers is quicker than sorting rows.
        sizes = [int(code.max()) + 1 for code in others]
        # A choice that differs alone is compared within all specifications.
        which = (
            np.unique(np.ravel_multi_index(others, sizes), return_inverse=True)[1]
            if others
            else np.zeros_like(log, int)
        )
        size = np.bincount(which)
        inside = log - (np.bincount(which, log) / size)[which]
        rows.append(
            {
                "choice": name,
                "alone": between / variance,
                "total": float((inside**2).mean()) / variance,
                "lowest_option": str(means.idxmin()),
                "lowest": float(np.exp(means.min())),
                "highest_option": str(means.idxmax()),
                "highest": float(np.exp(means.max())),
            }
        )
    return pd.DataFrame(rows).sort_values("total", ascending=False).reset_index(drop=True)


def thinned(specifications: pd.DataFrame, rows: int = 400) -> pd.DataFrame:
    """The specification curve at evenly spaced ranks of the median, ends included; `rank` counts from 1."""
    ordered = specifications.sort_values("count_median", kind="stable").reset_index(drop=True)
    keep = np.unique(np.linspace(0, len(ordered) - 1, min(rows, len(ordered))).round().astype(int))
    kept = ordered.iloc[keep].copy()
    kept.insert(0, "rank", keep + 1)
    return kept.reset_index(drop=True)


def alone(specifications: pd.DataFrame) -> pd.DataFrame:
    """Those of the specifications that rest on the county alone: no other source, prisons split off its people."""
    found = specifications
    for choice, option in (("sources", "none"), ("prison", "as judged")):
        found = found[found[choice] == option] if choice in found else found
    return found


def compact(specifications: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Every specification in a few characters.

    Columns `specification`, the letter s and one digit or letter a choice (`options_table`); `count_low` to
    `count_high` in persons, to four digits; `effective`; `reliable`.
    """
    codes = np.full(len(specifications), _MARK, object)
    for choice in grid.choices:
        number = {option.name: _DIGITS[place] for place, option in enumerate(choice.options)}
        codes = codes + specifications[choice.name].map(number).to_numpy(object)
    found = pd.DataFrame({"specification": codes})
    for name in SUMMARY:
        values = specifications[name].to_numpy(float)
        size = 10.0 ** (np.floor(np.log10(np.maximum(values, 1.0))) - 3)
        found[name] = (np.round(values / size) * size).round().astype(np.int64)
    found["effective"] = specifications["effective"].to_numpy()
    found["reliable"] = specifications["reliable"].to_numpy()
    return found


def options_table(grid: Grid) -> pd.DataFrame:
    """The key to `compact`: `place`, `choice`, `asks`, `code`, `option`, `reason`, one row an option."""
    return pd.DataFrame(
        [
            {
                "place": place + 1,
                "choice": choice.name,
                "asks": choice.asks,
                "code": _MARK + _DIGITS[number],
                "option": option.name,
                "reason": option.reason,
            }
            for place, choice in enumerate(grid.choices)
            for number, option in enumerate(choice.options)
        ]
    )


def named(found: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """What `compact` made, with one column a choice again, then the results; `options` are of `options_table`.

    Raises `EstimationError` for a code that the key does not have.
    """
    columns = {}
    for place, each in options.groupby("place", sort=True):
        key = dict(zip(each["code"].str[1], each["option"], strict=True))
        columns[str(each["choice"].iloc[0])] = found["specification"].str[int(str(place))].map(key)
    table = pd.DataFrame(columns)
    if table.isna().any(axis=None):
        raise EstimationError("every code must be in the key", "one that is not", "read both files of one run")
    return pd.concat([table, found.drop(columns="specification")], axis=1)

"""The kernel against the equations of docs/METHODS.md, written out again here draw by draw.

The second writing takes tables, the register, the draws of the inputs and the standard normals of the areas; every
equation from (7) to (55) between these and the totals or the likelihood is its own.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from other_sources import row, write
from scipy.stats import qmc
from table_error import table_error

from estimation.evidence.case_folder import case_folder
from estimation.evidence.population.composition import adult_shares, composition
from estimation.evidence.tables.synthesis_sources import sentenced_in_first_year, usable_rows
from estimation.model.case.build import case_of, register_of
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder import kernel
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import RUNGS, Part

DRAWS, SEED = 600, 5
PRECISIONS = [(np.float64, 1e-9, 0.0), (np.float32, 1e-4, 1e-3)]
"""Single precision rounds to 6e-8, log-odds of some tens to some 1e-6; a thousandth of a person counts as nothing."""


# --- the second writing ----------------------------------------------------------------------------------------------


def expit(x):
    return 1 / (1 + np.exp(-x))


def logit(p):
    return np.log(p) - np.log(1 - p)


def log_odds_of_ratio(r, p):
    """(40)."""
    with np.errstate(divide="ignore"):
        return np.log(r) + np.log((1 - p) / (1 - r * p))


@dataclass
class Tables:
    """What the tables say of a region."""

    adults: np.ndarray  # N_ig
    parents: np.ndarray
    core: np.ndarray
    distant: np.ndarray
    city: np.ndarray
    observed: list[int]
    sigma: np.ndarray  # sigma_c of each area


@dataclass
class Draw:
    """What one draw of the inputs says, after (7), (36), (37) and (40)."""

    p_hat: float
    p: float
    theta: np.ndarray
    core: float
    elsewhere: float
    m: float
    s: float
    rho: float
    ne: float
    city: float
    groups: np.ndarray


@dataclass
class Normals:
    """Standard normals of one draw."""

    eta: np.ndarray
    u: np.ndarray
    v: np.ndarray
    a: np.ndarray
    b: np.ndarray


def normals(case, precision, draws):
    """The numbers of a stream, block after block of 256 draws."""
    stream, found = Stream(SEED, precision), []
    for number, start in enumerate(range(0, draws, 256)):
        rows = slice(start, min(start + 256, draws))
        people, one, two = (made(case.region, number, rows) for made in (stream.people, stream.rates, stream.prison))
        for i in range(rows.stop - rows.start):
            each = (people[i], one.parents[i], one.areas[i], two.parents[i], two.areas[i])
            found.append(Normals(*(values.astype(float) for values in each)))
    return found


def area_by_area(tables, d, z):
    """People (8), deviations and log-odds (38)-(39), log-odds by group (41): of one draw."""
    people = np.where(tables.core, d.core, d.elsewhere) * np.exp(tables.sigma * z.eta)  # (8)
    seen = (d.theta - d.m) / d.s
    u = np.array(z.u)
    for q in range(u.size):
        own = [e for e, o in zip(seen, tables.observed, strict=True) if tables.parents[o] == q]
        if own:
            below = 1 - d.rho + len(own) * d.rho
            u[q] = math.sqrt(d.rho) * sum(own) / below + math.sqrt((1 - d.rho) / below) * z.u[q]  # (39)
    e = math.sqrt(d.rho) * u[tables.parents] + math.sqrt(1 - d.rho) * z.v
    e[tables.observed] = seen
    theta = d.m + d.s * e  # (38)
    theta[tables.observed] = d.theta
    x = np.zeros(len(theta))
    x[tables.distant] += d.ne
    x[tables.city] += d.city
    x = x - x[tables.observed].mean()
    x[tables.observed] = 0.0
    return people, e, theta, theta[:, None] + x[:, None] + d.groups  # (41)


def ladder(tables, members, centre, drawn, z):
    """(43) without sources, by rung and scope: `members` are the N_ig that each scope counts."""
    found = {rung: np.empty((len(drawn), len(members))) for rung in RUNGS}
    central = np.where(tables.core, *centre)
    for i, (d, own) in enumerate(zip(drawn, z, strict=True)):
        people, _, theta, by_group = area_by_area(tables, d, own)
        for at, counted in enumerate(members):
            found["sampling"][i, at] = d.p_hat * (central @ counted).sum()
            found["record"][i, at] = d.p * (central @ counted).sum()
            found["population"][i, at] = d.p * (people @ counted).sum()
            found["spread"][i, at] = (people * expit(theta)) @ counted.sum(axis=1)
            found["differences"][i, at] = (people[:, None] * counted * expit(by_group)).sum()  # (42)
    return found


def places(tables, areas, columns):
    """The N_ig of some areas and groups."""
    counted = np.zeros_like(tables.adults)
    counted[np.ix_(areas, columns)] = tables.adults[np.ix_(areas, columns)]
    return counted


def points(count, dimensions):
    """Sobol's first points, half a step off the edge."""
    return qmc.Sobol(dimensions, scramble=False).random(count) + 1 / (2 * count)


def t4(z):
    """(54)."""
    v = z / np.sqrt(4 + z**2)
    return 0.5 + 0.75 * v - 0.25 * v**3


def density(figure, f, whole, bound, sigma, b, nothing):
    """(53)-(54) at each point."""
    z = (math.log(figure) - np.log(f) - b) / sigma
    says_nothing = min(max(1 - math.log(whole / figure) / math.log(1000), 0), 1)
    if bound == "about":
        return (1 - nothing) * 3 / (8 * sigma) * (1 + z**2 / 4) ** -2.5 + nothing / math.log(1000)
    if bound == "floor":
        return (1 - nothing) * t4(-z) + nothing * (1 - says_nothing)
    return (1 - nothing) * t4(z) + nothing * says_nothing


# --- the case that ships ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


@pytest.fixture(scope="module")
def inputs(case, judgements):
    return draw_inputs(case, judgements, DRAWS, SEED)


def ours(case, register, inputs, precision=np.float64):
    return kernel.totals(case, register, inputs, Stream(SEED, precision), ladder=True, sources=True, threads=1)


def tables_of(case, register):
    region = case.region
    south, other = (register[f"county_error_sd_{where}"].distribution.median() for where in ("south", "elsewhere"))
    sigma = np.where(region.core, south, other)
    return Tables(region.adults, region.parents, region.core, region.distant, region.city, list(region.observed), sigma)


def factors(entries, adults):
    """(7) on the registered basis."""
    common = entries["regional_base_ratio"] * (1 + entries["adult_share_error"] / adults)
    return (
        common * entries["registered_over_resident_south"],
        common * entries["registered_over_resident_elsewhere"],
    )


def survival(register):
    return tuple(register[f"annual_survival_{age}"].distribution.median() for age in ("under_65", "65_plus"))


@pytest.fixture(scope="module")
def own(shipped, judgements):
    """Composition of the observed county's adults and the region's."""
    return composition(shipped, "653121", year=2018, adult_age=18, survival=survival(judgements))


@pytest.fixture(scope="module")
def drawn(judgements, inputs, own):
    found = []
    for i in range(DRAWS):
        x = {name: values[i] for name, values in inputs.items()}
        p_hat = float(x["sampling"][0])
        mended = (
            p_hat
            * (judgements["county_adults_registered"].distribution.median() / x["county_adults_registered"])
            * ((1 - x["duplicate_share"]) / (1 - x["missing_share"]))
            * (x["numerator_uyghur_share"] / own.first_group_share)
        )  # (36)
        theta = logit(mended)
        groups = [x[f"{name}_rate_ratio"] for name in ("kazakh", "hui", "kyrgyz", "other_minority")]
        found.append(
            Draw(
                p_hat,
                mended,
                np.array([theta]),
                *factors(x, own.minority_adult_share),
                m=theta - x["between_county_sd"] * (x["observed_z"] + x["selection_shift"]),  # (37)
                s=x["between_county_sd"],
                rho=x["between_prefecture_share"],
                ne=log_odds_of_ratio(x["north_east_rate_ratio"], mended),
                city=log_odds_of_ratio(x["city_rate_ratio"], mended),
                groups=np.array([0.0, *(log_odds_of_ratio(r, mended) for r in groups)]),
            )
        )
    return found


@pytest.mark.parametrize(("precision", "rtol", "atol"), PRECISIONS)
def test_totals_are_those_of_the_equations_draw_by_draw(case, judgements, inputs, own, drawn, precision, rtol, atol):
    # METHODS eq. 7-8, 36-43. Groups as the tables have them: uyghur, kazakh, hui, kyrgyz, other_minority.
    assert case.region.groups == ("uyghur", "kazakh", "hui", "kyrgyz", "other_minority")
    tables = tables_of(case, judgements)
    found = ours(case, judgements, inputs, precision)
    members = []
    for scope in case.scopes:
        where = np.flatnonzero(tables.core) if scope.core_only else np.arange(len(tables.core))
        members.append(places(tables, where, [case.region.groups.index(group) for group in scope.groups]))
    centre = factors(judgements.medians(), own.minority_adult_share)
    expected = ladder(tables, members, centre, drawn, normals(case, precision, DRAWS))
    for at, scope in enumerate(case.scopes):
        for rung in RUNGS:
            np.testing.assert_allclose(found.count(scope.name, rung), expected[rung][:, at], rtol=rtol, atol=atol)


def whom(shipped, region, area):
    """Areas that the words of `synthesis_sources.csv` mean."""
    if area == "region":
        return list(range(len(region.areas)))
    units = shipped.table("units").set_index("gb_code")
    if area == "counties":
        return [at for at, code in enumerate(region.areas) if units.loc[code, "is_city"] == 0]
    return [at for at, code in enumerate(region.areas) if code.startswith(tuple(area.split("+")))]


@dataclass
class Speaks:
    """A source, the N_ig it speaks about and, for a share of all ages, how many of these people are adults."""

    row: object
    counted: np.ndarray
    adult_share: float


def speakers(shipped, region, tables, register):
    share = adult_shares(shipped, year=2018, adult_age=18, survival=survival(register))
    found = []
    for each in usable_rows(shipped):
        where = whom(shipped, region, each.area)
        counted = places(tables, where, [region.groups.index(group) for group in each.groups])
        everyone = sum(counted[at].sum() / share[region.areas[at]] for at in where)
        found.append(Speaks(each, counted, counted.sum() / everyone if each.all_ages else 1.0))
    return found


def held_and_sentenced(tables, sources, x, d, z, count, sentenced_shares):
    """E, P and adults of whom each source speaks about, by (42) and (48)-(49); of one draw."""
    people, e, _, by_group = area_by_area(tables, d, z)
    o = tables.observed[0]
    lam = logit(x["county_prison_count"] * x["prison_list_inside"] / count)  # (48)
    gamma = x["composition_correlation"]
    h = gamma * e + math.sqrt(1 - gamma**2) * (
        math.sqrt(d.rho) * z.a[tables.parents] + math.sqrt(1 - d.rho) * z.b
    )  # (49)
    lam_i = lam + x["composition_sd"] * (h - h[o] - x["composition_shift"])
    lam_i[o] = lam
    for each in sources:
        held = (people[:, None] * each.counted * expit(by_group)).sum(axis=1)
        yield held.sum(), (held * expit(lam_i)).sum(), (people @ each.counted).sum()


def at_the_time(source, either, prison, x, first_year):
    """(50)."""
    passed = (source.year - 2017.25) / 1.75
    # Piecewise linear through the courts' totals of each year.
    if source.year <= 2018:
        sentences = first_year * (source.year - 2017.25) / 0.75
    else:
        sentences = first_year + (1 - first_year) * (source.year - 2018)
    camp = (either - (1 - x["camp_before_prison"]) * prison) * passed ** x["intake_shape"]
    stock = camp * (1 - (1 - x["stock_to_ever_ratio"]) * passed)
    return {
        ("camp or prison", "ever held"): either * passed ** x["intake_shape"],
        ("camp", "ever held"): camp,
        ("camp", "held at a moment"): stock,
        ("prison", "sentenced"): sentences * prison,
        ("camp or prison", "held at a moment"): stock + sentences * prison,
    }[source.custody, source.measure]


MANY = 4096
LEAVE_OUT, SHARING, TOGETHER = ("school", "court"), ("phone", "village", "table"), ("phone", "village")
"""Kinds that can only leave people out, that have a bias in common, and that may be silent at once, of case.toml."""


def alone(sources):
    """Whether a kind has one figure and that of the whole of its people, so that its likelihood is tabled."""
    return len(sources) == 1 and not sources[0].row.places


def own_entries(kind, sources, register):
    """The points of (55): shared error, saying nothing, conversions of (51), differences between places."""
    names = [f"coverage_{kind}" if kind in LEAVE_OUT else f"bias_{kind}", f"uninformative_{kind}"]
    if kind in TOGETHER:
        names += [f"together_{kind}"]
    if kind == "school":
        names += ["adult_over_parent_rate"]
    if kind == "court":
        names += ["minority_share_of_sentenced", "custodial_share", "ordinary_crime_share"]
    if kind == "capacity":
        names += ["occupancy"]
    if any(each.row.places for each in sources):
        names += ["newsworthiness", "within_county_sd"]
    cube = points(MANY if alone(sources) else 32 if kind in SHARING else 128, len(names))
    return {name: register[name].distribution.ppf(cube[:, at]) for at, name in enumerate(names)}


@pytest.mark.parametrize(("precision", "rtol", "atol"), PRECISIONS)
def test_likelihood_is_that_of_the_equations_draw_by_draw(
    shipped, case, judgements, inputs, drawn, precision, rtol, atol
):
    # METHODS eq. 48-55.
    tables, first_year = tables_of(case, judgements), sentenced_in_first_year(shipped)
    sources = speakers(shipped, case.region, tables, judgements)
    kinds = {each.row.kind: [other for other in sources if other.row.kind == each.row.kind] for each in sources}
    assert [kind for kind, members in kinds.items() if alone(members)] == ["table", "capacity", "court", "school"]
    entries = {kind: own_entries(kind, members, judgements) for kind, members in kinds.items()}
    totals = ours(case, judgements, inputs, precision)
    likelihood = kernel.likelihood(totals)
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    nodes, weights = judgements["bias_shared"].distribution.sd * nodes, weights / weights.sum()
    z, at_nodes = normals(case, precision, DRAWS), {kind: np.zeros((DRAWS, 5)) for kind in kinds}
    held = np.empty((DRAWS, len(sources), 3))
    for i, d in enumerate(drawn):
        x = {name: values[i] for name, values in inputs.items()}
        terms, nothing = dict.fromkeys(kinds, 1.0), dict.fromkeys(kinds, 1.0)
        held[i] = list(held_and_sentenced(tables, sources, x, d, z[i], 22_762, first_year))
        for each, (either, prison, adults) in zip(sources, held[i], strict=True):
            source, xi = each.row, entries[each.row.kind]
            f = at_the_time(source, either, prison, x, first_year)
            if source.kind == "court":  # (51)
                f = f / (xi["minority_share_of_sentenced"] * xi["custodial_share"] * (1 - xi["ordinary_crime_share"]))
            if source.kind == "capacity":
                f = f / xi["occupancy"]
            if source.kind == "school":
                f = f / xi["adult_over_parent_rate"]
            whole = np.inf
            if source.scale == "share":
                f, whole = f / adults * each.adult_share, 1.0
            sigma = source.log_sd
            if source.places:
                f = f / xi["newsworthiness"]
                # (52); a share that (51) takes above 1 leaves places no room to differ.
                room = np.maximum(1 - f / whole, 0)
                sigma = np.sqrt(sigma**2 + (xi["within_county_sd"] * room) ** 2 / source.places)
            b = np.log(xi[f"coverage_{source.kind}"]) if source.kind in LEAVE_OUT else xi[f"bias_{source.kind}"]
            if source.kind in SHARING:
                b = b + nodes[:, None]
            # (55): of the chance w that a figure says nothing, a part t is that all figures of its kind do.
            w = xi[f"uninformative_{source.kind}"]
            every = w * xi[f"together_{source.kind}"] if source.kind in TOGETHER else 0 * w
            one = (w - every) / (1 - every)
            terms[source.kind] = terms[source.kind] * density(source.value, f, whole, source.bound, sigma, b, one)
            nothing[source.kind] *= density(source.value, f, whole, source.bound, sigma, b, 1.0)
        for kind, product in terms.items():
            xi = entries[kind]
            every = xi[f"uninformative_{kind}"] * xi[f"together_{kind}"] if kind in TOGETHER else 0.0
            at_nodes[kind][i] = ((1 - every) * product + every * nothing[kind]).mean(axis=-1)  # (55)
    expected = {kind: np.log(each @ weights) for kind, each in at_nodes.items()}
    for at, each in enumerate(sources):
        column = totals.column(each.row.name)
        for mine, theirs in zip(
            (totals.held.either, totals.held.prison, totals.held.people), held[:, at].T, strict=True
        ):
            np.testing.assert_allclose(mine[:, column], theirs, rtol=rtol, atol=atol)
    # Logs: an absolute error is a relative one of the likelihood. What is tabled is off between the table's steps.
    off = {
        kind: 10 * rtol + (table_error(members[0].row.log_sd) if alone(members) else 0.0)
        for kind, members in kinds.items()
    }
    for kind, members in kinds.items():
        found = likelihood.log({each.row.name: 1.0 for each in members})
        np.testing.assert_allclose(found, expected[kind], rtol=0, atol=off[kind], err_msg=kind)
    apart = sum(expected[kind] for kind in kinds if kind not in SHARING)
    together = apart + np.log(np.prod([at_nodes[kind] for kind in SHARING], axis=0) @ weights)
    found = likelihood.log(dict.fromkeys(likelihood.names, 1.0))
    np.testing.assert_allclose(found, together, rtol=0, atol=sum(off.values()))
    assert np.ptp(together) > 1


# --- three observed areas --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(shipped, tmp_path_factory):
    """The template with three observed areas, a core, cities, two groups and other sources."""
    sets = shipped.table("reference_sets")
    rows = (
        row("one", 15_000, group="adults"),
        row("two", 0.06, unit="share", area="Lower Exampleland", error=0.3),
        row("three", 0.02, unit="share", area="ex07", group="adults", floor="yes", kind="court"),
        row("four", 9_000, low=8_000, high=12_000, area="Upper Exampleland", kind="court"),
    )
    folder = case_folder.load(
        write(tmp_path_factory.mktemp("three"), *rows, kinds=("survey", "court")), families=set(sets["family"])
    )
    areas = folder.areas.assign(
        people_others=folder.areas["people_adults"].to_numpy()[::-1] * 0.3, core=np.arange(12) < 8
    )
    entries = folder.entries
    more = {
        "others_rate_ratio": replace(entries["city_rate_ratio"], id="others_rate_ratio"),
        "outside_core_rate_ratio": replace(entries["city_rate_ratio"], id="outside_core_rate_ratio"),
        "numerator_first_group_share": replace(entries["missing_share"], id="numerator_first_group_share"),
    }
    observed = folder.observed.iloc[[0, 0, 0]].assign(
        area=["ex04", "ex09", "ex05"],
        count=[2_480, 700, 3_000],
        population=[52_600, 12_500, 95_000],
        group=["adults", "all", "adults"],
    )
    statement = replace(
        folder.statement,
        groups=(("adults", "adults"), ("others", "others")),
        scopes=(
            replace(folder.statement.scopes[0], groups=("adults", "others")),
            replace(folder.statement.scopes[0], name="inside", groups=("adults",), core_only=True),
        ),
    )
    folder = replace(folder, areas=areas, statement=statement, observed=observed, entries={**entries, **more})
    register = register_of(folder, sets).override(numerator_first_group_share=0.8)
    return folder, case_of(folder, register), register


@pytest.mark.parametrize(("precision", "rtol", "atol"), PRECISIONS)
def test_three_observed_areas_follow_the_equations_too(three, precision, rtol, atol):
    # METHODS eq. 8, 36-43 and 52-55, in the form of a case of one's own.
    folder, case, register = three
    inputs = draw_inputs(case, register, DRAWS, SEED)
    totals = ours(case, register, inputs, precision)
    areas = folder.areas.reset_index(drop=True)
    adults = areas[["people_adults", "people_others"]].to_numpy(float)
    core = areas["core"].to_numpy(bool)
    tables = Tables(
        adults,
        (areas["parent"] == "Upper Exampleland").to_numpy(int),  # in the order of names
        core,
        ~core,
        areas["city"].to_numpy(bool),
        [3, 8, 4],
        np.full(12, 0.02),  # area_error_sd of the template
    )
    weight = adults[tables.observed, 0] / adults[tables.observed, 0].sum()
    base = np.array([52_600, 12_500, 95_000])
    drawn = []
    for i in range(DRAWS):
        x = {name: values[i] for name, values in inputs.items()}
        first = np.array([1.0, adults[8, 0] / adults[8].sum(), 1.0])
        among = np.array([1.0, x["numerator_first_group_share"], 1.0])
        p = x["sampling"] / x["observed_base_ratio"] * (1 - x["duplicate_share"]) / (1 - x["missing_share"])
        p = p * among / first  # (36)
        theta, before = logit(p), logit(x["sampling"])
        fitted = before.mean() - x["between_county_sd"] * x["observed_z"]  # m' of the fit
        rate = float(weight @ p)
        drawn.append(
            Draw(
                float(base @ x["sampling"]) / base.sum(),
                rate,
                theta,
                x["region_base_ratio"],
                x["region_base_ratio"],
                m=fitted + (theta - before).mean() - x["selection_shift"] * x["between_county_sd"],  # (37)
                s=x["between_county_sd"],
                rho=x["between_prefecture_share"],
                ne=log_odds_of_ratio(x["outside_core_rate_ratio"], rate),
                city=log_odds_of_ratio(x["city_rate_ratio"], rate),
                groups=np.array([0.0, log_odds_of_ratio(x["others_rate_ratio"], rate)]),
            )
        )

    z = normals(case, precision, DRAWS)
    ratio = register["region_base_ratio"].distribution.median()
    everywhere, upper, lower = np.arange(12), np.arange(6), np.arange(6, 12)
    members = [places(tables, everywhere, [0, 1]), places(tables, np.flatnonzero(core), [0])]
    expected = ladder(tables, members, (ratio, ratio), drawn, z)
    for at, scope in enumerate(case.scopes):
        for rung in RUNGS:
            np.testing.assert_allclose(totals.count(scope.name, rung), expected[rung][:, at], rtol=rtol, atol=atol)

    asked = {
        "one": (places(tables, everywhere, [0]), 15_000, "about", 0.4, "survey", False),
        "two": (places(tables, lower, [0, 1]), 0.06, "about", 0.3, "survey", True),
        "three": (places(tables, [6], [0]), 0.02, "floor", 0.4, "court", True),
        # A range is even on the log scale: variance log(12,000 / 8,000)^2 / 12.
        "four": (
            *(places(tables, upper, [0, 1]), 9_000, "about"),
            math.hypot(0.4, math.log(1.5) / math.sqrt(12)),
            *("court", False),
        ),
    }
    logs = np.zeros(DRAWS)
    cube = points(128, 2)
    for i, (d, own) in enumerate(zip(drawn, z, strict=True)):
        people, _, _, by_group = area_by_area(tables, d, own)
        terms = {"survey": np.ones(128), "court": np.ones(128)}
        for counted, figure, bound, sigma, kind, is_share in asked.values():
            f = (people[:, None] * counted * expit(by_group)).sum()
            if is_share:
                f = f / (people @ counted).sum()
            b, nothing = (
                register[f"{name}_{kind}"].distribution.ppf(column)
                for name, column in zip(("bias", "uninformative"), cube.T, strict=True)
            )
            terms[kind] *= density(figure, np.array([f]), 1.0 if is_share else np.inf, bound, sigma, b, nothing)
        logs[i] = sum(math.log(product.mean()) for product in terms.values())
    likelihood = kernel.likelihood(totals)
    np.testing.assert_allclose(likelihood.log(dict.fromkeys(likelihood.names, 1.0)), logs, rtol=0, atol=10 * rtol)


# --- what the kernel gives -------------------------------------------------------------------------------------------


def test_names_of_columns_scopes_sources_and_other_places(case, judgements, inputs):
    more = Part("my place", np.array([0, 3]), ("uyghur",))
    found = kernel.totals(case, judgements, inputs, Stream(SEED), sources=True, places=[more], threads=1)
    names = [scope.name for scope in case.scopes] + [source.name for source in case.sources]
    assert [part.name for part in found.parts] == [*names, kernel.OBSERVED, kernel.EVERYBODY, "my place"]
    assert found.held.either.shape == found.held.prison.shape == (DRAWS, len(names) + 3)
    assert [each.source.name for each in found.predictions] == [source.name for source in case.sources]
    assert found.held.alike.shape == (DRAWS, 0)
    # The observed county's share held is the mended rate, whatever else is drawn.
    here = found.column(kernel.OBSERVED)
    np.testing.assert_allclose(found.held.either[:, here] / found.held.people[:, here], found.effects.rate, rtol=1e-6)


def test_without_sources_nobody_is_divided_and_totals_stay(case, judgements, inputs):
    alone = kernel.totals(case, judgements, inputs, Stream(SEED), ladder=True, threads=1)
    both = ours(case, judgements, inputs, np.float32)
    assert alone.held.prison.shape == (DRAWS, 0)
    assert alone.predictions == ()
    for scope in case.scopes:
        for rung in RUNGS:
            np.testing.assert_allclose(both.count(scope.name, rung), alone.count(scope.name, rung), rtol=1e-5)
        assert np.all(both.prison(scope.name) <= both.count(scope.name))


def test_shares_of_rungs_are_of_their_own_people(case, judgements, inputs):
    found = ours(case, judgements, inputs)
    for scope in case.scopes:
        np.testing.assert_allclose(
            found.count(scope.name, "record") / found.people(scope.name, "record"), found.effects.rate, rtol=1e-12
        )
        np.testing.assert_allclose(
            found.count(scope.name, "population") / found.people(scope.name, "population"),
            found.effects.rate,
            rtol=1e-12,
        )

import hashlib
import json
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimation.errors import AssumptionError
from estimation.evidence.case_folder.case_folder import entries_of
from estimation.evidence.distributions.distributions import Pert, Point, Uniform
from estimation.evidence.population import population
from estimation.evidence.register import assumptions as a
from estimation.evidence.register.citable import Citable
from estimation.evidence.tables import sources
from estimation.evidence.tables.synthesis_sources import citable

SHIPPED = sources.PUBLIC / "assumptions.toml"
QUIET = settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def known(shipped) -> Citable:
    return citable(shipped)


def toml(value) -> str:
    """A value as inline TOML; JSON strings are TOML basic strings but for DEL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "inf", -math.inf: "-inf"}.get(value, "nan")
    return repr(value)


def write(path: Path, tables: dict) -> Path:
    path.write_text("".join(f"{toml(str(key))} = {toml(table)}\n" for key, table in tables.items()), encoding="utf-8")
    return path


ENTRIES = entries_of(sources.load())


def load(path: Path, known: Citable) -> a.Register:
    return a.load(path, entries=ENTRIES, citable=known)


def shipped_tables() -> dict:
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


# --- the register that ships ----------------------------------------------------------------------------------------


def test_shipped_register_is_complete_and_in_the_order_of_the_ladder(judgements):
    rungs = [entry.rung for entry in judgements.values() if entry.rung != "fixed"]
    assert rungs == sorted(rungs, key=[*a.RUNGS, a.SOURCES].index)
    assert set(judgements) == set(ENTRIES)
    assert len(judgements) == len(ENTRIES) == 53


def test_every_source_resolves_and_is_not_a_placeholder(judgements, known):
    cited = {entry.source for entry in judgements.values()} - {"judgement"}
    assert cited
    assert cited <= set(known.sources)


def test_selection_is_centred_on_nothing_and_stays_in_play(judgements):
    # Design, section 3: "default centred on 0 with spread".
    shape = judgements["selection_shift"].distribution
    assert shape.median() == 0.0
    assert not isinstance(shape, Point)


def test_end_of_the_county_base_is_what_twelve_percent_allows(judgements):
    # Rationale of the entry: 22,762 / 0.12 = 189,683.
    assert judgements["county_adults_registered"].distribution.high == round(22_762 / 0.12)


def test_registered_uyghurs_lie_between_the_yearbook_and_its_revision(shipped, judgements):
    # bases.csv uyg_pop_2018_yb: 11,678,600 for the end of 2018; region_series.csv: lowered by 178,600 in June 2021.
    yearbook = shipped.table("bases").set_index("denominator_id").loc["uyg_pop_2018_yb", "value"]
    series = shipped.table("region_series").query("indicator == 'uyghur_revision' and year == 2018")
    revised = yearbook + series["value"].iloc[0]
    assert (yearbook, revised) == (11_678_600, 11_500_000)
    central = judgements.medians()
    registered = population.register(
        population.residents(shipped, year=2018),
        south_ratio=central["registered_over_resident_south"],
        elsewhere_ratio=central["registered_over_resident_elsewhere"],
        units=shipped.table("units"),
    )
    assert revised <= registered.total("uyghur") <= yearbook


def test_statements_end_and_texts_name_nobody_at_the_keyboard(judgements):
    for entry in judgements.values():
        assert entry.statement.endswith(".")
        assert "TODO" not in entry.rationale + entry.disputed


# --- reading ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_what_is_read(tmp_path, known, judgements):
    assert load(write(tmp_path / "a.toml", shipped_tables()), known).entries == judgements.entries


def test_missing_file(tmp_path, known):
    with pytest.raises(AssumptionError, match=r"must be readable; got .*no\.toml: No such file"):
        load(tmp_path / "no.toml", known)


def test_folder_in_place_of_a_file(tmp_path, known):
    with pytest.raises(AssumptionError, match=r"must be readable; got .*: Is a directory"):
        load(tmp_path, known)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[a\n", "line 1"),
        (b"\xff\xfe", "utf-8"),
        (b"a = " + b"9" * 5000, "digits"),
        (b"a = " + b"[" * 5000, "recursion"),
        (b"[missing_share]\n[missing_share]\n", "twice|overwrite|more than once|Cannot declare"),
    ],
)
def test_what_is_not_toml(tmp_path, known, content, said):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(AssumptionError, match=rf"a\.toml must be TOML in UTF-8; got .*({said})"):
        load(path, known)


def test_unknown_entry_gets_a_hint(tmp_path, known):
    path = write(tmp_path / "a.toml", shipped_tables() | {"mising_share": {}})
    with pytest.raises(
        AssumptionError, match=r"entries the model knows; got 'mising_share'.*did you mean 'missing_share'"
    ):
        load(path, known)


def test_unknown_entry_unlike_any(tmp_path, known, judgements):
    path = write(tmp_path / "a.toml", {"zzzzzz": {}})
    with pytest.raises(AssumptionError, match=r"see data/public/assumptions\.toml"):
        a.amend(judgements, path, citable=known)


def test_missing_entries_are_all_named(tmp_path, known):
    tables = shipped_tables()
    del tables["missing_share"], tables["hui_rate_ratio"]
    with pytest.raises(
        AssumptionError, match="every entry of the register; got none for missing_share, hui_rate_ratio"
    ):
        load(write(tmp_path / "a.toml", tables), known)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sauce": "x"}, r"field must be a known one \(a\.toml, missing_share\); got 'sauce'.*did you mean 'source'"),
        ({"statement": None}, "every entry needs statement"),
        ({"distribution": None}, "every entry needs distribution"),
        ({"rationale": "  "}, "rationale must be a text that is not empty"),
        ({"disputed": 3}, "disputed must be a text that is not empty"),
        ({"source": "cnn_2023_xpg"}, r"'judgement' or in sources\.csv.*did you mean 'cnn_2023_xpf'"),
        ({"unit": "percent"}, "the unit of missing_share is share .*; got 'percent'.*write 'share'"),
        ({"distribution": 0.05}, r"a distribution is a table with a name \(a\.toml, missing_share\)"),
        ({"distribution": {"name": "petr"}}, r"known one \(a\.toml, missing_share\); got 'petr'.*did you mean 'pert'"),
        (
            {"distribution": {"name": "point", "value": 1.5}},
            r"missing_share must lie between 0 and 1 \(a\.toml, missing_share\); got point\(value=1\.5\), which runs",
        ),
        ({"distribution": {"name": "normal", "mean": 0.1, "sd": 0.1}}, "runs from -inf to inf"),
    ],
)
def test_entries_that_are_refused(tmp_path, known, changes, message):
    tables = shipped_tables()
    for name, value in changes.items():
        tables["missing_share"][name] = value
        if value is None:
            del tables["missing_share"][name]
    with pytest.raises(AssumptionError, match=message):
        load(write(tmp_path / "a.toml", tables), known)


def test_entry_that_is_no_table(tmp_path, known):
    path = write(tmp_path / "a.toml", shipped_tables() | {"missing_share": 0.05})
    with pytest.raises(AssumptionError, match=r"an entry is a table .*; got 0\.05.*write \[missing_share\]"):
        load(path, known)


def test_support_that_is_no_number_is_refused(judgements):
    # -1e308 to 1e308 is wider than a float can hold.
    with np.errstate(invalid="ignore"), pytest.raises(AssumptionError, match="selection_shift must lie between"):
        judgements.override(selection_shift=Uniform(-1e308, 1e308))


def test_entries_of_the_population_table_take_one_value(judgements):
    with pytest.raises(AssumptionError, match="county_error_sd_south takes one value"):
        judgements.override(county_error_sd_south=Uniform(0.01, 0.03))


# --- changing ---------------------------------------------------------------------------------------------------------


def test_amend_changes_only_what_the_file_names(tmp_path, known, judgements):
    path = write(
        tmp_path / "mine.toml",
        {"missing_share": {"distribution": {"name": "point", "value": 0.0}, "rationale": "complete"}},
    )
    changed = a.amend(judgements, path, citable=known)
    assert changed["missing_share"].distribution == Point(0.0)
    assert changed["missing_share"].rationale == "complete"
    assert changed["missing_share"].statement == judgements["missing_share"].statement
    assert [key for key in changed if changed[key] != judgements[key]] == ["missing_share"]


def test_amend_with_an_empty_file_changes_nothing(tmp_path, known, judgements):
    assert a.amend(judgements, write(tmp_path / "mine.toml", {}), citable=known).entries == judgements.entries


@pytest.mark.parametrize("gone", ["distribution", "rationale"])
def test_amend_needs_a_distribution_and_a_reason(tmp_path, known, judgements, gone):
    table = {"distribution": {"name": "point", "value": 0.0}, "rationale": "complete"}
    del table[gone]
    with pytest.raises(AssumptionError, match=rf"a changed entry needs a {gone} \(mine\.toml, missing_share\)"):
        a.amend(judgements, write(tmp_path / "mine.toml", {"missing_share": table}), citable=known)


def test_amend_refuses_an_entry_that_is_no_table(tmp_path, known, judgements):
    with pytest.raises(AssumptionError, match="an entry is a table"):
        a.amend(judgements, write(tmp_path / "mine.toml", {"missing_share": 1}), citable=known)


def test_override_takes_numbers_and_shapes(judgements):
    changed = judgements.override(missing_share=0.1, duplicate_share=Pert(0, 0.01, 0.02))
    assert changed.medians()["missing_share"] == 0.1
    assert changed["duplicate_share"].distribution == Pert(0, 0.01, 0.02)
    assert judgements["missing_share"].distribution != Point(0.1)


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("mising_share", 0.1, "must be in the register; got 'mising_share'.*did you mean 'missing_share'"),
        ("missing_share", 1.1, r"must lie between 0 and 1 \(override\)"),
        ("missing_share", math.nan, "value of point must be a finite number"),
    ],
)
def test_override_refuses(judgements, entry, value, message):
    with pytest.raises(AssumptionError, match=message):
        judgements.override(**{entry: value})


def test_membership_is_answered_without_an_error(judgements):
    assert "missing_share" in judgements
    assert "nothing" not in judgements
    with pytest.raises(AssumptionError, match="must be in the register"):
        judgements["nothing"]


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_same_seed_same_draws_and_other_seed_other_draws(judgements):
    first, other = judgements.draw(500, 7), judgements.draw(500, 8)
    a._remembered.cache_clear()
    again = judgements.draw(500, 7)
    for key in judgements:
        np.testing.assert_array_equal(first[key], again[key])
    assert not np.array_equal(first["missing_share"], other["missing_share"])


def test_draws_are_kept_for_the_next_run_and_cannot_be_written_to(judgements, monkeypatch):
    first, again = judgements.draw(500, 7), judgements.draw(500, 7)
    assert all(first[key] is again[key] for key in judgements)
    with pytest.raises(ValueError, match="read-only"):
        first["missing_share"][0] = 0.5
    monkeypatch.setattr(a, "_MOST_REMEMBERED", 499)
    fresh = judgements.draw(500, 7)
    for key in judgements:
        assert fresh[key] is not first[key]
        np.testing.assert_array_equal(fresh[key], first[key])


@pytest.mark.parametrize("changed", ["missing_share", "selection_shift", "other_minority_rate_ratio"])
def test_a_change_of_one_entry_leaves_the_draws_of_all_others(judgements, changed):
    before, after = judgements.draw(300, 7), judgements.override(**{changed: 0.25}).draw(300, 7)
    unlike = [key for key in judgements if not np.array_equal(before[key], after[key])]
    assert unlike == [changed]


def test_entries_are_drawn_independently(judgements):
    # Derivation: the correlation of two independent samples of 4,000 has SD 1 / sqrt(4000) = 0.016; 4.5 SDs.
    varying = [key for key in judgements if judgements[key].rung != "fixed"]
    drawn = judgements.draw(4_000, 3)
    correlation = np.corrcoef([drawn[key] for key in varying]) - np.eye(len(varying))
    assert np.abs(correlation).max() < 4.5 / np.sqrt(4_000)


def test_draws_follow_their_distribution(judgements):
    drawn = judgements.draw(4_000, 3)
    for key, entry in judgements.items():
        # Derivation: a share of 4,000 draws below the 20 percent point has SD 0.0063.
        if entry.rung != "fixed":
            assert np.mean(drawn[key] <= entry.distribution.ppf(0.2)) == pytest.approx(0.2, abs=0.03)


def test_frame_is_complete(judgements):
    frame = judgements.frame()
    assert frame["id"].tolist() == list(judgements)
    assert not frame.isna().any(axis=None)
    assert (frame["low"] <= frame["median"]).all()
    assert (frame["median"] <= frame["high"]).all()


# --- anything at all --------------------------------------------------------------------------------------------------

scalars = (
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers(-(10**6), 10**320)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
    | st.sampled_from(["pert", "quantiles", "point", "normal", "share", "ratio", "judgement"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "low", "mode", "high", "value", "mean", "sd", "probabilities", "values", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)


@QUIET
@given(
    entry=st.sampled_from([*ENTRIES, "mising_share"]),
    field=st.sampled_from(["statement", "distribution", "unit", "source", "rationale", "disputed", "other", ""]),
    value=values,
)
def test_a_file_gives_a_register_or_an_assumption_error(tmp_path, known, entry, field, value):
    tables = shipped_tables()
    if field:
        tables.setdefault(entry, {})[field] = value
    else:
        tables[entry] = value
    path = write(tmp_path / "fuzz.toml", tables)
    try:
        found = load(path, known)
    except AssumptionError:
        return
    assert isinstance(found, a.Register)
    assert all(np.isfinite(middle) for middle in found.medians().values())


@QUIET
@given(
    name=st.sampled_from(["pert", "uniform", "triangular", "normal", "half_normal", "lognormal", "beta", "log_t"]),
    numbers=st.lists(st.floats(-1e9, 1e9) | st.integers(-5, 5), min_size=4, max_size=4),
)
def test_distributions_of_any_numbers_give_values_in_range_or_an_error(judgements, name, numbers):
    from estimation.evidence.distributions.distributions import parse

    wanted = {
        "pert": ("low", "mode", "high"),
        "uniform": ("low", "high"),
        "triangular": ("low", "mode", "high"),
        "normal": ("mean", "sd"),
        "half_normal": ("scale",),
        "lognormal": ("median", "sigma"),
        "beta": ("a", "b"),
        "log_t": ("median", "sigma", "df", "high"),
    }[name]
    try:
        shape = parse({"name": name, **dict(zip(wanted, numbers, strict=False))})
        register = judgements.override(missing_share=shape)
    except AssumptionError:
        return
    drawn = register.draw(50, 1)["missing_share"]
    assert np.all((drawn >= 0) & (drawn <= 1))


def test_a_register_knows_the_files_it_was_read_from(tmp_path, known, judgements):
    mine = write(tmp_path / "mine.toml", {})
    found = a.amend(judgements, mine, citable=known).hashes
    # Expected value: hashlib on the files themselves.
    assert found == {
        "assumptions.toml": hashlib.sha256(SHIPPED.read_bytes()).hexdigest(),
        "changed by mine.toml": hashlib.sha256(mine.read_bytes()).hexdigest(),
    }


@pytest.mark.parametrize("field", ["statement", "rationale", "disputed"])
def test_a_text_with_the_shape_of_an_identity_number_is_refused(tmp_path, known, field):
    # Made up: region 110101, born 1 January 2000, as the shape of such numbers goes (GB 11643-1999).
    tables = shipped_tables()
    tables["missing_share"][field] += " 110101200001011234"
    with pytest.raises(AssumptionError, match=f"{field} must hold no identity or telephone number .*missing_share"):
        load(write(tmp_path / "a.toml", tables), known)

import pytest

from estimation.errors import EstimandError, EstimationError
from estimation.evidence.population import population as pop
from estimation.evidence.tables.sources import Evidence, load


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture(scope="module")
def table(evidence) -> pop.PopulationTable:
    return pop.adults(evidence)


@pytest.mark.parametrize(
    ("year", "turkic"),
    # population_model, section 7: Turkic adults (Uyghur, Kazakh, Kyrgyz) before rounding.
    [(2017, 8_354_832), (2018, 8_498_995)],
)
def test_turkic_adults_with_published_controls(evidence, year, turkic):
    assert round(pop.adults(evidence, year=year, controls="published").total(pop.TURKIC)) == turkic


@pytest.mark.parametrize("year", [2017, 2018])
def test_verified_controls_move_turkic_adults_little(evidence, year):
    published, verified = (
        pop.adults(evidence, year=year, controls=controls).total(pop.TURKIC) for controls in ("published", "verified")
    )
    # population_model, step 2: a change of 2 percent in unverified controls moves the total by 0.1 percent.
    assert verified == pytest.approx(published, rel=0.002)


def test_minority_adults_do_not_depend_on_controls(evidence):
    totals = {pop.adults(evidence, controls=c).total(pop.GROUPS) for c in ("published", "verified")}
    # population_model, section 7: 9,587,740 minority adults at the end of 2018, rounded unit by unit.
    assert max(totals) - min(totals) < 1e-3
    assert max(totals) == pytest.approx(9_587_740, abs=10)


def test_defaults_are_the_ones_named(table):
    assert (table.basis, table.adult_age, table.year, table.controls) == ("resident", 18, 2018, "verified")
    assert table.adults.shape == (106, 5)


def test_residents_hold_all_ages(evidence, table):
    everyone = pop.residents(evidence)
    assert everyone.adult_age == 0
    assert (everyone.adults.to_numpy() >= table.adults.to_numpy()).all()
    # population_model, section 7: 14,547,445 minorities at the end of 2018, rounded unit by unit.
    assert everyone.total(pop.GROUPS) == pytest.approx(14_547_445, abs=10)


def test_register_scales_south_and_elsewhere(evidence, table):
    units = evidence.table("units")
    on_register = pop.register(table, south_ratio=1.06, elsewhere_ratio=0.97, units=units)
    south = list(units.query("region_class == 'south4'")["gb_code"])
    rest = list(units.query("region_class != 'south4'")["gb_code"])
    assert on_register.basis == "registered"
    # Derivation: one factor for each part.
    assert on_register.total("uyghur", south) == pytest.approx(1.06 * table.total("uyghur", south))
    assert on_register.total("uyghur", rest) == pytest.approx(0.97 * table.total("uyghur", rest))


def test_registered_once_only(evidence, table):
    units = evidence.table("units")
    once = pop.register(table, south_ratio=1.1, elsewhere_ratio=1.0, units=units)
    with pytest.raises(EstimandError, match="only a resident table can be put on the register; got registered"):
        pop.register(once, south_ratio=1.1, elsewhere_ratio=1.0, units=units)


@pytest.mark.parametrize("name", ["south_ratio", "elsewhere_ratio"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_ratios_are_positive(evidence, table, name, value):
    ratios = {"south_ratio": 1.0, "elsewhere_ratio": 1.0, name: value}
    with pytest.raises(EstimationError, match=f"{name} must be a positive number; got {value}"):
        pop.register(table, **ratios, units=evidence.table("units"))


def test_register_needs_a_class_for_every_unit(evidence, table):
    units = evidence.table("units").query("gb_code != '653121'")
    with pytest.raises(EstimationError, match="every unit needs a region_class; got 653121"):
        pop.register(table, south_ratio=1.1, elsewhere_ratio=1.0, units=units)

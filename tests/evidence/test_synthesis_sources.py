from dataclasses import replace

import pytest

from estimation.errors import EstimandError, EstimationError
from estimation.evidence.tables.synthesis_sources import left_out, sentenced_in_first_year, usable_rows, year_of


def changed(evidence, row, **values):
    """The shipped folder with one row of synthesis_sources, or of another table, changed."""
    table = evidence.table("synthesis_sources")
    for column, value in values.items():
        table.loc[table["row_id"] == row, column] = value
    return replace(evidence, _tables={**evidence._tables, "synthesis_sources": table})


def test_each_source_has_the_figure_of_its_table(shipped):
    rows = {row.name: row for row in usable_rows(shipped)}
    # observations.csv, published.csv, capacity.csv and official_statistics.csv, columns numerator, rate and value.
    assert {name: row.value for name, row in rows.items()} == {
        "onsu_county": 30_000,
        "kashgar_pref_rate": 120_000,
        "kon_bullaqsu": 0.10,
        "kar_aqsaray2": 0.0398,
        "kar_chinibagh": 0.40,
        "chrd_10pct": 0.10,
        "yar_villages": 0.16,
        "istiqlal_890k": 890_000,
        "bfn_cap": 1_014_883,
        "sent_2017_18": 232_524,
        "yar_parents": 0.0516,
    }
    assert {row.kind for row in rows.values()} == {"phone", "village", "table", "capacity", "court", "school"}
    assert rows["chrd_10pct"].bound == "floor"
    assert rows["chrd_10pct"].places == 8
    assert len({row.dependence for row in rows.values()}) == len(rows)


def test_every_other_candidate_has_a_reason(shipped):
    out = left_out(shipped)
    assert {"uchturpan_county", "ghulja_sheyih"} <= set(out["row_id"])
    assert out["reason"].str.len().min() > 10


def test_share_of_sentences_of_the_first_year(shipped):
    # official_statistics.csv: 99,326 in 2017 and 133,198 in 2018.
    assert sentenced_in_first_year(shipped) == pytest.approx(99_326 / 232_524)
    totals = shipped.table("official_statistics")
    totals.loc[totals["stat_id"] == "sent_2017_x", "verification"] = "unverified"
    doubted = replace(shipped, _tables={**shipped._tables, "official_statistics": totals})
    with pytest.raises(EstimationError, match="unverified figure cannot enter the synthesis; got 'sent_2017_x'"):
        sentenced_in_first_year(doubted)


def test_dates():
    assert year_of("2018-01") == pytest.approx(2018 + 0.5 / 12)
    assert year_of("2017-12", end=True) == 2018.0


@pytest.mark.parametrize(
    ("row", "values", "error", "match"),
    [
        ("istiqlal_890k", {"row_id": "istiqlal_892k"}, EstimationError, "unverified figure cannot enter"),
        ("onsu_county", {"row_id": "kar_quota40"}, EstimationError, "order or plan is no outcome"),
        ("onsu_county", {"row_id": "lop_stock"}, EstimationError, "order or plan is no outcome"),
        ("onsu_county", {"row_id": "kon_round"}, EstimationError, "marks as not usable"),
        ("onsu_county", {"row_id": "nowhere"}, EstimationError, "must be a row of observations.csv"),
        ("kashgar_city_32k", {"use": "yes"}, EstimationError, "one figure of a dependence group"),
        ("onsu_county", {"measure": "ever held"}, EstimandError, "compared with what it counts"),
        ("sent_2017_18", {"measure": "ever held"}, EstimandError, "compared with what it counts"),
        ("korla_intake", {"use": "yes"}, EstimandError, "no such measure"),
        ("yar_parents", {"use": "yes", "row_id": "yar_pupils_any"}, EstimandError, "no such measure"),
        ("onsu_county", {"custody": "camp or prison"}, EstimandError, "compared with the custody it counts"),
        ("kon_bullaqsu", {"custody": "camp"}, EstimandError, "compared with the custody it counts"),
        ("istiqlal_890k", {"scale": "share"}, EstimationError, "must state a share above 0"),
    ],
)
def test_what_must_not_enter(shipped, row, values, error, match):
    with pytest.raises(error, match=match.replace(".", r"\.")):
        usable_rows(changed(shipped, row, **values))

import pandas as pd
import pytest
from seeds import by_end


def test_what_seeds_print_is_counted():
    columns = ["scope", "rung", "count_low", "count_median", "count_high"]
    runs = [(563_000, 1_040_000, 2_390_000), (568_000, 1_049_000, 2_380_000), (571_000, 1_060_000, 2_370_000)]
    errors = {f"count_{end}_error": 1_000.0 for end in ("low", "median", "high")}
    found = by_end(pd.DataFrame([("all", "sources", *each)], columns=columns).assign(**errors) for each in runs)
    # By hand: ends are rounded outwards to two digits, medians to the nearest.
    assert found["end"].tolist() == ["low", "median", "high"]
    assert found["printed"].tolist() == ["560,000", "1.0 million", "2.4 million"]
    assert found["alike"].tolist() == [2, 2, 3]
    assert found["seeds"].eq(3).all()
    assert found["error"].eq(1_000).all()
    assert found["mean"].iloc[2] == pytest.approx(2_380_000)
    assert found["sd"].iloc[2] == pytest.approx(10_000)

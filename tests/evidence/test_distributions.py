import math

import pytest

from estimation.errors import AssumptionError
from estimation.evidence.distributions import distributions as d


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (3, "a distribution is a table with a name"),
        ({"low": 1}, "a distribution is a table with a name"),
        ({"name": "petr"}, "did you mean 'pert'"),
        ({"name": "zzz"}, "use one of point, uniform"),
        ({"name": ["pert"]}, "the distribution must be a known one"),
        ({"name": {}}, "the distribution must be a known one"),
        ({"name": "pert", "low": 0, "mode": 1}, "pert takes the parameters low, mode, high; got low, mode"),
        ({"name": "point"}, "point takes the parameters value; got none"),
        ({"name": "normal", "mean": 0, "sd": 1, "df": 3}, "normal takes the parameters mean, sd"),
        ({"name": "point", "value": "3"}, "value of point must be a finite number"),
        ({"name": "point", "value": True}, "value of point must be a finite number"),
        ({"name": "point", "value": math.nan}, "value of point must be a finite number"),
        ({"name": "point", "value": math.inf}, "value of point must be a finite number"),
        ({"name": "point", "value": 10**400}, "value of point must be a finite number"),
        ({"name": "point", "value": [1.0]}, "value of point must be a finite number"),
        ({"name": "normal", "mean": [1.0, 2.0], "sd": 1}, "mean of normal must be a finite number"),
        ({"name": "pert", "low": [0], "mode": 1, "high": 2}, "low of pert must be a finite number"),
        ({"name": "quantiles", "probabilities": 0.5, "values": [1, 2]}, "must be a list of finite numbers"),
        ({"name": "quantiles", "probabilities": [0, 1], "values": [[1, 2], [3, 4]]}, "must be a list of finite"),
        ({"name": "quantiles", "probabilities": [0, 1], "values": [1, "2"]}, "must be a list of finite numbers"),
    ],
)
def test_tables_that_are_refused(table, message):
    with pytest.raises(AssumptionError, match=message):
        d.parse(table)


def test_everyday_names_of_parameters():
    assert d.parse({"name": "normal", "mean": 1, "sd": 2}).describe() == "normal(mean=1, sd=2)"
    assert d.parse({"name": "lognormal", "median": 1, "sigma": 2}) == d.Lognormal(1.0, 2.0)
    quantiles = d.parse({"name": "quantiles", "probabilities": [0, 1], "values": [2, 3]})
    assert quantiles.describe() == "quantiles(probabilities=[0, 1], values=[2, 3])"

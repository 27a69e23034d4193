import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_folder import usual_terms
from estimation.evidence.case_folder.case_register import CITY, OUTSIDE, entries_needed
from estimation.model.case.inputs import FITTED
from estimation.report.wording.picture_texts import picture_text
from estimation.report.wording.texts import english_only


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: picture_text("no_such_text"), "a text must be a known one"),
        (lambda: picture_text("dots_title"), "needs every placeholder"),
    ],
)
def test_texts_refuse(call, rule):
    with pytest.raises(EstimationError, match=rule):
        call()


def test_names_of_entries_for_pictures_are_those_of_entries(judgements):
    named = {key.removeprefix("entry_") for key in english_only("pictures").templates if key.startswith("entry_")}
    observed = pd.DataFrame({"area": ["a"], "group": "all", "missing": "missing_share", "duplicate": "duplicate_share"})
    of_cases = entries_needed(usual_terms(observed, 2), own_spread=True, ratios=(OUTSIDE, CITY))
    assert sorted(named - set(judgements) - set(of_cases) - set(FITTED)) == []

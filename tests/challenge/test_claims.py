"""Claims of the evidence as claims about a scope."""

from estimation.challenge import claims


def test_published_claims_are_of_one_kind(shipped):
    found = claims.published(shipped.table("published"), scope="turkic")
    assert {claim.label for claim in found} >= {"BBC 2022: county rate carried to the region"}
    assert all("CHRD" not in claim.label for claim in found)
    both = claims.published(shipped.table("published"), scope="turkic", custody=("yes", "no", "unclear"))
    assert len(both) > len(found)
    assert any(claim.label.endswith("[camps alone]") for claim in both)
    assert not any("in each system" in claim.label for claim in both)
    assert {claim.sides() for claim in both} == {"at least", "at most", "between"}

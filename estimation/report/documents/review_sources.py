"""The part of a reviewer's difference that has other sources weighed in; it says where weights are unreliable."""

from matplotlib.figure import Figure

from estimation.challenge.review.answer_weighed import WeighedAnswer
from estimation.report.documents.review_words import Section, claim_rows, heads, interval_rows, tip_rows
from estimation.report.figures import challenge_figures

HEADLINES = "How the headlines moved, other sources weighed in"
_NONE = "cannot be relied on"


def sections(before: WeighedAnswer, after: WeighedAnswer) -> list[Section]:
    """Heading, lead and table of every part with other sources.

    Parameters
    ----------
    before, after : WeighedAnswer
        As shipped, and with the reviewer's assumptions.

    Returns
    -------
    list of Section
        One section that says why, if the weights of either cannot be relied on.
    """
    sides = (("as shipped", before), ("with your assumptions", after))
    if not (before.reliable and after.reliable):
        rows = [[name, each.said, "reliable" if each.reliable else _NONE] for name, each in sides]
        lead = (
            "No figure with other sources is given: under these assumptions too few draws agree with the sources for "
            "their weights to be relied on. More draws may help (--pool, --kept); if not, the assumptions and the "
            "sources contradict one another. What follows is from the county alone."
        )
        return [(HEADLINES, lead, (["register", "weights", "verdict"], rows))]
    weights = "; ".join(f"{name}: {each.said}" for name, each in sides)
    return [
        (
            HEADLINES,
            f"Median and 95% interval of the rung with other sources, on the same draws. {weights}.",
            (heads("intervals"), interval_rows(before.intervals, after.intervals)),
        ),
        (
            "How the claims moved, other sources weighed in",
            "Words: IPCC likelihood scale.",
            (heads("claims"), claim_rows(before.claims, after.claims)),
        ),
        (
            "How the tipping points moved, other sources weighed in",
            "The value an entry must have for a claim to reach a probability, all others as judged and sources weighed "
            "at each value; read off straight lines between values tried.",
            (heads("tips"), tip_rows(before.tips, after.tips)),
        ),
    ]


def picture(before: WeighedAnswer, after: WeighedAnswer) -> tuple[str, str, Figure] | None:
    """Heading, caption and figure of the intervals, or None if they cannot be relied on."""
    if not (before.reliable and after.reliable):
        return None
    caption = (
        "Intervals of every scope with other sources weighed in, as shipped (open dots) and with your "
        "assumptions (filled diamonds)."
    )
    return HEADLINES, caption, challenge_figures.before_after_chart(before.intervals, after.intervals)

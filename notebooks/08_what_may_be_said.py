# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What may be said?
#
# This notebook is for people who write. It gives the sentence that the results bear out, what it does not mean, what
# becomes of the figures in use, and the same sentence in five languages. Every text here is made from `results/` by the
# same code that fills the README, so a changed result changes the words.

# %%
import pandas as pd
from IPython.display import Markdown

from estimation.report.figures import challenge_figures, look
from estimation.report.record import results_folder
from estimation.report.wording.claim_words import claim_sentence
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.statements import say
from estimation.report.wording.texts import LANGUAGES, escaped

look.style()
pd.options.display.max_colwidth = None
estimates = results_folder.published("estimates.csv")
rows = estimates.query("scope == 'turkic' and basis == 'registered' and level == 0.95").set_index("rung", drop=False)
main, alone = rows.loc["sources"], rows.loc["differences"]
said = say(main)

# %% [markdown]
# ## The sentence
#
# Print it whole. The condition is part of it: without it the range is not what the data say.

# %%
Markdown(f"> {escaped(said.headline)}")

# %% [markdown]
# With room for a paragraph:

# %%
Markdown(f"> {escaped(said.paragraph)}")

# %% [markdown]
# Where the format leaves room for one number only, this is the least that has to stand with it:

# %%
Markdown(f"> {escaped(said.one_number)}")

# %% [markdown]
# Without the other sources, from the one county alone, the range is wider:

# %%
Markdown(f"> {escaped(say(alone).headline)}")

# %% [markdown]
# ## What it does not mean

# %%
Markdown("\n".join(f"- {escaped(sentence)}" for sentence in said.not_meaning))

# %% [markdown]
# ## The figures in use
#
# Claims that count people ever held, or that come close enough to be compared, are set against the draws: once
# against the county alone and once with the other sources weighed in. "About" a figure is read as within a tenth of it;
# "up to" a figure as at most that figure. A verdict says what the draws make of the number. It says nothing about how the
# figure was come by, nor about who stated it.

# %%
ledger = results_folder.published("claims.csv")
challenge_figures.claims_chart(ledger)
# %% [markdown]
# *Picture: one line a claim, its probability from left to right. Round marks are the county alone, square marks are with
# other sources; dotted lines part the verdicts, from contradicted on the left to supported on the right. With other sources,
# half a million or more is on the far right; claims about a million or more, and the press's figure, stand in the middle
# part, neither supported nor contradicted; the narrow claim stands further left. High ceilings stand on the right.*

# %%
ledger.assign(
    alone=[likelihood(p, error=e) for p, e in zip(ledger.p_county_alone, ledger.p_county_alone_error, strict=True)],
    weighed=[likelihood(p, error=e) for p, e in zip(ledger.p_with_sources, ledger.p_with_sources_error, strict=True)],
)[["label", "verdict", "alone", "weighed", "source_id", "note"]].rename(
    columns={"alone": "from the county alone", "weighed": "with other sources", "source_id": "source"}
)

# %% [markdown]
# Words are those of the IPCC likelihood scale, each with its number. The whole sentences are in `results/claims.csv`;
# this is one of them:

# %%
Markdown(f"> {escaped(ledger['sentence'].iloc[0])}")

# %% [markdown]
# These figures cannot be compared, and a sentence that sets them beside the range would mislead:

# %%
results_folder.published("claims_left_out.csv")[["label", "stated", "source_id", "reason"]]

# %% [markdown]
# ## Check a sentence of your own
#
# `estimation claim --at-least NUMBER` gives the probability along the ladder, the verdict, how wrong each
# judgement would have to be, and a bound that the results do bear out. `--at-most`, `--between LOW HIGH` and `--about`
# take other claims, `--custody camp` and `--custody prison` other counts. A figure for one day, for people flagged or for
# the capacity of buildings is refused, with the reason.

# %% [markdown]
# ## Strength of the evidence
#
# How good the evidence is and how likely a number is are two things, and never share a sentence here.

# %%
Markdown("\n\n".join(f"> {escaped(say(row).strength)}" for row in (alone, main)))

# %% [markdown]
# ## In five languages
#
# The texts other than English are translations that nobody with the language as a mother tongue has checked yet; each
# says so. Numbers are written as each language writes them.

# %%
Markdown("\n\n".join(f"**{language}**\n\n> {escaped(say(main, language=language).headline)}" for language in LANGUAGES))
# %%
chance = {
    "low": 1_000_000,
    "probability": float(main["p_at_least_1000000"]),
    "error": float(main["p_at_least_1000000_error"]),
}
Markdown(
    "\n\n".join(
        f"**{language}**\n\n> {escaped(claim_sentence(main, **chance, language=language))}" for language in LANGUAGES
    )
)

# %% [markdown]
# ## What not to write
#
# - A number without its condition, its range, or the custody it counts.
# - A present tense. The window is past.
# - "Detained" for people who were flagged, given a quota number, or made to attend classes by day.
# - "The files show" before a regional figure. The files show one county.
# - A likelihood word without its number, or a median as if it were a count.
# - A figure for camps beside one for camps and prisons together, as if they counted alike.

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
# # What the published figures count
#
# Many totals for detention in the Xinjiang region have been published. This notebook asks three things of each:
# **what does it count**, **can it be recomputed** from the inputs its source gives, and **what would it be on a
# population taken from the census**? It does not rank the figures and does not add them up.
#
# All numbers are read from `data/public/` or worked out here; the full table is in `results/published.csv`.

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from estimation.evidence.population import population
from estimation.evidence.published import published
from estimation.evidence.tables import sources
from estimation.report.figures import published_figures
from estimation.report.figures.look import style
from estimation.report.wording.texts import escaped

style()
pd.set_option("display.max_colwidth", None)
evidence = sources.load()
table = published.reproduce(evidence)
shown = published.intervals(evidence)
Markdown(
    f"{len(table)} published figures; {len(shown)} of them count people, are not known to be in error, and are drawn "
    "below."
)

# %% [markdown]
# ## One axis, three different counts
#
# A figure for people *held at one moment* says how many were inside on one day. A figure for people *ever held* says
# how many passed through in a window of months or years, and so is larger whenever people were released and
# replaced. People *sentenced* were dealt with by courts. Figures for camps leave prisons out unless they say otherwise.
# The panels keep these apart, and colour and shape tell which kinds of custody are included. An arrow marks an end that
# the source leaves open: "more than", or "up to".

# %%
figure = published_figures.published_ranges(shown)
display(figure, Markdown(f"*Picture: {escaped(published_figures.ranges_in_words(shown))}*"))
plt.close(figure)

# %% [markdown]
# **What this picture does not mean.** Marks that lie close together do not confirm one another: many repeat or build on
# the same few reports. A range in words ("hundreds of thousands") was given ends only so that it could be drawn. Bars
# show what a source stated, not how sure anyone can be: none of the bars is a confidence interval.
#
# How few separate strands of evidence stand behind the figures can be counted: figures of one strand carry one name,
# and no analysis here uses two of them as if they were two observations.

# %%
shown.groupby("dependence_group").agg(figures=("label", "size"), which=("label", "; ".join)).sort_values(
    "figures", ascending=False
)

# %% [markdown]
# ## Does the arithmetic come out?
#
# Where a source gives its inputs, the figure is worked out again from them. It *agrees* if the result would be
# printed as the same figure.

# %%
verdicts = table["verdict"].value_counts()
circular = table[table["independent"] == "no"]
words = Markdown(
    "; ".join(f"**{escaped(verdict)}**: {count}" for verdict, count in verdicts.items())
    + f". Of the {verdicts['agreement']} that agree, {len(circular)} agree **by construction**: their base is not "
    "printed anywhere and was obtained by dividing the figure by its own share. Putting it back into the formula "
    "returns the figure, and tests nothing."
)
worked = table[table["verdict"] != "cannot be recomputed"].set_index("label")
worked = worked.assign(recomputed=worked["recomputed"].map("{:,.0f}".format))
display(words, worked[["formula", "recomputed", "verdict", "independent"]])

# %% [markdown]
# ### An error in circulation
#
# One figure is shown only so that readers meeting it elsewhere can place it. It is never used here, and neither is a
# total that was built on it.

# %%
error = table[table["flag"] == "circulating_error"].iloc[0]
built_on_it = table[table["flag"] == "rests_on_error"].iloc[0]
Markdown(
    f"> **{escaped(error['label'])}** — {escaped(error['reason'])}. {escaped(error['note'].capitalize())}.\n>\n"
    f"> Built on it: **{escaped(built_on_it['label'])}** ({escaped(built_on_it['note'])})."
)

# %% [markdown]
# ## The population behind a share
#
# A share turns into a number of people only through a base. The next picture sets the base that each figure implies
# beside residents of the same groups in the county model of this folder, which is fitted to the two censuses. For
# adults the model is shown twice, because "adult" may mean from eighteen or from fifteen, and the sources do not say.

# %%
bases = published.bases_side_by_side(table)
figure = published_figures.published_bases(bases)
display(figure, Markdown(f"*Picture: {escaped(published_figures.bases_in_words(bases))}*"))
plt.close(figure)

# %% [markdown]
# At an unchanged share, a figure moves in step with its base. The table gives each figure on the census base; its last
# column is the factor by which every number of that row changes.

# %%
compared = table[table["modelled_base"].notna()].set_index("label")
columns = {
    "share": ("stated share", "{:.1%}"),
    "implied_base": ("implied base", "{:,.0f}"),
    "modelled_base": ("census base", "{:,.0f}"),
    "count_on_modelled_base": ("count on census base", "{:,.0f}"),
    "modelled_over_implied": ("factor", "{:.2f}"),
}
display(pd.DataFrame({name: compared[column].map(text.format) for column, (name, text) in columns.items()}))
press = table.set_index("estimate_id").loc["ext_bbc_1_2m"]
verified, other = (
    population.adults(evidence, controls=controls).total(population.TURKIC) for controls in ("verified", "published")
)
factors = compared["modelled_over_implied"].astype(float)
Markdown(
    f"On the census base these figures change by factors of {factors.min():.2f} to {factors.max():.2f}; "
    f"{(factors < 1).sum()} of {len(factors)} become smaller. For the press figure carried from one county the "
    f"share is {press['share']:.0%} and the implied base {press['implied_base'] / 1e6:.1f} million adults. The model "
    f"has {press['modelled_base'] / 1e6:.1f} million from eighteen and {press['modelled_base_15plus'] / 1e6:.1f} "
    f"million from fifteen. With the first, the same share gives "
    f"{press['count_on_modelled_base'] / 1e6:.2f} million people. "
    f"The other set of control totals moves the base by {abs(other / verified - 1):.1%}. Compared were: {escaped(press['modelled_base_is'])}."
)

# %% [markdown]
# **What this comparison does not mean.** It does not show that a source erred. A source may have counted from
# fifteen, counted people where they were registered rather than where they lived, or included groups that the model
# cannot tell apart. It does not make the share itself right or wrong either: whether one county's share held
# elsewhere is the question of the next notebook.
#
# ## What could not be recomputed, and why

# %%
table.loc[table["verdict"] == "cannot be recomputed", ["label", "counts", "reason"]].set_index("label")

# %% [markdown]
# ## A position without a figure
#
# The Chinese government has published no number of its own to set beside these. Its position is reported as such.

# %%
official = evidence.table("official_statistics").set_index("stat_id")
speakers = evidence.table("sources").set_index("source_id")
positions = official[official["statistic"] == "denial"]
Markdown(
    "\n".join(
        f"- {escaped(speakers.loc[row.source_id, 'author'])}, {escaped(str(row.statement_date))}: “{escaped(row.quote)}”"
        for row in positions.itertuples()
    )
)

# %% [markdown]
# ## Where this leaves us

# %%
Markdown(
    f"{verdicts['cannot be recomputed']} of {len(table)} figures cannot be checked from what their sources print, and "
    f"{len(circular)} of the {verdicts['agreement']} that agree do so because the base was worked out backwards. Many of the "
    "differences between them are differences of what is counted. A base taken from the census lowers "
    f"{(factors < 1).sum()} of {len(factors)} and raises {(factors > 1).sum()}. None of this says how many people were held: "
    "it says which comparisons are fair."
)

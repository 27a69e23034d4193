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
# # How much do places differ?
#
# One county cannot show how unlike counties are. That is nearly all of the width of the answer, so it must come from
# elsewhere: from systems of detention, violence or conscription in which **every** area is known. This notebook draws
# each of them, fits the spread between their areas, turns those spreads into a prior, and shows what the answer would
# be under other choices.
#
# The comparison is statistical. It says how unevenly counts lay over areas in other systems and implies no judgement
# on how those systems resemble one another.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import Markdown

from estimation.evidence.tables import sources
from estimation.model.case.build import register_of
from estimation.model.spread import register_priors
from estimation.model.spread.reference_fits import fit_reference_sets
from estimation.model.spread.spread_prior import kinds_of
from estimation.report.figures import look
from estimation.report.record import results_folder
from estimation.report.wording import estimate_words, influence_words

look.style()
pd.options.display.max_colwidth = None
evidence = sources.load()
register = register_of(evidence)
sets = evidence.table("reference_sets")
areas = evidence.table("reference_areas")

# %% [markdown]
# ## Every area of every set
#
# A mark is an area: its rate over the rate of the whole system. If areas were alike, all marks would lie on the line.
# Only sets whose rows may be published can be drawn; the others enter by their summary.

# %%
whole = areas.groupby("dataset")[["count", "population"]].sum()
ratio = areas.assign(
    ratio=(areas["count"] / areas["population"]) / areas["dataset"].map(whole["count"] / whole["population"])
)
kind = pd.Series(kinds_of(sets).to_numpy(), index=sets["dataset"])
order = ratio[ratio["ratio"] > 0].groupby("dataset")["ratio"].apply(lambda x: np.log(x).std()).sort_values().index
palette = {
    "quota_as_set": look.GREEN,
    "executed_campaign": look.BLUE,
    "crackdown": look.RED,
    "counterinsurgency": "#CC79A7",
    "routine_prison": look.ORANGE,
    "control": look.GREY,
}
drawn = ratio[ratio["ratio"] > 0].assign(kind=lambda frame: frame["dataset"].map(kind))
figure, axes = plt.subplots(figsize=(8.4, 6))
sns.stripplot(
    data=drawn,
    x="ratio",
    y="dataset",
    hue="kind",
    order=order,
    palette=palette,
    marker="|",
    size=11,
    linewidth=1.2,
    alpha=0.7,
    jitter=False,
    ax=axes,
)
axes.axvline(1, color="black", linewidth=1)
axes.set_xscale("log")
axes.set_xticks([0.01, 0.1, 0.5, 1, 2, 10], ["1/100", "1/10", "1/2", "1", "2", "10"])
axes.minorticks_off()
axes.set_ylabel("")
axes.set_xlabel("rate of an area over the rate of the whole system (log scale)")
sns.move_legend(axes, "upper left", bbox_to_anchor=(1, 1), title="")
sns.despine(figure, left=True)
# %%
zeros = (ratio["ratio"] == 0).sum()
Markdown(
    f"*Picture: one strip of marks per set, {len(order)} sets, {len(ratio):,} areas ({zeros} with a count of zero are "
    "not drawn). The strips of orders as set and of routine prisons are narrow; those of campaigns as carried out and "
    "of crackdowns reach from a tenth of the whole system's rate to several times it.*"
)

# %% [markdown]
# ## The spread of each set
#
# The spread is the standard deviation between areas of the log-odds, after the chance in small counts is taken out. A
# spread of one means that about two thirds of areas lie within a factor of three of the middle one. Lines are 95
# percent intervals. Filled dots are fitted here from the rows; open dots are taken from the summary.

# %%
fits = fit_reference_sets(areas, sets)
ours = fits.pivot(index="dataset", columns="quantity", values="fitted")
shown = sets.assign(kind=kind.to_numpy()).sort_values(["kind", "tau"]).reset_index(drop=True)
figure, axes = plt.subplots(figsize=(8.4, 8))
for place, row in shown.iterrows():
    held = row["rows_included"] == "yes"
    colour = palette[row["kind"]]
    axes.plot([row["tau_low"], row["tau_high"]], [place, place], color=colour)
    axes.plot(row["tau"], place, "o", color=colour if held else "white", markeredgecolor=colour)
axes.set_yticks(range(len(shown)), shown["dataset"] + " (" + shown["n_areas"].astype(str) + ")", fontsize=8)
axes.set_xscale("log")
axes.set_xticks([0.1, 0.2, 0.5, 1, 2, 5], ["0.1", "0.2", "0.5", "1", "2", "5"])
axes.minorticks_off()
axes.set_xlabel("spread between areas, log-odds (log scale); number of areas in brackets")
axes.legend(
    handles=[plt.Line2D([], [], marker="o", color=c, label=k.replace("_", " ")) for k, c in palette.items()],
    loc="lower right",
    fontsize=8,
)
sns.despine(figure, left=True)
# %% [markdown]
# *Picture: one dot and line per set, grouped by kind. Orders and routine prisons lie below a half, most campaigns and
# crackdowns between a half and two, counterinsurgency above that.*
#
# ### Do our fits give the summary's figures?

# %%
spread = fits[fits["quantity"].isin(["tau", "tau_low", "tau_high", "tau_pop_weighted"])]
worst = (spread["fitted"] / spread["stated"] - 1).abs().max()
moment = fits[fits["quantity"] == "tau_moment"]
Markdown(
    f"Over {spread['dataset'].nunique()} sets with rows, the largest relative difference of spread, interval ends and "
    f"weighted spread is {100 * worst:.2f} percent. The simple moment estimate differs by up "
    f"to {100 * (moment['fitted'] / moment['stated'] - 1).abs().max():.1f} percent, because the summary subtracts the "
    "mean noise with one degree of freedom less."
)

# %% [markdown]
# ## From spreads to a prior
#
# Each *family* of systems has one vote: three sets of one war are one experience. The prior for a system not seen is
# wider than the fitted curve, because a handful of families says little; that is carried through as heavier tails.

# %%
choices = register_priors.spread_choices(sets).set_index("choice")
shapes = register_priors.spread_shapes(sets)
axis = np.geomspace(0.03, 12, 400)
figure, axes = plt.subplots(figsize=(8.4, 3.8))
for name, colour, style in [
    ("campaigns and crackdowns", look.BLUE, "-"),
    ("the same as carried out, orders left out", look.RED, "--"),
    ("orders, met as set", look.GREEN, "-."),
    ("all kinds", look.GREY, ":"),
]:
    axes.plot(axis, shapes[name].pdf(axis) * axis, color=colour, linestyle=style, label=name, linewidth=2)
votes = sets[(sets["in_prior"] == "yes") & kind.isin(register_priors.CAMPAIGNS).to_numpy()]
votes = votes[votes["family"] != register_priors.APART]
axes.plot(votes["tau"], np.full(len(votes), -0.01), "|", color="black", markersize=12, label="sets behind the first")
axes.set_xscale("log")
axes.set_xticks([0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10"])
axes.minorticks_off()
axes.set_yticks([])
axes.set_xlabel("spread between areas, log-odds (log scale)")
axes.legend(fontsize=8, loc="upper left")
sns.despine(figure, left=True)
# %%
middles = {name: choices.loc[name, "q50"] for name in choices.index if name in shapes}
Markdown(
    "*Picture: four bell curves on a log axis. Their medians: "
    f"{'; '.join(f'{name} {middles[name]:.2f}' for name in axes.get_legend_handles_labels()[1] if name in middles)}.*"
)

# %%
choices[["shape", "families", "predictive", "q025", "q50", "q975"]].round(3)

# %% [markdown]
# ## What the choice does to the answer
#
# The same run under each choice, groups of the press's claim, last rung: rows of the published `tornado.csv`,
# where every judgement of the register is moved in the same way.

# %%
published = results_folder.published("tornado.csv")
answers = published[
    (published["at"] == "as judged") | ((published["entry"] == "between_county_sd") & published["at"].isin(shapes))
].set_index("at")
assert set(answers.index) == {"as judged", *shapes} - {register_priors.CHOICES[0][0]}
answers = answers.rename({"as judged": f"{register_priors.CHOICES[0][0]} (the register's)"})
figure, axes = plt.subplots(figsize=(8.4, 4.4))
for place, (_, row) in enumerate(answers.iterrows()):
    for ends, width in ((["count_low", "count_high"], 2.5), (["count_q10", "count_q90"], 7)):
        axes.plot(row[ends].astype(float), [place, place], color=look.BLUE, linewidth=width)
    axes.plot(row["count_median"], place, "o", color="white", markeredgecolor="black")
axes.set_yticks(range(len(answers)), answers.index)
axes.invert_yaxis()
axes.set_xscale("log")
axes.set_xticks(
    [1e5, 2e5, 5e5, 1e6, 2e6, 5e6], ["100,000", "200,000", "500,000", "1 million", "2 million", "5 million"]
)
axes.minorticks_off()
axes.set_xlabel("persons ever held in a camp or prison, 2017-2018 (log scale)")
sns.despine(figure, left=True)
# %%
eighty = answers.assign(
    **{
        f"count_{end}{kind}": answers[f"count_{quantile}{kind}"]
        for end, quantile in (("low", "q10"), ("high", "q90"))
        for kind in ("", "_error")
    }
)
pd.DataFrame(
    {
        name: [estimate_words.span(row) for _, row in rows.iterrows()]
        for name, rows in (("80% interval", eighty), ("95% interval", answers))
    },
    index=answers.index,
)

# %%
ends = {"count_low": "low", "count_median": "median", "count_high": "high"}
others = answers.rename(columns=ends).iloc[1:].assign(name=lambda frame: "with " + frame.index)
width = (answers["count_high"] / answers["count_low"]).sort_values()
Markdown(
    f"*Picture: one bar per choice. The narrowest: {width.index[0]}, then {width.index[1]}; the widest: {width.index[-1]}.*\n\n"
    + influence_words.moved_most(others, answers.iloc[0].rename(ends), of="other choices")
)

# %% [markdown]
# ## Between prefectures or within them?
#
# If most of the spread lies between prefectures, counties near the observed one are more like it. Sets with two levels
# say how the spread divides.

# %%
parts = register_priors.rho_evidence(areas, sets, evidence.table("reference_parents"))
prior = register["between_prefecture_share"].distribution
figure, axes = plt.subplots(figsize=(8.4, 3.2))
for item, colour in zip(parts, sns.color_palette("colorblind", len(parts)), strict=True):
    likelihood = np.exp(item.log_likelihood - item.log_likelihood.max())
    axes.plot(item.grid, likelihood, color=colour, label=item.family.replace("_", " "))
grid = np.linspace(0.001, 0.999, 300)
axes.plot(grid, prior.pdf(grid) / prior.pdf(grid).max(), color="black", linewidth=3, label="the register's")
axes.set_yticks([])
axes.set_xlabel("share of the variance that lies between larger areas")
axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
sns.despine(figure, left=True)

# %% [markdown]
# *Picture: five likelihood curves, peaking from about a quarter to about two thirds, and the register's broad curve
# over all of them.*
#
# ## What this does not mean
#
# - No set is like the region in every respect, and only two have areas as small as its counties.
# - Some of the sets are monitoring lists, uneven in what they recorded; that widens their spread. Orders carry no such
#   flaws, and no departures from the order either; that narrows theirs.
# - Which sets speak was fixed before the answer was computed; leaving orders in keeps the possibility that quotas were
#   met as set. The alternatives stand above, and a reader may take any of them.

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
# # What would change the answer?
#
# Every figure of this project rests on judgements, and every judgement is an entry of one register. This notebook moves
# them: one at a time, together, and as far as a claim needs. It ends with what can be said with no model at all, and
# with every combination of choices that a careful analyst could defend.
#
# The tables are in `results/`, written by `estimation challenge` and kept by the same gate as the answer. To put your
# own judgements in: `estimation assumptions --template > mine.toml`, edit, `estimation review --assumptions mine.toml`.

# %%
import pandas as pd
from IPython.display import Markdown

from estimation.challenge.multiverse import multiverse_tables
from estimation.evidence.tables import sources
from estimation.model.case.build import register_of
from estimation.report.figures import challenge_figures, curve_figures, look
from estimation.report.record import results_folder
from estimation.report.wording import claim_words, influence_words, numbers
from estimation.report.wording.picture_texts import entry_words
from estimation.report.wording.texts import escaped

look.style()
pd.options.display.max_colwidth = None
evidence = sources.load()
register = register_of(evidence)
press = float(evidence.table("published").set_index("estimate_id").loc["ext_bbc_1_2m", "value"])

# %% [markdown]
# ## One judgement at a time
#
# Each entry is held at its 5 and its 95 percent point while all others vary as judged, on the same random numbers. Upright
# strokes are named alternatives: fits of the spread to other systems, and the options of the declared grid. First comes the
# estimate that is published, with other sources weighed in; judgements about those sources are moved too.

# %%
weighed = results_folder.published("tornado_sources.csv")
reliable = weighed[weighed["reliable"].eq("yes")]
challenge_figures.tornado_chart(reliable, weighed=True)
# %%
ends = {"count_low": "low", "count_median": "median", "count_high": "high"}
first = reliable.set_index("entry").loc["as judged"].rename(ends)
single = reliable[reliable["entry"] != "as judged"].rename(columns=ends)
single["name"] = [f"with {entry_words(entry)} ({at})" for entry, at in zip(single["entry"], single["at"], strict=True)]
top = [entry_words(entry) for entry in challenge_figures.largest_moves(reliable)[:3]]
beside = single["high"].lt(first["low"]) | single["low"].gt(first["high"])
Markdown(
    f"*Picture: bars for each judgement, the one that moves the published estimate most on top: {', then '.join(top)}. "
    f"{len(single) - beside.sum()} of {len(single)} bars overlap the interval as judged.*\n\n"
    + influence_words.moved_most(single, first, of="settings")
)

# %%
refused = weighed[weighed["reliable"].eq("no")]
low, high = (numbers.persons(float(f"{end:.2g}")) for end in reliable["count_median"].agg(["min", "max"]))
Markdown(
    f"With one judgement moved at a time, the median stays between **{low} and {high}**. {len(refused)} of {len(weighed)} "
    "settings are not shown: they disagree with the sources so far that too few draws keep a weight to rely on. They are "
    + "; ".join(escaped(f"{entry_words(row['entry'])} ({row['at']})") for _, row in refused.iterrows())
    + "."
)

# %% [markdown]
# The same for the estimate from the county alone:

# %%
moved = results_folder.published("tornado.csv")
challenge_figures.tornado_chart(moved)
# %%
first = moved.set_index("entry").loc["as judged"].rename(ends)
single = moved[moved["entry"] != "as judged"].rename(columns=ends)
single["name"] = [f"with {entry_words(entry)} ({at})" for entry, at in zip(single["entry"], single["at"], strict=True)]
top = [entry_words(entry) for entry in challenge_figures.largest_moves(moved)[:3]]
Markdown(
    "*Picture: a horizontal pair of bars for each judgement, the one that moves the answer most on top: "
    f"{', then '.join(top)}.*\n\n" + influence_words.moved_most(single, first, of="settings")
)

# %%
summary = results_folder.published("sensitivity.csv")
first, second = summary.iloc[0], summary.iloc[1]
Markdown(
    f"What matters most is **{escaped(entry_words(first['input']))}**: by itself it moves an end of the interval "
    f"{2.718281828 ** first['move']:.1f} times; next is {escaped(entry_words(second['input']))}, "
    f"{2.718281828 ** second['move']:.1f} times. An entry held fixed at a wrong value would still be on top of this list, "
    "because its alternatives are tried as well."
)

# %% [markdown]
# ## What the width is made of
#
# Variance-based indices: the share of the variance of the log total that an input explains alone, and with all it does
# together with others. Inputs are independent here, so shares have a meaning. Chance inputs are in the list: where the
# observed county stands among all counties cannot be known from one county.

# %%
challenge_figures.index_chart(summary)
# %%
whole = summary.set_index("input")["total"].sort_values(ascending=False)
Markdown(
    "*Picture: for each input two marks with their intervals, a dot for its share alone and a diamond for its share with "
    f"others. Largest with others: {', then '.join(f'{entry_words(name)} ({share:.2f})' for name, share in whole[:3].items())}; "
    f"no other exceeds {whole.iloc[3]:.2f}.* Shares with others add up to {whole.sum():.2f}: what they exceed one by, inputs do "
    "together. The further apart counties are, the more it matters where the observed one stands."
)

# %% [markdown]
# Shapley effects share out the same variance so that it adds up to one, also when inputs depend on one another; they are
# what is used once draws are weighed by other sources, where the indices above lose their meaning and are refused.

# %%
effects = results_folder.published("shapley.csv")
shares = effects.pivot(index="input", columns="rung", values="effect")[list(dict.fromkeys(effects["rung"]))]
shares.rename(columns={"differences": "from the county alone", "sources": "with other sources"}).round(2)

# %% [markdown]
# Effects near zero can come out slightly negative: they are estimates (their intervals are in `results/shapley.csv`).
# *Not explained* is what no input of the list carries: with the county alone, the luck of the other counties,
# populations, and known differences; with other sources, those and the errors of the sources. What other sources say of
# the county's standing and of the spread, they say of both together.

# %% [markdown]
# ## How wrong must a judgement be?
#
# A tipping point is the value an entry would need for a claim to have a probability of 50, 80 or 95 percent. *Never* says
# that no plausible value gives it. These are of the published estimate, with other sources weighed in:

# %%
tips = results_folder.published("tipping.csv")
spread = tips[tips["rung"].eq("sources") & tips["entry"].eq("between_county_sd") & tips["scope"].eq("turkic")]
Markdown(
    "\n".join(
        "- "
        + escaped(
            claim_words.tipping_sentence(
                row, who="Uyghur, Kazakh and Kyrgyz adults of Xinjiang", what="the spread between counties"
            )
        )
        for _, row in spread.iterrows()
    )
)

# %%
alone = tips[tips["rung"].eq("differences")]
counted = alone.groupby(["entry", "reached"]).size().unstack(fill_value=0)
counted.loc[summary["input"][summary["input"].isin(counted.index)]]

# %% [markdown]
# The table counts how every entry fares with the county alone; *never* and *always* say that no plausible value of it
# changes anything.

# %%
tipping = alone[alone["reached"].isin(["above", "below"])].groupby("entry").size().sort_values(ascending=False)
Markdown(
    f"{len(tipping)} of {alone['entry'].nunique()} judgements can take some claim across some level by themselves: "
    + "; ".join(f"{escaped(entry_words(name))} ({number} times)" for name, number in tipping.items())
    + ". The next picture moves the spread between counties and the selection of the county together, with the county alone."
)

# %%
curve_figures.contour_plot(
    results_folder.published("contour.csv"),
    title=f"Probability that at least {numbers.persons(press)} Uyghur, Kazakh and Kyrgyz adults were held",
)
# %% [markdown]
# *Picture: shades of probability over the spread between counties, on a logarithmic axis, and the selection of the
# observed county. Lines mark 20 percent (dotted), 50 (whole) and 80 (dashed). To the left, where counties are alike, selection does not
# matter; to the right it decides: a county seen because it was milder than others makes high totals likely.*
#
# ## What follows without a model
#
# Bounds have no probability. With no model, the counted are counted and everybody else is anything from none to all.
# Then assumptions are added one by one: no other place differs by more than *k* times in odds; no place in the north or
# east is above the observed county; no city; no other group.

# %%
bounds = results_folder.published("bounds.csv")
curve_figures.bounds_plot(bounds, scope="turkic")
# %%
compatible = results_folder.published("compatible.csv")
without = compatible[compatible["rung"] == "factor"]
Markdown(
    "*Picture: lines that open from one point at the left, where all places are alike, as k grows. The whole line is lower and "
    "upper bound; dashed, dash-dotted and dotted lines are upper bounds, lower as assumptions are added. "
    f"{without['possible'].eq('yes').sum()} of {len(without)} published figures are possible for some k, all of them from "
    f"{without['k'].max():.2g} times in odds. The shaded part is what is possible without a model.*"
)

# %%
compatible.pivot(index="claim", columns="rung", values="k")[list(dict.fromkeys(compatible["rung"]))].round(2)

# %% [markdown]
# The table gives the least *k* at which each published figure of people ever held becomes possible, for Uyghur, Kazakh and
# Kyrgyz adults; some of these figures are worded for camps alone or for wider groups. A figure with *k* of one is what
# places alike would give. Limits that need no assumption are kept apart:

# %%
results_folder.published("limits.csv")

# %% [markdown]
# ## Every combination of choices
#
# The grid is in `data/public/multiverse.toml` with a reason for each option, hashed before anything is run.

# %%
curve = results_folder.published("multiverse.csv")
choices = results_folder.published("multiverse_choices.csv")
every = multiverse_tables.named(
    results_folder.published("multiverse_specifications.csv"), results_folder.published("multiverse_options.csv")
)
every["reliable"] = every["reliable"].eq("yes")
alone = multiverse_tables.alone(every)
others = every.drop(alone.index)
relied = others[others["reliable"]]
Markdown(
    f"{len(every):,} combinations. {len(alone):,} rest on the county alone: medians from "
    f"{numbers.persons(float(format(alone['count_median'].min(), '.2g')))} to "
    f"{numbers.persons(float(format(alone['count_median'].max(), '.2g')))}. {len(others):,} weigh other sources in or "
    f"take prisons from statistics: {len(relied):,} of these can be relied on, with medians from "
    f"{numbers.persons(float(format(relied['count_median'].min(), '.2g')))} to "
    f"{numbers.persons(float(format(relied['count_median'].max(), '.2g')))}; in the rest, too few draws carry the weight. "
    f"None is averaged and none has a vote. Grid: `{choices['grid_sha256'].iloc[0][:12]}`."
)
# %%
curve_figures.specification_curve(curve, choices=["spread", "selection", "differences", "regional base"], stated=press)
# %%
sorting = choices[choices["of"] == "count_median"].sort_values("total", ascending=False)
width = alone["count_high"] / alone["count_low"]
Markdown(
    "*Picture: above, the median of every combination in rising order, with 80 and 95 percent bands; the dashed line is the "
    "press's figure. Below, ticks show which option each combination took. Of the variance of the medians, choices carry: "
    f"{'; '.join(f'{row.choice} {row.total:.2f}' for row in sorting[:3].itertuples())}. The upper end of the 95 percent band is "
    f"{width.min():.2g} to {width.max():.2g} times the lower.*"
)

# %% [markdown]
# The curve is of the combinations that rest on the county alone. The same of those with other sources weighed in, where
# enough draws carry the weight:

# %%
curve_figures.specification_curve(
    multiverse_tables.thinned(relied), choices=["sources", "prison", "spread", "selection"], stated=press
)
# %%
by = relied.assign(width=relied["count_high"] / relied["count_low"]).groupby("sources")["width"].median().sort_values()
Markdown(
    "*Picture: as above, for combinations with other sources or with prisons from statistics. Upper over lower end, the "
    f"middle one by kinds of sources: {'; '.join(f'{name} {value:.2g}' for name, value in by.items())}.*"
)

# %%
choices[["of", "choice", "alone", "total", "lowest_option", "highest_option"]].round(3)

# %% [markdown]
# Rows say what they are about (`of`): the median or the width of the interval, from the county alone or with sources. Combinations that
# cannot be were left out:

# %%
results_folder.published("multiverse_excluded.csv")

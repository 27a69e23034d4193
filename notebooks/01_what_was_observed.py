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
# # What was observed
#
# Everything in this project starts from one count in one county. This notebook asks three things of it: what exactly
# was counted, over how many people it should be divided, and what the record leaves out. It carries nothing to other
# places; that is the third notebook.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import Markdown

from estimation.evidence.population import population
from estimation.evidence.tables import sources
from estimation.model.case.build import register_of
from estimation.model.proportion import share_interval
from estimation.report.figures import look
from estimation.report.wording.picture_texts import spoken
from estimation.report.wording.texts import escaped

look.style()
pd.options.display.max_colwidth = None
evidence = sources.load()
register = register_of(evidence)
observations = evidence.table("observations").set_index("observation_id")
bases = evidence.table("bases").set_index("denominator_id")
county = observations.loc["kon_bbc"]
code = county["gb_code"]
count = int(county["numerator"])

# %% [markdown]
# ## The count
#
# One row of the evidence is the headline. Its quotation is the source's own wording.

# %%
said = {name: escaped(str(text)) for name, text in county.items()}
Markdown(
    f"> {said['quote']}\n\n"
    f"Source: {said['source_id']} ({said['verification']}); window {said['window_from']} to {said['window_to']}; "
    f"measure: {escaped(spoken(county['measure']))}; camps included: {said['includes_camps']}; prisons included: "
    f"{said['includes_prison']}."
)

# %% [markdown]
# It is a *union* (each person once, whether in a camp or a prison) and *cumulative* (at any time in two years, not on
# one day). The same files are also described in other words; those rows restate the same evidence and are never
# pooled with it.

# %%
same = observations[observations["dependence_group"] == county["dependence_group"]]
same[["source_id", "group", "numerator", "rate", "window_from", "window_to", "usable", "verification"]].style.format(
    {"numerator": "{:,.0f}", "rate": "{:.2f}"}, na_rep="not stated", escape="html"
).format_index(escape="html")

# %% [markdown]
# ## Over how many people?
#
# The base is not printed. *More than 12 percent* sets a ceiling; if it also means less than 13 there is a floor. The
# censuses give residents; police files list the registered, who are more. Each row below divides the same count by
# another defensible base.

# %%
census = evidence.table("census").query("gb_code == @code").set_index("year")
resident = population.adults(evidence, year=2018)
low, high = (bases.loc["kon_den_implied", column] for column in ("low", "high"))
stated = pd.Series(
    {
        "implied by 'more than 12%' (most)": high,
        "implied if also under 13% (least)": low,
        "census 2020, 15 and over": census.loc[2020, "pop_15plus"],
        "census 2020, 18 and over": census.loc[2020, "pop_18plus_est"],
        "census 2020, 20 and over": census.loc[2020, "pop_20plus"],
        "register: resident, central": register["county_adults_resident"].distribution.median(),
        "register: registered, central": register["county_adults_registered"].distribution.median(),
    }
)
rates = (count / stated).sort_values()
figure, axes = plt.subplots(figsize=(8.4, 3.6))
colours = [look.ORANGE if name.startswith("register") else look.BLUE for name in rates.index]
axes.hlines(rates.index, 0.115, rates, color="#cccccc")
axes.scatter(rates, rates.index, color=colours, s=70, zorder=3, edgecolor="black")
for name, value in rates.items():
    axes.text(value + 0.0007, name, f"{100 * value:.1f}%  ({stated[name]:,.0f})", va="center", fontsize=9)
axes.set_xlim(0.115, 0.155)
look.share_axis(axes)
axes.set_xlabel("share of adults ever held, 2017-2018 (base in brackets)")
sns.despine(figure, left=True)
# %% [markdown]
# *Picture: seven dots on a percent axis, one per base. The lowest rate belongs to the base the press's sentence
# implies, the highest to the smallest census base.*
#
# The choice of base moves the rate by more than two points. That is many times what chance does:

# %%
pd.DataFrame(
    [
        {
            "base": name,
            "method": method,
            "95% interval for the rate": f"{100 * found.low:.2f}% to {100 * found.high:.2f}%",
        }
        for name in ("implied by 'more than 12%' (most)", "register: resident, central")
        for method in ("jeffreys", "wilson", "clopper-pearson")
        for found in [share_interval(count, round(stated[name]), level=0.95, method=method)]
    ]
)

# %% [markdown]
# ## The county's territory changed
#
# Townships passed to Kashgar City between the censuses, so that the two censuses do not count one territory. The
# population model therefore interpolates the county only together with Kashgar City.

# %%
spots = evidence.table("spot_counts").query("gb_code == @code and indicator == 'total'")
history = pd.concat(
    [
        spots[["date_ref", "value", "basis", "verification"]],
        census.reset_index()[["date_ref", "total", "verification"]]
        .rename(columns={"total": "value"})
        .assign(basis="census resident"),
    ]
)
history = history[history["date_ref"].str.match(r"\d{4}")].sort_values("date_ref")
history["year"] = history["date_ref"].str[:4].astype(int)
figure, axes = plt.subplots(figsize=(8.4, 3.2))
sns.scatterplot(
    data=history,
    x="year",
    y="value",
    hue="basis",
    style="basis",
    s=90,
    ax=axes,
    palette=[look.BLUE, look.ORANGE],
    edgecolor="black",
)
axes.plot(history["year"], history["value"], color="#bbbbbb", zorder=0)
axes.set_ylim(0, 1.1 * history["value"].max())
axes.set_xticks(history["year"])
axes.yaxis.set_major_formatter("{x:,.0f}")
axes.set_ylabel("people in the county")
axes.set_xlabel("")
axes.legend(title="", loc="lower left")
sns.despine(figure)
# %% [markdown]
# *Picture: people in the county by year; both the registered and the resident count fall from the early 2000s to
# 2020.*
#
# ## How good is the population model?
#
# Counts of single units that the model did not use, beside what it gives. Registered counts should lie above modelled
# residents in the south.

# %%
check = population.county_check(evidence)
check = check[check["indicator"] == "uyghur"]
check.assign(
    difference=check["difference"].map("{:+.1%}".format),
    modelled=check["modelled"].map("{:,.0f}".format),
    observed=check["observed"].map("{:,.0f}".format),
)[["name_en", "date_ref", "basis", "observed", "modelled", "difference", "verification"]]

# %% [markdown]
# ## What the record leaves out
#
# These are judgements, not facts. Each has a distribution, a source, a reason and somebody who may dispute it; all are
# in `data/public/assumptions.toml`, and a reader can change any of them.

# %%
judged = register.frame().query("rung == 'record'").set_index("id")
judged[["statement", "distribution", "rationale", "disputed"]].style.format(escape="html").format_index(
    escape="html"
).set_properties(**{"text-align": "left"})

# %% [markdown]
# ## The rate with those flaws
#
# Drawing every entry at once gives the rate that the next steps carry: Uyghur adults of the county, ever held.

# %%
drawn = register.draw(20_000, 1)
group = population.adults(evidence).adults.loc[code]
share = count * (1 - drawn["duplicate_share"]) / (1 - drawn["missing_share"]) / drawn["county_adults_registered"]
figure, axes = plt.subplots(figsize=(8.4, 2.8))
sns.histplot(x=share, bins=60, color=look.BLUE, stat="density", ax=axes)
axes.axvline(count / stated["register: registered, central"], color=look.RED, linestyle="--")
axes.set_ylabel("")
axes.set_yticks([])
look.share_axis(axes)
axes.set_xlabel("share of the county's registered adults ever held, 2017-2018; dashed: as counted")
sns.despine(figure, left=True)
# %%
ends = np.quantile(share, [0.025, 0.5, 0.975])
Markdown(
    f"*Picture: a hump around {100 * ends[1]:.0f} percent; 95 percent of it lies between {100 * ends[0]:.0f} and "
    f"{100 * ends[2]:.0f} percent.*"
)

# %% [markdown]
# ## What this does not mean
#
# - The rate says nothing about any other county. How far it may be carried is the subject of the third notebook.
# - Those photographed in the files, of whom most are shown as detained, are a selected subset, not a rate.
# - The position of the Chinese government, that such figures are fabricated, is in the tables as a position; it gives
#   no number to compare with.

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
# # From one county to the region
#
# One county's rate was carried to a whole region in the press. This notebook does the same in five steps and shows,
# at each, how wide the honest interval is and why. The answer is a **range with a condition**: it holds if other
# counties resembled the observed one about as much as areas resembled one another in campaigns and crackdowns
# elsewhere.
#
# All numbers below are computed here from `data/public/`; those that are published are in `results/estimates.csv`.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import Markdown

from estimation.cli import DRAWS, SEED
from estimation.evidence.population import population
from estimation.evidence.tables import sources
from estimation.model.case.build import case_of, register_of
from estimation.model.ladder import ladder
from estimation.model.region.region import RUNGS
from estimation.report.figures import interval_figures, look
from estimation.report.figures.bubble_map import bubble_map
from estimation.report.wording import estimate_words, numbers, picture_texts
from estimation.report.wording.likelihood import likelihood

look.style()
pd.options.display.max_colwidth = None
evidence = sources.load()
register = register_of(evidence)

# %% [markdown]
# ## The press's arithmetic
#
# The published sentence multiplies a rate by a base that is not printed. If the rate is exactly what was printed, the
# base follows. With that county base, that regional base, and counties that do not differ at all, the first rung of
# our ladder must give back the published figure. It does.

# %%
published = evidence.table("published").set_index("estimate_id").loc["ext_bbc_1_2m"]
bases = evidence.table("bases").set_index("denominator_id")
as_printed = register.override(
    county_adults_registered=float(bases.loc["kon_den_implied", "value"]),
    between_county_sd=0.0,
)
implied = {"turkic": float(bases.loc["ext_bbc_base", "value"])}
printed = case_of(evidence, as_printed)
press = ladder.run(printed, as_printed, draws=DRAWS, seed=SEED, sources=False, base=implied)
first = np.median(press.count("turkic", "sampling"))
Markdown(
    f"Printed: more than **{numbers.persons(published['value'])}**. "
    f"First rung on the implied bases: **{numbers.persons(float(f'{first:.3g}'))}**."
)

# %% [markdown]
# ## Five rungs
#
# 1. **Sampling only.** The county's count over its adults, for everybody, as if each
# person were held by independent chance.
# 2. **Flaws of the record.** People held but not in the files, people counted twice, the county's base not being
#    known exactly, and the share of Uyghurs among those counted and among the county's adults.
# 3. **The region's population.** Who is registered where, and how well the census gives the adults of each group.
# 4. **Counties differ.** The spread between counties is taken from other systems in which every area is known; the
#    county may also have been seen because it was worse, or easier to reach, than others.
# 5. **Known differences.** Other rates in the north and east, in cities, and for groups other than Uyghurs, as judged.
#
# Everything uses the same draws, so that a difference between two rungs is the effect of that step alone.

# %%
case = case_of(evidence, register)
run = ladder.run(case, register, draws=DRAWS, seed=SEED, sources=False)
table = run.table()
interval_figures.ladder_chart(table, scope="turkic", stated={"press: 1.2 million": float(published["value"])})
# %%
steps = table[(table["scope"] == "turkic") & (table["level"] == 0.95)].set_index("rung")
length = np.log(steps["count_high"] / steps["count_low"])
Markdown(
    "*Picture: five horizontal bars on a logarithmic axis, one per rung, for the groups of the press's claim. Thick bars "
    "are 50 percent intervals, thinner ones 80 and 95 percent, the white dot is the median, the dashed line the published "
    f"figure. The fourth bar is {length['spread'] / length['population']:.2g} times as long as the third.*"
)

# %% [markdown]
# ### The same in numbers

# %%
moves = pd.DataFrame(
    {
        "adds": steps["includes"],
        "median": steps["count_median"].map(lambda value: numbers.persons(float(f"{value:.2g}"))),
        "95% interval": [estimate_words.span(row) for _, row in steps.iterrows()],
        "upper / lower": (steps["count_high"] / steps["count_low"]).map(lambda value: f"{value:.3g}"),
    }
)
moves

# %%
middles, widths = steps["count_median"], steps["count_high"] / steps["count_low"]
Markdown(
    f"From rung to rung the middle lies between {numbers.persons(float(f'{middles.min():.2g}'))} and "
    f"{numbers.persons(float(f'{middles.max():.2g}'))}; the upper end is {widths.min():.3g} to {widths.max():.3g} times the lower."
)

# %% [markdown]
# ### Why the middle moves
#
# From the press's figure to the last rung in single steps, each on the medians of the draws.

# %%
chain = {"press, as printed": first}
base_step = ladder.run(printed, as_printed, draws=DRAWS, seed=SEED, sources=False)
chain["+ the region's adults from the census"] = np.median(base_step.count("turkic", "sampling"))
for rung, name in zip(
    RUNGS, ("+ the county's own base", *list(picture_texts.RUNG_NAMES.values())[1 : len(RUNGS)]), strict=True
):
    chain[name] = np.median(run.count("turkic", rung))
values = pd.Series(chain)
figure, axes = plt.subplots(figsize=(8.4, 3.4))
sns.barplot(x=values / 1e6, y=values.index, color=look.BLUE, ax=axes)
for place, value in enumerate(values):
    axes.text(value / 1e6, place, f" {value / 1e6:.2f}", va="center")
axes.set_ylabel("")
axes.set_xlabel("median, million persons ever held in 2017-2018")
sns.despine(figure)
# %%
turns = (values / values.shift()).dropna()
Markdown(
    "*Picture: bars for the median after each step. Each step multiplies the one before: "
    f"{'; '.join(f'{name} {turn:.2f}' for name, turn in turns.items())}.*"
)

# %% [markdown]
# A census puts other numbers of adults in the region than the published base implies; the county's base, missing people and
# the Uyghur share of the county act on the rate; the spread can raise the median, because a rate can be further above the
# observed one than below it.
#
# ## Who is in the region
#
# Adults of each group, registered basis, at the central values of the register.

# %%
units = evidence.table("units").set_index("gb_code")
resident = population.adults(evidence)
registered = population.register(
    resident,
    south_ratio=register["registered_over_resident_south"].distribution.median(),
    elsewhere_ratio=register["registered_over_resident_elsewhere"].distribution.median(),
    units=units.reset_index(),
)
south = units.index[units["region_class"] == "south4"]
pd.DataFrame(
    {
        name: {
            "four southern prefectures": f"{frame.total(group, list(south)):,.0f}",
            "elsewhere": f"{frame.total(group) - frame.total(group, list(south)):,.0f}",
        }
        for group, name, frame in [
            ("uyghur", "Uyghur, registered", registered),
            ("uyghur", "Uyghur, resident", resident),
            (["kazakh", "kyrgyz"], "Kazakh and Kyrgyz, resident", resident),
            ("hui", "Hui, resident", resident),
        ]
    }
)

# %% [markdown]
# The observed county holds a small part of them. The map shows where the others live: a bubble is a county, its area
# the number of Uyghur adults, its colour their share among adults of the minorities counted here.

# %%
uyghur = resident.adults["uyghur"]
share = uyghur / resident.adults.sum(axis=1)
bubble_map(
    units,
    share,
    size=uyghur,
    title="Uyghur adults by county, end of 2018 (modelled residents)",
    label="Uyghurs among minority adults",
    marked=["653121"],
)
# %%
observed_part = uyghur["653121"] / uyghur.sum()
Markdown(
    f"*Picture: bubbles at the centroids of {len(units)} county-level units, largest in the southwest. Konasheher, "
    f"marked, has {100 * observed_part:.1f} percent of the region's Uyghur adults.*"
)

# %% [markdown]
# ## Every scope
#
# The last rung, 95 and 80 percent intervals, and the chance of at least round numbers. The words are those of the
# IPCC likelihood scale and never stand without their number.

# %%
last = table[table["rung"] == RUNGS[-1]]
pd.DataFrame(
    {
        scope.label + ", " + scope.territory: {
            "95% interval": estimate_words.span(last[(last["scope"] == scope.name) & (last["level"] == 0.95)].iloc[0]),
            "80% interval": estimate_words.span(last[(last["scope"] == scope.name) & (last["level"] == 0.8)].iloc[0]),
            **{
                f"at least {numbers.persons(threshold)}": likelihood(
                    float(last[last["scope"] == scope.name][f"p_at_least_{threshold}"].iloc[0]),
                    error=float(last[last["scope"] == scope.name][f"p_at_least_{threshold}_error"].iloc[0]),
                )
                for threshold in case.thresholds
            },
        }
        for scope in case.scopes
    }
).T

# %% [markdown]
# ## Does it matter who is counted as living there?
#
# Police files list the registered; the census counts residents. Numerator and denominators must be of one kind: what
# raises the county's base raises the region's.

# %%
resident_case = case_of(evidence, register, basis="resident")
other = ladder.run(resident_case, register, draws=DRAWS, seed=SEED, sources=False).table(levels=(0.95,))
both = pd.concat([table[table["level"] == 0.95], other])
both = both[(both["rung"] == RUNGS[-1]) & both["scope"].isin(["uyghur", "turkic"])]
both.assign(interval=[estimate_words.span(row) for _, row in both.iterrows()]).pivot(
    index="scope", columns="basis", values="interval"
)

# %% [markdown]
# ## What this does not mean
#
# - It is not a count. One county was counted; the rest is inference with a stated condition.
# - The median is not a best guess to print alone; the total is as likely to be above it as below.
# - It is about people *ever held* in a camp or a prison in 2017-2018, not about people held on one day, nor about
#   later years.
# - A wide interval is not doubt about what happened in the county; it is how little one county says about others.
# - Other sources (officials' estimates, a leaked table, court statistics, satellite images) are not used here;
#   notebook 05 weighs them.
#
# ## How to run it again
#
# `make reproduce` runs every notebook; `estimation estimate --scope turkic` prints the ladder;
# `estimation estimate --assumptions mine.toml` does so under your own judgements.

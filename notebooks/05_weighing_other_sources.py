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
# # Weighing other sources
#
# One county supports little more than an order of magnitude. The public record holds more: officials' estimates by
# telephone, reports from villages, a leaked county table, court statistics, capacity on satellite images. Each is weak;
# they are quoted side by side. This notebook weighs them in one model, each against **the quantity it speaks about**,
# with its date, its kind of custody, its people and its likely error, and asks three things. What do they add to the
# one strong county? Which of them does it? When would they mislead?
#
# The model is that of notebook 03. A source does not enter it: it gives each draw a weight.

# %%
import numpy as np
import pandas as pd
from IPython.display import Markdown

from estimation.challenge.sources import common_scale, conflict, influence, reconcile
from estimation.challenge.sources.sites import sites_beside_register
from estimation.cli import DRAWS, SEED
from estimation.evidence.tables import sources
from estimation.evidence.tables.synthesis_sources import left_out
from estimation.model.case.build import case_of, register_of
from estimation.model.ladder import ladder
from estimation.model.ladder.proposal import PILOT
from estimation.report.figures import interval_figures, look
from estimation.report.figures.bubble_map import bubble_map
from estimation.report.wording import (
    claim_words,
    estimate_words,
    influence_words,
    numbers,
    picture_texts,
    statements,
)
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import factor_interval
from estimation.report.wording.texts import escaped

look.style()
pd.options.display.max_colwidth = None
evidence = sources.load()
register = register_of(evidence)
case = case_of(evidence, register)
places = reconcile.places(evidence, case)
run = ladder.run(case, register, draws=DRAWS, seed=SEED, pilot=PILOT, county_rates=True, places=places)
table = run.table()

rows = table[table["level"] == 0.95].set_index(["scope", "rung"], drop=False)

# %% [markdown]
# ## The answer

# %%
alone, weighed = (rows.loc[("turkic", rung)] for rung in ("differences", "sources"))
Markdown(
    f"**{escaped(statements.headline(weighed))}** From the county alone the interval is {estimate_words.span(alone)}. The upper end was "
    f"{alone['count_high'] / alone['count_low']:.2g} times the lower and is now "
    f"{weighed['count_high'] / weighed['count_low']:.2g} times; half of the plausible "
    f"totals lie below {estimate_words.middle(weighed)}, where the county alone had {estimate_words.middle(alone)}."
)

# %%
press = evidence.table("published").set_index("estimate_id").loc["ext_bbc_1_2m"]
interval_figures.ladder_chart(
    table, scope="turkic", stated={f"press: {numbers.persons(press['value'])}": float(press["value"])}
)
# %%
length = rows.loc["turkic", "count_high"] / rows.loc["turkic", "count_low"]
Markdown(
    "*Picture: the ladder of notebook 03 with a sixth bar below it, for all other sources together. Its upper end is "
    f"{length['sources']:.2g} times the lower; those of the fourth and fifth are {length['spread']:.2g} and "
    f"{length['differences']:.2g} times.*"
)

# %%
Markdown(
    f"The weights can be relied on: the shape of their tail (Pareto k) is {run.weights.pareto_k:.2f}, where values "
    f"above 0.7 would be refused, and {DRAWS:,} draws are worth {run.weights.effective:,.0f} independent ones, where "
    "fewer than 400 would be. A run that fails these limits stops with an error and prints nothing."
)

# %% [markdown]
# ## What each source says
#
# A figure for people in camps on one day is not a figure for people ever held. To lay the sources side by side each is
# taken to *adults of its own place ever held in camp or prison, 2017-18*: from a moment to the whole window by an assumed
# course of entries and releases, from camp or prison to both by the draws' own division, from all ages to adults by the
# population tables. What the source printed stands at the right.

# %%
said = common_scale.common_scale(run, seed=SEED)
interval_figures.forest_plot(said)
# %%
longer = said["high"] / said["low"] > said["model_high"] / said["model_low"]
below, above = (said.loc[at] for at in (said["median"].idxmin(), said["median"].idxmax()))
Markdown(
    "*Picture: one row per source. Orange: the interval its figure alone would give for its place, with the bias and error "
    "the register allows; the thick part is the middle half, the dot the median, a triangle marks a figure that is a floor. "
    f"Blue: the same place after all sources. {longer.sum()} of {len(said)} orange bars are longer than blue ones. The "
    f"lowest orange median is that of {escaped(below['source'])} ({numbers.percent(below['median'])} of the adults of its place), "
    f"the highest that of {escaped(above['source'])} ({numbers.percent(above['median'])}).*"
)

# %% [markdown]
# Choices made in each conversion:

# %%
said[["source", "raw", "bound", "counts", "date", "note"]]

# %% [markdown]
# And the sources that cannot enter, with the reason:

# %%
left_out(evidence)

# %% [markdown]
# ## Camp and prison do not transfer alike
#
# Carrying both rates of the county over would say how many people the courts sentenced. The model does not do that: it
# lets the division into camp and prison differ between counties, weighs the courts' totals with their ordinary crime, other
# punishments and defendants of other groups, and states how the county compares.

# %%
central = register.medians()
listed = central["county_prison_count"] / central["county_adults_registered"] * case.region.adults.sum()
courts = next(source for source in case.sources if source.kind == "court")
ratio = influence.stress(run).set_index("when")
after = ratio.loc["after"]
Markdown(
    "If every county had as many people on its list for its size as this one, minorities alone would have been sentenced "
    f"{listed / courts.value:.2g} times as often as the courts reported for everybody. "
    f"The county's prison rate was **{after['median']:.2g} times** that of the region's minorities (95% interval "
    f"{after['low']:.2g} to {after['high']:.2g}). That it was above the region's is "
    f"{likelihood(after['p_above_1'], error=after['p_above_1_error'])}, that it was at least twice as high "
    f"{likelihood(after['p_above_2'], error=after['p_above_2_error'])} "
    f"(words: {claim_words.SCALE_NAME}). Before any source was weighed the draws had it at {ratio.loc['before', 'low']:.2g} to "
    f"{ratio.loc['before', 'high']:.2g}."
)

# %% [markdown]
# ## Which source does what
#
# Each is left out, then each is used alone, then whole kinds. All of it is reweighing of the same draws.

# %%
moved = influence.influence(run, scope="turkic")
interval_figures.source_choices_chart(
    moved, title="Uyghur, Kazakh and Kyrgyz adults of Xinjiang under each choice of sources"
)
# %%
base, county = (moved.set_index("choice").loc[choice] for choice in ("all", "none"))
single = moved[moved["choice"] == "without"].set_index("source", drop=False)
kinds = moved[moved["choice"] == "without kind"].set_index("source", drop=False)
single["name"] = "without `" + single["source"] + "`"
kinds["name"] = "without " + kinds["source"].map(picture_texts.KIND_NAMES)
inside = single["low"].ge(county["low"]) & single["high"].le(county["high"])
Markdown(
    "*Picture: intervals under each choice; red at the top all sources and the county alone, the shaded band is the "
    "interval of all sources.*\n\n"
    f"With one source left out: {influence_words.moved_most(single, base, of='sources')} The interval lies inside that of "
    f"the county alone for {inside.sum()} of {len(single)}.\n\n"
    f"With a kind left out: {influence_words.moved_most(kinds, base, of='kinds')}"
)

# %% [markdown]
# ## Do they contradict one another?
#
# Two checks. First, how far the answer moves when one kind of source, or one prior, is made slightly stronger or
# weaker (power-scaling). A source and a prior that both matter disagree about something. Second, how surprising each
# figure is when only the county, or the county and one other source, is known: small chances point at a conflict.

# %%
conflict.power_scaling(run, scope="turkic").assign(sensitivity=lambda frame: frame["sensitivity"].map("{:.3f}".format))

# %% [markdown]
# The same asked of the judgements themselves: does an entry, once the sources are seen, rest on its prior or on the sources?
# Where both move it they may disagree, or both say much and agree.

# %%
told = conflict.prior_and_sources(run)
told.assign(entry=told["entry"].map(picture_texts.entry_words)).round(2)

# %%
chances = conflict.surprise(run)
shown = chances.pivot(index="source", columns="given", values="two_sided")
names = [source.name for source in case.sources]
shown = shown.loc[names, ["county alone", *names]].map(lambda value: "" if pd.isna(value) else f"{value:.2f}")
shown

# %%
least = chances.loc[chances["two_sided"].idxmin()]
Markdown(
    f"The least expected pair: {escaped(least['source'])} given {escaped(least['given'])}, with a two-sided chance of "
    f"{least['two_sided']:.2f}. With this many pairs such a chance is no proof of a conflict."
)

# %% [markdown]
# ## Sites by county, beside the register
#
# How far counties differ in sites per minority adult, how the observed county stands among them, and how the north stands
# to the south. Capacity is not detention: this is a check beside the entries, and weighs nothing. Sites follow
# administration as well as people, so their spread is a lower guide; in the north they are no fewer for its people.

# %%
sites_beside_register(evidence, register).set_index(["entry", "of"]).map("{:.2f}".format)

# %% [markdown]
# ## What the sources say of one another
#
# The register gives each kind of source a bias, or a share that it counts where it can only leave people out, and a chance
# that it says nothing. Weighed together, the sources shift these too. All are shown as factors, reported over true.

# %%
bias = influence.biases(run).set_index("entry")
factors = bias.filter(regex="^(bias|coverage)_(?!shared)", axis="index").copy()
counted = factors.index.str.startswith("coverage_")
factors.loc[counted] = np.log(factors.loc[counted])
pd.DataFrame(
    {
        "before, 95%": [
            factor_interval(*ends) for ends in zip(factors["prior_low"], factors["prior_high"], strict=True)
        ],
        "after, median": np.exp(factors["median"]).map("{:.2f}".format).to_numpy(),
        "after, 95%": [factor_interval(*ends) for ends in zip(factors["low"], factors["high"], strict=True)],
    },
    index=[picture_texts.KIND_NAMES[name.partition("_")[2]] for name in factors.index],
)

# %% [markdown]
# ## Which county rates it implies
#
# Median rate of Uyghur adults ever held, county by county. Most counties have no source of their own: their rates are
# what the region and the known differences make of them, and the interval behind each colour is wide.

# %%
units = evidence.table("units").set_index("gb_code")
rates = influence.county_rates(run)
people = pd.Series(case.region.adults[:, 0], index=rates.index)
bubble_map(
    units,
    rates["median"],
    size=people,
    title="Uyghur adults ever held, 2017-2018: median of the weighed draws",
    label="share of Uyghur adults",
    marked=["653121"],
)
# %%
widths = (rates["high"] / rates["low"]).drop("653121")
Markdown(
    f"*Picture: bubbles at the counties' centroids, area by Uyghur adults, colour by the median rate.* The 80% interval of a "
    f"county other than the observed one runs on average over a factor of {widths.median():.2g}: the map is not a "
    "finding about any one county."
)

# %% [markdown]
# ## Published figures on the same scale
#
# Each published region-level figure is taken to this suite's quantity by named steps: another base, from a moment to ever
# held, from its date to the end of the window, from camps to camps and prisons, from its places and groups to those of
# the scope. The factors are medians of the weighed draws. Figures that cannot be converted say why. A figure that went into
# the synthesis, or that repeats another, is no independent check.

# %%
steps = reconcile.reconcile(evidence, run)
converted = steps.dropna(subset="converted_low")
converted.drop(columns=["estimate_id"]).set_index("label")

# %%
steps.loc[steps["converted_low"].isna(), ["label", "published_low", "published_high", "reason"]].set_index("label")

# %% [markdown]
# ## When would the weak sources mislead?
#
# - **If they lean the same way further than allowed for.** Villages, officials and the leaked table became known through the
#   same few newsrooms and activists; the register gives them a bias in common, centred on none. If what passes is what is
#   bad, and by more than that, the lower end is too high.
# - **If the courts' totals leave out more people than allowed for, or count others.** The upper end leans on them. Were
#   more than half of the sentences kept off the record, or far more of the sentenced from other groups, it would move.
# - **If the course of entries and releases was another one.** No source dates both; the same path is used everywhere.
# - **If the prison list of the county lies outside its count.** Then fewer of those ever held were sentenced and more
#   people were held in all.

# %%
two = "{:.2g}".format
ends = kinds.loc["court"]
most = single.loc[np.log(single["median"] / base["median"]).abs().idxmax()]
Markdown(
    "- **If the courts' totals leave people out, or count others.** With nothing from the courts the interval is "
    f"{numbers.persons(float(two(ends['low'])))} to {numbers.persons(float(two(ends['high'])))}, where it is "
    f"{numbers.persons(float(two(base['low'])))} to {numbers.persons(float(two(base['high'])))} with them.\n"
    "- **If a source is made up.** Each kind has a chance of saying nothing. The one figure whose loss would move the median "
    f"most is `{most['source']}`: without it the median is {numbers.persons(float(two(most['median'])))}, not "
    f"{numbers.persons(float(two(base['median'])))}."
)

# %% [markdown]
# What the Chinese government says, that no such numbers were held and that all trainees had graduated by the end of
# 2019, is no figure for this window and is not scored.
#
# ## How to run it again
#
# `estimation synthesise` prints the ladder and the sources; `--without SOURCE` leaves one out, `--only KIND` uses one
# kind; `estimation synthesise --assumptions mine.toml` runs it under your own judgements. Which figure counts what stands in
# `data/public/synthesis_sources.csv`.

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
# # Bring your own region
#
# You have a count from one place, or a few, and a table of the people of every place of a region. This notebook walks
# from there to a range for the region in a quarter of an hour: a folder of five small files, a mistake and the error
# it gives, the fix, the range and its picture, what would change it. It ends with a case whose truth is known: what one
# county would have said, and what was so.
#
# Each step is one command; the cells below call what the commands call. Never bring data about individuals: rows are
# areas, cells are counts, and the check refuses the rest.

# %%
import tempfile
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from estimation.challenge.calibration.backtest import backtest
from estimation.challenge.calibration.designs import System
from estimation.challenge.calibration.prior_choices import HEADLINE
from estimation.errors import DataError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.new_case import files
from estimation.evidence.tables import sources
from estimation.report.figures import interval_figures, look
from estimation.report.publish import case_publish
from estimation.report.record import record, results_folder
from estimation.report.wording import statements

look.style()
pd.options.display.max_colwidth = None
SEED, DRAWS = 20220524, 20_000
sets = sources.load().table("reference_sets")
families = set(sets["family"])
workplace = Path(tempfile.mkdtemp())

# %% [markdown]
# ## A folder to fill in
#
# `estimation new-case mycase` writes a commented example that runs as it stands. Its places do not exist: every number
# is invented and says so.

# %%
folder = workplace / "mycase"
record.write_new(folder, files())
print((folder / "case.toml").read_text(encoding="utf-8"))

# %% [markdown]
# The areas, each with its people, and what was counted in one of them:

# %%
pd.read_csv(folder / "areas.csv")

# %%
pd.read_csv(folder / "observed.csv")

# %% [markdown]
# ## A mistake
#
# Now fill in your own. Here two cells go wrong on the way: a thousands separator, and an area that is not in the
# table. `estimation check mycase` says where, what and how to mend it, all at once; `estimation reproduce` says the same
# and writes nothing.

# %%
table = (folder / "observed.csv").read_text(encoding="utf-8")
(folder / "observed.csv").write_text(table.replace("ex04,adults,2480", 'ex40,adults,"2,480"'), encoding="utf-8")
try:
    case_folder.load(folder, families=families)
except DataError as error:
    print(error)

# %% [markdown]
# ## The fix, and the answer
#
# Mended, the case is whole, and `estimation reproduce mycase` writes `mycase/results/`: tables, pictures and a page that
# opens by double click. A tenth of the draws, `--draws 2000`, is enough to see whether all is as meant; for an answer
# leave the option out.

# %%
(folder / "observed.csv").write_text(table, encoding="utf-8")
case = case_folder.load(folder, families=families)
written = case_publish.publish(case, sets, draws=2_000, seed=SEED)
pd.DataFrame({"written to mycase/results/": written})

# %%
estimates = results_folder.published("estimates.csv", folder / "results")
interval_figures.ladder_chart(estimates, scope="everyone")

# %% [markdown]
# *Picture: the ladder of intervals of the invented case. Chance alone gives a narrow range; what one place cannot show,
# how unlike it the others are, gives nearly all of the width.*

# %%
last = estimates[(estimates["rung"] == "differences") & (estimates["level"] == 0.95)].iloc[0]
Markdown(statements.say(last).paragraph)

# %% [markdown]
# What moves it most, each judgement moved alone to its ends and to named alternatives:

# %%
results_folder.published("sensitivity.csv", folder / "results")

# %% [markdown]
# And how wrong a judgement must be before a claim gets a given probability (claims stand in `case.toml`):

# %%
tips = results_folder.published("tipping.csv", folder / "results")
tips[["claim", "low", "rung", "entry", "level", "reached", "value", "plausible_low", "plausible_high"]]

# %% [markdown]
# ## A case whose truth is known
#
# Does this work? `data/cases/japanese_american_1945/` is a case of the same form. At the end of 1945 many of
# the Japanese Americans removed from the counties of three western states were not back, and a government table counts
# residents in every county. The case observes **one** county, chosen by a rule set down before any estimate was made: the one
# whose number of residents in 1940 is closest to the median. The prior of the spread is fitted without this system.

# %%
known = case_folder.load(Path("../data/cases/japanese_american_1945").resolve(), families=families)
known.observed[["area", "count", "population", "note"]]

# %%
results = workplace / "known"
case_publish.publish(known, sets, draws=DRAWS, seed=SEED, directory=results)
predicted = results_folder.published("estimates.csv", results)
last = predicted[(predicted["rung"] == "differences") & (predicted["level"] == 0.95)].iloc[0]
Markdown(statements.say(last).headline)

# %% [markdown]
# Now the truth, which no estimate has read:

# %%
truth = known.statement.truth
interval_figures.ladder_chart(predicted, scope=truth.scope, stated={"the known total": truth.count})

# %% [markdown]
# *Picture: the ladder from one county, with the known total as a dashed line. The lower rungs, which give every county
# the rate of one, leave it out.*

# %%
found = results_folder.published("truth.csv", results)
wide = found[found["rung"] == "differences"].set_index("level")["held"]
chance = found[(found["rung"] == "sampling") & (found["level"] == 0.95)].iloc[0]
Markdown(
    f"The county's own rate was {known.observed['count'].iloc[0] / known.observed['population'].iloc[0]:.0%}, "
    f"that of all was {truth.count / known.areas['people_residents'].sum():.0%}: it was not a typical county, "
    f"and nobody who saw it alone could have known. The known total is {truth.count:,.0f}. The 95% interval with the "
    f"spread between counties {'held' if wide[0.95] == 'yes' else 'missed'} it, the 80% interval "
    f"{'held' if wide[0.8] == 'yes' else 'missed'} it; chance alone, {chance['count_low']:,.0f} to "
    f"{chance['count_high']:,.0f}, {'held' if chance['held'] == 'yes' else 'missed'} it."
)

# %% [markdown]
# One county is one try. Each of the others could have been the one that was seen; here every one is, in turn, with the
# same prior:

# %%
areas = sources.load().table("reference_areas")
areas = areas[areas["dataset"] == "japanese_american_not_back_1945"]
system = System("japanese_american_not_back_1945", "", "", areas["count"].to_numpy(), areas["population"].to_numpy())
prior = HEADLINE.distribution(sets, "japanese_american")
options = {"k": 1, "scheme": "equal chances", "levels": (0.8, 0.95), "seed": SEED, "draws": 10_000}
scores = backtest(system, spread_prior=prior, **options)
scores[scores["method"].isin(["hierarchical", "binomial"])].iloc[:, :6]

# %%
held = scores[scores["method"] == "hierarchical"].set_index("level")
Markdown(
    f"Over all {held['data_sets'].iloc[0]} counties the 95% interval held the total for {held.loc[0.95, 'coverage']:.0%} "
    f"of them and the 80% interval for {held.loc[0.8, 'coverage']:.0%}"
    + (
        ""
        if held.loc[0.8, "coverage"] >= 0.8
        else ": less often than it says, for these counties differ by more than "
        "those of other systems led one to expect"
    )
    + ". Chance alone (binomial), called 95%, held it for "
    f"{scores.set_index(['method', 'level']).loc[('binomial', 0.95), 'coverage']:.0%}."
)

# %% [markdown]
# Notebook 07 does this for every system whose rows are held, beside methods in common use, and says where it fails.
# `docs/CASES.md` has every file, column and entry of a case, and what a case cannot do.

"""Tables of the methods text that say how the method did: sensitivity, calibration, published figures recomputed."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from estimation.report.documents.methods_tables import Maker, Read, table, three

_AVERAGE, _PRIOR, _MODEL = "all families held", "A+B without Holocaust", "hierarchical"
_TOP: Final = 8
_ASKED_OF: Final = {"differences": "county alone", "sources": "with other sources"}
"""What the rungs of `shapley.csv` are called in the methods text."""


def _percent(share: object) -> str:
    return f"{float(str(share)):.0%}"


def _within(value: object, low: object, high: object) -> str:
    return f"{three(float(str(value)))} ({three(float(str(low)))} to {three(float(str(high)))})"


def _sensitivity(read: Read) -> str:
    rows = read("sensitivity.csv").head(_TOP)
    moved = table(
        [
            "input",
            "largest move, as a factor:",
            "at",
            "first-order index (95%):",
            "total index (95%):",
            "power scaling:",
        ],
        [
            (
                f"`{row['input']}`",
                f"{np.exp(float(row['move'])):.2f}",
                row["move_at"],
                _within(row["first"], row["first_low"], row["first_high"]),
                _within(row["total"], row["total_low"], row["total_high"]),
                three(float(row["power_scaling"])),
            )
            for _, row in rows.iterrows()
        ],
    )
    shapley = table(
        ["of the answer from the", "input", "Shapley effect (95%):"],
        [
            (_ASKED_OF[row["rung"]], f"`{row['input']}`", _within(row["effect"], row["low"], row["high"]))
            for _, row in read("shapley.csv").iterrows()
        ],
    )
    choices = read("multiverse_choices.csv")
    parts = [
        choices[choices["of"] == of].set_index("choice")["total"].astype(float) for of in ("count_median", "width")
    ]
    grid = table(
        ["choice of the multiverse", "share of the variance of the median:", "of the width:"],
        [(name, _percent(parts[0][name]), _percent(parts[1][name])) for name in parts[0].index[:_TOP]],
    )
    size, digest = int(choices["specifications"].iloc[0]), str(choices["grid_sha256"].iloc[0])[:12]
    power = table(
        ["weighed sources or a prior, made stronger", "sensitivity:", "verdict"],
        [
            (row["part"], three(float(row["sensitivity"])), row["verdict"])
            for _, row in read("synthesis/power_scaling.csv").iterrows()
        ],
    )
    return (
        f"Inputs of the total, the {_TOP} that move it most (before other sources):\n\n{moved}\n\n{shapley}\n\n"
        f"{size:,} combinations of declared choices (grid {digest}):\n\n{grid}\n\nAfter other sources:\n\n{power}"
    )


def _sbc(read: Read) -> str:
    rows = read("sbc.csv").drop_duplicates(["observed", "quantity"])
    return table(
        ["areas observed:", "quantity", "data sets:", "ranks"],
        [
            (row["observed"], row["quantity"], f"{int(row['replicates']):,}", f"{row['verdict']} the band")
            for _, row in rows.iterrows()
        ],
    )


def _worlds(read: Read) -> str:
    rows = read("calibration_sources.csv")
    lines = []
    for world, each in rows.groupby("world", sort=False):
        at = {f"{float(row['level']):g}": row for row in each.to_dict(orient="records")}
        shares = [(float(at[level]["coverage"]), float(at[level]["coverage_error"])) for level in ("0.8", "0.95")]
        held = [f"{share:.0%} ± {error:.0%}" for share, error in shares]
        missed = [f"{float(at['0.95'][f'missed_{side}']):.0%}" for side in ("low", "high")]
        lines.append((world, *held, *missed, f"{float(at['0.95']['width_ratio']):.1f}"))
    head = ["world", "80% interval held:", "95% interval held:", "total below it:", "above it:", "95%: upper / lower:"]
    repeats, reliable = rows["repeats"].astype(int).max(), rows["reliable_share"].astype(float)
    told = (
        f"{repeats:,} of each world. Weights were within the limits of (57) in {reliable.min():.0%} to "
        f"{reliable.max():.0%} of them; all are counted."
    )
    return f"{told}\n\n{table(head, lines)}"


def _backtest(read: Read) -> str:
    study = read("calibration.csv")
    study = study.assign(selection=study["selection"].astype(str), level=study["level"].astype(float))
    average, even, unmoved = study["system"] == _AVERAGE, study["scheme"] == "equal chances", study["selection"] == "0"
    one, model = study["observed"].astype(int) == 1, study["method"] == _MODEL
    ours = model & (study["prior"] == _PRIOR)
    return "\n\n".join(
        [
            "Families counting alike, prior without the system's family, no shift for selection. Coverage with its "
            "standard error between families:",
            _held(
                study[ours & unmoved & average],
                {"areas observed:": "observed", "drawn": "scheme", "families:": "families"},
            ),
            "With one observed area, drawn with equal chances, system by system (standard error over data sets):",
            _held(
                study[ours & unmoved & one & even & (study["family"] != "average")],
                {"system": "system", "areas:": "areas"},
            ),
            "With one observed area, equal chances, other priors:",
            _held(study[model & unmoved & average & one & even], {"prior": "prior"}),
            "With an area from the worst quarter, and the centre moved down by a shift (SDs):",
            _held(study[ours & average & one & (study["scheme"] == "top quarter")], {"shift": "selection"}),
            "Peers on the same areas, equal chances:",
            _held(
                study[(study["prior"] == "none") & average & even], {"method": "method", "areas observed:": "observed"}
            ),
        ]
    )


def _held(rows: pd.DataFrame, keys: Mapping[str, str]) -> str:
    """Coverage of 80 and 95% intervals and the ratio of the latter's ends, by columns named under their headings."""
    body: list[list[object]] = []
    for key, group in rows.groupby(list(keys.values()), sort=False):
        at = {round(float(row["level"]), 3): row for _, row in group.iterrows()}
        said = [f"{_percent(at[level]['coverage'])} ± {_percent(at[level]['coverage_error'])}" for level in (0.8, 0.95)]
        body.append([*(str(part).replace("_", " ") for part in key), *said, three(float(at[0.95]["width_ratio"]))])
    return table([*keys, "80% interval held:", "95% interval held:", "95%: upper / lower:"], body)


def _published(read: Read) -> str:
    rows = read("published.csv")
    counted = rows["verdict"].value_counts()
    alone = int(((rows["verdict"] == "agreement") & (rows["independent"] == "yes")).sum())
    bases = rows.dropna(subset="modelled_over_implied")
    parts = [
        f"{len(rows)} published figures against their own formula: agreement {counted.get('agreement', 0)} (of which "
        f"{alone} without a base that was itself obtained from the figure), disagreement "
        f"{counted.get('disagreement', 0)}, no arithmetic printed that could be repeated "
        f"{counted.get('cannot be recomputed', 0)}.",
        table(
            ["figure that states a share", "implied base:", "census-based:", "factor:", "on the census base:"],
            [
                (
                    row["label"],
                    *(f"{float(row[name]):,.0f}" for name in ("implied_base", "modelled_base")),
                    f"{row['modelled_over_implied']:g}",
                    f"{float(row['count_on_modelled_base']):,.0f}",
                )
                for _, row in bases.iterrows()
            ],
        ),
    ]
    taken, own = read("synthesis/reconciliation.csv"), read("estimates.csv").iloc[0]
    taken = taken.dropna(subset="converted_low")
    inside = {level: taken[f"inside_{level}"].value_counts() for level in (50, 80, 95)}
    parts += [
        f"{len(taken)} figures can be taken to *{own['measure']} in a {own['custody']}, "
        f"{own['window']}* by the steps of (84). How many lie in the model's interval (a range may in part; many rest "
        "on one another or on a source of the model):",
        table(
            ["interval", "inside:", "in part:", "outside:"],
            [(f"{level}%", *(said.get(word, 0) for word in ("yes", "partly", "no"))) for level, said in inside.items()],
        ),
    ]
    return "\n\n".join(parts)


CHECKS: Final[Mapping[str, Maker]] = {
    "sensitivity": _sensitivity,
    "sbc": _sbc,
    "worlds": _worlds,
    "backtest": _backtest,
    "published": _published,
}
"""Content of each block, by its name."""

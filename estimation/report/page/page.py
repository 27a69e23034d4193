"""One file that a reporter opens by double click: words, pictures, sliders and the draws they work on.

Everything is inside: no server, no network, no other program's code. A policy in the file lets only its own script and
style run, by their hashes, so that no text from the data can.
"""

import base64
import hashlib
import json
from dataclasses import asdict, replace
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from estimation.challenge.claims import ABOUT
from estimation.challenge.review.claim_check import LEVELS as OFFERED
from estimation.errors import EstimationError
from estimation.model.case.case import SPREAD
from estimation.model.region.region import RUNGS
from estimation.report.page import page_doubt
from estimation.report.page.page_arithmetic import DOTS, FEW, HEAVIEST, LEVELS, PARTS, TOO_FEW, Setting, ladder
from estimation.report.page.page_columns import Column
from estimation.report.page.page_data import PageData, Preset
from estimation.report.page.page_draws import PageDraws, Slider
from estimation.report.page.page_words import (
    alone,
    card,
    counted,
    has_own_spread,
    headline,
    in_list,
    kind_names,
    kinds_words,
    names_at,
    page_texts,
    people_words,
    program_texts,
    row_of,
    scale_words,
    slider_words,
)
from estimation.report.wording import estimate_words, statements
from estimation.report.wording.claim_words import VERDICTS, usage
from estimation.report.wording.likelihood import SCALE
from estimation.report.wording.numbers import percent
from estimation.report.wording.picture_texts import RUNG_NAMES
from estimation.report.wording.rounding import ERRORS, NARROW

_PEOPLE: Final = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25)
"""Stops of the slider of the region's adults: factors on those of the tables."""
_READY_MADE: Final = ("page_question", "page_lead", "page_case_question", "page_case_lead", "page_own_", "custody_")
"""Beginnings of the keys of texts that are filled before the page is made."""
_PROGRAM: Final = ("draws", "words", "pictures", "controls", "saving", "start")
"""Files of the page's program, in the order in which they are joined."""
LARGEST: Final = 3_500_000
"""Bytes; a page is to be mailed and opened on a telephone."""


def render(data: PageData) -> bytes:
    """The page as HTML in UTF-8; the same data give the same bytes.

    Raises `EstimationError` if it would be larger than `LARGEST`.
    """
    script, style = "".join(_file(f"{name}.js") for name in _PROGRAM), _file("page.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src blob: data:; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    first = data.draws[0]
    setting = Setting(data.scope, kinds=2 ** len(first.kinds) - 1)
    steps = {level: ladder(first, replace(setting, level=level)) for level in LEVELS}
    shown = {level: [row_of(first, setting, step) for step in found] for level, found in steps.items()}
    wide, row = steps[LEVELS[0]], shown[LEVELS[0]][-1]
    names = names_at(first, data.scope)
    sliders = _controls(data)
    seen = [each for each in sliders if each["shown"]]
    html = environment.from_string(_file("template.html")).render(
        page=data,
        policy=policy,
        script=script,
        style=style,
        json=_embedded(content(data)),
        sentence=headline(first, setting, wide[-1]),
        words=statements.say(row),
        not_meaning=statements.say(in_list(row)).not_meaning,
        alone=alone(first, setting, wide),
        moved_from=page_doubt.moved_from(first, data.scope, weighed=data.doubt.weighed) if data.doubt else "",
        names=names,
        levels=[(level, percent(level), estimate_words.span(found[-1])) for level, found in shown.items()],
        rows=[
            (
                first.rungs[step.rung][0],
                estimate_words.middle(shown[LEVELS[0]][place]),
                [estimate_words.span(found[place]) for found in shown.values()],
                f"{step.effective:,.0f}",
            )
            for place, step in enumerate(wide)
        ],
        scopes=[(name, names_at(first, name)["who"]) for name in first.named],
        parts=PARTS if first.prison else (),
        sliders=sliders,
        place={each["entry"]: name for each, name in zip(seen, ("first", "second", "third"), strict=False)},
        people=(_PEOPLE.index(1.0), len(_PEOPLE) - 1),
        kinds=list(zip(first.kinds, kind_names(first), strict=True)),
        bases=[each.basis for each in data.draws],
        text=page_texts().fill,
        about=f"{100 * ABOUT:.0f}%",
        dots=DOTS,
        counted=counted(first),
        scale=scale_words(),
    )
    found = html.encode()
    if len(found) > LARGEST:
        raise EstimationError("a page must stay small", f"{len(found):,} bytes", f"keep it below {LARGEST:,}")
    return found


def content(data: PageData) -> dict[str, Any]:
    """What the page's program reads, as plain values."""
    first = data.draws[0]
    names = names_at(first, data.scope)
    people = [people_words(stop, names, counted(first)) for stop in _PEOPLE]
    parts = {part: names_at(first, data.scope, part) for part in (PARTS if first.prison else PARTS[:1])}
    return {
        "texts": {key: text for key, text in program_texts(first).items() if not key.startswith(_READY_MADE)},
        "names": {name: names[name] for name in ("observed", "areas", "territory", "window")},
        "scopes": [{"name": name, "who": names_at(first, name)["who"]} for name in first.named],
        "parts": {part: {"did": said["did"], "custody": said["custody"]} for part, said in parts.items()},
        "basis_said": {each.basis: names_at(each, data.scope)["basis"] for each in data.draws},
        "bases": [_basis(each) for each in data.draws],
        "kinds_said": [kinds_words(kind_names(first), number) for number in range(2 ** len(first.kinds))],
        "people": {
            "stops": _PEOPLE,
            "spoken": [each["spoken"] for each in people],
            "changed": [each["changed"] for each in people],
            "conditions": [each["condition"] for each in people],
        },
        "rungs": {
            rung: {"short": RUNG_NAMES[rung], "includes": includes, "leaves_out": leaves_out}
            for rung, (includes, leaves_out) in first.rungs.items()
        },
        "scale": SCALE,
        "verdicts": VERDICTS,
        "usage": {
            part: {scope: usage(card(first, Setting(scope, part), RUNGS[-1])) for scope in first.named}
            for part in parts
        },
        "levels": LEVELS,
        "limits": {
            "few": FEW,
            "too_few": TOO_FEW,
            "heaviest": HEAVIEST,
            "dots": DOTS,
            "wide": statements.WIDE,
            "narrow": NARROW,
            "errors": ERRORS,
        },
        "meanings": {part: statements.not_meant(card(first, Setting(data.scope, part), RUNGS[-1])) for part in parts},
        "claim": {
            "about": ABOUT,
            "offered": OFFERED,
            **_first_claim(data),
            "presets": [asdict(each) for each in data.presets],
        },
        "start": {"scope": data.scope, "part": PARTS[0], "level": LEVELS[0]},
        "facts": dict(data.facts),
    }


def _first_claim(data: PageData) -> dict[str, float | str]:
    """What the claim checker begins with, always about those the page counts first."""
    fitting = (each for each in data.presets if (each.scope, each.part) == (data.scope, PARTS[0]))
    first = data.claim or next(fitting, None)
    if first is None:
        draws = data.draws[0]
        median = ladder(draws, Setting(data.scope, kinds=2 ** len(draws.kinds) - 1))[-1].median
        first = Preset("", data.scope, "at_least", float(f"{median:.1g}"))
    return {"sides": first.sides, "low": first.low, "high": first.high or 2 * first.low}


def _basis(draws: PageDraws) -> dict[str, Any]:
    plain = {name: getattr(draws, name) for name in ("basis", "of", "central", "kinds")}
    columns = {name: getattr(draws, name).card() for name in ("inclusion", "counted", "rate")}
    by_scope = {
        name: {scope: each.card() for scope, each in getattr(draws, name).items()}
        for name in ("base", "spread", "differences", "prison")
    }
    by_set: dict[str, tuple[Column, ...]] = {"evidence": draws.evidence, "before": draws.before}
    return {
        **plain,
        **columns,
        **by_scope,
        **{name: [each.card() for each in found] for name, found in by_set.items()},
        "sliders": [_slider(slider, draws) for slider in draws.sliders],
        "published": {f"{scope}|{rung}|{level:g}": found for (scope, rung, level), found in draws.published.items()},
    }


def _slider(slider: Slider, draws: PageDraws) -> dict[str, Any]:
    names = names_at(draws, next(iter(draws.named)))
    return {
        "entry": slider.entry,
        "rung": slider.rung,
        "carrier": slider.carrier.card(),
        "table": slider.table.card(),
        "default": slider.default,
        "centres": slider.centres,
        "replaces": slider.entry == SPREAD,
        **slider_words(slider, names, own=has_own_spread(draws)),
    }


def _controls(data: PageData) -> list[dict[str, Any]]:
    """Label, ends and help of each slider, in the order of the page."""
    said, names = page_texts(), names_at(data.draws[0], data.scope)
    seen: dict[str, dict[str, Any]] = {}
    for draws in data.draws:
        own = {**names, "basis": names_at(draws, data.scope)["basis"]}
        for slider in draws.sliders:
            found = {key: said.fill(f"page_{key}_{slider.what}", **own) for key in ("label", "low", "high", "help")}
            if slider.what == "spread" and has_own_spread(draws):
                found["help"] = said.fill("page_own_help_spread", **own)
            if slider.what == "selection" and data.picked:
                found["help"] += f" {data.picked}"
            words = slider_words(slider, names, own=has_own_spread(draws))
            control = {
                "entry": slider.entry,
                "shown": draws is data.draws[0],
                "most": len(slider.shown) - 1,
                "at": slider.default,
                "spoken": words["spoken"][slider.default],
            }
            seen.setdefault(slider.entry, {**control, **found})
    return list(seen.values())


def _embedded(value: object) -> str:
    """JSON that no HTML parser can take for markup: what opens or closes a tag is written as an escape."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _file(name: str) -> str:
    return resources.files("estimation.report.page").joinpath(f"page_files/{name}").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

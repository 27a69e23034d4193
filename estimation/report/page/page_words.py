"""The words of a setting: under which condition its sentence holds, and what each stop of a slider is called.

The page gets these words ready-made for every stop and every set of sources, and only joins them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from estimation.model.region.region import RUNGS, SOURCES
from estimation.report.page.page_arithmetic import Setting, Step, moved_at
from estimation.report.page.page_draws import SELECTION, SPREAD, PageDraws, Slider
from estimation.report.wording import estimate_words, statements
from estimation.report.wording.likelihood import SCALE
from estimation.report.wording.numbers import percent, persons
from estimation.report.wording.texts import Texts, english_only, texts

_CUSTODY: Final = {
    "either": ("camp or prison", "ever held"),
    "camp": ("camp", "ever held"),
    "prison": ("prison", "sentenced"),
}
"""Custody and measure of each part, in the words of an estimand."""


@cache
def page_texts() -> Texts:
    """The page's own texts with those of results, in English."""
    return Texts("en", {**texts().templates, **english_only("page").templates}, texts().names)


def card(draws: PageDraws, setting: Setting, rung: str) -> dict[str, str | int | float]:
    """What a setting counts at a rung, in the columns of a ladder row."""
    row: dict[str, str | int | float] = {**draws.named[setting.scope], "rung": rung, "level": setting.level}
    if setting.part != "either":
        row["custody"], row["measure"] = _CUSTODY[setting.part]
    return row


def names_at(draws: PageDraws, scope: str, part: str = "either") -> dict[str, str]:
    """Who, what, where and when of a scope and part on the last rung before other sources, as `names_of` has them."""
    return estimate_words.names_of(card(draws, Setting(scope, part), RUNGS[-1]))


def row_of(draws: PageDraws, setting: Setting, step: Step) -> dict[str, str | int | float]:
    """A rung under a setting as a row of the ladder, with the condition it holds under."""
    row = card(draws, setting, step.rung)
    for end in ("low", "median", "high"):
        row[f"count_{end}"], row[f"count_{end}_error"] = getattr(step, end), getattr(step, f"{end}_error")
    return {**row, "condition": condition(draws, setting, step.rung)}


def condition(draws: PageDraws, setting: Setting, rung: str) -> str:
    """Under which condition the sentence of a setting holds: the register's own, or what was moved, in words."""
    said, names = page_texts(), estimate_words.names_of(card(draws, setting, rung))
    moved = moved_at(draws, setting, rung)
    every = 2 ** len(draws.kinds) - 1
    if not moved and setting.people == 1 and (rung != SOURCES or setting.kinds == every):
        return names["condition"]
    # The spread takes the place of the register's condition, other entries are added to it.
    own = has_own_spread(draws)
    parts = [_slider_condition(slider, setting.stops[slider.entry], names, own=own) for slider in moved]
    if not any(slider.entry == SPREAD for slider in moved):
        before = RUNGS[-1] if rung == SOURCES else rung
        parts.insert(0, said.fill(estimate_words.condition_key(card(draws, setting, before)), **names))
    if setting.people != 1:
        parts.append(people_words(setting.people, names, counted(draws))["condition"])
    if rung == SOURCES:
        parts.append(said.fill("page_sources_erred", kinds=kinds_words(kind_names(draws), setting.kinds)))
    return said.fill("page_and").join(parts)


def listed(row: dict[str, str | int | float]) -> dict[str, str | int | float]:
    """A row for sentences of a list: they point to the condition, which stands whole above them."""
    return {**row, "condition": page_texts().fill("page_condition_above")}


def alone(draws: PageDraws, setting: Setting, steps: Sequence[Step]) -> str:
    """What the observed areas alone give, beside a range that other sources had a part in.

    It is empty where they had none, or where too few draws are left for it.
    """
    if steps[-1].rung != SOURCES or steps[-2].reliability() == "too thin":
        return ""
    row = row_of(draws, setting, steps[-2])
    level, ends = percent(setting.level), estimate_words.span(row)
    return page_texts().fill("page_alone", **estimate_words.names_of(row), level=level, range=ends)


def headline(draws: PageDraws, setting: Setting, step: Step) -> str:
    """The sentence of a setting, or why there is none."""
    if step.reliability() == "too thin":
        return page_texts().fill("page_too_thin", count=f"{step.effective:,.0f}")
    return statements.headline(row_of(draws, setting, step))


def kind_names(draws: PageDraws) -> tuple[str, ...]:
    """What the kinds of source are called: in the words of the case that ships, or as another case names its own."""
    return tuple(KIND_WORDS.get(kind, kind) if draws.prison else kind for kind in draws.kinds)


def kinds_words(kinds: Sequence[str], chosen: int) -> str:
    """The kinds of a set in words.

    Examples
    --------
    >>> kinds_words(("surveys", "press", "courts"), 5)
    'surveys and courts'
    """
    names = [kind for place, kind in enumerate(kinds) if chosen >> place & 1]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


KIND_WORDS: Final = {
    "phone": "officials by telephone",
    "village": "reports from villages",
    "table": "a leaked county table",
    "capacity": "capacity seen on satellite images",
    "court": "court statistics",
    "school": "school records",
}


def scale_words() -> list[tuple[str, str]]:
    """From which probability on each likelihood word holds, and the word."""
    said = page_texts()
    return [
        (said.fill("page_floor" if floor else "page_floor_none", percent=percent(floor)), said.fill(f"word_{word}"))
        for floor, word in SCALE
    ]


def _value_words(slider: Slider, stop: int) -> str:
    """The value of a slider's entry at a stop, as the reader sees it."""
    value = slider.shown[stop]
    if slider.entry in (SPREAD, SELECTION):
        near = len({f"{each:.2f}" for each in slider.shown}) < len(slider.shown)
        return f"{value:.3g}" if near else f"{value:.2f}"
    return persons(value)


def has_own_spread(draws: PageDraws) -> bool:
    """Whether the case brings its own judgement of how unlike its areas are."""
    return estimate_words.own_spread(next(iter(draws.named.values())))


def program_texts(draws: PageDraws) -> dict[str, str]:
    """The texts that the page's program fills; those about the spread say where its judgement is from."""
    found = dict(page_texts().templates)
    if has_own_spread(draws):
        found |= {
            f"condition_{rung}": found[estimate_words.condition_key({"rung": rung, "spread_from": "register"})]
            for rung in ("spread", "differences", SOURCES)
        }
        found["reason_elsewhere"] = found["reason_own_spread"]
    return found


def _slider_condition(slider: Slider, stop: int, names: dict[str, str], *, own: bool) -> str:
    """What a slider off its default adds to the condition; `own` as `has_own_spread`."""
    said = page_texts()
    given = {**names, "value": _value_words(slider, stop), "register": _value_words(slider, slider.default)}
    if slider.entry == SPREAD:
        return said.fill("page_own_spread" if own else "page_spread", **given)
    if slider.entry == SELECTION:
        value = slider.shown[stop]
        side = "none" if value == 0 else "above" if value > 0 else "below"
        return said.fill(f"page_selection_{side}", **{**given, "value": f"{abs(value):.2f}"})
    return said.fill("page_base", **given)


def slider_words(slider: Slider, names: dict[str, str], *, own: bool) -> dict[str, list[str]]:
    """Words of every stop of a slider: `said`, `spoken`, `changed` and `conditions`.

    `said` is the value, `spoken` for a reader and a screen reader, `changed` for the list of what was moved.
    """
    said, what = page_texts(), slider.what
    register = _value_words(slider, slider.default)
    values = [_value_words(slider, stop) for stop in range(len(slider.shown))]
    spoken = []
    for stop, value in enumerate(values):
        key = f"page_spoken_{what}" + ("_own" if stop == slider.default else "")
        times = slider.shown[stop] / slider.shown[slider.default] if what == "spread" else 0.0
        spoken.append(said.fill(key, value=value, register=register, times=f"{times:.2g}"))
    return {
        "said": values,
        "spoken": spoken,
        "changed": [said.fill(f"page_changed_{what}", **names, value=value, register=register) for value in values],
        "conditions": [_slider_condition(slider, stop, names, own=own) for stop in range(len(values))],
    }


def counted(draws: PageDraws) -> str:
    """Whom the tables count: ``adults``, or ``people`` where a case does not say."""
    return "adults" if next(iter(draws.named.values())).get("adult_age") else "people"


def people_words(factor: float, names: dict[str, str], people: str) -> dict[str, str]:
    """Words of a stop of the slider of the region's people: `spoken`, `changed`, `condition`."""
    said = page_texts()
    value = f"{100 * factor:.0f}"
    return {
        "spoken": said.fill("page_spoken_people" + ("_own" if factor == 1 else ""), value=value),
        "changed": said.fill("page_changed_people", value=value, people=people),
        "condition": said.fill("page_people", **names, value=value, people=people),
    }

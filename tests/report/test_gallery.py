"""The published pictures: what they show, in which words, and that nothing in them is cut or overlaps."""

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from picture_checks import contrast
from typer.testing import CliRunner

from estimation.cli import app
from estimation.errors import EstimationError
from estimation.report.figures import challenge_figures, curve_figures, gallery
from estimation.report.figures.look import LOOKS, png_bytes
from estimation.report.figures.result_tables import WEIGHED_TORNADO, ResultTables
from estimation.report.record import results_folder

ROOT = Path(__file__).resolve().parents[2]
BASELINES = ROOT / "tests" / "reference" / "figures"
FIGURES = ("ladder", "dots", "published", "sources", "tornado", "tornado_sources", "curve", "map")


@pytest.fixture(scope="module")
def tables() -> ResultTables:
    return ResultTables.read(ROOT / "results")


@pytest.fixture(scope="module")
def drawn(tables) -> dict[str, gallery.Picture]:
    return {each.figure: each for each in gallery.pictures(tables)}


def boxes(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


# Pictures that notebooks and the review draw, beside those of the gallery.
OTHERS = ("indices", "contour", "bounds", "claims", "before_after")


@pytest.fixture(scope="module")
def other(tables):
    rows = tables.estimates[tables.estimates["rung"] == "differences"]
    wide, close = (rows[(rows["level"] - level).abs() < 1e-9].reset_index(drop=True) for level in (0.95, 0.8))
    before = wide.assign(label=wide["population"], count_q10=close["count_low"], count_q90=close["count_high"])
    counts = [name for name in before if name.startswith("count_")]
    read = {
        name: results_folder.published(f"{name}.csv", ROOT / "results") for name in ("sensitivity", "contour", "bounds")
    }
    return {
        "indices": lambda look: challenge_figures.index_chart(read["sensitivity"], look=look),
        "contour": lambda look: curve_figures.contour_plot(read["contour"], title="Probability of it", look=look),
        "bounds": lambda look: curve_figures.bounds_plot(read["bounds"], scope="turkic", look=look),
        "claims": lambda look: challenge_figures.claims_chart(tables["claims.csv"], look=look),
        "before_after": lambda look: challenge_figures.before_after_chart(
            before, before.assign(**{name: 1.2 * before[name] for name in counts}), look=look
        ),
    }


@pytest.fixture(scope="module")
def draw(drawn, other):
    return other | {name: picture.draw for name, picture in drawn.items()}


def test_every_picture_is_there(drawn):
    assert tuple(drawn) == FIGURES


@pytest.mark.parametrize("look", ["screen", "print", "phone"])
@pytest.mark.parametrize("name", FIGURES + OTHERS)
def test_no_text_is_cut_or_overlaps(draw, name, look):
    figure = draw[name](LOOKS[look])
    found = boxes(figure)
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in found:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, f"cut: {text}"  # noqa: PT018
    for (one, a), (other, b) in itertools.combinations(found, 2):
        # One pixel: descenders of a line may touch the line below.
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1 or down <= 1, f"{one!r} meets {other!r}"


@pytest.mark.parametrize("look", ["screen", "dark"])
@pytest.mark.parametrize("name", OTHERS)
def test_marks_stand_out_from_the_ground(draw, name, look):
    # WCAG 2.2, 1.4.11: 3 to 1. On shades, lines are black with a white edge: one of the two always stands out.
    figure, ground = draw[name](LOOKS[look]), LOOKS[look].palette.ground
    marks = [line for line in figure.findobj(Line2D) if line.get_linestyle() != "None" and line.get_linewidth() > 1]
    assert marks
    assert min(contrast(to_hex(line.get_color()), ground) for line in marks) >= 3
    assert all(axes.get_legend() is None for axes in figure.axes)  # keys stand above, where no line is


def test_lines_of_the_bounds_read_without_colour(draw):
    (axes,) = draw["bounds"](LOOKS["screen"]).axes
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert {line.get_linestyle() for line in curves} == {"-", "--", "-.", ":"}
    assert len({line.get_color() for line in curves}) == 4


@pytest.mark.parametrize("name", ["tornado", "curve"])
def test_pictures_from_the_county_alone_say_so_themselves(drawn, name):
    words = " ".join(text for text, _ in boxes(drawn[name].draw(LOOKS["screen"])))
    assert "from Konasheher (Shufu) county alone, without other sources" in words


@pytest.mark.parametrize("name", FIGURES)
def test_words_name_who_where_when_and_custody(drawn, tables, name):
    picture = drawn[name]
    for text in (picture.caption, picture.alt):
        assert "adults" in text
        for part in ("Xinjiang", "2017-2018", "camp or prison"):
            assert part in text
        assert "{" not in text
        assert "  " not in text
    if name in ("ladder", "dots"):
        assert "If other counties" in picture.caption


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_alone_says_what_it_counts_and_where_it_is_from(drawn, tables, name):
    words = " ".join(text for text, _ in boxes(drawn[name].draw(LOOKS["screen"])))
    assert drawn[name].title in words
    for part in ("Xinjiang", "2017-2018", "camp or prison", tables.answer, "CC BY 4.0"):
        assert part in words


def test_the_map_credits_its_source(drawn):
    assert "OpenStreetMap" in drawn["map"].caption


def test_captions_follow_the_tables(tables):
    rows = tables.estimates
    counts = [column for column in rows if column.startswith("count_")]
    other = ResultTables({**tables.found, "estimates.csv": rows.assign(**{c: rows[c] * 3 for c in counts})}, "x")
    before, after = (gallery.pictures(each)[0] for each in (tables, other))
    assert before.alt != after.alt
    assert before.title == after.title


def test_pictures_of_another_case_name_its_places(tables):
    estimates = tables.estimates.assign(population="Elbonian", territory="Mudland", scope="only", window="1999")
    case = ResultTables({"estimates.csv": estimates}, "abc")
    (picture,) = gallery.pictures(case)
    assert "Elbonian adults of Mudland" in picture.caption
    assert "Xinjiang" not in picture.caption + picture.alt
    assert "1999" in picture.alt


def test_files_are_the_same_again_and_well_formed(drawn):
    some = (drawn["ladder"], drawn["dots"])
    seen: list[int] = []
    first = gallery.picture_files(some, progress=seen.append)
    assert sum(seen) == len(first) - 1
    assert first == gallery.picture_files(some, progress=seen.append)
    assert set(first) == {
        "captions.csv",
        *(f"{name}{rest}" for name in ("ladder", "dots") for rest in (".svg", "-dark.svg", ".png")),
    }
    for name, content in first.items():
        if name.endswith(".svg"):
            root = ET.fromstring(content)
            assert [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]


def test_light_and_dark_differ_in_nothing_but_colour(drawn):
    light, dark = (boxes(drawn["tornado"].draw(LOOKS[look])) for look in ("screen", "dark"))
    assert [text for text, _ in light] == [text for text, _ in dark]
    assert [box.bounds for _, box in light] == [box.bounds for _, box in dark]


@pytest.mark.parametrize("name", ["ladder", "dots", "forest"])
def test_pictures_look_as_they_did(tmp_path, name):
    # Baselines are drawn from a made-up table by `baseline` below, and looked at before they are committed.
    made = tmp_path / f"{name}.png"
    made.write_bytes(baseline(name))
    assert compare_images(str(BASELINES / f"{name}.png"), str(made), tol=3) is None


def baseline(name: str) -> bytes:
    card = {
        "population": "Northern",
        "territory": "Region",
        "window": "2001",
        "custody": "prison",
        "measure": "sentenced",
    }
    card |= {"observed": "A place", "area_kind": "county", "basis": "resident", "adult_age": 18}
    spans = {"sampling": (9e5, 1e6, 1.1e6), "differences": (3e5, 1e6, 4e6), "sources": (5e5, 1e6, 2e6)}
    look = LOOKS["phone-dark" if name == "dots" else "phone"]
    if name == "ladder":
        from estimation.report.figures.interval_figures import ladder_chart

        rows = [
            {**card, "scope": "s", "rung": rung, "level": level, "count_median": middle}
            | {"count_low": middle - part * (middle - low), "count_high": middle + part * (high - middle)}
            for rung, (low, middle, high) in spans.items()
            for level, part in ((0.5, 0.3), (0.8, 0.6), (0.95, 1.0))
        ]
        figure = ladder_chart(
            pd.DataFrame(rows), scope="s", stated={"said: 1.2 million": 1.2e6}, look=look, note="A note."
        )
    elif name == "dots":
        from estimation.report.figures.dot_plot import dot_plot

        likely = [
            {**card, "rung": rung, "count": low + (high - low) * (n / 50) ** 2}
            for rung, (low, _, high) in spans.items()
            for n in range(50)
        ]
        panels = [("differences", "Without"), ("sources", "With other sources")]
        figure = dot_plot(pd.DataFrame(likely), panels, look=look, note="A note.")
    else:
        from estimation.report.figures.interval_figures import forest_plot

        shares = dict(zip(("low", "low_50", "median", "high_50", "high"), (0.02, 0.05, 0.1, 0.2, 0.6), strict=True))
        model = {"model_low": 0.05, "model_median": 0.12, "model_high": 0.3}
        row = {"place": "A place", "kind": "phone", "date": "2001", "bound": "floor", "raw": "10%", "counts": "held"}
        figure = forest_plot(pd.DataFrame([row | shares | model]), look=look)
    return png_bytes(figure, dpi=80)


def test_the_command_draws_every_look(tmp_path, tables):
    results = tmp_path / "results"
    results.mkdir()
    (results / "estimates.csv").write_bytes((ROOT / "results" / "estimates.csv").read_bytes())
    done = CliRunner().invoke(app, ["figures", "--results", str(results)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in (results / "figures").iterdir()} == {
        "ladder.svg",
        "ladder-dark.svg",
        "ladder.png",
        "captions.csv",
    }
    done = CliRunner().invoke(app, ["figures", "--results", str(results), "--all", "--output", str(tmp_path / "all")])
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "all").iterdir())) == 2 * len(LOOKS) + 1
    words = pd.read_csv(tmp_path / "all" / "captions.csv")
    assert list(words.columns) == ["figure", "title", "caption", "alt"]


def test_no_estimates_no_pictures(tmp_path):
    with pytest.raises(EstimationError, match="the table must have been published"):
        ResultTables.read(tmp_path)


def test_what_is_committed_is_what_the_tables_give(drawn, tables):
    # Words exactly; pictures differ by the version of a font library, so that only their number is compared.
    folder = ROOT / "results" / gallery.FOLDER
    words = pd.read_csv(folder / "captions.csv").set_index("figure")
    for name, picture in drawn.items():
        assert words.loc[name, "caption"] == picture.caption, "run estimation figures"
        assert words.loc[name, "alt"] == picture.alt
    expected = {f"{name}{look.suffix}.{kind}" for name in drawn for look, kind in gallery.COMMITTED}
    assert {path.name for path in folder.iterdir() if path.suffix} == expected | {"captions.csv"}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 6_000_000


def test_a_tornado_with_sources_leaves_out_what_cannot_be_relied_on(tables):
    table = tables["tornado.csv"]
    # Origin: one setting is refused by hand, and then the answer itself.
    refused = table.copy()
    refused.loc[3, [name for name in table if name.startswith("count_") or name == "move"]] = np.nan
    made = gallery.pictures(ResultTables({**tables.found, WEIGHED_TORNADO: refused}, tables.answer))
    [found] = [each for each in made if each.figure == "tornado_sources"]
    assert found.caption.endswith("cannot be relied on there: 1.")
    words = [text for text, _ in boxes(found.draw(LOOKS["phone"]))]
    assert any("other sources weighed in" in word.replace("\n", " ") for word in words)
    nothing = ResultTables({**tables.found, WEIGHED_TORNADO: table.assign(move=np.nan)}, tables.answer)
    assert "tornado_sources" not in [each.figure for each in gallery.pictures(nothing)]

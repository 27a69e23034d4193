import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from picture_checks import contrast

from estimation.report.figures import look
from estimation.report.figures.look import (
    DARK,
    LIGHT,
    LOOKS,
    SCREEN,
    drawn_as,
    png_bytes,
    svg_bytes,
)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "band"])
def test_contrast_on_every_ground(palette, ground):
    # WCAG 2.2: 1.4.3 asks 4.5 of text, 1.4.11 asks 3 of graphics.
    behind = getattr(palette, ground)
    assert min(contrast(colour, behind) for colour in (palette.text, palette.quiet)) >= 4.5
    assert min(contrast(colour, behind) for colour in palette.marks) >= 3.0


def test_contrast_of_known_colours():
    # WebAIM's contrast checker: #777777 on white 4.48, #595959 on white 7.0.
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#FFFFFF", "#595959") == pytest.approx(7.0, abs=0.01)


def test_text_is_legible_at_a_phones_width():
    # 96 pixels an inch: 360 pixels across; 0.8 of the usual 16 pixels is 12.
    phone = LOOKS["phone"]
    assert phone.width * 96 == 360
    assert min(each.small for each in LOOKS.values() if each.name.startswith("phone")) * 96 / 72 >= 11
    assert min(each.small for each in LOOKS.values()) >= 8


def test_looks_have_names_and_files_of_their_own():
    assert len({each.name for each in LOOKS.values()}) == len({each.suffix for each in LOOKS.values()}) == len(LOOKS)
    assert SCREEN.suffix == ""


def drawn() -> Figure:
    with drawn_as(SCREEN):
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, "costs $5 and $6 <b>")
    return figure


def test_files_hold_title_and_description_and_no_program_or_time():
    words = {"title": "A <title> & more", "alt": 'It "shows" <nothing>'}
    svg, png = svg_bytes(drawn(), **words), png_bytes(drawn(), dpi=50, **words)
    assert b"<title>A &lt;title&gt; &amp; more</title>" in svg
    assert b'<desc>It "shows" &lt;nothing&gt;</desc>' in svg
    assert b'<svg role="img"' in svg
    assert b"Description" in png
    for content in (svg, png):
        assert b"dc:date" not in content
        assert b"Matplotlib" not in content
        assert b"Software" not in content


def test_the_same_picture_gives_the_same_bytes():
    assert svg_bytes(drawn()) == svg_bytes(drawn())
    assert png_bytes(drawn(), dpi=50) == png_bytes(drawn(), dpi=50)


def test_share_axis_is_in_percent():
    figure, axes = plt.subplots()
    look.share_axis(axes)
    assert axes.xaxis.get_major_formatter()(0.12) == "12%"
    assert axes.xaxis.get_major_formatter()(0.125) == "12.5%"
    plt.close(figure)


def test_colours_of_notebooks_differ_in_lightness_for_readers_without_colour():
    # The pair of most two-coloured pictures.
    assert contrast(look.BLUE, look.ORANGE) > 2

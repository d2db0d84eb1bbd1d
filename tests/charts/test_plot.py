"""On screen: whole at once, no request, no title inside, text never under 14 px, laid out again on a phone."""

from __future__ import annotations

import json

import pytest

from workbench.charts import theme
from workbench.charts.build import hex_map
from workbench.charts.plot import config, plot
from workbench.charts.spec import Chart, IntervalDots, RankedBars, Trend
from workbench.errors import WorkbenchError

from . import making, making_more

KINDS = making.every_kind() | making_more.drawn_kinds()
both = pytest.mark.parametrize("narrow", [False, True])
every = pytest.mark.parametrize("kind", KINDS)


def sizes(value) -> list[float]:
    """Every font size in a figure."""
    if isinstance(value, dict):
        fonts = [f["size"] for k, f in value.items() if "font" in k and isinstance(f, dict) and "size" in f]
        return fonts + [s for k, v in value.items() if k != "marker" for s in sizes(v)]
    return [s for v in value for s in sizes(v)] if isinstance(value, list) else []


def notes(figure) -> list[str]:
    return [a.text.replace("<br>", " ") for a in figure.layout.annotations]


@every
@both
def test_no_text_is_under_14_px_and_no_title_stands_inside(kind, narrow):
    figure = plot(KINDS[kind], narrow=narrow)
    found = sizes(json.loads(figure.to_json())["layout"])
    assert found
    assert min(found) >= 14
    assert figure.layout.title.text is None
    assert figure.layout.height
    assert figure.layout.width is None


@every
@both
def test_nothing_asks_the_network_and_nothing_zooms(kind, narrow):
    figure = plot(KINDS[kind], narrow=narrow)
    assert {t.type for t in figure.data} <= {"scatter", "bar"}
    assert "http" not in figure.to_json()
    assert figure.layout.dragmode is False
    assert figure.layout.xaxis.fixedrange
    assert not figure.layout.showlegend
    assert config()["displayModeBar"] is False


@pytest.mark.parametrize("kind", ["dots", "bars", "tornado"])
def test_on_a_phone_names_stand_above_their_rows_and_the_chart_is_taller(kind):
    wide, narrow = plot(KINDS[kind]), plot(KINDS[kind], narrow=True)
    assert narrow.layout.height > wide.layout.height
    assert narrow.layout.margin.l < 10 < wide.layout.margin.l


def test_rows_are_named_with_their_values_and_the_reference_line_is_named():
    said = notes(plot(KINDS["dots"]))
    for text in ("Bolton", "65.6%", "<b>England 76.0%</b>", "withheld: the sample is too small"):
        assert text in said


def test_the_key_names_what_the_colours_mean():
    said = notes(plot(KINDS["dots"]))
    assert [s for s in said if s.startswith(("Differs", "No clear"))] == [
        "Differs, allowing for all the comparisons", "Differs if looked at alone", "No clear difference",
    ]  # fmt: skip


def test_a_gap_breaks_the_line_and_the_band():
    figure = plot(KINDS["trend"])
    main = next(t for t in figure.data if t.name == "Manchester")
    assert list(main.y) == [69.1, None, 71.4]
    assert not main.connectgaps
    assert [t for t in figure.data if t.fill == "toself"] == []  # no stretch of two periods has an interval


def test_a_missing_bar_says_why_and_has_no_length():
    figure = plot(KINDS["bars"])
    assert figure.data[0].x[2] is None
    assert "no figure (withheld)" in notes(figure)
    assert "3 of 215 wards shown" in notes(figure)


def test_each_class_is_one_trace_and_every_hexagon_has_its_words():
    chart = KINDS["hexes"]
    figure = plot(chart)
    names = [t.name for t in figure.data]
    assert names == [*chart.class_labels, "no figure", "borders", "words"]
    rings = sum(sum(x is None for x in t.x) for t in figure.data if t.name in (*chart.class_labels, "no figure"))
    assert rings == len(chart.cells)
    words = figure.data[-1].hovertext
    assert "<b>Breightmet</b> 4.9%<br>Bolton" in words
    assert "<b>Church</b> no figure: withheld<br>Bury" in words
    assert figure.data[names.index("no figure")].fillpattern.shape == "/"


def test_names_from_outside_are_made_safe():
    figure = plot(KINDS["bars"])
    assert "Brinnington &amp; Central" in notes(figure)
    evil = RankedBars(title="", caption="", rows=(making.Bar("<img src=x>", 1.0),))
    assert "<img" not in plot(evil).to_json()


def test_costs_go_down_benefits_up_and_the_line_ends_at_the_total():
    benefits, costs, cumulative = plot(KINDS["money"]).data
    assert list(costs.y) == [-210_000, -90_000, -90_000]
    assert list(benefits.y) == [0, 150_000, 260_000]
    assert cumulative.y[-1] == 20_000


@pytest.mark.parametrize(
    "chart", [IntervalDots(title="t", caption="", rows=()), Trend(title="t", caption="", series=())]
)
def test_a_chart_without_figures_says_so(chart):
    with pytest.raises(WorkbenchError, match="no figures to draw") as caught:
        plot(chart)
    assert caught.value.remedy


def test_a_kind_without_a_drawing_is_named():
    with pytest.raises(WorkbenchError, match="kind Chart"):
        plot(Chart(title="", caption=""))


def test_the_figure_of_1673_small_areas_stays_light(library):
    figures = library.figures.where(measure="claimant_count", level="LSOA").latest()
    chart = hex_map(figures, library.areas, title="t", what="Claimants")
    assert len(chart.cells) == 1673
    assert len(plot(chart).to_json()) < 900_000


def test_paper_and_ink_are_those_of_the_page():
    figure = plot(KINDS["dots"])
    assert figure.layout.font.family == theme.FONT
    assert figure.layout.font.color == theme.INK

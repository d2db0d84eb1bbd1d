"""From the published figures of Greater Manchester to charts, with titles that the figures support."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from workbench.charts.build import comparison_chart, hex_map, ranked_chart, trend_chart
from workbench.charts.build_money import cash_flow_chart, tornado_chart
from workbench.charts.spec import Polarity, describe
from workbench.domain.appraisal.appraise import appraise
from workbench.domain.appraisal.options import Appraisal, Line, Option
from workbench.domain.appraisal.sensitivity import sensitivity
from workbench.domain.areas import Area, AreaRegister
from workbench.domain.comparison import compare_with, ranked, trend
from workbench.domain.figures import FigureSet
from workbench.errors import DataError, FigureMissing, NotComparable, UnknownArea
from workbench.reference.load import load_assumptions

ENGLAND = "E92000001"
WHAT = "Employment rate, people aged 16 to 64"


@pytest.fixture
def employment(library) -> FigureSet:
    figures = library.figures.where(measure="employment_rate")
    codes = [c for c in figures.frame["area_code"].unique() if c.startswith("E08") or c == ENGLAND]
    return figures.where(area_code=codes)


def without(figures: FigureSet, code: str, year: int, **changes) -> FigureSet:
    """The figures with one of them changed."""
    frame = figures.frame.copy()
    row = (frame["area_code"] == code) & (pd.to_datetime(frame["period_end"]).dt.year == year)
    assert row.sum() == 1
    for column, value in changes.items():
        frame.loc[row, column] = value
    return FigureSet(frame, figures.citations)


NONE = {"value": float("nan"), "lower": float("nan"), "upper": float("nan"), "flag": "unreliable"}


# --- comparison -------------------------------------------------------------------------------------------------------


def test_ten_districts_beside_england(employment, golden):
    chart = comparison_chart(compare_with(employment, ENGLAND), employment, what=WHAT)
    golden("districts.txt", describe(chart))
    assert [r.label for r in chart.rows if r.emphasis == "strong"] == ["Bolton"]
    assert [r.label for r in chart.rows if r.emphasis == "some"] == ["Rochdale", "Wigan"]
    assert chart.reference.upper - chart.reference.lower < 1
    assert "with 95% intervals" in chart.caption
    assert "allowing for ten comparisons" in chart.strong_means


def test_a_district_without_a_figure_stays_in_the_chart_with_its_reason(employment):
    figures = without(employment, "E08000009", 2023, **NONE)
    chart = comparison_chart(compare_with(figures, ENGLAND), figures, what=WHAT)
    last = chart.rows[-1]
    assert (last.label, last.value) == ("Trafford", None)
    assert "sample is too small" in last.note


def test_a_polarity_brings_its_source_into_the_caption(employment):
    chart = comparison_chart(
        compare_with(employment, ENGLAND), employment, what=WHAT, polarity=Polarity("higher", "a named framework")
    )
    assert chart.caption.endswith("Better is higher: a named framework.")
    assert chart.tone(chart.rows[0]) == "strong worse"


# --- trend ------------------------------------------------------------------------------------------------------------


def test_manchester_beside_england_over_twenty_years(employment, golden):
    chart = trend_chart(
        trend(employment, "E08000003", reference_code=ENGLAND), employment, what=WHAT, reference_code=ENGLAND
    )
    golden("manchester.txt", describe(chart))
    assert [len(s.points) for s in chart.series] == [20, 20]
    assert chart.series[0].main
    assert not chart.series[1].main


def test_a_suppressed_year_is_a_gap_with_its_reason(employment):
    figures = without(employment, "E08000003", 2015, **NONE)
    chart = trend_chart(trend(figures, "E08000003"), figures, what=WHAT)
    gap = next(p for p in chart.series[0].points if p.label == "2015")
    assert gap.value is None
    assert "sample is too small" in gap.note


def test_a_year_that_is_not_there_is_a_gap_too(employment):
    frame = employment.frame
    kept = FigureSet(frame[pd.to_datetime(frame["period_end"]).dt.year != 2015], employment.citations)
    chart = trend_chart(trend(kept, "E08000003"), kept, what=WHAT)
    assert [(p.label, p.value) for p in chart.series[0].points][11] == ("between", None)


def test_months_are_short_enough_for_an_axis(library):
    figures = library.figures.where(measure="claimant_count", area_code="E08000003")
    chart = trend_chart(trend(figures, "E08000003"), figures, what="Claimants")
    assert chart.series[0].points[0].label == "Jan 2015"
    assert chart.series[0].points[0].at == date(2015, 1, 31)
    assert "interval" not in chart.caption


# --- ranks and maps ---------------------------------------------------------------------------------------------------


def test_the_wards_with_most_claimants(library, golden):
    figures = library.figures.where(measure="claimant_count", level="ward").latest()
    ranking = ranked(figures, noun="claimants")
    chart = ranked_chart(ranking, figures, what="Claimants", areas=library.areas, highlight={ranking.rows[0].area_code})
    golden("wards-with-most.txt", describe(chart))
    assert chart.rows[0].emphasis == "strong"
    assert chart.shown.endswith("of 215 wards")


@pytest.mark.parametrize(
    ("level", "vintage", "said"),
    [
        ("ward", "2018", "Claimants, October 2017, wards of 2018. Source"),
        ("LSOA", "2021", "Claimants, October 2017, LSOAs of 2021. Source"),
        ("OA", "2021", "Claimants, October 2017, output areas of 2021. Source"),
        ("ward", "", "Claimants, October 2017. Source"),
        ("district", "2021", "Claimants, October 2017. Source"),
    ],
)
def test_a_caption_says_the_year_of_small_boundaries(library, level, vintage, said):
    held = library.figures.where(measure="claimant_count", level="ward").latest()
    figures = replace(held, frame=held.frame.assign(level=level, vintage=vintage))
    assert ranked_chart(ranked(figures), figures, what="Claimants").caption.startswith(said)


def test_the_map_has_every_ward_and_names_its_district(library):
    figures = library.figures.where(measure="claimant_rate", level="ward").latest()
    chart = hex_map(figures, library.areas, title=ranked(figures).headline(), what="Claimant rate")
    assert len(chart.cells) == len({(c.col, c.row) for c in chart.cells}) == 215
    assert {c.group for c in chart.cells} == {
        "Bolton", "Bury", "Manchester", "Oldham", "Rochdale", "Salford", "Stockport", "Tameside", "Trafford", "Wigan",
    }  # fmt: skip
    assert "October 2017, wards of 2017; each hexagon is one of 215 wards" in chart.caption
    assert sum(chart.table()["Class"] == "3.4% and over") == sum(c.klass == 4 for c in chart.cells)


def test_a_suppressed_ward_has_no_class_and_says_why(library):
    figures = library.figures.where(measure="claimant_rate", level="ward").latest()
    first = figures.frame["area_code"].iloc[0]
    hidden = without(figures, first, 2017, value=float("nan"), flag="suppressed")
    chart = hex_map(hidden, library.areas, title="t", what="w")
    cell = next(c for c in chart.cells if c.area_code == first)
    assert (cell.value, cell.klass, cell.note) == (None, None, "not published, to protect people")
    assert "1 ward without a figure" in chart.alt


def test_periods_and_measures_are_not_mixed_on_a_map(library):
    months = library.figures.where(measure="claimant_rate", level="ward")
    with pytest.raises(NotComparable):
        hex_map(months, library.areas, title="t", what="w")
    with pytest.raises(FigureMissing):
        hex_map(months.where(area_code="none"), library.areas, title="t", what="w")


def test_areas_that_cannot_be_placed_are_named(library):
    figures = library.figures.where(measure="claimant_rate", level="ward").latest()
    with pytest.raises(UnknownArea):
        hex_map(figures, AreaRegister(), title="t", what="w")
    nowhere = AreaRegister.of(Area(c, c, "ward") for c in figures.frame["area_code"])
    with pytest.raises(DataError, match="no usable centroid"):
        hex_map(figures, nowhere, title="t", what="w")


# --- money ------------------------------------------------------------------------------------------------------------


def appraisal(*, gain: float) -> Appraisal:
    shared = {"option_id": "share", "price_year": 2024, "source": "Made up for a test", "status": "assumption"}
    return Appraisal(
        price_year=2024,
        horizon=4,
        options=(
            Option(id="none", name="Do nothing", kind="do nothing"),
            Option(id="share", name="Share data", kind="data share", preferred=True),
        ),
        lines=(
            Line(id="c", direction="cost", label="Officers", who="Council", unit_low=90_000, unit_central=100_000,
                 unit_high=150_000, **shared),
            Line(id="b", direction="benefit", label="People in work", who="Residents", unit_low=0, unit_central=gain,
                 unit_high=2 * gain, start_year=1, years=3, outcome_id="work", **shared),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def assumptions():
    return load_assumptions()


def test_the_cash_flow_ends_at_the_net_present_value(assumptions):
    results = appraise(appraisal(gain=60_000), assumptions)
    chart = cash_flow_chart(results.options[0], results)
    assert chart.rows[-1].cumulative == pytest.approx(results.options[0].npv)
    running = 0.0
    for year in chart.rows:
        running += year.benefits - year.costs
        assert year.cumulative == pytest.approx(running)
    assert "pays back in 2028/29" in chart.title
    assert "2024/25 prices" in chart.caption


def test_an_option_that_does_not_pay_back_says_so(assumptions):
    results = appraise(appraisal(gain=10_000), assumptions)
    assert (
        "does not pay back within 4 years: net present value −£" in cash_flow_chart(results.options[0], results).title
    )


def test_the_tornado_is_widest_first_and_says_what_can_turn_the_result(assumptions):
    given = appraisal(gain=60_000)
    results, found = appraise(given, assumptions), sensitivity(given, assumptions)
    chart = tornado_chart(found, results)
    widths = [abs(r.high - r.low) for r in chart.rows]
    assert widths == sorted(widths, reverse=True)
    assert chart.rows[0].label == "People in work"
    assert chart.base == results.options[0].npv
    assert "depends most on: People in work; that alone can take it below nil" in chart.title
    assert "Not shown: 1 assumption" in tornado_chart(found, results, most=1).caption

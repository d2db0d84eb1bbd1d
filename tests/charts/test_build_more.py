"""From the published figures of Greater Manchester to the charts of one area among many."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from workbench.charts.boundaries import Boundaries, Boundary, read_boundaries
from workbench.charts.build_many import multiples_chart, value_table
from workbench.charts.build_map import area_map
from workbench.charts.build_spine import SpineMeasure, spine_chart
from workbench.charts.build_spread import funnel_chart, funnel_grid, strip_chart
from workbench.charts.plot import plot
from workbench.charts.spec import HexMap
from workbench.charts.spec_base import Polarity, Reference
from workbench.charts.spec_map import AreaMap
from workbench.charts.spec_spread import Limits
from workbench.domain.areas import Area, AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.trends import trend
from workbench.errors import DataError, FigureMissing, NotComparable

from .making_more import square

ENGLAND = "E92000001"
WHAT = "Employment rate, people aged 16 to 64"


def chosen(figures: FigureSet, keep) -> FigureSet:
    return FigureSet(figures.frame[keep(figures.frame)], figures.citations)


@pytest.fixture
def districts(library):
    """Employment rates of the ten districts and England, all years."""
    found = library.figures.where(measure="employment_rate")
    return chosen(found, lambda f: (f["level"] == "district") | (f["area_code"] == ENGLAND))


@pytest.fixture
def last_year(districts):
    return chosen(districts, lambda f: f["period_end"] == f["period_end"].max())


@pytest.fixture
def wards(library):
    return library.figures.where(measure="claimant_rate", level="ward").latest()


@pytest.fixture
def ward_shares(library, wards):
    """The ward rates with the counts they were made from."""
    counts = library.figures.where(measure="claimant_count", level="ward").latest().frame.set_index("area_code")
    frame = wards.frame.copy()
    frame["numerator"] = frame["area_code"].map(counts["value"])
    frame["denominator"] = (100 * frame["numerator"] / frame["value"]).round()
    frame["value"] = 100 * frame["numerator"] / frame["denominator"]
    return FigureSet(frame, wards.citations)


def blanked(figures: FigureSet, *codes: str, flag: str = "suppressed") -> FigureSet:
    frame = figures.frame.copy()
    rows = frame["area_code"].isin(codes)
    frame.loc[rows, "value"] = np.nan
    frame.loc[rows, "flag"] = flag
    return FigureSet(frame, figures.citations)


# --- strip ------------------------------------------------------------------------------------------------------------


def test_the_strip_says_where_the_area_stands_and_what_sampling_allows(last_year):
    chart = strip_chart(last_year, "E08000001", what=WHAT, comparators=["E08000005"], reference_code=ENGLAND)
    assert chart.title == (
        "In 2023 Bolton had the lowest of ten districts, 65.6%; sampling alone would allow it any place"
    )
    assert len(chart.spots) == 10
    assert {s.label: s.role for s in chart.spots if s.role} == {"Bolton": "own", "Rochdale": "comparator"}
    assert chart.reference.value == pytest.approx(last_year.where(area_code=ENGLAND).frame["value"].iloc[0])
    assert "each dot is one of 10 districts" in chart.caption


def test_ties_are_said_and_no_ranks_of_chance_for_full_counts(wards):
    code = wards.frame.sort_values(["value", "area_code"])["area_code"].iloc[180]
    value = wards.frame.set_index("area_code")["value"][code]
    others = int((wards.frame["value"] == value).sum()) - 1
    place = int((wards.frame["value"] > value).sum()) + 1
    title = strip_chart(wards, code, what="Claimant rate").title
    assert f"the {place}th highest of 215 wards" in title
    assert f"level with {'two' if others == 2 else others} other" in title
    assert "sampling" not in title


def test_an_area_without_a_figure_stays_in_the_strip_with_its_reason(last_year):
    held = chosen(last_year, lambda f: f["level"] == "district")
    chart = strip_chart(blanked(held, "E08000009"), "E08000009", what=WHAT)
    spot = next(s for s in chart.spots if s.label == "Trafford")
    assert (spot.value, spot.note) == (None, "not published, to protect people")
    assert "Trafford has no figure" in chart.title
    assert "1 district without a figure" in chart.caption


def test_a_strip_mixes_nothing(districts, wards):
    with pytest.raises(NotComparable, match="different periods"):
        strip_chart(districts, "E08000001", what=WHAT)
    with pytest.raises(FigureMissing):
        strip_chart(wards.where(area_code="none"), "", what=WHAT)
    twice = FigureSet(wards.frame.loc[[*wards.frame.index, wards.frame.index[0]]], wards.citations)
    with pytest.raises(NotComparable, match="two figures"):
        strip_chart(twice, "", what=WHAT)


# --- funnel -----------------------------------------------------------------------------------------------------------


def limits(figures: FigureSet, centre: float) -> Limits:
    """Limits by the normal curve at each area's own denominator."""
    x = np.array(funnel_grid(figures))
    error = np.sqrt(centre * (100 - centre) / x)
    return Limits(tuple(x.tolist()), *(tuple((centre + z * error).tolist()) for z in (-1.96, 1.96, -3.09, 3.09)))


def test_each_area_is_judged_at_its_own_denominator(ward_shares, library):
    frame = ward_shares.frame
    centre = 100 * frame["numerator"].sum() / frame["denominator"].sum()
    chart = funnel_chart(ward_shares, limits(ward_shares, centre), target=Reference("Greater Manchester", centre),
                         what="Claimant rate", denominator="People aged 16 to 64", areas=library.areas)  # fmt: skip
    z = (frame["value"] - centre).abs() / np.sqrt(centre * (100 - centre) / frame["denominator"])
    expected = dict(zip(frame["area_code"], np.select([z > 3.09, z > 1.96], ["strong", "some"], ""), strict=True))
    assert {d.area_code: d.emphasis for d in chart.dots} == expected
    far, over = int((z > 3.09).sum()), int(((z > 3.09) & (frame["value"] > centre)).sum())
    assert chart.title == (
        f"In October 2017 {far} of 215 wards differed from Greater Manchester by more than chance would explain: "
        f"{over} above and {far - over} below"
    )
    assert "overdispersion" in chart.caption


def test_survey_estimates_have_no_funnel(last_year):
    with pytest.raises(NotComparable, match="survey") as caught:
        funnel_chart(chosen(last_year, lambda f: f["level"] == "district"), Limits((1, 2), *[(0, 0)] * 4),
                     target=Reference("England", 76.0), what=WHAT, denominator="People")  # fmt: skip
    assert caught.value.remedy


def test_limits_must_reach_over_every_denominator(ward_shares):
    with pytest.raises(DataError, match="do not reach"):
        funnel_chart(ward_shares, Limits((1.0, 6_000.0), *[(1.0, 1.0)] * 4), target=Reference("GM", 2.6),
                     what="w", denominator="d")  # fmt: skip


def test_limits_that_do_not_belong_together_are_refused():
    with pytest.raises(DataError, match="length"):
        Limits((1, 2), (1, 2), (1, 2), (1, 2), (1,))
    with pytest.raises(DataError, match="rise"):
        Limits((2, 1), *[(0, 0)] * 4)


def test_an_area_without_a_denominator_is_kept_and_said(ward_shares):
    frame = ward_shares.frame.copy()
    frame.loc[frame.index[0], "denominator"] = np.nan
    figures = FigureSet(frame, ward_shares.citations)
    chart = funnel_chart(figures, limits(figures, 2.6), target=Reference("GM", 2.6), what="w", denominator="d")
    assert chart.dots[0].note == "no denominator is published"
    assert "1 ward without a figure or a denominator" in chart.caption


# --- spine ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def measures(library):
    def held(measure: str) -> FigureSet:
        found = library.figures.where(measure=measure)
        both = chosen(found, lambda f: (f["level"] == "district") | (f["area_code"] == ENGLAND))
        return chosen(both, lambda f: f["period_end"] == f["period_end"].max())

    return (
        SpineMeasure(held("employment_rate"), WHAT, Polarity("higher", "a named framework")),
        SpineMeasure(held("inactivity_rate"), "Inactivity rate", Polarity("lower", "a named framework")),
        SpineMeasure(held("claimant_rate_yearly"), "Claimant rate"),
    )


def test_a_spine_chart_tests_each_measure_and_colours_only_with_a_source(measures):
    chart = spine_chart(measures, "E08000001", ENGLAND)
    work, inactive, claimants = chart.rows
    assert (work.value, work.lowest, work.highest) == (65.6, 65.6, 76.4)
    assert work.tone == "strong worse"
    assert inactive.tone == "strong worse"  # higher than England, and lower is better
    assert "worse" not in claimants.tone
    assert claimants.emphasis == "strong"
    assert work.note == "below England"
    assert "two comparisons" in chart.strong_means
    assert "better is higher (a named framework)" in chart.caption
    assert any("no source says" in text for _, text in chart.key())


def test_the_better_end_stands_at_the_right(measures):
    _, inactive, claimants = spine_chart(measures, "E08000001", ENGLAND).rows
    assert inactive.turned
    assert inactive.place(inactive.highest) < 0 < inactive.place(inactive.lowest)
    assert not claimants.turned
    assert claimants.place(claimants.average) == 0


def test_a_measure_without_a_figure_for_the_area_stays_as_a_row(measures):
    gap = replace(measures[0], figures=blanked(measures[0].figures, "E08000001", flag="unreliable"))
    row = spine_chart([gap, measures[1]], "E08000001", ENGLAND).rows[0]
    assert row.value is None
    assert "sample is too small" in row.note
    with pytest.raises(FigureMissing):
        spine_chart(measures, "E08000099", ENGLAND)


# --- small multiples --------------------------------------------------------------------------------------------------


def test_small_multiples_count_who_rose_and_fell(districts):
    codes = [c for c in districts.frame["area_code"].unique() if c != ENGLAND]
    trends = [trend(districts, c, reference_code=ENGLAND) for c in codes]
    chart = multiples_chart(trends, districts, what=WHAT, own="E08000003", reference_code=ENGLAND)
    rose = sum(bool(t.overall.beyond) and t.overall.value > 0 for t in trends)
    fell = sum(bool(t.overall.beyond) and t.overall.value < 0 for t in trends)
    spelt = {1: "one", 2: "two", 3: "three", 4: "four"}
    assert chart.title == (
        f"From 2004 to 2023 the figure rose in {spelt[rose]} and fell in {spelt[fell]} of ten districts by more than "
        "sampling would give"
    )
    assert [p.name for p in chart.panels][:3] == ["Manchester", "Bolton", "Bury"]
    assert chart.reference.name == "England"
    assert "one in twenty" in chart.caption
    with pytest.raises(NotComparable, match="cannot be read"):
        multiples_chart(trends * 4, districts, what=WHAT)
    with pytest.raises(FigureMissing):
        multiples_chart([], districts, what=WHAT)


# --- table of values --------------------------------------------------------------------------------------------------


def test_a_table_of_one_measure_has_its_interval_and_sorts(last_year):
    held = chosen(last_year, lambda f: f["level"] == "district")
    table = value_table({"Employment rate": blanked(held, "E08000009")}, title="t", own="E08000001")
    assert [c.name for c in table.columns] == ["Employment rate", "Lower", "Upper"]
    assert table.rows[0].label == "Bolton"
    assert [r.label for r in table.sorted("Employment rate", descending=True).rows][::9] == ["Oldham", "Trafford"]
    assert table.rows[-2].note == "Employment rate: not published, to protect people"
    with pytest.raises(DataError, match="no column"):
        table.sorted("Rate")


def test_a_table_of_two_measures_leaves_empty_what_is_not_held(library, last_year):
    held = chosen(last_year, lambda f: f["level"] == "district")
    some = library.figures.where(measure="uc_households", level="district", area_code=["E08000001", "E08000002"])
    table = value_table({"Employment rate": held, "Households": some}, title="t")
    cells = {r.label: r.cells for r in table.rows}
    assert cells["Bolton"][1] == some.where(area_code="E08000001").frame["value"].iloc[0]
    assert cells["Wigan"][1] is None


# --- map --------------------------------------------------------------------------------------------------------------


def boxes(library, level: str, figures: FigureSet, vintage: str = "") -> Boundaries:
    """A square around the centroid of each area."""
    held = [library.areas.get(c) for c in figures.frame["area_code"].unique()]
    return Boundaries(
        {a.code: Boundary(a.code, a.name, (square(a.lon, a.lat, 0.01),)) for a in held if a.lon is not None}, vintage
    )


def test_boundaries_make_polygons_and_centroids_hexagons(library, wards):
    drawn = area_map(wards, library.areas, what="Claimant rate", boundaries=boxes(library, "ward", wards))
    assert isinstance(drawn, AreaMap)
    assert drawn.form == "polygons"
    assert {a.group for a in drawn.areas} >= {"Bolton", "Wigan"}
    assert "about as many areas in each class" in drawn.caption
    assert isinstance(area_map(wards, library.areas, what="Claimant rate"), HexMap)


def test_very_many_areas_are_dots_or_one_picture(library, wards, monkeypatch):
    monkeypatch.setattr("workbench.charts.build_map.POLYGONS_MOST", 100)
    assert area_map(wards, library.areas, what="w").form == "points"
    drawn = area_map(wards, library.areas, what="w", boundaries=boxes(library, "ward", wards))
    assert drawn.form == "picture"
    assert "choose it from the table" in drawn.caption
    monkeypatch.setattr("workbench.charts.build_map.POINTS_MOST", 100)
    assert area_map(wards, library.areas, what="w").form == "picture"


def test_suppressed_areas_are_drawn_without_a_class_and_the_key_says_why(library, wards):
    first = wards.frame["area_code"].iloc[0]
    drawn = area_map(blanked(wards, first), library.areas, what="w", boundaries=boxes(library, "ward", wards))
    assert drawn.without[0].area_code == first
    assert drawn.gap_label == "no figure (1): not published, to protect people"


def test_an_area_with_a_boundary_and_no_row_is_said_to_be_missing(library, wards):
    lines = boxes(library, "ward", wards)
    first = wards.frame["area_code"].iloc[0]
    drawn = area_map(chosen(wards, lambda f: f["area_code"] != first), library.areas, what="w", boundaries=lines)
    assert [(a.area_code, a.note) for a in drawn.without] == [(first, "not in the figures")]


def test_boundaries_of_other_areas_are_refused_and_of_another_year_said(library, wards, last_year):
    held = chosen(last_year, lambda f: f["level"] == "district")
    with pytest.raises(NotComparable, match="Only 0 of 215 wards"):
        area_map(wards, library.areas, what="w", boundaries=boxes(library, "district", held))
    drawn = area_map(wards, library.areas, what="w", boundaries=boxes(library, "ward", wards, "2023"))
    assert "The boundaries are of 2023, the figures of 2017" in drawn.caption


def test_an_area_that_cannot_be_placed_is_named(library, wards):
    lines = boxes(library, "ward", wards)
    first = wards.frame.iloc[0]
    kept = Boundaries({c: b for c, b in lines.areas.items() if c != first["area_code"]})
    nowhere = AreaRegister.of(
        a if a.code != first["area_code"] else Area(a.code, a.name, a.level) for a in library.areas.areas.values()
    )
    drawn = area_map(wards, nowhere, what="w", boundaries=kept)
    assert f"Not drawn, for want of a place: {first['area_name']}" in drawn.caption


def test_two_thousand_polygons_are_drawn_well_under_a_second(library):
    figures = library.figures.where(measure="imd_score", level="LSOA").latest()
    t = np.linspace(0, 2 * np.pi, 41)
    held = [library.areas.get(c) for c in figures.frame["area_code"]]
    rings = {a.code: np.column_stack([a.lon + 0.004 * np.cos(t), a.lat + 0.003 * np.sin(t)]) for a in held}
    lines = Boundaries({c: Boundary(c, c, (r,)) for c, r in rings.items()})
    chart = area_map(figures, library.areas, what="Deprivation score", boundaries=lines)
    start = time.perf_counter()
    size = len(plot(chart).to_json())
    took = time.perf_counter() - start
    assert len(chart.areas) == 1702
    assert size < 2_500_000
    assert took < 3  # about 0.1 s on a quiet machine; a busy one gets room


@pytest.mark.shared
def test_the_wards_of_greater_manchester_by_their_boundaries(shared, library, wards):
    path = shared / "data" / "gm" / "boundaries" / "gm_ward_super_generalised_2017.geojson"
    lines = read_boundaries(path.read_bytes(), wards.frame["area_code"])
    drawn = area_map(wards, library.areas, what="Claimant rate", boundaries=lines)
    assert len(drawn.areas) == 215
    assert all(a.rings for a in drawn.areas)

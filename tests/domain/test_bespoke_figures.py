"""Areas made of published ones: sums that agree with what is published, and sums that are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import figures, greater_manchester, row

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.bespoke import BespokeArea
from workbench.domain.bespoke_figures import OWN, check_parts, combinable, combine
from workbench.domain.figures import FigureSet, validate
from workbench.domain.intervals import clopper_pearson
from workbench.domain.rows import records, rounding_error
from workbench.domain.statistics import rate, wilson
from workbench.errors import FigureMissing, NotComparable
from workbench.reference.load import load_datasets
from workbench.sources.sample import load_sample


@pytest.fixture(scope="module")
def library(sample_dir):
    return load_sample(sample_dir, load_datasets())


@pytest.fixture(scope="module")
def bolton(library):
    """The wards of Bolton, which together are the district."""
    wards = library.areas.within("E08000001", "ward", "2017")
    return BespokeArea(
        id="own-bolton",
        name="Bolton by wards",
        level="ward",
        vintage="2017",
        parts=tuple(a.code for a in wards),
    )


def of(library, measure, level):
    return library.figures.where(measure=measure, level=level)


def test_the_wards_of_a_district_add_up_to_it_within_rounding(library, bolton):
    assert check_parts(bolton, library.areas) == ()
    made = validate(combine(bolton, of(library, "claimant_count", "ward"))).frame
    district = of(library, "claimant_count", "district").where(area_code="E08000001").frame
    both = made.merge(district, on="period_end", suffixes=("", "_published"))
    assert len(both) == len(district)
    bound = 2.5 * (len(bolton.parts) + 1)
    assert (abs(both["value"] - both["value_published"]) <= bound).all()
    assert set(made["level"]) == {OWN}
    assert f"up to {2.5 * len(bolton.parts):g}" in made["method"].iloc[0]


def test_a_rate_comes_from_the_added_counts_and_not_from_the_rates(library, bolton):
    rates = of(library, "claimant_rate", "ward").latest()
    # The sample gives the claimants and the rate: residents follow from the two, near enough for this.
    residents = (100 * rates.frame["numerator"] / rates.frame["value"]).round()
    rates = FigureSet(rates.frame.assign(denominator=residents), rates.citations)
    made = combine(bolton, rates).frame.iloc[0]
    latest = rates.latest().where(area_code=list(bolton.parts)).frame
    assert made["value"] == pytest.approx(100 * latest["numerator"].sum() / latest["denominator"].sum())
    assert made["value"] != pytest.approx(latest["value"].mean(), abs=1e-9)


def test_a_survey_rate_is_weighted_and_narrower_than_its_parts(library):
    rates = of(library, "employment_rate", "district")
    rates = FigureSet(rates.frame.dropna(subset=["denominator"]), rates.citations).latest()
    usable = rates.frame
    parts = tuple(usable["area_code"][:3])
    made = combine(BespokeArea(id="own-x", level="district", parts=parts), rates).frame.iloc[0]
    each = usable[usable["area_code"].isin(parts)]
    assert each["value"].min() <= made["value"] <= each["value"].max()
    assert made["upper"] - made["lower"] < (each["upper"] - each["lower"]).max()


def test_what_a_sum_would_get_wrong_is_refused_with_what_to_do(library):
    districts = BespokeArea(id="own-2", level="district", parts=("E08000001", "E08000002"))
    found = {c.measure: c for c in combinable(districts, library)}
    assert found["claimant_count"].figures is not None
    assert "changed these counts at random" in found["uc_households"].why
    assert "Stat-Xplore gives one" in found["uc_households"].why
    lsoas = tuple(a.code for a in library.areas.within("E08000001", "LSOA", "2021")[:4])
    small = {c.measure: c for c in combinable(BespokeArea(id="own-3", level="LSOA", parts=lsoas), library)}
    for measure in ("imd_score", "imd_rank", "imd_decile"):
        assert small[measure].figures is None
        assert "cannot be added or averaged" in small[measure].why


def test_a_part_without_a_figure_is_never_taken_for_zero(library, bolton):
    counts = of(library, "claimant_count", "ward").latest()
    frame = counts.frame.copy()
    gone = frame["area_code"] == bolton.parts[0]
    frame.loc[gone, ["value", "flag"]] = [np.nan, "suppressed"]
    with pytest.raises(FigureMissing, match="not published, to protect people"):
        combine(bolton, replace(counts, frame=frame))


def test_a_rate_without_its_counts_is_not_averaged(library, bolton):
    rates = of(library, "claimant_rate", "ward").latest()
    bare = FigureSet(rates.frame.assign(numerator=np.nan), rates.citations)
    with pytest.raises(NotComparable, match="rates are not averaged"):
        combine(bolton, bare)


def test_faults_of_parts_are_all_told():
    register = AreaRegister.of(
        [
            Area("E05000001", "A", "ward", "2017"),
            Area("E05000002", "B", "ward", "2023"),
            Area("E08000001", "D", "district"),
        ]
    )
    area = BespokeArea(
        id="own-4", level="ward", vintage="2017",
        parts=("E05000001", "E05000001", "E05000002", "E08000001", "E05999999"),
    )  # fmt: skip
    said = " ".join(f.message for f in check_parts(area, register))
    for words in ("A is in it two times", "Not held: E05999999", "mixes districts and wards", "B is of 2023"):
        assert words in said


def test_parts_of_different_years_are_told_apart_even_when_the_area_names_no_year():
    register = AreaRegister.of(
        [Area("E05000001", "A", "ward", "2017"), Area("E05000002", "B", "ward", "2023", vintages=("2017", "2023")),
         Area("E05000003", "C", "ward", "2023")]
    )  # fmt: skip
    said = [f.message for f in check_parts(BespokeArea(id="own-7", parts=("E05000001", "E05000003")), register)]
    assert said == ["Its parts are of 2017 and 2023: they may overlap."]
    assert check_parts(BespokeArea(id="own-7", parts=("E05000001", "E05000002")), register) == ()
    wrong = check_parts(BespokeArea(id="own-7", level="LSOA", vintage="2017", parts=("E05000001",)), register)
    assert [f.message for f in wrong] == ["It is said to be made of LSOAs, but its parts are wards."]


@given(st.data())
def test_any_grouping_of_the_parts_gives_the_same_count(library, bolton, data):
    counts = of(library, "claimant_count", "ward").latest()
    cut = data.draw(st.integers(1, len(bolton.parts) - 1))
    order = data.draw(st.permutations(bolton.parts))
    halves = [combine(bolton.with_(parts=tuple(p)), counts).frame["value"].sum() for p in (order[:cut], order[cut:])]
    assert sum(halves) == combine(bolton, counts).frame["value"].sum()


# --- what a careless sum would hide -----------------------------------------------------------------------------------

TWO = BespokeArea(id="own-5", name="Both", level="district", vintage="2021", parts=("E08000001", "E08000002"))


def pair(one, other, **more):
    return [row("E08000001", area_name="Bolton", **one, **more), row("E08000002", area_name="Bury", **other, **more)]


def test_the_rounding_of_all_parts_stays_with_the_sum(library, bolton):
    made = records(combine(bolton, of(library, "claimant_count", "ward").latest()))[0]
    assert rounding_error(made) == 2.5 * len(bolton.parts)
    rates = pair(
        {"value": 5.0, "numerator": 50, "denominator": 1000}, {"value": 2.0, "numerator": 20, "denominator": 1000}
    )
    made = records(combine(TWO, figures([{**r, "flag": "rounded-5"} for r in rates])))[0]
    assert rounding_error(made) == pytest.approx(100 * 5 / 2000 + 0.05)
    assert "by up to 0.25" in made["method"]


def test_a_newer_period_that_lacks_a_part_is_said(library, bolton):
    counts = of(library, "claimant_count", "ward")
    last = counts.frame["period_end"].max()
    gone = (counts.frame["area_code"] == bolton.parts[0]) & (counts.frame["period_end"] == last)
    made = combine(bolton, FigureSet(counts.frame.loc[~gone], counts.citations)).frame
    assert made["period_end"].max() < last
    name = library.areas.name(bolton.parts[0])
    assert (
        made["method"]
        .iloc[-1]
        .endswith(f"October 2017 is left out: {name} has no figure for October 2017: no figure is held.")
    )


def test_an_older_gap_is_a_gap_and_no_reason_to_call_the_newest_old(library, bolton):
    counts = of(library, "claimant_count", "ward")
    gone = (counts.frame["area_code"] == bolton.parts[0]) & (counts.frame["period_end"] == "2016-02-29")
    made = combine(bolton, FigureSet(counts.frame.loc[~gone], counts.citations)).frame
    assert len(made) == len(combine(bolton, counts)) - 1
    assert made["period_end"].max() == counts.frame["period_end"].max()
    assert not made["method"].str.contains("left out").any()


def test_parts_of_different_periods_are_not_added():
    old = {"period_start": date(2022, 1, 1), "period_end": date(2022, 12, 31)}
    rows = pair({"value": 5.0, "unit": "people"}, {"value": 2.0, "unit": "people", **old})
    with pytest.raises(FigureMissing, match="Bury has no figure for 2023: no figure is held"):
        combine(TWO, figures(rows))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"unit": "years"}, "Years cannot be added"),
        ({"unit": "pounds"}, "Pounds cannot be added"),
        ({"unit": "people", "measure": "mean_household_size"}, "Means cannot be added"),
        ({"unit": "people", "measure": "median_claimants"}, "Medians cannot be added"),
        ({"unit": "people", "flag": "perturbed"}, "at random"),
        ({"unit": "people", "vintage": "2009"}, "boundaries of 2009, the parts of 2021"),
    ],
)
def test_every_other_sum_that_would_be_wrong_is_refused(more, said):
    with pytest.raises(NotComparable, match=said) as caught:
        combine(TWO, figures(pair({"value": 5.0}, {"value": 2.0}, **more)), greater_manchester())
    assert caught.value.remedy


def test_measures_sources_and_survey_with_count_are_not_mixed():
    count = {"value": 5.0, "unit": "people"}
    with pytest.raises(NotComparable, match="differ in measure"):
        combine(TWO, figures(pair(count, {**count, "measure": "other"})))
    with pytest.raises(NotComparable, match="Bury has no interval"):
        combine(TWO, figures(pair({**count, "half": 2.0}, count)))
    two = figures(pair(count, count))
    frame = two.frame.assign(source_id=["s", "t"])
    with pytest.raises(NotComparable, match="differ in source"):
        combine(TWO, FigureSet(frame, {**two.citations, "t": two.citations["s"]}))


def test_intervals_that_are_not_symmetric_are_worked_out_again_from_the_counts():
    def of_counts(make, unit, scale, name):
        given = [(65, 100), (9, 400)]
        made = [make(x, n) for x, n in given]
        return [
            row(code, e.value * scale, None, unit=unit, numerator=x, denominator=n, lower=e.lower * scale,
                upper=e.upper * scale, confidence=0.95, method=name)
            for code, e, (x, n) in zip(TWO.parts, made, given, strict=True)
        ]  # fmt: skip

    percent = records(combine(TWO, figures(of_counts(wilson, "percent", 100, "Wilson"))))[0]
    w = wilson(74, 500)
    assert (percent["lower"], percent["upper"]) == (pytest.approx(100 * w.lower), pytest.approx(100 * w.upper))
    # “published interval” does not say how; that it is not symmetric does.
    per = records(
        combine(TWO, figures(of_counts(lambda x, n: rate(x, n, 1e5), "rate per 100,000", 1, "published interval")))
    )
    r = rate(74, 500, 1e5)
    assert (per[0]["value"], per[0]["lower"], per[0]["upper"]) == pytest.approx((r.value, r.lower, r.upper))
    assert per[0]["method"] == "Byar, from the added counts of 2 parts"


@pytest.mark.parametrize(
    ("value", "limits", "more"),
    [
        (5000.0, (4000, 6500), {"unit": "people"}),
        # A survey's rate, whose counts are weighted up to the population: 20% of 500 people asked, not of 100,000.
        (20.0, (16.7, 23.7), {"unit": "percent", "numerator": 20_000, "denominator": 100_000}),
    ],
)
def test_an_interval_that_the_counts_do_not_explain_is_never_made_narrow(value, limits, more):
    said = {"lower": limits[0], "upper": limits[1] + 0.4, "confidence": 0.95, "method": "published interval"}
    rows = [row(code, value, None, **said, **more) for code in TWO.parts]
    with pytest.raises(NotComparable, match="not one that its counts give"):
        combine(TWO, figures(rows))


@pytest.mark.parametrize("make", [clopper_pearson, wilson])
def test_an_exact_interval_printed_to_one_decimal_is_explained_by_its_counts(make):
    rows = []
    for code, n in zip(TWO.parts, (60, 90), strict=True):
        e = make(3, n)
        rows.append(
            row(code, 300 / n, None, lower=round(100 * e.lower, 1), upper=round(100 * e.upper, 1), confidence=0.95,
                numerator=3, denominator=n, method="published interval")
        )  # fmt: skip
    made = combine(TWO, figures(rows)).frame.iloc[0]
    w = wilson(6, 150)
    assert (made["lower"], made["upper"]) == (pytest.approx(100 * w.lower), pytest.approx(100 * w.upper))


def test_a_rate_above_one_event_a_person_keeps_its_interval():
    rows = [row(code, 1200.0, 50, unit="rate per 1,000", denominator=500) for code in TWO.parts]
    made = combine(TWO, figures(rows)).frame.iloc[0]
    assert made["lower"] < made["value"] == 1200 < made["upper"]


def test_figures_of_other_boundaries_serve_where_no_part_was_redrawn(library):
    kept = [a for a in library.areas.within("E08000001", "LSOA", "2021") if a.is_of("2011")][:4]
    area = BespokeArea(id="own-6", name="Four", level="LSOA", vintage="2021", parts=tuple(a.code for a in kept))
    people = of(library, "population_16_64", "LSOA")
    made = combine(area, people, library.areas).frame.iloc[0]
    assert made["value"] == people.where(area_code=list(area.parts)).frame["value"].sum()
    assert made["vintage"] == "2011"
    with pytest.raises(NotComparable, match="boundaries of 2011"):
        combine(area, people)  # nothing says that they are the same


def test_figures_of_two_boundaries_are_never_mixed(library):
    both = pair({"value": 5.0}, {"value": 2.0}, unit="people") + pair(
        {"value": 50.0}, {"value": 20.0}, unit="people", vintage="2009"
    )
    assert combine(TWO, figures(both)).frame["value"].tolist() == [7.0]
    with pytest.raises(NotComparable, match="boundaries of 2009 and 2021"):
        combine(TWO.with_(vintage=""), figures(both))
    # Where the parts are the same in both, a period is of one of them: the area's own.
    areas = AreaRegister.of([Area(c, c, "district", "2021", vintages=("2009", "2021")) for c in TWO.parts])
    for rows in (both, both[::-1]):
        assert combine(TWO, figures(rows), areas).frame["value"].tolist() == [7.0]

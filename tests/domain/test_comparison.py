"""Comparisons say what the figures support, and refuse what cannot be compared."""

from __future__ import annotations

from datetime import date

import making
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.comparison import compare_with, ranked, trend
from workbench.domain.ranking import concentration
from workbench.domain.rows import totals
from workbench.errors import FigureMissing, NotComparable

ENGLAND = "E92000001"


def compare(rows, **how):
    return compare_with(making.figures(rows), ENGLAND, **how)


# --- areas with England -----------------------------------------------------------------------------------------------


def test_three_districts_were_below_england_in_2023_and_only_bolton_clearly():
    found = compare(making.employment_2023())
    assert found.headline() == (
        "In 2023 Bolton, Rochdale and Wigan were below England; allowing for ten comparisons, only Bolton clearly was"
    )
    bolton = found.rows[0]
    assert (bolton.name, bolton.direction, bolton.clear) == ("Bolton", "below", True)
    assert bolton.difference == pytest.approx(-10.4)
    assert bolton.p == pytest.approx(0.00086, abs=0.00001)
    assert bolton.p_adjusted == pytest.approx(10 * bolton.p)
    assert [r.value for r in found.rows] == sorted(r.value for r in found.rows)
    assert any("England contains these areas; each is a small part of it" in c for c in found.caveats)
    assert "Holm" in found.method
    assert "ten comparisons" in found.method
    assert len(found.frame()) == 10


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"A": 76}, "A did not differ clearly from England"),
        ({"A": 75.5, "B": 76.5}, "none of the two districts differed clearly from England"),
        ({"A": 50}, "A was below England"),
        ({"A": 50, "B": 90}, "A was below England and B was above; allowing for two comparisons, both still were"),
        ({"A": 74.0, "B": 76}, "A was below England; allowing for two comparisons, it was not clearly so"),
        (
            {"A": 74.0, "B": 76, "C": 78.0},
            "A was below England and C was above; allowing for three comparisons, none clearly was",
        ),
        (
            dict.fromkeys("ABC", 90),
            "all three districts were above England; allowing for three comparisons, all still were",
        ),
        (
            {**dict.fromkeys("ABCDE", 90), "F": 76},
            "five of six districts were above England; allowing for six comparisons, all still were",
        ),
    ],
)
def test_the_headline_of_none_one_some_many_and_all(values, wanted):
    rows = [making.row(f"E0800000{i}", v, 1.95, area_name=n) for i, (n, v) in enumerate(values.items())]
    found = compare([*rows, making.england(76.0, 0.1)])
    assert found.headline() == f"In 2023 {wanted}"


def test_an_area_without_a_figure_is_named_with_its_reason_and_not_tested():
    rows = making.employment_2023()
    rows[0] = {**rows[0], "value": making.NAN, "lower": making.NAN, "upper": making.NAN, "flag": "suppressed"}
    found = compare(rows)
    assert len(found.rows) == 9
    assert found.missing[0].name == "Bolton"
    assert "Take care. Bolton could not be compared: not published, to protect people." in found.caveats
    assert "nine comparisons" in found.method


def test_an_unreliable_figure_is_not_tested():
    rows = making.employment_2023()
    rows[0] = {**rows[0], "flag": "unreliable"}
    assert [m.name for m in compare(rows).missing] == ["Bolton"]


def test_a_survey_figure_without_its_interval_is_not_tested():
    rows = making.employment_2023()
    rows[0] = {**rows[0], "lower": making.NAN, "upper": making.NAN, "confidence": making.NAN}
    assert [(m.name, m.reason) for m in compare(rows).missing] == [("Bolton", "no interval is published")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": "people"}, "differ in unit"),
        ({"measure": "inactivity_rate"}, "differ in measure"),
        ({"vintage": "2011"}, "differ in boundaries"),
        ({"level": "ward"}, "differ in level"),
        ({"period_start": date(2023, 4, 1)}, "different periods"),
    ],
)
def test_what_differs_in_kind_is_refused(change, said):
    rows = making.employment_2023()
    rows[0] = {**rows[0], **change}
    with pytest.raises(NotComparable, match=said) as caught:
        compare(rows)
    assert caught.value.remedy


def test_another_period_of_the_reference_is_refused_and_both_are_named():
    rows = making.employment_2023()
    rows[-1] = {**rows[-1], "period_start": date(2022, 1, 1), "period_end": date(2022, 12, 31)}
    with pytest.raises(NotComparable, match="31 December 2023; it has 2022"):
        compare(rows)


def test_mixed_breakdowns_are_refused_and_totals_can_be_chosen():
    rows = [{**r, "sex": "total"} for r in making.employment_2023()]
    rows += [{**r, "sex": "female"} for r in making.employment_2023()]
    with pytest.raises(NotComparable, match="sex"):
        compare(rows)
    assert len(compare_with(totals(making.figures(rows)), ENGLAND).rows) == 10


def test_a_rate_on_the_wrong_denominator_is_refused():
    rows = making.employment_2023()
    rows[0] = {**rows[0], "numerator": 100_000, "denominator": 285_000}
    with pytest.raises(NotComparable, match=r"Bolton: the rate is 65.6%, but .* give 35.1%"):
        compare(rows)


def test_counts_are_not_set_against_a_count_of_england():
    rows = [*making.wards({"E05000650": 100}), making.england(800_000, None, measure="claimant_count", unit="people",
            period_start=date(2017, 10, 12), period_end=date(2017, 10, 12))]  # fmt: skip
    with pytest.raises(NotComparable, match="count of one ward"):
        compare(rows)


def test_a_reference_that_is_largely_the_area_itself_is_refused_unless_told():
    gm = making.row("E47000001", 71.9, 1.6, area_name="Greater Manchester", level="combined authority")
    rows = [making.row("E08000003", 71.4, 3.0, area_name="Manchester"), gm]
    with pytest.raises(NotComparable, match="Manchester seems to be a large part of Greater Manchester"):
        compare_with(making.figures(rows), "E47000001")
    told = compare_with(making.figures(rows), "E47000001", allow_contained=True)
    assert "some may be a large part of it" in told.caveats[0]
    assert "which is not true here" in told.caveats[0]


def test_the_share_of_the_reference_comes_from_the_denominators_when_given():
    gm = making.row("E47000001", 70.0, 1.6, area_name="Greater Manchester", level="combined authority",
                    numerator=1_260_000, denominator=1_800_000)  # fmt: skip
    rows = [making.row("E08000003", 70.0, 5.2, area_name="Manchester", numerator=280_000, denominator=400_000), gm]
    with pytest.raises(NotComparable, match="makes up 22% of Greater Manchester"):
        compare_with(making.figures(rows), "E47000001")


@pytest.mark.parametrize(
    ("people", "said"),
    [(380_000, "each makes up at most 1.1% of it"), (36_000, "each makes up at most 0.1% of it"),
     (making.NAN, "each is a small part of it, so the test is hardly touched")],
)  # fmt: skip
def test_a_share_is_a_number_only_when_it_is_published(people, said):
    manchester = making.row("E08000003", 71.4, 5.2, area_name="Manchester", denominator=people)
    found = compare([manchester, making.england(76.0, 0.4, denominator=36_000_000)])
    caveat = next(c for c in found.caveats if "England contains these areas" in c)
    assert said in caveat
    assert any(ch.isdigit() for ch in caveat) == ("%" in said)


def test_a_reference_of_other_boundaries_is_refused_at_the_same_level_only():
    wards = [
        making.row("E05000650", 5, 1, level="ward", vintage="2017"),
        making.row("E05000651", 9, 1, level="ward", vintage="2023"),
    ]
    with pytest.raises(NotComparable, match="boundaries of 2017 and 2023") as caught:
        compare_with(making.figures(wards), "E05000651")
    assert "convert" in caught.value.remedy
    assert compare([wards[0], making.england(9, 0.1, vintage="2023")]).rows
    years = [
        {**r, "period_start": date(y, 1, 1), "period_end": date(y, 12, 31)} for r in wards for y in (2021, 2022, 2023)
    ]
    with pytest.raises(NotComparable, match="boundaries of 2017 and 2023"):
        trend(making.figures(years), "E05000650", reference_code="E05000651")


def test_an_area_of_more_people_than_the_nation_it_lies_in_has_another_denominator():
    rows = [
        making.row("E08000001", 60, 2, area_name="Bolton", denominator=5000),
        making.england(70, 1, denominator=900),
    ]
    for told in (False, True):
        with pytest.raises(NotComparable, match="Bolton lies in England, and yet its rate is of more people: 5,000"):
            compare(rows, allow_contained=told)


NORTH_WEST = {"area_name": "North West", "level": "region"}
MINE = {"area_name": "Our area", "level": "own area"}


def test_an_area_of_ones_own_that_is_much_of_the_reference_is_refused():
    rows = [making.row("own-1", 60, 2, **MINE, denominator=500), making.row("E12000002", 70, 1, **NORTH_WEST,
            denominator=1000)]  # fmt: skip
    with pytest.raises(NotComparable, match="Our area makes up 50% of North West"):
        compare_with(making.figures(rows), "E12000002")
    with pytest.raises(NotComparable, match="Our area makes up 50% of North West"):
        compare_with(making.figures(rows), "E12000002", parts={"own-1": ("E08000001",)})
    # Made of parts of Wales, it cannot lie in a region of England.
    assert compare_with(making.figures(rows), "E12000002", parts={"own-1": ("W06000001",)}).caveats == ()


def test_peers_put_together_are_a_reference_that_holds_its_parts_and_nothing_else():
    rows = [
        making.row("E08000001", 60, 6, area_name="Bolton", denominator=100),
        making.row("E08000003", 65, 6, area_name="Manchester", denominator=300),
        making.row("own-peers", 70, 2, **MINE, denominator=900),
    ]
    figures = making.figures(rows)
    assert compare_with(figures, "own-peers", parts={"own-peers": ("E08000035", "E08000032")}).caveats == ()
    with pytest.raises(NotComparable, match="Manchester makes up 33% of Our area"):
        compare_with(figures, "own-peers", parts={"own-peers": ("E08000003", "E08000032")})
    with pytest.raises(NotComparable, match="Manchester makes up 33% of Our area"):
        compare_with(figures, "own-peers")  # nothing says that it does not lie in it


def test_an_area_larger_than_a_region_does_not_lie_in_it():
    rows = [
        making.row("E08000001", 60, 6, denominator=5000),
        making.row("E12000002", 70, 2, **NORTH_WEST, denominator=900),
    ]
    assert compare_with(making.figures(rows), "E12000002").caveats == ()
    small = [making.row("E08000001", 60, 6, denominator=5), rows[1]]
    assert "North West may contain these areas" in compare_with(making.figures(small), "E12000002").caveats[0]


def test_no_area_no_reference_and_no_interval_are_told_apart():
    only_england = [making.england(*making.ENGLAND_2023)]
    with pytest.raises(FigureMissing, match="no areas"):
        compare(only_england)
    with pytest.raises(FigureMissing, match="no figure for E92000001"):
        compare(making.employment_2023()[:-1])
    with pytest.raises(FigureMissing, match="No interval is published for England"):
        compare([*making.employment_2023()[:-1], making.england(76.0, None)])


def claimant_rates(flag: str = "rounded-5") -> list[dict]:
    def rate(code, name, claimants, people, **more):
        return making.row(code, 100 * claimants / people, None, area_name=name, numerator=claimants,
                          denominator=people, measure="claimant_rate", flag=flag, **more)  # fmt: skip

    return [
        rate("E08000001", "Bolton", 5_000, 175_000),
        rate("E08000002", "Bury", 2_500, 116_000),
        rate("E08000003", "Manchester", 716_660 * 0.01, 35_000_000 * 0.01),
        rate(ENGLAND, "England", 716_660, 35_000_000, level="nation"),
    ]


def test_full_counts_differ_when_rounding_cannot_account_for_it():
    found = compare(claimant_rates())
    assert found.headline() == "In 2023 Bolton and Bury were above England"
    by_name = {r.name: r for r in found.rows}
    assert by_name["Manchester"].direction == ""
    assert (by_name["Bolton"].p, by_name["Bolton"].lower, by_name["Bolton"].clear) == (None, None, True)
    assert "no sampling error" in found.method


def test_perturbed_rates_without_intervals_are_not_compared():
    with pytest.raises(NotComparable, match="not known"):
        compare(claimant_rates(flag="perturbed"))


@given(
    values=st.lists(st.tuples(st.floats(40, 95), st.floats(0.5, 8)), min_size=1, max_size=12),
    reference=st.floats(50, 90),
)
def test_a_headline_names_no_area_whose_difference_may_be_chance(values, reference):
    names = [f"Area{chr(65 + i)}" for i in range(len(values))]
    rows = [making.row(f"E080000{i:02}", v, h, area_name=names[i]) for i, (v, h) in enumerate(values)]
    found = compare([*rows, making.england(reference, 0.1)])
    headline = found.headline()
    several = len(found.rows) > 1
    for area in found.rows:
        assert area.lower <= area.value <= area.upper
        assert area.diff_lower <= area.difference <= area.diff_upper
        assert area.p_adjusted >= area.p
        if area.name in headline and (several or "did not differ" not in headline):
            assert area.p < 0.05
        if several and area.name in headline.partition("only")[2]:
            assert area.p_adjusted < 0.05
    order = sorted(found.rows, key=lambda r: r.p)
    assert [r.p_adjusted for r in order] == sorted(r.p_adjusted for r in order)


# --- one area over time -----------------------------------------------------------------------------------------------


def test_manchester_has_stayed_below_england_and_its_wobble_is_mostly_sampling():
    found = trend(making.figures(making.manchester_and_england()), "E08000003", reference_code=ENGLAND)
    assert found.headline() == (
        "Manchester has stayed below England for 20 years, clearly so in 19; the yearly wobble is mostly sampling"
    )
    assert (found.below, found.surely_below) == (20, 19)
    assert any("set against England by itself" in c for c in found.caveats)
    assert found.overall is not None
    assert found.overall.value == pytest.approx(12.1)
    assert found.overall.beyond
    assert found.last is not None
    assert not found.last.beyond
    assert (
        found.last_change()
        == "From 2022 to 2023 the figure for Manchester rose by 3.6 points, which is within sampling."
    )
    assert any("Three of the 19 changes" in c for c in found.caveats)
    assert any("5.2 points either way" in c for c in found.caveats)


def test_the_headline_changes_with_the_figures():
    rows = making.manchester_and_england()
    rows[0] = {**rows[0], "value": 80.0, "lower": 78.0, "upper": 82.0}
    found = trend(making.figures(rows), "E08000003", reference_code=ENGLAND)
    assert found.headline().startswith(
        "Manchester was below England in 19 of 20 years, clearly so in 18 and clearly above in one;"
    )
    steady = [making.row("E08000003", 75.9, 5.0, area_name="Manchester", period_start=date(y, 1, 1),
              period_end=date(y, 12, 31)) for y in range(2019, 2024)]  # fmt: skip
    level = [
        making.england(76.0, 0.4, period_start=date(y, 1, 1), period_end=date(y, 12, 31)) for y in range(2019, 2024)
    ]
    found = trend(making.figures([*steady, *level]), "E08000003", reference_code=ENGLAND)
    assert found.headline().startswith("Manchester was below England in each of five years, clearly so in none")


def test_a_title_says_short_what_is_clear_in_every_year():
    def yearly(of, *values):
        return [of(v, period_start=date(2019 + i, 1, 1), period_end=date(2019 + i, 12, 31))
                for i, v in enumerate(values)]  # fmt: skip

    def manchester(value, **when):
        return making.row("E08000003", value, 2.0, area_name="Manchester", **when)

    def titled(*values):
        rows = [
            *yearly(manchester, *values),
            *yearly(lambda v, **w: making.england(v, 0.2, **w), *[76.0] * len(values)),
        ]
        return trend(making.figures(rows), "E08000003", reference_code=ENGLAND).headline().partition(";")[0]

    assert titled(70, 71, 70) == "Manchester has stayed below England for three years"
    assert titled(70, 71, 75.5) == "Manchester has stayed below England for three years, clearly so in two"
    assert titled(70, 71, 76.5) == "Manchester was below England in two of three years"
    assert titled(75, 75.5, 82) == (
        "Manchester was below England in two of three years, clearly so in none and clearly above in one"
    )


def test_a_real_leap_each_year_is_not_called_a_wobble():
    rows = [making.row("E08000003", 40.0 + 10 * i, 1.0, area_name="Manchester", period_start=date(2019 + i, 1, 1),
            period_end=date(2019 + i, 12, 31)) for i in range(5)]  # fmt: skip
    refs = [
        making.england(95.0, 0.1, period_start=date(y, 1, 1), period_end=date(y, 12, 31)) for y in range(2019, 2024)
    ]
    found = trend(making.figures([*rows, *refs]), "E08000003", reference_code=ENGLAND)
    assert found.headline().endswith("most yearly changes are more than sampling would give")
    alone = trend(making.figures(rows), "E08000003")
    assert (
        alone.headline()
        == "From 2019 to 2023 the figure for Manchester rose by 40 points, more than sampling would give"
    )


def test_rolling_years_are_compared_only_where_they_do_not_overlap():
    ends = [date(2022, 3, 31), date(2022, 6, 30), date(2022, 9, 30), date(2022, 12, 31), date(2023, 3, 31)]
    starts = [date(2021, 4, 1), date(2021, 7, 1), date(2021, 10, 1), date(2022, 1, 1), date(2022, 4, 1)]
    rows = [making.row("E08000001", 70 + i, 3, period_start=s, period_end=e)
            for i, (s, e) in enumerate(zip(starts, ends, strict=True))]  # fmt: skip
    found = trend(making.figures(rows), "E08000001")
    assert len(found.points) == 5
    assert len(found.steps) == 1
    assert (found.last.before[1], found.last.after[1]) == (ends[0], ends[4])
    assert any("share interviews" in c for c in found.caveats)


def test_a_full_count_over_time_allows_for_rounding_only():
    def month(m, value):
        return making.wards({"E05000650": value}, period_start=date(2017, m, 12), period_end=date(2017, m, 12))[0]

    found = trend(making.figures([month(9, 100), month(10, 105)]), "E05000650")
    assert (
        found.headline()
        == "From 12 September 2017 to 12 October 2017 the figure for Ward 50 rose by 5, which is within rounding"
    )
    assert any("different times of the year" in c for c in found.caveats)
    found = trend(making.figures([month(9, 100), month(10, 90)]), "E05000650")
    assert found.headline().endswith("fell by 10")
    assert found.overall.p is None


def test_a_missing_period_is_said_and_never_zero():
    rows = making.manchester_and_england()
    rows[2] = {**rows[2], "value": making.NAN, "lower": making.NAN, "upper": making.NAN, "flag": "not available"}
    found = trend(making.figures(rows), "E08000003")
    assert len(found.points) == 19
    assert min(p.value for p in found.points) > 50
    assert "Take care. No figure for 2005: not available in the source." in found.caveats


def test_one_period_and_no_area():
    one = making.figures(making.employment_2023())
    assert trend(one, "E08000001").headline() == "Only one period is held for Bolton: 2023"
    with pytest.raises(FigureMissing):
        trend(one, "E08000099")


# --- rank order -------------------------------------------------------------------------------------------------------


def counts(*values: float) -> dict[str, float]:
    return {f"E050006{50 + i}": v for i, v in enumerate(values)}


def test_ties_share_a_rank_and_the_next_is_skipped():
    found = ranked(making.figures(making.wards(counts(50, 90, 50, 10))))
    assert [(r.rank, r.tied, r.value) for r in found.rows] == [
        (1, False, 90), (2, True, 50), (2, True, 50), (4, False, 10),
    ]  # fmt: skip
    assert len(found.top(2)) == 3
    assert [r.value for r in found.bottom(1)] == [10]
    assert [r.value for r in found.bottom(2)] == [10, 50, 50]
    assert any("rounded to 5" in c for c in found.caveats)


def test_the_title_says_how_concentrated_the_count_is():
    found = ranked(making.figures(making.wards(counts(100, *[10] * 9))))
    assert found.headline() == "On 12 October 2017 the ward with most claimants, of 10, held 53% of them"
    c = found.concentrated
    assert c is not None
    assert c.share == pytest.approx(100 * 100 / 190)
    assert c.lowest == pytest.approx(100 * 97.5 / (97.5 + 90 + 22.5))
    assert c.highest == pytest.approx(100 * 102.5 / (102.5 + 90 - 22.5))


def test_perturbed_counts_are_ranked_but_never_added():
    rows = making.figures(making.wards(counts(100, 10), flag="perturbed"))
    found = ranked(rows)
    assert found.concentrated is None
    assert any("not added up" in c for c in found.caveats)
    with pytest.raises(NotComparable, match="at random") as caught:
        concentration(rows)
    assert "total" in caught.value.remedy


def test_rates_are_ranked_and_not_added():
    rows = making.figures(making.employment_2023()[:-1])
    assert ranked(rows).headline() == "In 2023 employment rates by district ran from 65.6% (Bolton) to 76.4% (Oldham)"
    assert ranked(rows, noun="rates").headline().startswith("In 2023 rates by district ran from")
    with pytest.raises(NotComparable, match="rates and scores cannot"):
        concentration(rows)


def test_a_measure_without_a_name_of_its_own_is_called_figures_unless_its_unit_says_what_it_counts():
    rates = making.figures([{**row, "measure": "rate_of_mine"} for row in making.employment_2023()[:-1]])
    assert ranked(rates).headline().startswith("In 2023 figures by district ran from")
    homes = [{**row, "measure": "homes", "unit": "households"} for row in making.wards(counts(100, *[10] * 9))]
    assert "the ward with most households, of 10," in ranked(making.figures(homes)).headline()


def test_a_suppressed_area_has_no_rank():
    rows = making.wards(counts(50, 90, 10))
    rows[2] = {**rows[2], "value": making.NAN, "flag": "suppressed"}
    found = ranked(making.figures(rows))
    assert (len(found.rows), found.missing) == (2, 1)
    assert any("One ward has no figure and no rank" in c for c in found.caveats)


def test_areas_inside_one_another_are_not_ranked_together():
    rows = [*making.wards(counts(50)), *making.wards({"E08000001": 500}, level="district")]
    with pytest.raises(NotComparable, match="level"):
        ranked(making.figures(rows))


@given(values=st.lists(st.integers(0, 400).map(lambda v: 5 * v), min_size=2, max_size=40))
def test_concentration_lies_within_its_bounds(values):
    c = concentration(making.figures(making.wards({f"E05000{100 + i}": v for i, v in enumerate(values)})))
    assert 0 <= c.lowest <= c.share <= c.highest <= 100
    assert c.total == sum(values)

"""Discount factors and present values agree with published ones, each by its own timing rule."""

from itertools import pairwise
from math import sqrt

import pytest
from costing import ASSUMPTIONS, ORACLES, STANDARD, flat, vectors
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.appraisal.discounting import TIMING_WORDS, Timing, factor, factors, present_value
from workbench.domain.parameters import Band
from workbench.errors import HorizonError

RATES = st.floats(0, 0.2)


@pytest.mark.parametrize(("year", "published"), ORACLES["discount_factors"]["by_year"].items())
def test_factors_agree_with_the_published_table(year, published):
    assert round(factor(year, STANDARD), 4) == published


@pytest.mark.shared
def test_all_published_factors_are_held_here(shared):
    rows = vectors(shared, "discount_factors_published_4dp.csv")
    assert {int(r["year"]): float(r["published_factor_4dp"]) for r in rows} == ORACLES["discount_factors"]["by_year"]
    assert len(rows) == 46


def test_a_lower_rate_touches_its_own_years_only():
    assert factor(31, STANDARD) == pytest.approx(factor(30, STANDARD) / 1.03, rel=1e-12)
    assert factor(31, STANDARD) != pytest.approx(1.03**-31, rel=1e-3), "not the lower rate from year 0"
    assert factor(76, STANDARD) == pytest.approx(1.035**-30 * 1.03**-45 / 1.025, rel=1e-12)


@pytest.mark.parametrize(("years", "exact"), ORACLES["annuity"]["years"].items())
def test_payments_from_year_1_are_worth_the_annuity(years, exact):
    assert present_value([0, *[1] * years], STANDARD) == pytest.approx(exact, abs=5e-7)


@given(rate=st.floats(0.001, 0.2), years=st.integers(1, 60))
def test_at_one_rate_the_sum_of_factors_has_a_closed_form(rate, years):
    closed = (1 - (1 + rate) ** -years) / rate
    assert present_value([0, *[1] * years], flat(rate)) == pytest.approx(closed, rel=1e-9)


@pytest.mark.parametrize("example", ORACLES["examples"], ids=lambda e: e["id"])
def test_published_present_values(example):
    npv = present_value(example["flows"], flat(example["rate"]), example["timing"])
    assert npv == pytest.approx(example["npv"], abs=example["nearest"] / 2)
    assert npv != pytest.approx(present_value(example["flows"], flat(example["rate"]), "mid-year"), rel=1e-3)


@pytest.mark.parametrize("boiler", ORACLES["boilers"]["options"], ids=lambda b: b["name"])
def test_published_equivalent_annual_costs(boiler):
    annuity = present_value([0, *[1] * boiler["years"]], flat(ORACLES["boilers"]["rate"]))
    assert round(boiler["cost"] / annuity) == boiler["equivalent_annual_cost"]


@pytest.mark.parametrize("option", ORACLES["mid_year"]["options"], ids=lambda o: o["name"])
def test_published_mid_year_example(option):
    example = ORACLES["mid_year"]
    rate, years = flat(example["rate"]), example["years"]
    benefits = present_value([option["benefit"]] * years, rate, "mid-year")
    costs = option["capital"] + present_value([option["cost"]] * years, rate, "mid-year")
    assert [round(f, 5) for f in factors(3, rate, "mid-year")] == example["first_factors"]
    assert round(benefits) == option["pv_benefits"]
    assert round(costs) == option["pv_costs"]
    assert round(benefits - costs) == option["npv"]
    assert round(benefits / costs, 2) == option["bcr"]


def test_an_example_that_does_not_follow_from_its_inputs_does_not_match():
    example = ORACLES["must_not_match"]
    flows = [
        -float(example["capital"]),
        *[float(example["yearly_benefit"] - example["yearly_cost"])] * example["years"],
    ]
    for year in example["replacement_years"]:
        flows[year] -= example["replacement"]
    npv = present_value(flows, flat(example["rate"]))
    assert round(npv) == example["npv"]
    assert abs(npv - example["printed_npv"]) > 10_000


@given(schedule=st.sampled_from([s for s in ASSUMPTIONS.schedules if s.reaches(400)]), years=st.integers(1, 400))
def test_factors_lie_between_0_and_1_and_fall(schedule, years):
    for timing in TIMING_WORDS:
        found = factors(years, schedule, timing)
        assert all(0 < f <= 1 for f in found)
        assert all(later < earlier for earlier, later in pairwise(found))


@given(years=st.integers(1, 200))
def test_mid_year_lies_between_two_whole_years(years):
    whole, middle = factors(years + 1, STANDARD), factors(years, STANDARD, "mid-year")
    for t, m in enumerate(middle):
        assert m == pytest.approx(sqrt(whole[t] * whole[t + 1]), rel=1e-12)


def test_every_timing_is_put_into_words():
    assert set(TIMING_WORDS) == set(Timing.__args__)


def test_a_schedule_that_ends_is_not_carried_on():
    short = STANDARD.with_(bands=(Band(first=0, last=3, rate=0.035),))
    assert factor(3, short) < 1
    with pytest.raises(HorizonError, match="does not reach year 4"):
        factor(4, short)
    with pytest.raises(HorizonError, match="before the appraisal begins"):
        factor(-1, short)

"""Money knows its price year, and prices of two years are never added."""

import pytest
from costing import ASSUMPTIONS, ORACLES, deflator, vectors, year
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.domain.money import Money, pounds
from workbench.errors import PriceBaseError

HMT = ASSUMPTIONS.deflator
UCD = deflator(ORACLES["ucd_prices"]["index"], ORACLES["ucd_prices"]["forecast_from"])
YEARS = st.sampled_from([o.year for o in HMT.observations])


def test_amounts_of_one_price_year_are_added():
    assert Money(2, 2024) + Money(3, 2024) - Money(1, 2024) == Money(4, 2024)
    assert 2 * Money(3, 2024) == -Money(-6, 2024)


@pytest.mark.parametrize("do", [lambda a, b: a + b, lambda a, b: a - b])
def test_amounts_of_two_price_years_are_refused(do):
    with pytest.raises(PriceBaseError, match=r"2019/20 prices and in 2024/25 prices cannot be added.*deflate 2024/25"):
        do(Money(1, 2019), Money(1, 2024))


@pytest.mark.parametrize(("code", "from_year", "value", "at_2015"), ORACLES["ucd_prices"]["rows"])
def test_price_conversions_of_the_unit_cost_database(code, from_year, value, at_2015):
    assert Money(value, from_year).in_prices_of(2015, UCD).amount == pytest.approx(at_2015, rel=1e-6), code


@pytest.mark.shared
def test_all_price_conversions_of_the_unit_cost_database(shared):
    index = {year(r["financial_year"]): float(r["index_1989_90_100"]) for r in vectors(shared, "ucd_v1.4_deflator.csv")}
    whole, rows = deflator(index), vectors(shared, "price_base_conversion_ucd_v1.4.csv")
    wrong = [
        r["ucd_code"]
        for r in rows
        if Money(float(r["value"]), year(r["from_year"])).in_prices_of(year(r["to_year"]), whole).amount
        != pytest.approx(float(r["expected_value"]), rel=1e-6)
    ]
    assert (len(rows), wrong) == (778, [])


@given(st.floats(-1e9, 1e9), YEARS, YEARS)
def test_there_and_back_is_the_same_amount(amount, there, back):
    again = Money(amount, back).in_prices_of(there, HMT).in_prices_of(back, HMT)
    assert again.price_year == back
    assert again.amount == pytest.approx(amount, rel=1e-12)


@given(st.floats(0, 1e9), YEARS, YEARS, YEARS)
def test_two_steps_are_as_good_as_one(amount, a, b, c):
    two_steps = Money(amount, a).in_prices_of(b, HMT).in_prices_of(c, HMT).amount
    assert two_steps == pytest.approx(Money(amount, a).in_prices_of(c, HMT).amount, rel=1e-12)


def test_a_year_that_is_not_held_is_refused_except_for_itself():
    with pytest.raises(
        PriceBaseError, match=r"No price index is held for 2050. Use a price year the index holds: 1955"
    ):
        Money(1, 2024).in_prices_of(2050, HMT)
    assert Money(1, 2050).in_prices_of(2050, HMT) == Money(1, 2050)


def test_a_series_by_calendar_year_is_refused():
    with pytest.raises(PriceBaseError, match="calendar years"):
        Money(1, 2020).in_prices_of(2024, HMT.with_(years_are="calendar"))


@pytest.mark.parametrize(
    ("from_year", "base", "forecast"),
    [(2012, 2024, False), (2012, 2025, True), (2026, 2012, True), (2026, 2026, False)],
)
def test_a_forecast_is_marked_wherever_it_is_used(from_year, base, forecast):
    assert HMT.uses_forecast(from_year, base) is forecast


def test_years_that_do_not_rise_are_no_series():
    with pytest.raises(ValidationError, match="do not rise"):
        HMT.with_(observations=(*HMT.observations, HMT.observations[0]))


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "£0"), (-0.001, "£0"), (1234567, "£1,234,567"), (-18000, "−£18,000"), (2.444, "£2.44"), (9, "£9")],
)
def test_pounds_are_short(amount, text):
    assert pounds(amount) == text

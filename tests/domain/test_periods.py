"""Periods as publishers write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.periods import days_of, period_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2020-06-30", date(2020, 6, 30), date(2020, 6, 30)),
        ("March 2023", date(2023, 3, 1), date(2023, 3, 31)),
        (" sep 2017 ", date(2017, 9, 1), date(2017, 9, 30)),
        ("Jan 2018-Dec 2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("Oct 2021-Sep 2022", date(2021, 10, 1), date(2022, 9, 30)),
    ],
)
def test_what_publishers_write(text, first, last):
    assert days_of(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "2019/20", "03/2023", "2023-13", "2023-02-30", "Mars 2023", "Dec 2018-Jan 2018", "23", "٢٠٢٣", "2023-1"],
)
def test_nothing_is_guessed(text):
    with pytest.raises(ValueError, match=r"is not a period|ends before|out of range|must be in"):
        days_of(text)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_month_holds_all_its_days_and_no_other(day):
    first, last = days_of(f"{day:%Y-%m}")
    assert first <= day <= last
    assert (first.month, last.month) == (day.month, day.month)
    assert (last + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-08-01/P1Y", date(2024, 8, 1), date(2025, 7, 31)),
        ("2011-01-01/P3Y", date(2011, 1, 1), date(2013, 12, 31)),
        ("2020-01-01/P1M", date(2020, 1, 1), date(2020, 1, 31)),
        ("2020-01-31/P7D", date(2020, 1, 31), date(2020, 2, 6)),
        ("2018 Q1", date(2018, 1, 1), date(2018, 3, 31)),
        ("Q4 2018", date(2018, 10, 1), date(2018, 12, 31)),
        ("201809", date(2018, 9, 1), date(2018, 9, 30)),
        ("Mid-year 1997", date(1997, 6, 30), date(1997, 6, 30)),
        ("mid-2020", date(2020, 6, 30), date(2020, 6, 30)),
        ("Year ending March 2020", date(2019, 4, 1), date(2020, 3, 31)),
        ("April 2019 to March 2020", date(2019, 4, 1), date(2020, 3, 31)),
        ("2018-06-01 00:00:00", date(2018, 6, 1), date(2018, 6, 1)),
        ("March 2023", date(2023, 3, 1), date(2023, 3, 31)),
    ],
)
def test_more_forms_that_files_give(text, first, last):
    assert period_of(text) == (first, last)


@pytest.mark.parametrize("text", ["", "2019/20", "03/2023", "01/06/2018", "2011 to", "209913", "2020-02-29/P1Y"])
def test_what_could_be_several_periods_is_refused(text):
    with pytest.raises(ValueError, match=r"is not a period|ends before|out of range|must be in"):
        period_of(text)

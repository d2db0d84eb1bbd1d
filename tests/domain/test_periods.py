"""Periods as publishers write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.periods import days_of


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

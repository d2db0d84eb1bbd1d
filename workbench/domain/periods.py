"""Periods as publishers write them, as first and last day."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

# Not from the locale of the computer: publishers write English names everywhere.
_MONTHS = {
    name: number
    for number, full in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december"), start=1,
    )
    for name in (full, full[:3])
}  # fmt: skip


def days_of(text: str) -> tuple[date, date]:
    """First and last day of a period.

    Parameters
    ----------
    text : str
        A year, month or day as in ISO 8601 (``2023``, ``2017-10``, ``2020-06-30``), a month in words (``March 2023``,
        ``Sep 2017``), or a span of months as Nomis writes it (``Jan 2018-Dec 2018``).

    Returns
    -------
    tuple of datetime.date

    Raises
    ------
    ValueError
        When the text is none of these. Nothing is guessed: ``03/2023`` and ``2019/20`` are refused.

    Examples
    --------
    >>> days_of("2016-02")
    (datetime.date(2016, 2, 1), datetime.date(2016, 2, 29))
    >>> days_of("Oct 2021-Sep 2022")
    (datetime.date(2021, 10, 1), datetime.date(2022, 9, 30))
    """
    text = text.strip()
    if iso := re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text, re.ASCII):
        year, month, day = (int(part) if part else 0 for part in iso.groups())
        if day:
            return date(year, month, day), date(year, month, day)
        return (date(year, month or 1, 1), last_day(year, month or 12))
    first, dash, last = text.partition("-")
    start, end = _month_in_words(first), _month_in_words(last if dash else first)
    if start is None or end is None:
        raise ValueError(f"“{text}” is not a period such as 2023, 2017-10, March 2023 or Jan 2018-Dec 2018")
    if end < start:
        raise ValueError(f"“{text}” ends before it begins")
    return date(*start, 1), last_day(*end)


_YEAR = r"((?:19|20)\d\d)"
_SPAN = re.compile(rf"{_YEAR}-(\d\d)-(\d\d)/P(\d{{1,2}})([YMD])", re.ASCII)
_QUARTER = re.compile(rf"(?:{_YEAR}[ -]?Q([1-4])|Q([1-4])[ -]?{_YEAR})", re.ASCII | re.IGNORECASE)
_MIDDLE = re.compile(rf"(?:mid(?:[- ]?year)?[- ]{_YEAR}|{_YEAR}[- ]mid[- ]?year)", re.ASCII | re.IGNORECASE)
_ENDING = re.compile(r"(?:12 months|year) (?:to|ending)(?: in)? (.+)", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?Z?", re.ASCII)


def period_of(text: str) -> tuple[date, date]:
    """First and last day of a period, in more of the forms that files give it.

    Parameters
    ----------
    text : str
        What :func:`days_of` takes; a start and length as in ISO 8601 (``2023-01-01/P1Y``); a quarter (``2018 Q1``); a
        year and month without a dash (``201809``); ``12 months to Dec 2015`` or ``Year ending March 2020``; months
        joined by “to”; the middle of a year (``mid-2020``), which is 30 June.

    Returns
    -------
    tuple of datetime.date

    Raises
    ------
    ValueError
        When it is none of these. ``2019/20`` is refused: it may begin in January, April, August or October.

    Examples
    --------
    >>> period_of("2022-01-01/P3Y")
    (datetime.date(2022, 1, 1), datetime.date(2024, 12, 31))
    >>> period_of("12 months to Dec 2015")
    (datetime.date(2015, 1, 1), datetime.date(2015, 12, 31))
    """
    said = " ".join(text.split())
    if span := _SPAN.fullmatch(said):
        return _lasting(date(int(span[1]), int(span[2]), int(span[3])), int(span[4]), span[5])
    if quarter := _QUARTER.fullmatch(said):
        year, number = int(quarter[1] or quarter[4]), int(quarter[2] or quarter[3])
        return date(year, 3 * number - 2, 1), last_day(year, 3 * number)
    if middle := _MIDDLE.fullmatch(said):
        return days_of(f"{middle[1] or middle[2]}-06-30")
    if ending := _ENDING.fullmatch(said):
        end = days_of(ending[1])[1]
        after = end + timedelta(days=1)
        return after.replace(year=after.year - 1), end
    if moment := _MOMENT.fullmatch(said):
        said = moment[1]
    elif re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])", said, re.ASCII):
        said = f"{said[:4]}-{said[4:]}"
    return days_of(re.sub(r"\s*(?:–|\bto\b|-)\s*(?=[A-Za-z])", "-", said))


def _lasting(first: date, length: int, unit: str) -> tuple[date, date]:
    """A period of a number of years, months or days from its first day on."""
    if unit == "D":
        return first, first + timedelta(days=length - 1)
    months = first.year * 12 + first.month - 1 + (12 * length if unit == "Y" else length)
    return first, date(months // 12, months % 12 + 1, first.day) - timedelta(days=1)


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_in_words(text: str) -> tuple[int, int] | None:
    words = re.fullmatch(r"\s*([A-Za-z]+)\s+(\d{4})\s*", text, re.ASCII)
    month = _MONTHS.get(words[1].lower()) if words else None
    return (int(words[2]), month) if words and month else None

"""Periods as publishers write them, as first and last day."""

from __future__ import annotations

import calendar
import re
from datetime import date

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


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_in_words(text: str) -> tuple[int, int] | None:
    words = re.fullmatch(r"\s*([A-Za-z]+)\s+(\d{4})\s*", text, re.ASCII)
    month = _MONTHS.get(words[1].lower()) if words else None
    return (int(words[2]), month) if words and month else None

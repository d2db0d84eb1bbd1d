"""How numbers, dates and lists are written in sentences: British English, short, thousands separated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

PLURALS = {
    "OA": "output areas",
    "LSOA": "LSOAs",
    "MSOA": "MSOAs",
    "ward": "wards",
    "district": "districts",
    "county": "counties",
    "combined authority": "combined authorities",
    "region": "regions",
    "nation": "nations",
}

# What a figure of each unit counts; a difference of percentages is in points.
PER_CENT = "percent"
COUNTS = ("people", "households", "count", "claimants", "jobs")


def number(n: int) -> str:
    """A whole number in a sentence: a word up to ten, else figures.

    Examples
    --------
    >>> number(3), number(1215)
    ('three', '1,215')
    """
    return SMALL[n] if 0 < n <= 10 else f"{n:,}"


def counted(n: int, noun: str, *, spelt: bool = False) -> str:
    """A count with its noun.

    Parameters
    ----------
    n : int
    noun : str
        In the singular.
    spelt : bool
        The count as a word up to ten.

    Examples
    --------
    >>> counted(1, "ward"), counted(1215, "ward"), counted(10, "combined authority")
    ('1 ward', '1,215 wards', '10 combined authorities')
    >>> counted(3, "day", spelt=True), counted(0, "box", spelt=True)
    ('three days', '0 boxes')
    """
    many = f"{noun[:-1]}ies" if re.search("[^aeiou]y$", noun) else f"{noun}{'es' if noun.endswith('x') else 's'}"
    return f"{number(n) if spelt else f'{n:,}'} {noun if n == 1 else many}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["Bolton", "Rochdale", "Wigan"])
    'Bolton, Rochdale and Wigan'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def plural(level: str, n: int = 2) -> str:
    """The name of a level for n areas of it.

    Examples
    --------
    >>> plural("ward"), plural("ward", 1)
    ('wards', 'ward')
    """
    return level if n == 1 else PLURALS.get(level, f"{level} areas" if level else "areas")


def a(level: str) -> str:
    """The name of a level with its article.

    Examples
    --------
    >>> a("ward"), a("LSOA")
    ('a ward', 'an LSOA')
    """
    # LSOA, MSOA and OA are spoken letter by letter and begin with a vowel sound.
    return f"an {level}" if level.isupper() or level[:1] in "aeiou" else f"a {level}"


def plural_unit(unit: str) -> str:
    """What figures of a kind are called.

    Examples
    --------
    >>> plural_unit("rate"), plural_unit("count"), plural_unit("rank")
    ('rates', 'counts', 'ranks')
    """
    return f"{unit}s" if unit else "figures"


def day(when: date) -> str:
    """A day as it is written in a text.

    Examples
    --------
    >>> day(date(2026, 11, 3))
    '3 November 2026'
    """
    return f"{when.day} {when:%B %Y}"


def period(start: date, end: date) -> str:
    """A reference period as a reader would say it.

    Examples
    --------
    >>> period(date(2023, 1, 1), date(2023, 12, 31)), period(date(2017, 10, 1), date(2017, 10, 31))
    ('2023', 'October 2017')
    >>> period(date(2022, 4, 1), date(2023, 3, 31)), period(date(2017, 10, 12), date(2017, 10, 12))
    ('April 2022 to March 2023', '12 October 2017')
    """
    after = end + timedelta(days=1)
    if start == end:
        return day(start)
    if start.day != 1 or after.day != 1:
        return f"{day(start)} to {day(end)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start:%B %Y}"
    if start.month == 1 and end.month == 12:
        return f"{start.year}" if start.year == end.year else f"{start.year} to {end.year}"
    return f"{start:%B %Y} to {end:%B %Y}"


def when(start: date, end: date) -> str:
    """A reference period as the opening of a sentence.

    Examples
    --------
    >>> when(date(2023, 1, 1), date(2023, 12, 31)), when(date(2017, 10, 12), date(2017, 10, 12))
    ('In 2023', 'On 12 October 2017')
    >>> when(date(2022, 4, 1), date(2023, 3, 31))
    'In the period April 2022 to March 2023'
    """
    text = period(start, end)
    return f"On {text}" if start == end else f"In the period {text}" if " to " in text else f"In {text}"


def decimal(value: float, places: int = 1) -> str:
    """A number with thousands separators and no needless zero after the point.

    Examples
    --------
    >>> decimal(4.5), decimal(3.0), decimal(-10.4), decimal(1234.0)
    ('4.5', '3', '−10.4', '1,234')
    """
    text = f"{abs(value):,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 and text != "0" else text


def amount(value: float, unit: str) -> str:
    """A figure with its unit, short.

    Examples
    --------
    >>> amount(71.4, "percent"), amount(4925, "people"), amount(24.4, "score")
    ('71.4%', '4,925', '24.4')
    """
    if unit == PER_CENT:
        return f"{decimal(value)}%"
    return decimal(value, 0) if unit in COUNTS else decimal(value)


def gap(value: float, unit: str) -> str:
    """The size of a difference with its unit, without sign.

    Examples
    --------
    >>> gap(-4.6, "percent"), gap(1, "percent"), gap(125, "people")
    ('4.6 points', '1 point', '125')
    """
    size = amount(abs(value), "" if unit == PER_CENT else unit)
    if unit != PER_CENT:
        return size
    return f"{size} point" if size == "1" else f"{size} points"


def span(low: float, high: float, places: int = 1) -> str:
    """A range, or one number when both ends are written alike.

    Examples
    --------
    >>> span(4.5, 6.1), span(2.5, 2.5)
    ('4.5 to 6.1', '2.5')
    """
    a, b = decimal(low, places), decimal(high, places)
    return a if a == b else f"{a} to {b}"


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop.

    Examples
    --------
    >>> sentence("three districts differ")
    'Three districts differ.'
    """
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}" if text else ""

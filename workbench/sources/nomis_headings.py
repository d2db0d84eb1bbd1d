"""What the cells of the Annual Population Survey's tables are, from their headings as Nomis writes them.

A heading is the cell's number and two parts, ``T19:13 (Total - Males aged 16-64 : NVQ4+ )``. What one table repeats
over groups of people is a breakdown; an empty breakdown means all of them. Groups overlap (all people and males; 16 to
64 and 20 to 24), so nothing here adds them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

POPULATION = "T01:22"
CELLS: Mapping[str, tuple[str, str]] = {
    POPULATION: ("people_16_64", "All"),
    "T01:25": ("economically_active", "Economically active"),
    "T01:28": ("in_employment", "In employment"),
    "T01:31": ("employees", "Employees"),
    "T01:34": ("self_employed", "Self Employed"),
    "T01:37": ("unemployed", "Unemployed"),
    "T01:40": ("inactive", "Inactive"),
}
"""Cell of T01: measure, and what its heading must say between “Aged 16-64 -” and “: All People”."""

_HEADING = re.compile(r"(T\d+[a-z]?):(\d+) \((.+) : (.*?) ?\)")
_T01 = re.compile(r"Aged 16-64 - (.+)")
_T09 = re.compile(r"(All people|Males|Females) - (.+) \((SOC20\d\d)\)", re.IGNORECASE)
_T13 = re.compile(r"(.+) \((SIC 20\d\d)\)")
_T19 = re.compile(r"Total - (All people|Males|Females) aged (\S+)", re.IGNORECASE)
_KEY = 60


@dataclass(frozen=True)
class Cell:
    """One cell of a table of the survey.

    Attributes
    ----------
    code : str
        ``T19:13``.
    measure, title : str
        The same for every cell of a table that has breakdowns.
    breakdowns : mapping of str to str
        Empty text means all.
    said : str
        What the heading says that :data:`CELLS` must agree with; only for table T01.
    """

    code: str
    measure: str
    title: str
    breakdowns: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


def cell_of(heading: str) -> Cell | None:
    """The cell that a heading names; None when it is not a heading of the survey.

    Examples
    --------
    >>> cell_of("T19:13 (Total - Males aged 16-64 : NVQ4+ )").breakdowns
    {'qualification': 'NVQ4+', 'sex': 'Males', 'age': '16-64'}
    >>> cell_of("T09a:1 (All people - Corporate Managers (SOC2010) : Part-time )").breakdowns
    {'occupation': 'Corporate Managers', 'sex': '', 'hours': 'Part-time'}
    """
    found = _HEADING.fullmatch(heading.strip())
    if found is None:
        return None
    table, number, first, second = found.groups()
    code = f"{table}:{number}"
    if code in CELLS:
        t01 = _T01.fullmatch(first)
        said = t01[1] if t01 and second == "All People" else f"{first} : {second}"
        return Cell(code, CELLS[code][0], f"{first} : {second}", said=said)
    return _broken_down(code, table, first, second) or Cell(code, _key(f"{first} {second}"), f"{first} : {second}")


def _broken_down(code: str, table: str, first: str, second: str) -> Cell | None:
    """A cell of a table that we know to be one measure over groups."""
    if table.startswith("T09") and (job := _T09.fullmatch(first)):
        return Cell(
            code,
            "employed_by_occupation",
            f"People in employment by occupation ({job[3]})",
            {"occupation": job[2], "sex": _or_all(job[1]), "hours": _or_all(second)},
        )
    if table.startswith("T13") and (trade := _T13.fullmatch(first)):
        return Cell(
            code,
            "employed_by_industry",
            f"People in employment by industry ({trade[2]})",
            {"industry": trade[1], "people": _or_all(second)},
        )
    if table == "T19" and (level := _T19.fullmatch(first)):
        return Cell(
            code,
            "people_by_qualification",
            "People by highest qualification",
            {"qualification": second, "sex": _or_all(level[1]), "age": level[2]},
        )
    return None


def _or_all(said: str) -> str:
    return "" if said.lower() == "all people" else said


def _key(said: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", said.lower()).strip("_")[:_KEY].rstrip("_") or "measure"

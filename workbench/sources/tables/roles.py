"""What each column of a table is, from its heading and from what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.domain.periods import period_of
from workbench.sources.imported import text
from workbench.sources.tables.find import Table, is_code
from workbench.sources.tables.numbers import DECIMAL_COMMA, Numbers

_SAMPLE = 1500

FINANCIAL = re.compile(r"((?:19|20)\d\d)\s*[/–-]\s*(\d\d|(?:19|20)\d\d)")
_PERIOD = re.compile(
    r"(date|period|month|year|quarter|time|time period|date code|date name|calendar year|reference period|month ending"
    r"|year ending|financial year|academic year|v4 \d|mid year)( name| code)?"
)
_GENERIC = re.compile(
    r"(value|values|obs value|observation|observations|obs|data|figure|n|count|number|estimate|v4 \d)"
)
_IGNORED = re.compile(
    r"(fid|object ?id|global ?id|id|row ?key|partition ?key|record count|record offset|index|unnamed.*|shape.*"
    r"|start|end|(?:start|end) date|source ?file|.* ids?|.*sort ?order|.*hierarchy|.*\bcode ?\d?|.*cd|area units?|urn)"
)
_COORDINATE = re.compile(
    r"(lon|lat|long|longitude|latitude|x|y|eastings?|northings?|bng ?[en]|oseast1m|osnrth1m|area|area units)"
)
_LOWER = re.compile(
    r"\b(lci|lcl|lower 95.*|lower (?:ci|cl|confidence.*|limit|bound|interval)|95.*lower.*|confidence interval lower|"
    r"low(?:er)? 95)\b|^lower$|^lci \d+$"
)
_UPPER = re.compile(
    r"\b(uci|ucl|upper 95.*|upper (?:ci|cl|confidence.*|limit|bound|interval)|95.*upper.*|confidence interval upper|"
    r"high(?:er)? 95)\b|^upper$|^uci \d+$"
)
_HALF = re.compile(r"^(conf|ci|margin of error|half width)$|\b(conf|half width|margin of error|95% ci)$|±")
_SPREAD = re.compile(r"\bcv\b|coefficient of variation|standard error|\bstd err\b|\bse$")
_FLAG = re.compile(
    r"(status|flags?|markers?|marking|obs status|observation status|symbols?|data marking|notes?|footnotes?)"
)
_UNIT = re.compile(r"(units?|unit of measure|measure unit|unit name|unit measure|units name)")
_MEASURE = re.compile(r"(indicator|indicator name|variable|statistics?|series|pollutant|metric|topic|cell name|cell)")
_LABEL = re.compile(r"(age|ages|age group|age band|single year of age|sex|gender)")
_DETAIL = re.compile(r"(measures?|measure type|measures? name|value type|type of measure|statistic type)")


@dataclass(frozen=True)
class Column:
    """What a column is taken for, and from what.

    Attributes
    ----------
    place : int
    heading : str
    role : str
        ``area``, ``ignored``, ``coordinate``, ``period``, ``unit``, ``flag``, ``measure``, ``detail``, ``lower``,
        ``upper``, ``half``, ``spread``, ``value``, ``text`` or ``empty``.
    said : tuple of str
        Some of the different texts in it.
    """

    place: int
    heading: str
    role: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roles:
    """The columns of a table."""

    columns: tuple[Column, ...]
    by_place: Mapping[int, Column] = field(default_factory=dict)

    def of(self, *roles: str) -> tuple[Column, ...]:
        """The columns of some roles, from the left."""
        return tuple(column for column in self.columns if column.role in roles)


def plain(heading: str) -> str:
    """A heading in lower case, with blanks only between words and without marks of notes.

    Examples
    --------
    >>> plain("Obs_Value  [note 1]"), plain("2012 Owned LCI (%)")
    ('obs value', '2012 owned lci %')
    """
    said = re.sub(r"\[note[^\]]*\]|\*+$", "", heading, flags=re.IGNORECASE)
    return " ".join(re.sub(r"[^\w%£±]+|_", " ", said).lower().split())


def is_generic(heading: str) -> bool:
    """Whether a heading says no more than that figures stand below."""
    return _GENERIC.fullmatch(plain(heading)) is not None or not plain(heading)


def roles_of(table: Table, numbers: Numbers, answers: Mapping[str, str]) -> Roles:
    """What each column of a table is. An answer ``role:HEADING`` decides over everything else."""
    step = max(1, len(table.rows) // _SAMPLE)
    rows = table.rows[::step]
    columns: list[Column] = []
    for place, heading in enumerate(table.headings):
        cells = [row[place] if place < len(row) else "" for row in rows]
        role, said = _role(table, place, heading, cells, numbers, columns)
        columns.append(Column(place, heading, answers.get(f"role:{heading}", role), said))
    return Roles(tuple(columns), {column.place: column for column in columns})


def _role(  # noqa: PLR0911, PLR0917
    table: Table, place: int, heading: str, cells: Sequence[object], numbers: Numbers, before: Sequence[Column]
) -> tuple[str, tuple[str, ...]]:
    filled = [cell for cell in cells if text(cell)]
    if place == table.area:
        return "area", ()
    if not filled:
        return "empty", ()
    name = plain(heading)
    said = tuple(dict.fromkeys(text(cell) for cell in filled))[:200]
    read = [numbers.of(cell) for cell in filled]
    numeric = sum(1 for one in read if one is not None and one[0] == one[0])
    if _COORDINATE.fullmatch(name) or _IGNORED.fullmatch(name):
        return ("coordinate" if _COORDINATE.fullmatch(name) else "ignored"), said
    if sum(1 for cell in filled if is_code(text(cell))) > 0.6 * len(filled):
        return "ignored", said
    if _PERIOD.fullmatch(name) and _are_periods(said):
        return "period", said
    if _LABEL.fullmatch(name):
        return "text", said
    known = sum(1 for one in read if one is not None) + sum(1 for cell in filled if DECIMAL_COMMA.fullmatch(text(cell)))
    numbered = numeric > 0 and known >= 0.5 * len(filled)
    role = _by_heading(name, numbered)
    if role:
        return role, said
    if numbered or (known >= 0.5 * len(filled) and any(DECIMAL_COMMA.fullmatch(one) for one in said)):
        return "value", said
    left = before[-1] if before else None
    if known == len(filled) and left is not None and left.role == "value" and (not name or _FLAG.fullmatch(name)):
        return "flag", said
    # Nothing but symbols under a heading: figures of which none was published.
    return ("value" if known == len(filled) and name else "text"), said


def _by_heading(name: str, numbered: bool) -> str:
    """The role that a heading alone gives; numbers and words must stand under the headings that want them."""
    if numbered:
        for role, pattern in (("spread", _SPREAD), ("lower", _LOWER), ("upper", _UPPER), ("half", _HALF)):
            if pattern.search(name):
                return role
        return ""
    wanted = (("unit", _UNIT), ("flag", _FLAG), ("measure", _MEASURE), ("detail", _DETAIL))
    return next((role for role, pattern in wanted if pattern.fullmatch(name)), "")


def _are_periods(said: Sequence[str]) -> bool:
    good = sum(1 for one in said[:60] if is_period(one) or FINANCIAL.fullmatch(one))
    return good > 0.5 * len(said[:60])


def is_period(said: str) -> bool:
    """Whether a text is a period that can be read, but for a mark such as “(p)”."""
    try:
        period_of(without_mark(said)[0])
    except ValueError:
        return False
    return True


def without_mark(said: str) -> tuple[str, str]:
    """A period without the mark behind it, and the flag that the mark means.

    Examples
    --------
    >>> without_mark("May 2025 (p)"), without_mark("2023 [r]"), without_mark("2023")
    (('May 2025', 'provisional'), ('2023', ''), ('2023', ''))
    """
    found = re.fullmatch(r"(.*\d)\s*[(\[]([a-z])[)\]]", said.strip())
    if found is None:
        return said.strip(), ""
    return found[1], {"p": "provisional", "e": "estimated"}.get(found[2], "")

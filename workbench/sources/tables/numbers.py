"""Numbers and symbols in the cells of published tables. A symbol is a reason for having no number, never a zero."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from workbench.sources.imported import text

SYMBOLS: Mapping[str, str] = {
    "[x]": "not available", "[z]": "not available", "[w]": "not available", "[c]": "suppressed", "[u]": "unreliable",
    "[low]": "nil", "[p]": "provisional", "[e]": "estimated", "(p)": "provisional", "(e)": "estimated",
    "..": "not available", "...": "not available", ".": "not available", ":": "not available", "-": "not available",
    "–": "not available", "n/a": "not available", "na": "not available", "n.a.": "not available",
    "nan": "not available", "null": "not available", "none": "not available", "#n/a": "not available",
    "not available": "not available", "missing": "not available", "z": "not available", "[na]": "not available",
    "x": "suppressed", "c": "suppressed", "s": "suppressed", "*": "suppressed", "**": "suppressed", "!": "suppressed",
    "#": "suppressed", "suppressed": "suppressed", "confidential": "suppressed", "u": "unreliable", "~": "nil",
    "0~": "nil", "p": "provisional", "e": "estimated",
}  # fmt: skip
"""How symbols are read when a file does not explain them.

In brackets: Government Analysis Function, “Using symbols and shorthand in data tables” (2022). Without: as ONS, Nomis
and Stat-Xplore use them.
"""

MARKS = frozenset({"provisional", "estimated", "unreliable"})
"""Flags that may stand beside a number."""

_NUMBER = re.compile(
    r"(?P<sign>[-−+]?)\s*£?\s*(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,3}(?:[\u00a0\u2009\u202f ]\d{3})+|\d+)?"
    r"(?P<rest>\.\d+)?(?P<power>[eE][-+]?\d{1,3})?\s*(?P<percent>%?)",
    re.ASCII,
)
_MARKED = re.compile(r"(.*\d%?)\s*(\[[a-z]{1,3}\]|\([a-z]\)|[*!~#†‡]|(?<=\d)\s?[pPuUeE])", re.ASCII)
_RANGE = re.compile(r"(?:<|≤|<=|less than|fewer than|under)\s*\d+|\d+\s*(?:-|–|to)\s*\d+", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[-−]?\d+,(?:\d{1,2}|\d{4,})%?", re.ASCII)

_EXPLAINED = re.compile(r"(\[[a-z]{1,4}\]|\([a-z]\)|\.{1,3}|[!*~:#\-–]|[a-z])\s*(?:=|:|–|-|\.)?\s+([A-Za-z].{3,})")
_MEANINGS = (
    ("suppressed", r"suppress|disclos|confidential|protect"),
    ("unreliable", r"unreliable|reliab|sample size is small"),
    ("provisional", r"provisional"),
    ("nil", r"less than|negligible|\bnil\b|rounds? to (?:zero|0)"),
    ("estimated", r"\bestimated\b|imputed"),
    ("not available", r"not available|missing|unavailable|no data|not applicable"),
)


def legend_of(lines: Iterable[str]) -> dict[str, str]:
    """Symbols that the lines of a foot or a sheet of notes explain, with our flag for what they say.

    Examples
    --------
    >>> legend_of(["* Estimate unreliable since the group sample size is small (3-9).", "[c] = confidential data"])
    {'*': 'unreliable', '[c]': 'suppressed'}
    """
    found: dict[str, str] = {}
    for line in lines:
        said = _EXPLAINED.fullmatch(" ".join(line.split()))
        if said is None or len(line) > 300:
            continue
        flag = next((flag for flag, words in _MEANINGS if re.search(words, said[2], re.IGNORECASE)), "")
        if flag:
            found.setdefault(said[1].lower(), flag)
    return found


class Numbers:
    """Reads cells with one legend. What was met is kept, to be said.

    Attributes
    ----------
    met : dict of str to int
        Symbols that were read as flags, and how often.
    """

    def __init__(self, legend: Mapping[str, str] | None = None) -> None:
        self.symbols = {**SYMBOLS, **(legend or {})}
        self.met: dict[str, int] = {}
        self._known: dict[str, tuple[float, str, bool] | None] = {}

    def of(self, cell: object) -> tuple[float, str, bool] | None:
        """Value, flag and whether it is written as a percentage; None for a text that is neither number nor symbol.

        Examples
        --------
        >>> Numbers().of("1,234 [p]"), Numbers().of("12.5%"), Numbers().of("[c]"), Numbers().of("Bolton")
        ((1234.0, 'provisional', False), (12.5, '', True), (nan, 'suppressed', False), None)
        """
        if isinstance(cell, bool):
            return None
        if isinstance(cell, int | float):
            return (float(cell), "", False) if math.isfinite(cell) else (math.nan, "not available", False)
        said = cell if isinstance(cell, str) else text(cell)
        if said not in self._known:
            self._known[said] = self._read(said.strip())
        found = self._known[said]
        if found is not None and math.isnan(found[0]):
            mark = said.strip()
            self.met[mark] = self.met.get(mark, 0) + 1
        return found

    def flag(self, cell: object) -> str:
        """The flag that a cell of a column for flags stands for; empty when it is blank or says nothing known."""
        said = text(cell).lower()
        return self.symbols.get(said, "") or self.symbols.get(said.strip("[]()"), "") if said else ""

    def _read(self, said: str) -> tuple[float, str, bool] | None:
        lower = said.lower()
        if lower in self.symbols:
            return math.nan, self.symbols[lower], False
        if number := _number(said):
            return number[0], "", number[1]
        marked = _MARKED.fullmatch(said)
        if marked and (number := _number(marked[1].strip())):
            flag = self.symbols.get(marked[2].strip().lower(), "")
            return number[0], flag if flag in MARKS else "", number[1]
        if _RANGE.fullmatch(said):
            return math.nan, "suppressed", False
        return None


def _number(said: str) -> tuple[float, bool] | None:
    found = _NUMBER.fullmatch(said)
    if found is None or not (found["digits"] or found["rest"]):
        return None
    digits = re.sub(r"\D", "", found["digits"] or "0")
    sign = "-" if found["sign"] in ("-", "−") else ""
    value = float(f"{sign}{digits}{found['rest'] or ''}{found['power'] or ''}")
    return (value, bool(found["percent"])) if math.isfinite(value) else None

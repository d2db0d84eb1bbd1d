"""Figures on other boundaries: which of them can be had exactly, which only by best fit, and which not at all.

A lookup from one set of boundaries to the next says of each pair how it came about, as ONS does in its lookups from
LSOAs of 2011 to those of 2021 (column CHGIND): U unchanged, M merged, S split, X complex.

- U: the figure is the same.
- M: counts add up, and rates follow from the added counts. This is exact.
- S and X: what belongs to which part is not known. With weights from somewhere else it is an estimate, flagged so.

Medians, ranks and rates without counts go over only where nothing changed. Cells that the publisher changed at random
are never added: ask the publisher for the larger area.

Sources
-------
ONS Open Geography, *LSOA (2011) to LSOA (2021) to Local Authority District (2022) Exact Fit Lookup for EW*.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.rows import rounding_step
from workbench.domain.statistics import rounding_bound
from workbench.errors import DataError

KINDS: Mapping[str, str] = {"U": "unchanged", "M": "merged", "S": "split", "X": "changed in a complex way"}

COUNT_UNITS = frozenset(words.COUNTS)
"""Units of figures that may be added up over separate areas."""

_PER = (100.0, 1.0, 1_000.0, 10_000.0, 100_000.0)
_GONE = ("lower", "upper", "confidence")


@dataclass(frozen=True, slots=True)
class Change:
    """One pair of a lookup between two vintages.

    Attributes
    ----------
    source, target : str
        Codes of the old and the new area.
    kind : str
        U, M, S or X: see :data:`KINDS`.
    from_vintage, to_vintage, level : str
        Empty when the lookup says it elsewhere.
    """

    source: str
    target: str
    kind: str
    from_vintage: str = ""
    to_vintage: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class NotPossible:
    """A figure that the other boundaries do not have: of which area, of which measure, and why."""

    area_code: str
    measure: str
    why: str

    def __str__(self) -> str:
        return f"{self.area_code}, {self.measure}: {self.why}"


@dataclass(frozen=True, eq=False)
class Converted:
    """Figures on other boundaries.

    Attributes
    ----------
    figures : FigureSet
    exact, best_fit : tuple of str
        Codes of new areas whose figures are exact, and of those with at least one that is an estimate.
    not_possible : tuple of NotPossible
    lost : tuple of str
        Codes of old areas whose figures are in no figure of the result.
    lost_shares : mapping of str to float
        Of each measure that is counted, the share of its total in the newest period that is in no figure of the
        result, from 0 to 1. Figures that are missing count in neither.
    notes : tuple of str
        All of this in words, and what was dropped on the way.
    """

    figures: FigureSet
    exact: tuple[str, ...] = ()
    best_fit: tuple[str, ...] = ()
    not_possible: tuple[NotPossible, ...] = ()
    lost: tuple[str, ...] = ()
    lost_shares: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def kinds_of(pairs: Iterable[tuple[str, str]]) -> tuple[Change, ...]:
    """The kinds of a lookup that does not say them, from which areas it joins.

    Several old areas that lie each in one new area are merged; one old area in several new ones is split. One to one
    with one code is unchanged. One to one with a new code is complex: the Code History Database gives a new code where
    a boundary moved, and who lived beside it is not known.

    Examples
    --------
    >>> [c.kind for c in kinds_of([("a", "a"), ("b", "d"), ("c", "d"), ("e", "f"), ("g", "h"), ("g", "i")])]
    ['U', 'M', 'M', 'X', 'S', 'S']
    """
    known = list(dict.fromkeys(pairs))
    outs, ins = Counter(s for s, _ in known), Counter(t for _, t in known)
    joined: dict[str, list[str]] = {}
    cut: dict[str, list[str]] = {}
    for source, target in known:
        joined.setdefault(target, []).append(source)
        cut.setdefault(source, []).append(target)

    def kind(source: str, target: str) -> str:
        if outs[source] == ins[target] == 1:
            return "U" if source == target else "X"
        if all(outs[s] == 1 for s in joined[target]):
            return "M"
        return "S" if ins[target] == 1 and all(ins[t] == 1 for t in cut[source]) else "X"

    return tuple(Change(s, t, kind(s, t)) for s, t in known)


def turned(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The lookup read the other way: what was merged is then split, and what was split adds up exactly.

    Examples
    --------
    >>> turned([Change("a", "b", "S", "2011", "2021")])
    (Change(source='b', target='a', kind='M', from_vintage='2021', to_vintage='2011', level=''),)
    """
    other = {"M": "S", "S": "M"}
    return tuple(
        Change(c.target, c.source, other.get(c.kind, c.kind), c.to_vintage, c.from_vintage, c.level) for c in changes
    )


def convert(
    figures: FigureSet,
    to_vintage: str,
    changes: Sequence[Change],
    *,
    weights: Mapping[tuple[str, str], float] | None = None,
    areas: AreaRegister | None = None,
    counts: Iterable[str] = (),
) -> Converted:
    """Figures on the boundaries of another vintage.

    Parameters
    ----------
    figures : FigureSet
        On the boundaries that the lookup begins at. Of a vintage among ``from_vintage`` of the changes, where given.
    to_vintage : str
    changes : sequence of Change
        The whole lookup: an area that it does not name is lost.
    weights : mapping of (str, str) to float, optional
        Of ``(source, target)``: the share of the old area's count that lies in the new one, for instance of its
        people. Those of one source add up to 1 at most.
    areas : AreaRegister, optional
        Names the new areas.
    counts : iterable of str, optional
        Further units that are counts, beside :data:`COUNT_UNITS`.

    Raises
    ------
    DataError
        When the lookup is empty, a kind is unknown, vintages do not fit, or weights are no shares.

    Examples
    --------
    >>> convert(figures, "2021", [Change("E01000001", "E01000001", "U")]).exact  # doctest: +SKIP
    ('E01000001',)
    """
    shares = dict(weights or {})
    _check(figures, changes, shares, to_vintage)
    work = _Work(changes, shares, to_vintage, areas or AreaRegister(), COUNT_UNITS | frozenset(counts))
    frame = figures.frame
    splits = list(figures.breakdowns)
    keys = ["measure", "unit", "period_start", "period_end", *splits]
    kept = [work.unchanged(frame)]
    for _, group in frame.groupby(keys, sort=False, dropna=False):
        work.group(group)
    rows = pd.DataFrame(work.rows, columns=frame.columns).astype(frame.dtypes.to_dict()) if work.rows else None
    whole = pd.concat([*kept, *([] if rows is None else [rows])], ignore_index=True)
    return work.result(FigureSet(whole, figures.citations), frame)


def _check(
    figures: FigureSet, changes: Sequence[Change], shares: Mapping[tuple[str, str], float], to_vintage: str
) -> None:
    if not changes:
        raise DataError("There is no lookup between these boundaries.", "Bring in the lookup, or update the areas.")
    odd = sorted({c.kind for c in changes} - set(KINDS))
    if odd:
        raise DataError(f"The lookup has the kind {odd[0]}, which is none of U, M, S and X.", "Check the lookup.")
    ends = {c.to_vintage for c in changes if c.to_vintage}
    if ends - {to_vintage}:
        raise DataError(
            f"The lookup ends at boundaries of {', '.join(sorted(ends))}, not {to_vintage}.", "Choose its vintage."
        )
    begins = {c.from_vintage for c in changes if c.from_vintage}
    found = set(figures.frame["vintage"])
    if len(found) > 1 or (begins and found - begins - {""}):
        raise DataError(
            f"The figures are on boundaries of {', '.join(sorted(found))}; the lookup begins at "
            f"{', '.join(sorted(begins)) or 'one set of boundaries'}.",
            "Choose the figures of one vintage, and its lookup.",
        )
    sums: dict[str, float] = {}
    for (source, _), share in shares.items():
        if not 0 <= share <= 1:
            raise DataError(f"The weight {share} of {source} is no share.", "Give shares from 0 to 1.")
        sums[source] = sums.get(source, 0.0) + share
    over = next((s for s, total in sums.items() if total > 1 + 1e-6), "")
    if over:
        raise DataError(f"The weights of {over} add up to more than 1.", "Give shares of the old area.")


@dataclass
class _Work:
    """A conversion under way."""

    changes: Sequence[Change]
    shares: Mapping[tuple[str, str], float]
    to_vintage: str
    areas: AreaRegister
    units: frozenset[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    exact: dict[str, None] = field(default_factory=dict)
    fitted: dict[str, None] = field(default_factory=dict)
    refused: list[NotPossible] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    kept: dict[str, float] = field(default_factory=dict)  # of each old area of the group at hand
    totals: dict[str, dict[Any, list[tuple[float, float]]]] = field(default_factory=dict)
    intervals: int = 0
    rounded: int = 0

    def __post_init__(self) -> None:
        self.sources: dict[str, dict[str, str]] = {}
        self.targets: dict[str, list[str]] = {}
        for c in self.changes:
            self.sources.setdefault(c.target, {})[c.source] = c.kind
            self.targets.setdefault(c.source, []).append(c.target)
        # Unchanged: only where the lookup joins the two and nothing else to either.
        self.same = {
            c.source: c.target
            for c in self.changes
            if c.kind == "U" and len(self.sources[c.target]) == 1 and len(self.targets[c.source]) == 1
        }

    def unchanged(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of areas that did not change, under their new codes."""
        kept = frame.loc[frame["area_code"].isin(self.same)].copy()
        self.used |= set(kept["area_code"])
        kept["area_code"] = kept["area_code"].map(self.same).astype(frame["area_code"].dtype)
        named = zip(kept["area_code"], kept["area_name"], strict=True)
        held = self.areas.areas
        names = [held[code].name if code in held else name for code, name in named]
        kept["area_name"] = pd.Series(names, index=kept.index, dtype=frame["area_name"].dtype)
        kept["vintage"] = self.to_vintage
        self.exact |= dict.fromkeys(kept["area_code"])
        return kept

    def group(self, group: pd.DataFrame) -> None:
        """The new areas of one measure, unit, period and breakdown that are not unchanged."""
        changed = group.loc[~group["area_code"].isin(self.same)]
        rows = {str(row["area_code"]): row for row in changed.to_dict("records")}
        self.kept = {}
        for target in dict.fromkeys(t for code in rows for t in self.targets.get(code, ())):
            self.one(target, rows)
        first = group.iloc[0]
        if str(first["unit"]) in self.units:
            lost = ((row["value"], 1 - self.kept.get(code, 0.0)) for code, row in rows.items())
            gone = math.fsum(float(value) * share for value, share in lost if not _missing(value))
            periods = self.totals.setdefault(str(first["measure"]), {})
            periods.setdefault(first["period_end"], []).append((gone, float(group["value"].sum())))

    def one(self, target: str, rows: Mapping[str, Mapping[Any, Any]]) -> None:
        """One new area: exact, best fit, or why not."""
        kinds = self.sources[target]
        some = next(rows[s] for s in kinds if s in rows)
        why = self.why_not(target, kinds, rows)
        if not why:
            parts = [(rows[s], 1.0 if kind in "UM" else self.shares[s, target]) for s, kind in kinds.items()]
            made = self.added(parts)
            why = "" if made else "its rate cannot be had from the counts beside it"
        if why:
            self.refused.append(NotPossible(target, str(some["measure"]), why))
            return
        fitted = any(kind in "SX" for kind in kinds.values())
        flags = [f for row, _ in parts for f in str(row["flag"]).split(";") if f]
        made |= {"flag": ";".join(dict.fromkeys([*flags, *(["estimated"] if fitted else [])]))}
        name = self.areas.name(target)
        method = self.rounding(parts) if str(some["unit"]) in self.units else ""
        made |= {"area_code": target, "area_name": name, "vintage": self.to_vintage, "method": method}
        self.intervals += any(not _missing(row["lower"]) for row, _ in parts)
        self.rows.append({**some, **dict.fromkeys(_GONE, math.nan), **made})
        (self.fitted if fitted else self.exact)[target] = None
        self.used |= set(kinds)
        for source, (_, share) in zip(kinds, parts, strict=True):
            self.kept[source] = self.kept.get(source, 0.0) + share

    def rounding(self, parts: Sequence[tuple[Mapping[Any, Any], float]]) -> str:
        """How far rounding may move a sum of counts, for the column of methods; empty when nothing was rounded."""
        bound = math.fsum(rounding_bound(rounding_step({str(k): v for k, v in r.items()})) * w for r, w in parts)
        self.rounded += bound > 0
        return f"sum of {words.counted(len(parts), 'part')}; rounding may move it by up to {bound:g}" if bound else ""

    def why_not(self, target: str, kinds: Mapping[str, str], rows: Mapping[str, Mapping[Any, Any]]) -> str:
        """Why a new area cannot have the figure, in words; empty when it can."""
        absent = [s for s in kinds if s not in rows]
        if absent:
            return f"it also holds {words.listed(absent[:3])}, of which there is no figure"
        if any("perturbed" in str(rows[s]["flag"]).split(";") for s in kinds):
            return "its parts were changed at random by the publisher and are not added"
        if any(_missing(rows[s]["value"]) for s in kinds):
            return "the figure of one of its parts is missing"
        if any(kind in "SX" and (s, target) not in self.shares for s, kind in kinds.items()):
            return "its boundary cuts an old area, and no weights were given"
        return ""

    def added(self, parts: Sequence[tuple[Mapping[Any, Any], float]]) -> dict[str, Any]:
        """Value, numerator and denominator of the parts together; empty when they cannot be had."""
        first = parts[0][0]
        tops, bottoms = ([_sum(parts, c), len(parts)] for c in ("numerator", "denominator"))
        if str(first["unit"]) in self.units:
            return {"value": _sum(parts, "value"), "numerator": tops[0], "denominator": bottoms[0]}
        scale = _scale([row for row, _ in parts])
        if not scale or math.isnan(tops[0]) or not bottoms[0] > 0:
            return {}
        return {"value": scale * tops[0] / bottoms[0], "numerator": tops[0], "denominator": bottoms[0]}

    def result(self, figures: FigureSet, frame: pd.DataFrame) -> Converted:
        """What came of it, with all of it in words."""
        every = dict.fromkeys(frame["area_code"].astype(str))
        lost = tuple(code for code in every if code not in self.used)
        exact = tuple(code for code in self.exact if code not in self.fitted)
        shares = self.lost_shares()
        notes = tuple(self.said(exact, lost, every, shares))
        return Converted(figures, exact, tuple(self.fitted), tuple(self.refused), lost, shares, notes)

    def lost_shares(self) -> dict[str, float]:
        """The share of each measure's total in its newest period that no new area has."""
        shares = {}
        for measure, periods in self.totals.items():
            gone, whole = (math.fsum(column) for column in zip(*periods[max(periods)], strict=True))
            if whole > 0:
                shares[measure] = max(0.0, gone / whole)
        return shares

    def said(
        self, exact: Sequence[str], lost: Sequence[str], every: Mapping[str, None], shares: Mapping[str, float]
    ) -> Iterable[str]:
        if exact:
            yield f"Exact for {words.counted(len(exact), 'area')} of {self.to_vintage}: unchanged, or parts added."
        if self.fitted:
            yield (
                f"Take care. Best fit for {words.counted(len(self.fitted), 'area')}: shares of old areas were "
                "estimated with weights."
            )
        reasons = Counter(
            "it also holds areas of which there is no figure" if r.why.startswith("it also holds") else r.why
            for r in self.refused
        )
        for why, n in reasons.items():
            yield f"Not possible for {words.counted(n, 'figure')}: {why}."
        if lost:
            yield f"{words.counted(len(lost), 'old area')} of {len(every):,} lost: no figure of the result holds them."
        for measure, share in shares.items():
            if share > 1e-9:
                part = f"{100 * share:.1f}%" if share >= 0.0005 else "Less than 0.1%"
                yield f"{part} of the total of {measure} in its newest period is in no figure of the result."
        unnamed = sum(code not in self.targets for code in lost)
        if unnamed:
            yield f"The lookup does not name {unnamed:,} of them."
        if self.rounded:
            yield (
                f"Take care. {words.counted(self.rounded, 'figure')} added from rounded ones: rounding moves the sum "
                "further than each part; the method says by how much."
            )
        if self.intervals:
            yield f"{words.counted(self.intervals, 'figure')} lost the interval: those of the parts do not give it."


def _missing(value: object) -> bool:
    return bool(pd.isna(value))  # type: ignore[call-overload]


def _sum(parts: Sequence[tuple[Mapping[Any, Any], float]], column: str) -> float:
    """The weighted sum of a column; NaN as soon as one part is missing."""
    return math.fsum(float(row[column]) * share for row, share in parts)


def _scale(rows: Sequence[Mapping[Any, Any]]) -> float:
    """What a rate is per (100 for per cent), when every part's value is its numerator over its denominator so; else 0.

    The rounding of a published rate to one decimal place is allowed for.
    """
    for per in (100.0,) if rows[0]["unit"] == words.PER_CENT else _PER:
        if all(
            not _missing(r["numerator"])
            and float(r["denominator"]) > 0
            and abs(per * float(r["numerator"]) / float(r["denominator"]) - float(r["value"]))
            <= max(0.051, 0.005 * abs(float(r["value"])))
            for r in rows
        ):
            return per
    return 0.0

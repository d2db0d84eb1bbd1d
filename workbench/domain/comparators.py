"""What an area's figure is set beside: similar areas, chosen peers, the areas above it, its nation and its own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from workbench.domain import words
from workbench.domain.areas import AreaRegister, nation_of
from workbench.domain.figures import FigureSet
from workbench.domain.rows import Row, check_alike, check_boundaries, is_usable, missing_reason, records, totals
from workbench.domain.statistics import overlap
from workbench.errors import FigureMissing, NotComparable, UnknownArea

Kind = Literal["similar", "chosen", "parent", "nation", "own history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparator:
    """A figure to set an area's figure beside, or why there is none.

    Attributes
    ----------
    kind : str
    area_code, name : str
    row : mapping or None
        The figure with all columns of the schema; None when it cannot be had.
    why : str
        Why not, and what to do.
    """

    kind: Kind
    area_code: str
    name: str
    row: Row | None = None
    why: str = ""


def comparators(
    code: str, figures: FigureSet, areas: AreaRegister, *, chosen: Sequence[str] = (), similar: Sequence[str] = ()
) -> tuple[Comparator, ...]:
    """What an area's newest figure may be set beside: similar areas, chosen peers, areas above, nation, own past.

    Whether two of them differ is settled by :func:`~workbench.domain.comparison.compare_with` or, in time, by
    :func:`~workbench.domain.trends.trend`.

    Parameters
    ----------
    code : str
    figures : FigureSet
        One measure, at all levels that are held.
    areas : AreaRegister
    chosen, similar : sequence of str
        GSS codes; ``similar`` from :func:`~workbench.domain.peers.most_similar`.

    Returns
    -------
    tuple of Comparator
        Each asked-for area has one, and so has the past: the newest earlier period that shares no day with this one.

    Raises
    ------
    FigureMissing
        When the area itself has no figure.
    """
    rows = records(totals(figures))
    own = [row for row in rows if row["area_code"] == code and is_usable(row)]
    if not own:
        raise FigureMissing(f"{areas.name(code)} has no figure.", "Choose another measure or area.", code)
    newest = max(own, key=lambda row: row["period_end"])
    wanted: list[tuple[Kind, str]] = [("similar", c) for c in similar]
    wanted += [("chosen", c) for c in chosen if c not in similar]
    wanted += _above(code, areas)
    found = [_comparator(kind, other, newest, rows, areas) for kind, other in wanted if other != code]
    return (*found, _own_past(newest, own))


def _above(code: str, areas: AreaRegister) -> list[tuple[Kind, str]]:
    """The chain of parents up to and with the nation."""
    chain: list[tuple[Kind, str]] = []
    area = areas.areas.get(code)
    while area is not None and area.parent and area.parent not in {c for _, c in chain}:
        above = areas.areas.get(area.parent)
        chain.append(("nation" if above is not None and above.level == "nation" else "parent", area.parent))
        area = above
    try:
        nation = nation_of(code)
    except UnknownArea:
        return chain
    if not any(kind == "nation" for kind, _ in chain):
        chain += [("nation", a.code) for a in areas.at_level("nation") if a.name == nation][:1]
    return chain


def _comparator(kind: Kind, code: str, own: Row, rows: Sequence[Row], areas: AreaRegister) -> Comparator:
    name = areas.name(code)
    of_it = [row for row in rows if row["area_code"] == code]
    if not of_it:
        return Comparator(kind=kind, area_code=code, name=name, why=f"No figure of {name} is held. Bring it in.")
    then = [r for r in of_it if (r["period_start"], r["period_end"]) == (own["period_start"], own["period_end"])]
    if not then:
        when = words.period(own["period_start"], own["period_end"])
        has = words.listed(
            [words.period(*p) for p in sorted({(r["period_start"], r["period_end"]) for r in of_it})[-2:]]
        )
        return Comparator(
            kind=kind,
            area_code=code,
            name=name,
            why=f"{name} has no figure for {when}; it has {has}. Choose one period.",
        )
    try:
        check_alike([own, *then])
        _check_sides(own, then)
    except NotComparable as error:
        return Comparator(kind=kind, area_code=code, name=name, why=f"{error.message} {error.remedy}")
    if not is_usable(then[0]):
        reason = missing_reason(then[0])
        return Comparator(kind=kind, area_code=code, name=name, why=f"{name}: {reason}. Choose another area or period.")
    return Comparator(kind=kind, area_code=code, name=str(then[0]["area_name"]) or name, row=then[0])


def _check_sides(own: Row, then: Sequence[Row]) -> None:
    if len(then) > 1:
        raise NotComparable("It has two figures for one period.", "Keep one of them.")
    if own["unit"] in words.COUNTS:
        raise NotComparable(
            "Counts of two areas differ because the areas differ in size.",
            "Compare rates on the same denominator.",
            "unit",
        )
    check_boundaries(own, then[0])


def _own_past(newest: Row, own: Sequence[Row]) -> Comparator:
    code, name = str(newest["area_code"]), str(newest["area_name"])
    now = (newest["period_start"], newest["period_end"])
    length = now[1] - now[0]
    # A month may be three days shorter than another; a year is never taken for a quarter.
    earlier = [
        row
        for row in own
        if row["period_end"] < now[1]
        and not overlap((row["period_start"], row["period_end"]), now)
        and abs((row["period_end"] - row["period_start"]) - length) <= timedelta(days=3)
        and (row["unit"], row["vintage"]) == (newest["unit"], newest["vintage"])
    ]
    if not earlier:
        why = "No earlier figure that shares no day with this one is held. Bring in earlier periods."
        return Comparator(kind="own history", area_code=code, name=name, why=why)
    row = max(earlier, key=lambda r: r["period_end"])
    return Comparator(kind="own history", area_code=code, name=name, row=row)

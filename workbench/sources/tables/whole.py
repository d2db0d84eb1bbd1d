"""Whether a table is whole: a file that was cut short must never pass for the figures of all its areas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.domain.areas import AreaRegister
from workbench.domain.recipes import Candidate, Question
from workbench.sources.imported import text
from workbench.sources.tables.find import Table
from workbench.sources.tables.numbers import Numbers
from workbench.sources.tables.places import Places
from workbench.sources.tables.roles import Roles

SMALL = ("ward", "MSOA", "LSOA", "OA")
_MISSING = 3  # areas of one parent, and a tenth of them: a suppressed area or two is no sign of a file cut short


def missing_parts(table: Table, places: Places, areas: AreaRegister, said: str) -> tuple[str, ...]:
    """Signs that a table is only a part, as sentences.

    Parameters
    ----------
    table : Table
    places : Places
    areas : AreaRegister
    said : str
        What the file itself says of being a part; empty when it says nothing.
    """
    return tuple(
        one for one in (said, *_short_row(table), *_short_area(table, places), *_siblings(places, areas)) if one
    )


def question(signs: Sequence[str]) -> Question:
    """What is asked of a table that may be only a part."""
    return Question(
        key="part",
        text="Take what is there, as a part?",
        why=" ".join(signs),
        candidates=(Candidate(value="part", label="Take it, marked as a part of the table"),),
    )


def _short_row(table: Table) -> Iterator[str]:
    """A last row with fewer cells than every other: the file ends in the middle of it."""
    if table.shape != "plain" or len(table.rows) < 3 or table.cells.sheet:
        return
    widths = {len(row) for row in table.rows[:-1]}
    if len(widths) == 1 and len(table.rows[-1]) < widths.pop():
        yield f"Its last row ({table.numbers[-1]:,}) has fewer cells than the others, so it may be cut short."


def _short_area(table: Table, places: Places) -> Iterator[str]:
    """A last area with fewer rows than every other."""
    counts: dict[str, int] = {}
    for cell in table.column(table.area):
        if text(cell) in places.found:
            counts[text(cell)] = counts.get(text(cell), 0) + 1
    if len(counts) < 5:
        return
    last = next(text(cell) for cell in reversed(table.column(table.area)) if text(cell) in places.found)
    others = {count for one, count in counts.items() if one != last}
    if len(others) == 1 and counts[last] < min(others):
        yield f"Its last area has {counts[last]} of {min(others)} rows, so it may be cut short."


def _siblings(places: Places, areas: AreaRegister) -> Iterator[str]:
    """Parents of which the table has some small areas and lacks others."""
    groups: dict[tuple[str, str, str], set[str]] = {}
    for place in places.found.values():
        held = areas.areas.get(place.code)
        if held is not None and held.level in SMALL and held.parent:
            groups.setdefault((held.parent, held.level, place.vintage), set()).add(place.code)
    lacking = []
    for (parent, level, vintage), codes in groups.items():
        every = {area.code for area in areas.within(parent, level, vintage)}
        missing = len(every - codes)
        if missing >= _MISSING and missing >= len(every) / 10:
            lacking.append(f"{len(codes & every)} of the {len(every)} {level}s of {areas.name(parent)} in {vintage}")
    if lacking:
        more = f" (and the like for {len(lacking) - 1} more)" if len(lacking) > 1 else ""
        yield f"It has {lacking[0]}{more}, so it may be cut short or a choice."


def declared_total(table: Table, roles: Roles, places: Places, numbers: Numbers) -> Iterator[str]:
    """What a row of totals says, against the sum of the rows above, as a note."""
    total = next(
        (i for i in range(len(table.rows) - 1, max(len(table.rows) - 4, -1), -1)
         if text(table.column(table.area)[i]).lower() in ("column total", "total", "grand total", "totals")), None,
    )  # fmt: skip
    if total is None:
        return
    for column in roles.of("value")[:1]:
        cells = table.column(column.place)
        rows = [i for i, cell in enumerate(table.column(table.area)) if text(cell) in places.found]
        read = [
            one[0] for i in rows if text(cells[i]) and (one := numbers.of(cells[i])) is not None and one[0] == one[0]
        ]
        said = numbers.of(cells[total])
        if said is None or said[0] != said[0]:
            continue
        apart = sum(read) - said[0]
        if apart:
            yield (
                f"Its rows add up to {sum(read):,.10g} under “{column.heading}”; its own total says {said[0]:,.10g}. "
                "Rounding can explain a small difference; a large one means that rows are missing."
            )

"""Reader of Annual Population Survey tables (T01, T09, T13, T19 and their like) as Nomis writes them.

Such a sheet is a stack of blocks, one for each period. Areas are names with a prefix (``ladu:Bolton``), not codes.
Every cell has three columns: number, flags, and the half-width of its 95% interval. The foot explains the symbols.
A text file has it the other way about: one row for each cell of the table, three columns for each area.

The workbook publishes intervals of counts, not of rates. The half-width of a rate is approximated as that of a simple
random sample, ``1.96 √(p(1−p)/n)``, with the sample size ``n = (1.96 N/h)²`` implied by the published half-width ``h``
of the population ``N``, and widened by :data:`WIDENED`. Held against some 2,500 published intervals of districts and
England, 2018 to 2022, the formula alone is 5% too narrow on average; widened, it is at least as wide as the published
one in 19 of 20. Where the published interval of the rate is at hand (Nomis NM_17_5, measure 21003), use that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.periods import days_of
from workbench.domain.provenance import Citation
from workbench.errors import Fault, WrongFile
from workbench.sources.imported import Cells, Imported, Reader, Row, boundaries, figure_set, none_held, source_id, text
from workbench.sources.nomis_headings import CELLS, POPULATION, Cell, cell_of

RATES: Mapping[str, str] = {"employment_rate": "T01:28", "inactivity_rate": "T01:40"}
"""Rates worked out from the counts: measure, cell of the numerator. The denominator is the population."""

WIDENED = 1.13
"""Factor on the approximate half-width of a rate; see the head of this module."""

FLAGS: Mapping[str, str] = {"!": "suppressed", "*": "unreliable", "~": "nil", "-": "not available"}
"""Symbol at the foot of the workbook: flag of the schema. None of them is a zero."""

_LEGEND: Mapping[str, str] = {"!": "zero or disclosive", "*": "unreliable", "~": "less than 500", "-": "missing"}
_LEVELS: Mapping[str, str] = {"ladu": "district", "country": "nation", "gor": "region"}
_COMBINED_AUTHORITY = re.compile(r"User Defined Geography:(.+)-MCA(?: - from \w+)?")
_MONTH = re.compile(r"(?<![A-Za-z])([A-Z][a-z]{2,8} (?:19|20)\d\d)(?!\d)")

__all__ = ["CELLS", "FLAGS", "RATES", "READER", "WIDENED", "fits", "read"]


@dataclass(frozen=True)
class _Number:
    """One published number: NaN with a flag when there is no number."""

    value: float
    half_width: float
    flag: str


@dataclass(frozen=True)
class _Block:
    """The rows of one period."""

    start: date
    end: date
    columns: Mapping[str, int]
    cells: Mapping[str, Cell]
    rows: Sequence[tuple[int, Row]]


def fits(cells: Cells) -> bool:
    """Whether the sheet is a Nomis download of a table of the survey."""
    if _lies_down(cells):
        return True
    top = [text(row[0]) if row else "" for row in cells.rows[:3]]
    return (
        bool(top)
        and top[0].lower() == "annual population survey"
        and any("from Nomis" in line for line in top)
        and any(cell_of(text(cell)) for row in cells.rows[:12] for cell in row)
    )


def read(cells: Cells, areas: AreaRegister) -> Imported:
    """Read every block of a table of the survey.

    Parameters
    ----------
    cells : Cells
    areas : AreaRegister
        Names are looked up here, exactly, at the level of their prefix. A name that is not held, and a geography that
        the register does not have (``lep:``, the user's own), is reported and left out.

    Returns
    -------
    Imported
        The counts of every cell with their published intervals, and from table T01 the rates of :data:`RATES`. What a
        table repeats over groups of people stands in columns of its own; groups overlap and are never added.

    Raises
    ------
    WrongFile
        When a block, its headings or its explanation of symbols is not as Nomis writes them.
    UnknownArea
        When none of the names is held.
    """
    lies_down = _lies_down(cells)
    blocks = (_turned(cells),) if lies_down else tuple(_blocks(cells))
    symbols = frozenset(FLAGS) if lies_down else _legend(cells)
    names = _by_name(areas)
    figures: list[dict[str, object]] = []
    refused: list[Fault] = []
    unresolved: dict[str, None] = {}
    for block in blocks:
        for number, row in block.rows:
            area = _area(text(row[0]), names)
            if area is None:
                unresolved[text(row[0])] = None
                continue
            found = {code: _cell(row, place, symbols) for code, place in block.columns.items()}
            unknown = [code for code, cell in found.items() if cell is None]
            if unknown:
                said = f"{', '.join(unknown)} of {area.name} has a symbol the foot does not explain"
                refused.append(Fault(f"{cells.path.name}, row {number}", said, "Check it."))
            figures += _figures(area, block, {code: cell for code, cell in found.items() if cell}, cells)
    if not figures:
        raise none_held(cells, list(unresolved))
    refused += _left_out(cells, unresolved)
    headings = {cell.measure: cell for block in blocks for cell in block.cells.values()}
    breakdowns = tuple(dict.fromkeys(name for cell in headings.values() for name in cell.breakdowns))
    return Imported(
        figure_set(figures, {source_id(cells.path): _citation(cells, blocks[0])}, cells, breakdowns),
        sum(len(block.rows) for block in blocks),
        tuple(refused),
        tuple(_notes(blocks, headings, lies_down)),
        tuple(unresolved),
        titles={key: cell.title for key, cell in headings.items()},
    )


def _notes(blocks: Sequence[_Block], headings: Mapping[str, Cell], lies_down: bool) -> Iterator[str]:
    if any(POPULATION in block.columns for block in blocks):
        yield (
            "Rates are worked out from the counts of the workbook, which publishes no interval for them. Their "
            "intervals are approximate and drawn a little wide."
        )
    for cell in headings.values():
        if cell.breakdowns:
            yield f"{cell.title}: given by {', '.join(cell.breakdowns)}. The groups overlap: do not add them."
    if lies_down:
        yield (
            f"The file has no date. The period {blocks[0].start} to {blocks[0].end} was read from its name: the "
            "figures of this survey are for twelve months."
        )
        yield "The file does not explain its symbols. They were read as Nomis explains them for this survey."


# --- the sheet --------------------------------------------------------------------------------------------------------


def _blocks(cells: Cells) -> Iterator[_Block]:
    rows = cells.rows
    starts = [i for i, row in enumerate(rows) if row and text(row[0]) == "date"]
    if not starts:
        raise _not_as_written(cells, "no block begins with a “date”")
    for begin, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        said = text(rows[begin][1]) if len(rows[begin]) > 1 else ""
        try:
            first, last = days_of(said)
        except ValueError as error:
            raise _not_as_written(cells, f"row {begin + 1} gives “{said}” as its period") from error
        head = next((i for i in range(begin, end) if rows[i] and text(rows[i][0]) == "Area"), None)
        confidence = [
            text(row[1]) for row in rows[begin : head or end] if len(row) > 1 and text(row[0]) == "confidence"
        ]
        if head is None or confidence != ["95% confidence interval (+/-)"]:
            raise _not_as_written(cells, f"the block of {said} has no headings, or not the 95% interval")
        columns, named = _columns(cells, rows[head], rows[head + 1] if head + 1 < end else ())
        yield _Block(first, last, columns, named, tuple(_areas_below(rows, head + 2, end)))


def _areas_below(rows: Sequence[Row], begin: int, end: int) -> Iterator[tuple[int, Row]]:
    for i in range(begin, end):
        if not rows[i] or not text(rows[i][0]):
            return
        yield i + 1, rows[i]


def _columns(cells: Cells, head: Row, below: Row) -> tuple[Mapping[str, int], Mapping[str, Cell]]:
    """Where each cell of the table stands, and what it is; a heading we know must say what we take it for."""
    found: dict[str, int] = {}
    named: dict[str, Cell] = {}
    for place, title in enumerate(head):
        cell = cell_of(text(title))
        if cell is None:
            continue
        parts = [text(part) for part in below[place : place + 3]]
        if (cell.said and cell.said != CELLS[cell.code][1]) or parts != ["number", "Flags", "conf"]:
            raise _not_as_written(cells, f"the column {cell.code} is headed “{text(title)}”, {', '.join(parts)}")
        found[cell.code], named[cell.code] = place, cell
    if not found:
        raise _not_as_written(cells, "none of its columns is headed as a cell of a table")
    return found, named


def _lies_down(cells: Cells) -> bool:
    """Whether cells of the table are the rows and areas the columns, as in a file of comma-separated values."""
    head = [text(cell) for cell in cells.rows[0]] if cells.rows else []
    return (
        len(head) > 3
        and head[0] == "Cell"
        and all(head[place : place + 2] == ["", "Conf"] for place in range(2, len(head), 3))
        and len(cells.rows) > 1
        and cell_of(text(cells.rows[1][0] if cells.rows[1] else "")) is not None
    )


def _turned(cells: Cells) -> _Block:
    """A table that lies down as one block: a row for each area, numbered by its column in the file."""
    months = set(_MONTH.findall(cells.path.stem))
    try:
        last = days_of(months.pop())[1] if len(months) == 1 else None
    except ValueError:
        last = None
    if last is None:
        raise _not_as_written(cells, "neither it nor its name gives one month, such as Dec 2015, in which it ends")
    after = last + timedelta(days=1)
    first = after.replace(year=after.year - 1)
    lines = [row for row in cells.rows[1:] if row and text(row[0])]
    named = {cell.code: cell for row in lines if (cell := cell_of(text(row[0])))}
    if len(named) != len(lines) or any(len(row) != len(cells.rows[0]) for row in lines):
        raise _not_as_written(cells, "not every row is one cell of the table with a number for each area")
    columns = {code: 1 + 3 * place for place, code in enumerate(named)}
    rows = []
    for place in range(1, len(cells.rows[0]), 3):
        numbers = [_as_number(cell) for row in lines for cell in row[place : place + 3]]
        rows.append((place + 1, [text(cells.rows[0][place]), *numbers]))
    return _Block(first, last, columns, named, rows)


def _as_number(cell: object) -> object:
    """Text of a number as a number; everything else as it is."""
    said = text(cell)
    return float(said) if re.fullmatch(r"\d+(\.\d+)?", said, re.ASCII) else said


def _legend(cells: Cells) -> frozenset[str]:
    """The symbols explained at the foot, each meaning what we take it for."""
    foot = [text(row[0]) for row in cells.rows if row and text(row[0])[:2] in {f"{s} " for s in FLAGS}]
    symbols = {line[0] for line in foot if _LEGEND[line[0]] in line}
    if not symbols:
        raise _not_as_written(cells, "its foot does not explain the symbols, so it may be cut short")
    return frozenset(symbols)


def _cell(row: Row, place: int, symbols: frozenset[str]) -> _Number | None:
    number, flag, conf = (row[place + i] if place + i < len(row) else "" for i in range(3))
    said = {text(part) for part in (number, flag, conf) if not isinstance(part, int | float) and text(part)}
    if not said <= symbols:
        return None
    codes = ";".join(FLAGS[symbol] for symbol in FLAGS if symbol in said)
    value = float(number) if isinstance(number, int | float) else math.nan
    half_width = float(conf) if isinstance(conf, int | float) else math.nan
    return _Number(value, half_width, codes or ("not available" if math.isnan(value) else ""))


def _not_as_written(cells: Cells, what: str) -> WrongFile:
    return WrongFile(
        f"It is headed as an Annual Population Survey workbook, but {what}.",
        "Download the table from Nomis again as Excel, with “number”, “flags” and the 95% interval.",
        f"{cells.path}, sheet {cells.sheet}",
    )


def _citation(cells: Cells, block: _Block) -> Citation:
    line = next((text(row[0]) for row in cells.rows[:3] if row and "from Nomis on" in text(row[0])), "")
    return Citation(
        publisher="Office for National Statistics, via Nomis",
        title="Annual Population Survey",
        locator=f"Table {next(iter(block.columns)).partition(':')[0]}, from the file {cells.path.name}",
        retrieved=_day_of(line),
        url="https://www.nomisweb.co.uk",
    )


def _day_of(line: str) -> date | None:
    """The day of the download; None when the line gives none that there is."""
    found = re.search(r"from Nomis on (\d{1,2}) (\w+ \d{4})", line)
    try:
        return days_of(found[2])[0].replace(day=int(found[1])) if found else None
    except ValueError:
        return None


# --- areas and figures ------------------------------------------------------------------------------------------------


def _by_name(areas: AreaRegister) -> Mapping[tuple[str, str], Sequence[Area]]:
    names: dict[tuple[str, str], list[Area]] = {}
    for held in areas.areas.values():
        names.setdefault((held.level, held.name), []).append(held)
    return names


def _area(said: str, names: Mapping[tuple[str, str], Sequence[Area]]) -> Area | None:
    """The one held area of exactly this name at the level that the prefix names."""
    prefix, _, name = said.partition(":")
    level = _LEVELS.get(prefix, "")
    if combined := _COMBINED_AUTHORITY.fullmatch(said):  # MCA: mayoral combined authority
        level, name = "combined authority", combined[1]
    found = names.get((level, name), ())
    return found[0] if len(found) == 1 else None


def _figures(area: Area, block: _Block, found: Mapping[str, _Number], cells: Cells) -> Iterator[dict[str, object]]:
    base = {
        "area_code": area.code, "area_name": area.name, "level": area.level, "vintage": boundaries(area),
        "period_start": block.start, "period_end": block.end, "source_id": source_id(cells.path), "method": "",
    }  # fmt: skip
    for code, cell in found.items():
        interval = _interval(cell.value, cell.half_width, "published half-width", highest=math.inf)
        flag = cell.flag if math.isnan(cell.value) else ";".join(filter(None, (cell.flag, "rounded-100")))
        named = block.cells[code]
        yield {
            **base, **named.breakdowns, "measure": named.measure, "unit": "people", "value": cell.value, "flag": flag,
            **interval,
        }  # fmt: skip
    population = found.get(POPULATION)
    for measure, code in RATES.items():
        if population and code in found:
            yield {**base, "measure": measure, "unit": "percent", **_rate(found[code], population)}


def _rate(part: _Number, whole: _Number) -> dict[str, object]:
    """A rate with its counts, flag and approximate interval."""
    flag = ";".join(dict.fromkeys(f for f in (*part.flag.split(";"), *whole.flag.split(";")) if f))
    if math.isnan(part.value) or math.isnan(whole.value) or whole.value <= 0:
        return {"value": math.nan, "flag": flag or "not available"}
    p = part.value / whole.value
    counts = {"value": 100 * p, "numerator": part.value, "denominator": whole.value, "flag": flag}
    if not 0 < p < 1 or math.isnan(whole.half_width) or whole.half_width <= 0:
        return counts  # none or all of a sample says nothing of how far the rate may be off
    half_width = 100 * WIDENED * math.sqrt(p * (1 - p)) * whole.half_width / whole.value
    return {**counts, **_interval(100 * p, half_width, "approximated from the intervals of the counts", highest=100.0)}


def _interval(value: float, half_width: float, method: str, highest: float) -> dict[str, object]:
    if math.isnan(value) or math.isnan(half_width):
        return {}
    return {
        "lower": max(0.0, value - half_width), "upper": min(highest, value + half_width), "confidence": 0.95,
        "method": method,
    }  # fmt: skip


def _left_out(cells: Cells, unresolved: Mapping[str, None]) -> Iterator[Fault]:
    """One fault for each kind of area left out, not one for each of hundreds."""
    kinds: dict[str, list[str]] = {}
    for name in unresolved:
        kinds.setdefault(name.partition(":")[0], []).append(name)
    for kind, names in kinds.items():
        some = ", ".join(names[:3])
        yield Fault(
            cells.path.name,
            f"names of the kind “{kind}” that no held area has exactly were left out, {len(names)} in all: "
            f"{some}{' …' if len(names) > 3 else ''}",
            "Nothing, if they lie outside the places of this proposal.",
        )


READER = Reader("an Annual Population Survey workbook", fits, read)

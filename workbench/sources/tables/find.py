"""Where in a sheet the table is: banner above, headings of one or more rows, rows of areas, foot below.

The rows of areas come first: the column with the most codes (or, without any, names) of areas. What stands right above
the first of them is headings; what stands above those is the banner. Two other shapes are turned into this one: blocks
stacked under repeated headings, and tables whose columns are areas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from workbench.domain.area_codes import CODE
from workbench.sources.imported import Cells, Row, text

Shape = Literal["plain", "stacked", "turned"]
IsArea = Callable[[str], bool]

_DEEPEST = 5  # rows of headings
_SAMPLE = 400
_SYMBOL = re.compile(r"\[[a-z]{1,3}\]|\.{1,3}|[*!~:#–-]{1,2}")
_LINKS = re.compile(r"back to contents|table notes.*|contents|return to .*", re.IGNORECASE)
PREFIXED = re.compile(r"(ladu|lad|lep|country|gor|region|ward|msoa|lsoa|mca|cauth|nuts\w*|User Defined Geography):(.+)")
CODE_AND_NAME = re.compile(rf"(?:({CODE.pattern})\s*[:–-]\s*(\S.*)|(\S.*?)\s*[(\[]({CODE.pattern})[)\]])", CODE.flags)


@dataclass(frozen=True)
class Table:
    """A table found in a sheet.

    Attributes
    ----------
    cells : Cells
        The sheet.
    shape : str
    headings : tuple of str
        One for each column, the rows of headings joined by “ – ”; empty where there is none.
    first_row, header_rows : int
        Where the headings stand, counted from 1, and how many rows they are.
    rows, numbers : sequences
        Rows below the headings, and the number each has in the file.
    area : int
        The column of areas.
    banner, foot : tuple of str
    facts : mapping of str to str
        Pairs above the headings, such as “Date: September 2017”; keys in lower case.
    """

    cells: Cells
    shape: Shape
    headings: tuple[str, ...]
    first_row: int
    header_rows: int
    rows: Sequence[Row]
    numbers: Sequence[int]
    area: int
    banner: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def column(self, place: int) -> list[object]:
        """The cells of a column; blank where a row is too short."""
        return [row[place] if place < len(row) else "" for row in self.rows]


def is_code(said: str) -> bool:
    """Whether a text is a code of an area and nothing else, or one with its name."""
    said = said.strip()
    return 8 <= len(said) <= 150 and (CODE.fullmatch(said) is not None or CODE_AND_NAME.fullmatch(said) is not None)


def find_table(cells: Cells, is_name: IsArea) -> Table | None:
    """The table of a sheet; None when no column and no row of it has areas.

    Parameters
    ----------
    cells : Cells
    is_name : callable
        Whether a text is the name of an area that is held, or has a prefix of Nomis.
    """
    rows, numbers = cells.rows, list(range(1, len(cells.rows) + 1))
    shape: Shape = "plain"
    if stacked := _unstacked(rows):
        rows, numbers = stacked
        shape = "stacked"
    place, hits = _area_column(rows, is_code)
    if hits == 0:
        across = _area_row(rows, is_code)
        if across is None:
            place, hits = _area_column(rows, is_name)
            across = _area_row(rows, is_name)
            if across is not None and across[1] <= hits:
                across = None
        if across is not None:
            return _turned(cells, rows, across[0], is_name)
    if hits == 0:
        return None
    found = _plain(cells, rows, numbers, place, is_code if _any(rows, place, is_code) else is_name)
    return replace(found, shape=shape) if found else None


def _any(rows: Sequence[Row], place: int, test: IsArea) -> bool:
    return any(test(text(row[place])) for row in rows if place < len(row))


def _area_column(rows: Sequence[Row], test: IsArea) -> tuple[int, int]:
    """The column in which most cells are areas; of several the one with the most different ones, then the first."""
    step = max(1, len(rows) // _SAMPLE)
    sample = [*rows[:_SAMPLE], *rows[_SAMPLE::step]]
    seen: dict[int, dict[str, int]] = {}
    for row in sample:
        for place, cell in enumerate(row):
            if isinstance(cell, str) and cell and test(cell.strip()):
                column = seen.setdefault(place, {})
                column[cell] = column.get(cell, 0) + 1
    if not seen:
        return 0, 0
    most = max(sum(column.values()) for column in seen.values())
    likely = [place for place, column in seen.items() if sum(column.values()) >= 0.6 * most]
    best = max(likely, key=lambda place: (len(seen[place]), -place))
    return best, sum(seen[best].values())


def _area_row(rows: Sequence[Row], test: IsArea) -> tuple[int, int] | None:
    """The row among the first in which several cells are areas, and how many."""
    best = (0, 0)
    for number, row in enumerate(rows[:40]):
        hits = sum(1 for cell in row if isinstance(cell, str) and cell and test(cell.strip()))
        if hits > best[1]:
            best = (number, hits)
    return best if best[1] >= 2 else None


# --- a table as it stands ---------------------------------------------------------------------------------------------


def _plain(cells: Cells, rows: Sequence[Row], numbers: Sequence[int], place: int, test: IsArea) -> Table | None:
    at = [i for i, row in enumerate(rows) if place < len(row) and _is_data(row, place, test)]
    if not at:
        return None
    first, last = at[0], at[-1]
    while last + 1 < len(rows) and (_has_numbers(rows[last + 1], place) or _names_area(rows[last + 1], place, test)):
        last += 1  # a total, an area whose name is not held, or one without a figure
    above = first
    while above > 0 and _has_numbers(rows[above - 1], place) and not _is_headings(rows[above - 1], rows[first]):
        above -= 1
    head = _headings_above(rows, above, place)
    data = [
        (row, number)
        for row, number in zip(rows[above : last + 1], numbers[above : last + 1], strict=True)
        if _filled(row)
    ]
    values = _number_columns([row for row, _ in data[:50]])
    headings = _joined([rows[i] for i in head], values)
    width = max([len(headings), *(len(row) for row, _ in data)])
    banner, facts = _banner(rows[: head[0] if head else above])
    return Table(
        cells, "plain", (*headings, *[""] * (width - len(headings))), numbers[head[0]] if head else numbers[above],
        len(head), [row for row, _ in data], [number for _, number in data], place, banner,
        tuple(line for row in rows[last + 1 :] if (line := _line(row))), facts,
    )  # fmt: skip


def _is_data(row: Row, place: int, test: IsArea) -> bool:
    return test(text(row[place])) and len(_filled(row)) > 1


def _names_area(row: Row, place: int, test: IsArea) -> bool:
    return place < len(row) and test(text(row[place]))


def _filled(row: Row) -> list[int]:
    return [place for place, cell in enumerate(row) if text(cell)]


def _is_number(cell: object) -> bool:
    if isinstance(cell, bool):
        return False
    return isinstance(cell, int | float) or (
        isinstance(cell, str) and re.fullmatch(r"[-−]?[£]?[\d, ]*\d(\.\d+)?%?", cell.strip()) is not None
    )


def _has_numbers(row: Row, place: int) -> bool:
    return any(_is_number(cell) for at, cell in enumerate(row) if at != place) and bool(
        text(row[place] if place < len(row) else "")
    )


def _is_headings(row: Row, below: Row) -> bool:
    """Whether the numbers in a row can be headings: years, or ages one after the other."""
    numbers = [float(text(cell).replace(",", "")) for cell in row if _is_number(cell) and _plain_number(cell)]
    others = [cell for cell in row if _is_number(cell) and not _plain_number(cell)]
    if others:
        return False
    years = all(1900 <= number <= 2100 for number in numbers)
    rising = len(numbers) > 3 and all(b == a + 1 for a, b in pairwise(numbers))
    # A row of numbers that are years, above rows that are not: "2019, 2020" above counts.
    return (years and not all(1900 <= _value(cell) <= 2100 for cell in below if _is_number(cell))) or rising


def _plain_number(cell: object) -> bool:
    return re.fullmatch(r"\d+(\.0)?", str(cell).strip()) is not None


def _value(cell: object) -> float:
    return float(re.sub(r"[^\d.]", "", text(cell)) or 0)


def _headings_above(rows: Sequence[Row], first: int, place: int) -> list[int]:
    """The rows of headings above a row, from the top."""
    at = first - 1
    while at >= 0 and not _filled(rows[at]):
        at -= 1
    head: list[int] = []
    while at >= 0 and len(head) < _DEEPEST:
        filled = [p for p in _filled(rows[at]) if not _LINKS.fullmatch(text(rows[at][p]))]
        if not filled or not _may_head(rows[at], filled, place, head):
            break
        head.insert(0, at)
        at -= 1
    # A single cell at the top is a title, not headings.
    while head and len(_filled(rows[head[0]])) == 1 and _filled(rows[head[0]])[0] <= place and len(head) > 1:
        head.pop(0)
    return head


def _may_head(row: Row, filled: list[int], place: int, head: list[int]) -> bool:
    if any(_is_number(row[p]) and not _plain_number(row[p]) for p in filled):
        return False
    if len(filled) == 1:
        # A label right above the areas ("Data Zone 2011"), or one that spans the columns of values.
        return filled[0] > place or (not head and filled[0] == place and len(text(row[filled[0]])) < 80)
    if head and len(filled) == 2 and filled == [0, 1] and place not in filled[1:] and len(row) > 3:
        return False  # a pair such as "Date", "2019" that stands close above the headings
    return all(len(text(row[p])) < 400 for p in filled)


def _number_columns(rows: Sequence[Row]) -> set[int]:
    return {
        place for row in rows for place, cell in enumerate(row) if _is_number(cell) or _SYMBOL.fullmatch(text(cell))
    }


def _joined(head: Sequence[Row], values: set[int]) -> tuple[str, ...]:
    """One heading for each column. What spans columns of values is said of each of them."""
    width = max((len(row) for row in head), default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, row in enumerate(head):
        spanning = ""
        for place in range(width):
            said = " ".join(text(row[place] if place < len(row) else "").split())
            if _LINKS.fullmatch(said):
                said = ""
            if depth < len(head) - 1 and place >= min(values, default=width):
                spanning = said or spanning  # whatever stands below: a heading ends where the next begins
                said = spanning if place in values else said
            if said and said not in parts[place]:
                parts[place].append(said)
    return tuple(" – ".join(said) for said in parts)


def _line(row: Row) -> str:
    return " ".join(dict.fromkeys(text(cell) for cell in row if text(cell)))


def _banner(rows: Iterable[Row]) -> tuple[tuple[str, ...], dict[str, str]]:
    lines: list[str] = []
    facts: dict[str, str] = {}
    for row in rows:
        filled = [text(cell) for cell in row if text(cell)]
        if len(filled) == 2:
            key = filled[0].rstrip(" :").lower()
            facts.setdefault(key, filled[1])
        elif len(filled) == 1 and (pair := re.fullmatch(r"([A-Za-z ]{3,25}?)\s*:\s+(\S.*)", filled[0])):
            facts.setdefault(pair[1].lower(), pair[2])
        if filled:
            lines.append(_line(row))
    return tuple(lines), facts


# --- other shapes -----------------------------------------------------------------------------------------------------


def _unstacked(rows: Sequence[Row]) -> tuple[list[Row], list[int]] | None:
    """Blocks under repeated headings as one table: what stands above each block becomes columns of it.

    Gives the rows, the first of them the headings, and the number each has in the file; None when nothing is repeated.
    """
    repeated = _repeated(rows)
    if repeated is None:
        return None
    starts = [i for i, row in enumerate(rows) if _said(row) == repeated]
    contexts = [_context(rows, start, starts[n - 1] + 1 if n else 0) for n, start in enumerate(starts)]
    keys = list(dict.fromkeys(key for context in contexts for key in context))
    headings = list(rows[starts[0]])
    after = rows[starts[0] + 1] if starts[0] + 1 < len(rows) else []
    if _filled(after) == [0] and headings:
        headings[0] = after[0]  # “Age” below “Sex”: the name of the labels of the rows
    top: list[Row] = [[line] for line in _above(rows, starts[0])]
    made: list[Row] = [*top, [*keys, *headings]]
    numbers = [*range(1, len(top) + 1), starts[0] + 1]
    for start, end, context in zip(starts, [*starts[1:], len(rows)], contexts, strict=True):
        said = [context.get(key, "") for key in keys]
        for i in range(start + 1, end):
            if len(_filled(rows[i])) > 1 and any(_is_number(cell) for cell in rows[i]) and text(rows[i][0] or "-"):
                made.append([*said, *rows[i]])
                numbers.append(i + 1)
    foot = [row for row in rows[starts[-1] :] if len(_filled(row)) == 1]
    return [*made, *([""] for _ in range(1)), *foot], [*numbers, len(rows), *[len(rows)] * len(foot)]


def _said(row: Row) -> tuple[str, ...]:
    return tuple(text(cell) for cell in row)


def _repeated(rows: Sequence[Row]) -> tuple[str, ...] | None:
    """Headings that stand several times: three cells of text or more, no numbers, the same each time."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        filled = _filled(row)
        if len(filled) >= 3 and not any(_is_number(row[p]) or is_code(text(row[p])) for p in filled):
            said = _said(row)
            seen[said] = seen.get(said, 0) + 1
    several = {said: count for said, count in seen.items() if count > 1 and len(set(said)) > 2}
    return max(several, key=lambda said: several[said]) if several else None


def _context(rows: Sequence[Row], start: int, after: int) -> dict[str, str]:
    """Pairs and areas between the block before and the headings of this one."""
    context: dict[str, str] = {}
    for row in reversed(rows[after:start]):
        filled = [text(row[p]) for p in _filled(row)]
        if len(filled) > 2:
            break
        if len(filled) == 2 and not is_code(filled[0]):
            if _is_number(filled[1]) and not re.fullmatch(r"(?:19|20)\d\d(?:\.0)?", filled[1]):
                break
            context.setdefault(filled[0].rstrip(" :"), filled[1])
        elif len(filled) == 1 and is_code(filled[0]):
            context.setdefault("area code", filled[0])
    return dict(reversed(context.items()))


def _above(rows: Sequence[Row], start: int) -> list[str]:
    return [_line(row) for row in rows[:start] if len(_filled(row)) == 1 and not is_code(_line(row))]


def _turned(cells: Cells, rows: Sequence[Row], across: int, is_name: IsArea) -> Table | None:
    """A table whose columns are areas, turned so that its rows are."""
    head = rows[across]
    below: list[int] = []
    for i in range(across + 1, len(rows)):
        if not _filled(rows[i]):
            if below:
                break
            continue
        below.append(i)
    labels = [text(rows[i][0]) for i in below]
    places = [p for p in range(1, len(head)) if text(head[p])]
    if not below or not places or not all(labels):
        return None
    made: list[Row] = [["Area", *labels]]
    made += [[text(head[p]), *(rows[i][p] if p < len(rows[i]) else "" for i in below)] for p in places]
    numbers = [across + 1, *[p + 1 for p in places]]
    found = _plain(cells, made, numbers, 0, lambda said: is_code(said) or is_name(said))
    banner, facts = _banner(rows[:across])
    foot = tuple(line for row in rows[below[-1] + 1 :] if (line := _line(row)))
    return (
        replace(found, shape="turned", banner=banner, facts=facts, foot=foot, first_row=across + 1) if found else None
    )

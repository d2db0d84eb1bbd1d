"""Building the register of areas from tables, by a recipe.

Tables are read in the order of the recipe. Of two that make one area of one vintage the first stands, and later ones
fill what it lacks. A register whose counts are not those that were published is refused, and so is a table with a code
of another level than it should hold: each fault is named.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.domain.area_codes import level_of
from workbench.domain.area_tables import (
    AreaColumns,
    AreasRecipe,
    AreaTables,
    ChangeColumns,
    LinkColumns,
    TableRead,
    TableRecipe,
    TellAreas,
)
from workbench.domain.areas import Area
from workbench.domain.vintages import KINDS, Change, kinds_of
from workbench.errors import Fault, UnknownArea, WrongFile
from workbench.sources.areas_tables import Rows, find_files, read_rows
from workbench.sources.national_grid import to_lon_lat

Reader = Callable[[TableRecipe], Rows | None]
"""The rows of a table; None when it is not at hand."""

_REMEDY = "Download the table again. If the publisher has changed it, change the recipe of areas and say why."


class NotWhole(WrongFile):
    """A register that does not hold what was published, or a table that is not what the recipe says.

    Parameters
    ----------
    faults : sequence of Fault
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        said = " ".join(f"{f.where}: {f.message}" for f in faults[:12])
        more = f" And {len(faults) - 12:,} more." if len(faults) > 12 else ""
        super().__init__(f"{said}{more}", _REMEDY)


def build_from_files(folder: Path, recipe: AreasRecipe, tell: TellAreas = lambda *_: None) -> AreaTables:
    """The register from files somewhere under a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Downloads from ONS Open Geography, NRS and NISRA, under the names that the recipe gives.
    recipe : AreasRecipe
    tell : callable, optional
        Told of each table; may raise ``Cancelled``.

    Raises
    ------
    NotWhole
        When a needed table is missing or not what it should be, or counts are not as published. Names every fault.
    """
    files = find_files(folder)
    return build(recipe, lambda table: from_files(table, files), tell)


def from_files(table: TableRecipe, files: Mapping[str, list[Path]]) -> Rows | None:
    """The rows of a table from the first of its files that is there.

    Raises
    ------
    WrongFile
        When it cannot be read, or two different files bear its name.
    """
    for name in table.files:
        paths = files.get(name, [])
        if len({p.read_bytes() for p in paths}) > 1:
            where = ", ".join(str(p) for p in paths)
            raise WrongFile(f"Several different files are called {name}.", "Keep one of them.", where)
        if paths:
            return read_rows(paths[0], table.sheet, table.url)
    return None


def build(recipe: AreasRecipe, read: Reader, tell: TellAreas = lambda *_: None) -> AreaTables:
    """The register from whatever reads its tables; see :func:`build_from_files`."""
    work = _Work()
    for area in recipe.fixed:
        work.areas[area.code, ""] = Area(area.code, area.name, area.level, "", area.parent)
    for done, table in enumerate(recipe.tables):
        tell(done, len(recipe.tables), table.title)
        work.table(table, read)
    tell(len(recipe.tables), len(recipe.tables), "Checking")
    work.expect(recipe)
    if work.faults:
        raise NotWhole(work.faults)
    return work.tables()


@dataclass
class _Said:
    """How many rows say that an area lies in another, and how many that it is its best fit."""

    rows: int = 0
    fits: int = 0


@dataclass
class _Work:
    """A register in the making."""

    areas: dict[tuple[str, str], Area] = field(default_factory=dict)
    links: dict[tuple[str, str], _Said] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    changes: dict[tuple[str, str, str, str, str], Change] = field(default_factory=dict)
    sources: list[TableRead] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    had: set[str] = field(default_factory=set)
    patches: dict[tuple[str, str], Area] = field(default_factory=dict)

    def table(self, table: TableRecipe, read: Reader) -> None:
        """Take in one table, or say that it is not there."""
        try:
            rows = read(table)
        except WrongFile as error:
            self.faults.append(Fault(error.where or table.title, error.message, error.remedy))
            return
        if rows is None:
            self.absent(table)
            return
        self.had.add(table.id)
        self.sources.append(rows.read)
        if table.note:
            self.notes.append(f"{table.title}: {table.note}")
        for columns in table.areas:
            self.take_areas(columns, rows, table)
        for link in table.links:
            self.take_links(link, rows, table)
        for change in table.changes:
            self.take_changes(change, rows, table)

    def absent(self, table: TableRecipe) -> None:
        if table.needed:
            at = f"Put one of these beside the others: {', '.join(table.files)}." if table.files else _REMEDY
            self.faults.append(Fault(table.title, "The table is missing.", at))
        else:
            self.notes.append(f"{table.title}: not there when the register was built.")

    # --- areas --------------------------------------------------------------------------------------------------------

    def take_areas(self, columns: AreaColumns, rows: Rows, table: TableRecipe) -> None:
        codes = self.needed(columns.code, rows, table)
        if codes is None:
            return
        names = rows.column(columns.name) or codes
        parents = rows.column(columns.parent) or [columns.parent_is] * len(codes)
        places = self.places(columns, rows, table)
        odd: dict[str, None] = {}
        blank = 0
        for n, code in enumerate(codes):
            if columns.prefixes and code and not code.startswith(columns.prefixes):
                continue
            if not code:
                blank += not columns.optional
            elif not columns.of_another and not _is(code, columns.level):
                odd[code] = None
            else:
                lon, lat = places[n]
                parent = parents[n] if parents[n] != code else ""
                area = Area(code, names[n] or code, columns.level, columns.vintage, parent, lon, lat)
                self.add(area, columns)
        what = f"of {columns.level} {columns.vintage}"
        if blank:
            self.faults.append(Fault(table.title, f"{blank:,} rows lack the code {what}.", _REMEDY))
        if odd:
            some = ", ".join(list(odd)[:3])
            self.faults.append(Fault(table.title, f"{len(odd):,} codes are not {what}: {some}.", _REMEDY))

    def add(self, area: Area, columns: AreaColumns) -> None:
        """Add an area, or what it says beside the first of its code and vintage."""
        key = (area.code, area.vintage)
        if columns.of_another:
            self.patches[key] = _filled(self.patches[key], area) if key in self.patches else area
            return
        held = self.areas.get(key)
        self.areas[key] = _filled(held, area) if held else area
        if area.parent:
            self.link(area.code, area.parent, columns.best_fit)

    def link(self, child: str, parent: str, best_fit: bool) -> None:
        """Note that a row says what lies in what."""
        said = self.links.setdefault((child, parent), _Said())
        if best_fit:
            said.fits += 1
        else:
            said.rows += 1

    def places(
        self, columns: AreaColumns, rows: Rows, table: TableRecipe
    ) -> Sequence[tuple[float, float] | tuple[None, None]]:
        """Longitude and latitude of each row; from the National Grid where the table has only that."""
        lon, lat = rows.column(columns.lon), rows.column(columns.lat)
        grid = not (lon and lat)
        if grid:
            lon, lat = rows.column(columns.easting), rows.column(columns.northing)
        if not (lon and lat):
            return [(None, None)] * len(rows.lines)
        placed: list[tuple[float, float] | tuple[None, None]] = []
        odd = 0
        for one, two in zip(lon, lat, strict=True):
            x, y = _number(one), _number(two)
            if x is not None and y is not None and grid and 0 <= x <= 700_000 and 0 <= y <= 1_300_000:
                x, y = (round(degree, 5) for degree in to_lon_lat(x, y))
            # The United Kingdom with its shelf; a grid reference taken for degrees lies far outside.
            fits = x is not None and y is not None and -9 <= x <= 2.5 and 49 <= y <= 61.5
            odd += not fits
            placed.append((x, y) if fits and x is not None and y is not None else (None, None))
        if odd:
            self.faults.append(Fault(table.title, f"{odd:,} rows have no place in the United Kingdom.", _REMEDY))
        return placed

    # --- links and changes --------------------------------------------------------------------------------------------

    def take_links(self, link: LinkColumns, rows: Rows, table: TableRecipe) -> None:
        children, parents = self.needed(link.child, rows, table), self.needed(link.parent, rows, table)
        for child, parent in zip(children or (), parents or (), strict=False):
            if child and parent and child != parent and (not link.prefixes or child.startswith(link.prefixes)):
                self.link(child, parent, link.best_fit)
                if link.as_parent:
                    self.parents[child] = parent

    def take_changes(self, change: ChangeColumns, rows: Rows, table: TableRecipe) -> None:
        sources, targets = self.needed(change.source, rows, table), self.needed(change.target, rows, table)
        if sources is None or targets is None:
            return
        pairs = [(s, t) for s, t in zip(sources, targets, strict=True) if s and t]
        kinds = self.needed(change.kind, rows, table) if change.kind else None
        if kinds is None:
            made: Iterable[Change] = kinds_of(pairs)
        else:
            given = zip(sources, targets, kinds, strict=True)
            made = [Change(s, t, k) for s, t, k in given if s and t]
        odd = sorted({c.kind for c in made} - set(KINDS))
        if odd:
            self.faults.append(Fault(table.title, f"The kind of change “{odd[0]}” is none of U, M, S and X.", _REMEDY))
        years = (change.from_vintage, change.to_vintage)
        for c in made:
            whole = Change(c.source, c.target, c.kind, *years, change.level)
            self.changes.setdefault((change.level, *years, c.source, c.target), whole)

    def needed(self, names: Sequence[str], rows: Rows, table: TableRecipe) -> list[str] | None:
        """A column, or a fault that it is not there."""
        found = rows.column(names)
        if found is None:
            said = f"{rows.read.name} has no column {' or '.join(names)}."
            if table.needed:
                self.faults.append(Fault(table.title, said, _REMEDY))
            else:  # the register is as whole as without the table, and says so
                self.notes.append(f"{table.title}: not taken in. {said}")
                self.had.discard(table.id)
        return found

    # --- the whole ----------------------------------------------------------------------------------------------------

    def expect(self, recipe: AreasRecipe) -> None:
        """Compare the counts with those that were published."""
        for e in recipe.expected:
            if e.table not in self.had:
                continue
            held = sum(
                a.level == e.level and v == e.vintage and (not e.prefixes or code.startswith(e.prefixes))
                for (code, v), a in self.areas.items()
            )
            if held != e.count:
                what = f"{e.level} of {e.vintage}" + (f" ({', '.join(e.prefixes)})" if e.prefixes else "")
                said = f"{held:,} areas where {e.source.publisher} counts {e.count:,}."
                self.faults.append(Fault(what, said, _REMEDY))

    def tables(self) -> AreaTables:
        """The register: parents are held, and of one level and year an area has one."""
        kept, instead = self.settled()
        held = {code for code, _ in self.areas}
        latest: dict[str, str] = {}
        parents: dict[str, str] = {}
        for (code, vintage), area in sorted(self.areas.items()):
            latest[code] = vintage
            if area.parent in held:  # a code stands for one boundary, so the parent of one year does for others
                parents[code] = instead.get((code, area.parent), area.parent)
        areas = []
        for (code, vintage), area in sorted(self.areas.items()):
            patch = self.patches.get((code, vintage)) or self.patches.get((code, ""))
            filled = _filled(area, patch) if patch else area
            chosen = self.parents.get(code, "") if vintage == latest[code] else ""
            own = next((instead.get((code, p), p) for p in (chosen, filled.parent) if p in held), "")
            areas.append(replace(filled, parent=own or parents.get(code, "")))
        notes = (*self.notes, *self.cut(instead), *_unnamed(areas))
        return AreaTables(tuple(areas), tuple(kept), tuple(self.changes.values()), tuple(self.sources), notes)

    def settled(self) -> tuple[list[tuple[str, str]], dict[tuple[str, str], str]]:
        """Links to areas that are held, and for each that was dropped the parent that stands instead.

        Two parents of one level that existed in one year would count their child twice. A table that says in which
        parent an area lies goes before one that gives the best fit. Between two such the best fit decides, else the
        number of rows: a row is one of the smaller areas that it is made of.
        """
        years: dict[str, set[str]] = {}
        for code, vintage in self.areas:
            years.setdefault(code, set()).add(vintage)
        levels = {code: area.level for (code, _), area in self.areas.items()}
        groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for pair in self.links:
            if pair[0] in levels and pair[1] in levels:
                groups.setdefault((pair[0], levels[pair[1]]), []).append(pair)
        kept: list[tuple[str, str]] = []
        instead: dict[tuple[str, str], str] = {}
        for pairs in groups.values():
            stand: list[str] = []
            for child, parent in sorted(pairs, key=self.standing):
                rival = next((other for other in stand if years[other] & years[parent]), "")
                if rival:
                    instead[child, parent] = rival
                else:
                    stand.append(parent)
                    kept.append((child, parent))
        return kept, instead

    def standing(self, pair: tuple[str, str]) -> tuple[bool, bool, int]:
        """Where a link stands among others of its child; the first of equals is the first that was read."""
        said = self.links[pair]
        return not said.rows, not said.fits, -said.rows

    def cut(self, instead: Mapping[tuple[str, str], str]) -> Iterable[str]:
        """What lies in two areas by the tables, in words."""
        levels = {code: area.level for (code, _), area in self.areas.items()}
        groups: dict[tuple[str, str], list[str]] = {}
        for (child, _), parent in instead.items():
            groups.setdefault((levels[child], levels[parent]), []).append(f"{child} (in {parent})")
        for (level, above), found in groups.items():
            some = f"{'; '.join(sorted(found)[:6])}{f' and {len(found) - 6:,} more' if len(found) > 6 else ''}"
            yield f"{level}: by the tables these lie in two areas of the level {above}; each is held in one: {some}."


def _unnamed(areas: Sequence[Area]) -> Iterable[str]:
    """What the tables did not name or place, by level and vintage."""
    bare = Counter((a.level, a.vintage) for a in areas if a.name == a.code)
    for (level, vintage), n in bare.items():
        yield f"{level} of {vintage}: {n:,} areas have no name in the tables and are shown by their codes."


def _filled(held: Area, more: Area) -> Area:
    """An area with what another says of it where it says nothing."""
    return replace(
        held,
        name=more.name if held.name in ("", held.code) else held.name,
        parent=held.parent or more.parent,
        lon=more.lon if held.lon is None else held.lon,
        lat=more.lat if held.lat is None else held.lat,
    )


def _is(code: str, level: str) -> bool:
    try:
        return level_of(code) == level
    except UnknownArea:
        return False


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None

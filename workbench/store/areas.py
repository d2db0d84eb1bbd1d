"""The register of areas on disk: one SQLite file, read as it is asked for.

It is written beside its place, checked and then put there, so a register is always whole. It is opened read-only and is
never changed: a new one takes its place.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.domain.area_codes import LEVELS
from workbench.domain.area_index import AreaIndex, Wanted, plain
from workbench.domain.area_tables import AreaTables, RegisterAbout, TableRead
from workbench.domain.areas import Area, AreaRegister
from workbench.domain.vintages import Change, turned
from workbench.errors import DataError

REGISTER_VERSION = 1
_APPLICATION = 0x57424152  # "WBAR": another SQLite file is not taken for a register

_TABLES = """
CREATE TABLE areas(
    code TEXT NOT NULL, vintage TEXT NOT NULL, name TEXT NOT NULL, level TEXT NOT NULL, parent TEXT NOT NULL,
    lon REAL, lat REAL, plain TEXT NOT NULL, place INTEGER NOT NULL,
    latest INTEGER NOT NULL, vintages TEXT NOT NULL, -- 1 for the row a code stands for; all its vintages, with spaces
    PRIMARY KEY(code, vintage)
) WITHOUT ROWID;
CREATE TABLE links(parent TEXT NOT NULL, child TEXT NOT NULL, PRIMARY KEY(parent, child)) WITHOUT ROWID;
CREATE TABLE changes(
    level TEXT NOT NULL, from_vintage TEXT NOT NULL, to_vintage TEXT NOT NULL,
    source TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY(level, from_vintage, to_vintage, source, target)
) WITHOUT ROWID;
CREATE TABLE sources(name TEXT, date TEXT, sha256 TEXT, rows INTEGER, url TEXT);
CREATE TABLE about(key TEXT, value TEXT);
"""
_INDICES = """
CREATE INDEX areas_plain ON areas(plain, place) WHERE latest;
CREATE INDEX areas_level ON areas(level, vintage, code);
CREATE INDEX links_child ON links(child);
CREATE VIRTUAL TABLE names USING fts5(plain, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');
INSERT INTO names(plain) SELECT DISTINCT plain FROM areas WHERE latest;
"""

_COLUMNS = "a.code, a.name, a.level, a.vintage, a.parent, a.lon, a.lat, a.vintages"
_ORDER = "ORDER BY a.place, length(a.name), a.plain, a.code LIMIT ?"
_INSIDE = """
WITH RECURSIVE inside(code) AS (
    SELECT child FROM links WHERE parent = ?
    UNION SELECT l.child FROM links l JOIN inside i ON l.parent = i.code
)
"""
# The same from below: which areas hold a given one. A search looks up from the few it found, not down at all there are.
_HOLDS = """
EXISTS (
    WITH RECURSIVE above(code) AS (
        SELECT parent FROM links WHERE child = a.code
        UNION SELECT l.parent FROM links l JOIN above b ON l.child = b.code
    ) SELECT 1 FROM above WHERE code = ? AND code <> a.code
)
"""
_KEPT = 200_000  # areas; the whole United Kingdom has 79,000 codes
_REMEDY = "Build it again with: workbench areas update."


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise DataError(
            f"The register of areas cannot be used: {str(error).lower().rstrip('.')}.", _REMEDY, str(path)
        ) from error


# --- writing ----------------------------------------------------------------------------------------------------------


def write_areas(path: Path, tables: AreaTables, now: datetime | None = None) -> RegisterAbout:
    """Write a register, whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        A register that is there is replaced when the new one has been checked.
    tables : AreaTables
    now : datetime.datetime, optional

    Raises
    ------
    DataError
        When it cannot be written, or does not hold what was put in. What was there is left as it was.
    """
    if not tables.areas:
        raise DataError("There are no areas to write.", "Give a folder that holds tables of areas.", str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    with _said_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(beside, isolation_level=None)) as db:
                _fill(db, tables, now or datetime.now(UTC))
                _check(db, tables)
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    return about(path)


def _fill(db: sqlite3.Connection, tables: AreaTables, now: datetime) -> None:
    db.execute("PRAGMA journal_mode=OFF")  # beside its place: after a power cut it is not there at all
    db.execute("BEGIN")
    for statement in _TABLES.split(";\n"):
        db.execute(statement)
    years: dict[str, list[str]] = {}
    for area in tables.areas:
        years.setdefault(area.code, []).append(area.vintage)
    db.executemany(
        "INSERT INTO areas VALUES(?,?,?,?,?,?,?,?,?,?,?)", (_row(a, sorted(years[a.code])) for a in tables.areas)
    )
    links = {(a.code, a.parent) for a in tables.areas if a.parent} | set(tables.links)
    db.executemany("INSERT INTO links(child, parent) VALUES(?,?)", sorted(pair for pair in links if pair[0] != pair[1]))
    db.executemany(
        "INSERT INTO changes VALUES(?,?,?,?,?,?)",
        ((c.level, c.from_vintage, c.to_vintage, c.source, c.target, c.kind) for c in tables.changes),
    )
    db.executemany(
        "INSERT INTO sources VALUES(?,?,?,?,?)", ((s.name, s.date, s.sha256, s.rows, s.url) for s in tables.sources)
    )
    said = [("made", now.isoformat(timespec="seconds")), ("links", str(len(links)))]
    db.executemany("INSERT INTO about VALUES(?,?)", [*said, *(("note", note) for note in tables.notes)])
    for statement in _INDICES.split(";\n"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version={REGISTER_VERSION}")
    db.execute(f"PRAGMA application_id={_APPLICATION}")
    db.execute("COMMIT")
    db.execute("ANALYZE")


def _row(area: Area, vintages: Sequence[str]) -> tuple[Any, ...]:
    place = LEVELS.index(area.level) if area.level in LEVELS else len(LEVELS)
    latest = int(area.vintage == vintages[-1])
    return (
        area.code, area.vintage, area.name, area.level, area.parent, area.lon, area.lat, plain(area.name), place,
        latest, " ".join(vintages),
    )  # fmt: skip


def _check(db: sqlite3.Connection, tables: AreaTables) -> None:
    """Refuse a file that does not hold what was put in."""
    faults = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if faults != "ok":
        raise sqlite3.DatabaseError(f"malformed: {faults}")
    for table, wanted in (("areas", tables.areas), ("changes", tables.changes), ("sources", tables.sources)):
        held = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        if held != len(wanted):
            raise sqlite3.DatabaseError(f"{table} has {held:,} rows where {len(wanted):,} were written")


# --- reading ----------------------------------------------------------------------------------------------------------


def open_areas(path: Path) -> AreaRegister | None:
    """The register of a file; None when there is none.

    Nothing is read before it is asked for. The same register may be asked by several threads.

    Raises
    ------
    DataError
        When the file is no register, is damaged, or a later version of the workbench wrote it.
    """
    return AreaRegister(StoredAreas(path)) if path.is_file() else None


def about(path: Path) -> RegisterAbout:
    """What a register says of itself: when it was made, how much it holds, and from which tables.

    Raises
    ------
    DataError
    """
    with _said_plainly(path), closing(_connect(path)) as db:

        def one(sql: str) -> Any:
            return db.execute(sql).fetchone()[0]

        return RegisterAbout(
            path=str(path),
            made=one("SELECT value FROM about WHERE key = 'made'"),
            areas=one("SELECT count(*) FROM areas"),
            codes=one("SELECT count(*) FROM areas WHERE latest"),
            changes=one("SELECT count(*) FROM changes"),
            sources=tuple(TableRead(*row) for row in db.execute("SELECT name, date, sha256, rows, url FROM sources")),
            notes=tuple(n for (n,) in db.execute("SELECT value FROM about WHERE key = 'note' ORDER BY rowid")),
        )


def read_changes(path: Path, level: str, from_vintage: str, to_vintage: str) -> tuple[Change, ...]:
    """The lookup from one vintage of a level to another, or the one back, turned; empty when neither is held.

    Raises
    ------
    DataError
    """
    wanted = "SELECT source, target, kind, from_vintage, to_vintage, level FROM changes WHERE level=?"
    wanted += " AND from_vintage=? AND to_vintage=?"
    with _said_plainly(path), closing(_connect(path)) as db:
        there = tuple(Change(*row) for row in db.execute(wanted, (level, from_vintage, to_vintage)))
        back = () if there else tuple(Change(*row) for row in db.execute(wanted, (level, to_vintage, from_vintage)))
    return there or turned(back)


def change_tables(path: Path) -> tuple[tuple[str, str, str], ...]:
    """Every lookup that is held: level, from and to.

    Raises
    ------
    DataError
    """
    with _said_plainly(path), closing(_connect(path)) as db:
        return tuple(db.execute("SELECT DISTINCT level, from_vintage, to_vintage FROM changes ORDER BY 1, 2, 3"))


def layered(upper: AreaRegister, lower: AreaRegister | None) -> AreaRegister:
    """Two registers as one; of an area in both, the upper one's stands, of all vintages that either knows.

    Examples
    --------
    >>> sample = AreaRegister.of([Area("E08000001", "Bolton", "district")])
    >>> layered(sample, None) is sample
    True
    """
    if lower is None:
        return upper
    # A ChainMap only writes to its first layer; an AreaRegister never writes.
    return AreaRegister(_Layers(upper.areas, lower.areas))  # type: ignore[arg-type]


class _Layers(ChainMap[str, Area]):
    """Areas over areas: one that both hold is of the vintages of both, and lacks nothing that either knows."""

    def __getitem__(self, code: str) -> Area:
        found = [layer[code] for layer in self.maps if code in layer]
        if len(found) < 2:
            return found[0] if found else self.__missing__(code)
        vintages = sorted({v for a in found for v in (*a.vintages, a.vintage) if v})
        placed = next((a for a in found if a.lon is not None), found[0])
        return replace(
            found[0],
            vintage=vintages[-1] if vintages else "",
            vintages=tuple(vintages) if len(vintages) > 1 else (),
            parent=next((a.parent for a in found if a.parent), ""),
            lon=placed.lon,
            lat=placed.lat,
        )


def _connect(path: Path) -> sqlite3.Connection:
    # immutable: it is replaced, never changed, so it is read without locks, on a read-only disk too.
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        kind = db.execute("PRAGMA application_id").fetchone()[0]
        version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error:
        db.close()
        raise
    if kind == _APPLICATION and version == REGISTER_VERSION:
        return db
    db.close()
    if kind != _APPLICATION:
        raise DataError("This file is no register of areas.", _REMEDY, str(path))
    raise DataError("Another version of the workbench wrote this register of areas.", _REMEDY, str(path))


class StoredAreas(Mapping[str, Area], AreaIndex):
    """The areas of a file by code, and the index that searches them there.

    Parameters
    ----------
    path : pathlib.Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()  # one connection, asked by one thread at a time
        with _said_plainly(path):
            self._db = _connect(path)
        # What a search brought is kept: over it, a layered register asks for each of its areas by code.
        self._seen: dict[str, Area] = {}

    def __del__(self) -> None:
        if db := getattr(self, "_db", None):
            db.close()

    def __repr__(self) -> str:
        return f"StoredAreas({str(self._path)!r})"

    # --- by code ------------------------------------------------------------------------------------------------------

    def __getitem__(self, code: str) -> Area:
        area = self._one(code)
        if area is None:
            raise KeyError(code)
        return area

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self._one(code) is not None

    def __iter__(self) -> Iterator[str]:
        # Who goes through all codes mostly wants the areas too: in one question, not one for each of 80,000.
        return iter([area.code for area in self._areas("WHERE a.latest ORDER BY a.code", ())])

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM areas WHERE latest")[0][0])

    def _one(self, code: str) -> Area | None:
        if code in self._seen:
            return self._seen[code]
        found = self._areas("WHERE a.code = ? AND a.latest", (code,))
        return found[0] if found else None

    # --- searches -----------------------------------------------------------------------------------------------------

    def named(self, plain_name: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas of exactly this plain name."""
        return self._search("a.plain = ?", (plain_name,), wanted, limit)

    def coded(self, beginning: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas whose codes begin so, in order of code."""
        where, given = _only("a.code >= ? AND a.code < ?", (beginning, _after(beginning)), wanted)
        return self._areas(f"WHERE {where} ORDER BY a.code LIMIT ?", (*given, limit))

    def beginning(self, plain_text: str, wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas whose plain names begin so."""
        return self._search("a.plain >= ? AND a.plain < ?", (plain_text, _after(plain_text)), wanted, limit)

    def worded(self, parts: tuple[str, ...], wanted: Wanted, limit: int) -> tuple[Area, ...]:
        """Areas of whose names some word begins with each part."""
        if not parts:
            return ()
        # Parts are plain words; in quotation marks none of them is an operator.
        match = " AND ".join('"{}"*'.format(part.replace('"', "")) for part in parts)
        return self._search("a.plain IN (SELECT plain FROM names WHERE names MATCH ?)", (match,), wanted, limit)

    def parts(self, code: str, level: str, vintage: str) -> tuple[Area, ...]:
        """Areas of a level within an area, in order of code."""
        where, given = _only("a.code IN inside AND a.code <> ?", (code, code), Wanted(level, vintage))
        return self._areas(f"WHERE {where} ORDER BY a.code", given, _INSIDE)

    def of_level(self, level: str, vintage: str) -> tuple[Area, ...]:
        """Every area of a level, in order of code."""
        where, given = _only("1", (), Wanted(level, vintage))
        return self._areas(f"WHERE {where} ORDER BY a.code", given)

    def _search(self, where: str, given: tuple[Any, ...], wanted: Wanted, limit: int) -> tuple[Area, ...]:
        where, given = _only(where, given, wanted)
        return self._areas(f"WHERE {where} {_ORDER}", (*given, limit))

    def _areas(self, tail: str, given: tuple[Any, ...], head: str = "") -> tuple[Area, ...]:
        rows = self._rows(f"{head} SELECT {_COLUMNS} FROM areas a {tail}", given)
        found = tuple(self._seen.get(row[0]) or _area(row) for row in rows)
        if len(self._seen) < _KEPT:
            self._seen.update((area.code, area) for area in found)
        return found

    def _rows(self, sql: str, given: tuple[Any, ...] = ()) -> list[Any]:
        with _said_plainly(self._path), self._lock:
            return self._db.execute(sql, given).fetchall()


def _only(where: str, given: tuple[Any, ...], wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    """The condition with what is wanted added. A vintage is one of those of the code."""
    where = f"a.latest AND {where}"
    if wanted.level:
        where, given = f"{where} AND a.level = ?", (*given, wanted.level)
    if wanted.vintage:
        where, given = f"{where} AND instr(' ' || a.vintages || ' ', ?)", (*given, f" {wanted.vintage} ")
    if wanted.within:
        where, given = f"{where} AND {_HOLDS}", (*given, wanted.within)
    return where, given


def _after(beginning: str) -> str:
    """The first text after all that begin so; code points above the last are in no name."""
    return f"{beginning}\U0010ffff"


def _area(row: tuple[Any, ...]) -> Area:
    code, name, level, vintage, parent, lon, lat, years = row
    vintages = tuple(years.split())
    return Area(code, name, level, vintage, parent, lon, lat, vintages if len(vintages) > 1 else ())

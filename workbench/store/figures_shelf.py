"""Where the rows of a store of figures lie: Parquet files in a folder, or tables of a shared engine.

Both keep one file or table a measure, never changed but replaced whole, and one manifest that is written last. A reader
takes the manifest and then what it names; a writer that dies leaves the manifest, and so the store, as it was.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.common.exceptions import TableNotFound

from workbench.errors import DataError, ProjectError
from workbench.store import figures_manifest
from workbench.store.figures_frames import KEPT
from workbench.store.figures_lock import locked
from workbench.store.figures_manifest import Manifest, Segment
from workbench.store.project_file import write_bytes

ROWS_A_GROUP = 131_072
"""Rows of a Parquet row group: a district's history lies in one or two, and the others are not read."""

MOST_THREADS = 8
"""Each thread has memory of its own; a measure has some thirty row groups, so that more would have little to do."""


class Shelf(Protocol):
    """Where rows lie, and the engine that reads them.

    Attributes
    ----------
    engine : ibis backend
    shown : str
        The place, without any password.
    secrets : frozenset of str
        What must not be shown, should the engine say it.
    """

    engine: Any
    shown: str
    secrets: frozenset[str]

    def manifest(self) -> Manifest:
        """What is held now."""

    def table(self, segment: Segment) -> ir.Table:
        """The rows of a segment."""

    def parquet(self, path: Path) -> AbstractContextManager[ir.Table]:
        """The rows of a Parquet file of somebody else's, as a context manager."""

    def write(self, measure: str, rows: ir.Table) -> tuple[str, str]:
        """Write rows of a measure (or of parents: "") beside what is held.

        Returns the name they got, and their SHA-256 if they are a file.
        """

    def commit(self, manifest: Manifest) -> None:
        """Make a manifest the one that readers take."""

    def sweep(self, before: Manifest, after: Manifest) -> None:
        """Remove what neither of two generations names, and no reader can be reading any more."""

    def is_whole(self, segment: Segment) -> bool:
        """Whether a segment is what was written; a table is its engine's affair."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold off other writers, as a context manager."""

    def close(self) -> None:
        """Let go of the engine."""


class Folder:
    """Parquet files in a folder, read by DuckDB.

    ::

        manifest.json
        figures/measure=<measure>/<first 16 digits of the file's SHA-256>.parquet
        areas/<the same>.parquet

    Other programs read the files that ``manifest.json`` names. A folder may for a while hold others: those of the
    generation before, or what a writer that died left.
    """

    def __init__(self, folder: Path, *, threads: int = 0, memory: str = "") -> None:
        self.path = folder
        self.shown = str(folder)
        self.secrets: frozenset[str] = frozenset()
        self.engine = ibis.duckdb.connect()
        # No request leaves the computer: an extension that is not there is an error, not a download.
        settings = ["autoinstall_known_extensions = false", "autoload_known_extensions = false"]
        # Memory goes back when a question is answered: an answer of a million rows needs it in pandas.
        settings += ["allocator_flush_threshold = '1MB'", "allocator_bulk_deallocation_flush_threshold = '1MB'"]
        settings += [f"threads = {int(threads) or min(os.cpu_count() or 1, MOST_THREADS)}"]
        self._set(*settings)
        if memory:
            self._set(f"memory_limit = '{memory}'")
        self._tables: dict[str, ir.Table] = {}
        self._read: tuple[object, Manifest] = (None, Manifest())

    def _set(self, *settings: str) -> None:
        for setting in settings:
            self.engine.raw_sql(f"SET {setting}")

    def manifest(self) -> Manifest:
        """What is held now."""
        path = self.path / "manifest.json"
        try:
            found = path.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            if stamp != self._read[0]:
                self._read = (stamp, figures_manifest.read(path.read_bytes(), str(path)))
        except FileNotFoundError:
            self._read = (None, Manifest())
        return self._read[1]

    def table(self, segment: Segment) -> ir.Table:
        """The rows of a segment."""
        if segment.name not in self._tables:
            self._tables[segment.name] = self.engine.read_parquet(self.path / segment.name)
        return self._tables[segment.name]

    @contextmanager
    def parquet(self, path: Path) -> Iterator[ir.Table]:
        """The rows of a Parquet file of somebody else's."""
        yield self.engine.read_parquet(path)

    def write(self, measure: str, rows: ir.Table) -> tuple[str, str]:
        """Write rows beside what is held."""
        folder = self.path / (f"figures/measure={quote(measure, safe='')}" if measure else "areas")
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{secrets.token_hex(8)}.part"
        try:
            self.engine.to_parquet(rows, part, compression="zstd", row_group_size=ROWS_A_GROUP)
            sha256 = sha256_of(part)
            _sync(part)
            path = folder / f"{sha256[:16]}.parquet"
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        _sync(folder)
        return path.relative_to(self.path).as_posix(), sha256

    def commit(self, manifest: Manifest) -> None:
        """Make a manifest the one that readers take."""
        path = self.path / "manifest.json"
        try:
            write_bytes(path, manifest.model_dump_json(indent=1).encode())
        except ProjectError as error:
            raise DataError(
                "The store of figures cannot be written.",
                "Check that the disk has room and that you may write in this folder.",
                str(self.path),
            ) from error

    def sweep(self, before: Manifest, after: Manifest) -> None:
        """Remove what no reader can be reading any more."""
        named = before.names | after.names
        for path in [*self.path.glob("figures/*/*"), *self.path.glob("areas/*")]:
            if path.relative_to(self.path).as_posix() not in named:
                # On Windows a file that is being read stays; the next change removes it.
                with suppress(OSError):
                    path.unlink()
        for folder in self.path.glob("figures/*"):
            with suppress(OSError):  # not empty
                folder.rmdir()
        self._tables = {name: table for name, table in self._tables.items() if name in named}

    def is_whole(self, segment: Segment) -> bool:
        """Whether a file is there and has the SHA-256 that it was written with."""
        path = self.path / segment.name
        return path.is_file() and sha256_of(path) == segment.sha256

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold off other writers."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                "The folder of the store cannot be made.", "Choose a folder you may write in.", self.shown
            ) from error
        with locked(self.path / ".lock"):
            yield

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.disconnect()


class Engine:
    """Tables of an engine that Ibis knows. The manifest is the newest row of a table of its own.

    Parameters
    ----------
    engine : ibis backend
    shown : str
        The address without its password.
    secrets : frozenset of str
    """

    MANIFESTS = "workbench_figures_manifest"

    def __init__(self, engine: Any, shown: str, secrets: frozenset[str] = frozenset()) -> None:
        self.engine = engine
        self.shown = shown
        self.secrets = secrets

    def manifest(self) -> Manifest:
        """What is held now."""
        try:
            rows = self.engine.table(self.MANIFESTS)
        except TableNotFound:
            return Manifest()
        if self.engine.name == "pyspark":  # it remembers which files a table had when it last looked
            self.engine.raw_sql(f"REFRESH TABLE {self.MANIFESTS}")
        newest = rows.order_by(rows.generation.desc()).limit(1).select("content").to_pyarrow().to_pylist()
        return figures_manifest.read(newest[0]["content"], self.shown) if newest else Manifest()

    def table(self, segment: Segment) -> ir.Table:
        """The rows of a segment."""
        return self.engine.table(segment.name)

    @contextmanager
    def parquet(self, path: Path) -> Iterator[ir.Table]:
        """The rows of a Parquet file of somebody else's, in a table of their own while they are looked at."""
        file = pq.ParquetFile(path)
        name = _new_name()
        # Without "measure": a column of any type may be there, and the store has no use for it.
        columns = [c for c in file.schema_arrow.names if c in KEPT]
        schema = ibis.memtable(file.schema_arrow.empty_table().select(columns)).schema()
        self.engine.create_table(name, schema=schema)
        try:
            for batch in file.iter_batches(ROWS_A_GROUP, columns=columns):
                self.engine.insert(name, ibis.memtable(pa.Table.from_batches([batch])))
            yield self.engine.table(name)
        finally:
            self.engine.drop_table(name)

    def write(self, measure: str, rows: ir.Table) -> tuple[str, str]:
        """Write rows beside what is held."""
        name = _new_name()
        self.engine.create_table(name, rows)
        self._index(name, "area_code, period_end" if measure else "ancestor")
        return name, ""

    def _index(self, name: str, columns: str) -> None:
        # An index is the engine's own affair; PostgreSQL reads a whole table without one.
        if self.engine.name == "postgres":
            self.engine.raw_sql(f'CREATE INDEX ON "{name}" ({columns})').close()
            self.engine.con.commit()

    def commit(self, manifest: Manifest) -> None:
        """Make a manifest the one that readers take."""
        rows = ibis.memtable(pa.table({"generation": [manifest.generation], "content": [manifest.model_dump_json()]}))
        try:
            self.engine.table(self.MANIFESTS)
        except TableNotFound:
            self.engine.create_table(self.MANIFESTS, schema=rows.schema())
        self.engine.insert(self.MANIFESTS, rows)

    def sweep(self, before: Manifest, after: Manifest) -> None:
        """Remove what no reader can be reading any more."""
        # Only what the generation before had retired: a table that nobody names may be a writer's at this moment.
        for name in set(before.retired) - after.names:
            self.engine.drop_table(name, force=True)

    def is_whole(self, segment: Segment) -> bool:
        """Whether a table is there."""
        try:
            self.table(segment)
        except TableNotFound:
            return False
        return True

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold off other writers."""
        if self.engine.name != "postgres":
            # DuckDB lets one process open a file to write. Elsewhere see to it that one person writes at a time.
            yield
            return
        # A number of our own among PostgreSQL's advisory locks; it is let go when the session ends, however it ends.
        self._call("SELECT pg_advisory_lock(7305112021)")
        try:
            yield
        finally:
            self._call("SELECT pg_advisory_unlock(7305112021)")

    def _call(self, sql: str) -> None:
        with self.engine.con.cursor() as cursor:
            cursor.execute(sql)
        self.engine.con.commit()

    def close(self) -> None:
        """Let go of the engine."""
        # Spark is one for the whole program: other stores may be using it. It ends with the program.
        if self.engine.name != "pyspark":
            self.engine.disconnect()


def _new_name() -> str:
    return f"workbench_figures_{secrets.token_hex(8)}"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, outlast a power cut. Windows cannot open a folder."""
    with suppress(PermissionError):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)

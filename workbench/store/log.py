"""The log of a project's edits: a row for each, on disk before it is acknowledged, read by all who have it open.

A project is flattened into one entry per field (:func:`workbench.domain.project.flatten`), kept in one pycrdt map.
Every edit is a pycrdt update in a row of a SQLite table; other sessions read the rows they have not seen. Every writer
first takes SQLite's write lock and reads what the others wrote, so the rows have one order, and the last writer of a
field is the one who wrote last, not the one pycrdt would choose among edits made at once.

A log belongs to the thread that opened it.
"""

from __future__ import annotations

import json
import math
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pycrdt import Doc, Map, Subscription, TransactionEvent, UndoManager, merge_updates

from workbench.domain.project import DELETED, Project, flatten
from workbench.errors import ProjectError
from workbench.store.database import opened, said_plainly
from workbench.store.marks import FileMarks, Presence
from workbench.store.words import is_whole

_EXACT = 2**53
"""Whole numbers up to this size come through pycrdt, which keeps them as floats, unharmed."""

Fields = dict[str, Any]
"""Path → JSON value, as :func:`workbench.domain.project.flatten` gives them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after an edit; :data:`~workbench.domain.project.DELETED` where it was not there."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One edit in the history.

    Attributes
    ----------
    version : int
        Its place in the log; later edits have higher numbers.
    who : str
        The person's display name.
    at : str
        When, in UTC (ISO 8601).
    kind : str
        ``start``, ``edit``, ``undo``, ``redo`` or ``file`` (somebody changed the project file itself).
    changes : tuple of Change
        None for ``start``.
    """

    version: int
    who: str
    at: str
    kind: str
    changes: tuple[Change, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields that were changed."""
        return tuple(change.path for change in self.changes)


class ProjectLog:
    """The log of one project, as one session sees it.

    Parameters
    ----------
    path : pathlib.Path
        The SQLite file, on a local disk.
    project_id : str
    who : str
        Display name of the person.
    busy_seconds : float
        How long to wait for another session that is writing.

    Raises
    ------
    ProjectError
        From here and from every method that touches the disk: the log is damaged, locked, cannot be written, or the
        disk is full. What was not acknowledged is then not in :meth:`snapshot` either.
    """

    def __init__(self, path: Path, project_id: str, who: str, *, busy_seconds: float = 10.0) -> None:
        self.path = path
        self.project_id = project_id
        self.who = who
        # Not the person's name: one person may have two tabs open, and each must read what the other wrote.
        self.session = secrets.token_hex(8)
        self._db = opened(path, busy_seconds)
        self.presence = Presence(self._db, path, project_id, self.session)
        self.files = FileMarks(self._db, path)
        self._depth = 0
        self._touched = False
        self._sound = False
        self._version: int = 0
        self._subscriptions: list[Subscription] = []
        try:
            self._load()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file. Closing twice does no harm."""
        self._unsubscribe()
        self._db.close()

    # --- reading ------------------------------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """The number of the last edit that has been read or written."""
        return self._version

    @property
    def is_new(self) -> bool:
        """Whether nobody has put the project into it yet."""
        with said_plainly(self.path):
            row = self._db.execute("SELECT 1 FROM updates WHERE room=? LIMIT 1", (self.project_id,)).fetchone()
        return row is None

    def snapshot(self) -> Fields:
        """All fields as they are now; whole numbers come as floats, to be put right by validating the project."""
        self._be_sound()
        return dict(self._fields)

    def snapshot_at(self, version: int) -> Fields:
        """All fields as they were after an earlier edit: the later ones are taken back, newest first."""
        fields = self.snapshot()
        for entry in self._entries("id>?", version):
            for change in entry.changes:
                if change.before is DELETED:
                    fields.pop(change.path, None)
                else:
                    fields[change.path] = change.before
        return fields

    def history(self, limit: int = 50, path_prefix: str = "") -> tuple[Entry, ...]:
        """The latest edits, newest first.

        Parameters
        ----------
        limit : int
        path_prefix : str
            Only edits of this field or of those under it, for example ``needs/n2``.
        """
        if not path_prefix:
            return self._entries("kind<>'squash'", limit=limit)
        under = path_prefix.rstrip("/") + "/"
        condition = (
            "EXISTS(SELECT 1 FROM json_each(changes) AS c WHERE substr(json_extract(c.value, '$.path') || '/', 1, ?)=?)"
        )
        return self._entries(condition, len(under), under, limit=limit)

    def _entries(self, condition: str, *values: Any, limit: int = -1) -> tuple[Entry, ...]:
        # The condition is one of ours, never text from outside.
        query = f"SELECT id, who, at, kind, changes FROM updates WHERE room=? AND {condition} ORDER BY id DESC LIMIT ?"
        with said_plainly(self.path):
            rows = self._db.execute(query, (self.project_id, *values, limit)).fetchall()
        return tuple(
            Entry(version, who, at, kind, tuple(_change(change) for change in json.loads(changes)))
            for version, who, at, kind, changes in rows
        )

    def pull(self) -> bool:
        """Take in what other sessions have written since; say whether there was anything."""
        if self._be_sound():
            return True
        query = "SELECT id, session, data, crc FROM updates WHERE room=? AND id>? ORDER BY id"
        with said_plainly(self.path):
            rows = self._db.execute(query, (self.project_id, self._version)).fetchall()
        found = False
        for version, session, data, crc in rows:
            if session != self.session and data is not None:
                self._apply(self._doc, version, data, crc)
                found = True
            self._version = version
        self._fresh()
        return found

    # --- writing ------------------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the write lock: what the others wrote has been read, and nobody writes until the block ends.

        All that is written in the block is on disk when it ends, or, after an exception, none of it.
        """
        if self._depth:
            yield  # within a block of our own
            return
        self._be_sound()
        with said_plainly(self.path):
            self._db.execute("BEGIN IMMEDIATE")
        self._depth, self._touched = 1, False
        try:
            self.pull()
            yield
            with said_plainly(self.path):
                self._db.execute("COMMIT")
        except BaseException:
            self._take_back()
            raise
        finally:
            self._depth = 0

    def _take_back(self) -> None:
        """Forget what was written in a block that failed.

        An update that never reached the disk may not stay in the document: later updates would build on it, and no
        other session could read them. So the document is read anew, now or, when the disk gives nothing, before it is
        next used; the steps that could be undone are lost.
        """
        self._sound = self._sound and not self._touched
        with suppress(ProjectError), said_plainly(self.path):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._be_sound()

    def _be_sound(self) -> bool:
        """Read the document anew if the last attempt to write left it unfit; say whether that was so."""
        if self._sound:
            return False
        self._load()
        return True

    def seed(self, project: Project, at: datetime) -> bool:
        """Put the project in, unless somebody has done so already; say whether it was done."""
        with self.lock():
            if not self.is_new:
                return False
            self._write(flatten(project), at, kind="start")
        return True

    def commit(self, changes: Mapping[str, Any], at: datetime, *, kind: str = "edit", who: str = "") -> int:
        """Write one edit; when this returns, it is on disk.

        Parameters
        ----------
        changes : mapping of str to JSON value
            New values by path; :data:`~workbench.domain.project.DELETED` takes an entry away. Those that change nothing
            are left out, and an edit that changes nothing writes nothing.
        at : datetime.datetime
            With time zone.
        kind : str
            Anything but ``edit`` is not this person's own and cannot be undone.
        who : str
            Whose edit it is, when not this person's.

        Returns
        -------
        int
            The version.
        """
        for path, value in changes.items():
            _check_storable(path, value)
        with self.lock():
            self._write(changes, at, kind=kind, who=who)
        return self._version

    def undo(self, at: datetime) -> bool:
        """Take back this session's last edit that still stands; other people's stay. False: there was none."""
        return self._step(self._undo.undo, at, "undo")

    def redo(self, at: datetime) -> bool:
        """Make again what was last taken back. False: there was nothing."""
        return self._step(self._undo.redo, at, "redo")

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit of this session to take back."""
        return bool(self._undo.can_undo())

    @property
    def can_redo(self) -> bool:
        """Whether there is something to make again."""
        return bool(self._undo.can_redo())

    def squash(self, at: datetime) -> int:
        """Fold all updates into one, so that opening stays quick; the history stays. Gives the number folded."""
        with self.lock():
            rows = self._rows()
            whole: Doc[Any] = Doc()
            for _, data, _ in rows:
                whole.apply_update(data)
            with said_plainly(self.path):
                self._db.execute("UPDATE updates SET data=NULL, crc=NULL WHERE room=?", (self.project_id,))
            self._insert(whole.get_update(), [], at, "squash", "")
        return len(rows)

    @property
    def length(self) -> int:
        """How many updates would have to be read to open the log."""
        return len(self._rows())

    # --- inside -------------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Read the document from the first row on."""
        doc: Doc[Any] = Doc()
        fields: Map[Any] = doc.get("fields", type=Map)
        with said_plainly(self.path):
            last = self._db.execute("SELECT max(id) FROM updates WHERE room=?", (self.project_id,)).fetchone()[0] or 0
        for version, data, crc in self._rows():
            self._apply(doc, version, data, crc)
            last = max(last, version)
        self._unsubscribe()
        self._doc, self._map, self._version = doc, fields, int(last)
        self._fields: Fields = fields.to_py() or {}
        self._fresh()
        self._subscriptions = [fields.observe(self._note), doc.observe(self._keep)]
        # Each transaction is one step. Others' updates carry an origin, so undo leaves them alone.
        self._undo = UndoManager(scopes=[fields], capture_timeout_millis=0)
        self._sound = True

    def _unsubscribe(self) -> None:
        for subscription in self._subscriptions:
            subscription.drop()
        self._subscriptions = []

    def _fresh(self) -> None:
        """Begin to collect the update and the changes of one edit."""
        self._updates: list[bytes] = []
        self._changes: list[Change] = []

    def _rows(self) -> list[tuple[int, bytes, int]]:
        query = "SELECT id, data, crc FROM updates WHERE room=? AND data IS NOT NULL ORDER BY id"
        with said_plainly(self.path):
            return self._db.execute(query, (self.project_id,)).fetchall()

    def _apply(self, doc: Doc[Any], version: int, data: bytes, crc: int) -> None:
        fault = "" if zlib.crc32(data) == crc else "its checksum is wrong"
        if not fault:
            try:
                with doc.transaction(origin="remote"):
                    doc.apply_update(data)
            except ValueError as error:
                fault = str(error)
        if fault:
            raise ProjectError(
                f"The log of edits is damaged at edit {version}: {fault}. It has been left as it is.",
                "Move it to another folder; the workbench then starts a new log from the project file.",
                str(self.path),
            )

    def _note(self, event: Any) -> None:
        """Keep the plain copy of the fields in step, and what changed for the history."""
        for path, key in event.keys.items():
            before, after = key.get("oldValue", DELETED), key.get("newValue", DELETED)
            if after is DELETED:
                self._fields.pop(path, None)
            else:
                self._fields[path] = after
            self._changes.append(Change(path, before, after))

    def _keep(self, event: TransactionEvent) -> None:
        self._updates.append(event.update)

    def _write(self, changes: Mapping[str, Any], at: datetime, *, kind: str, who: str = "") -> None:
        real = {path: value for path, value in changes.items() if not _same(self._fields.get(path, DELETED), value)}
        if not real:
            return
        self._touched = True
        self._fresh()
        with self._doc.transaction(origin=None if kind == "edit" else kind):
            for path, value in real.items():
                if value is DELETED:
                    del self._map[path]
                else:
                    self._map[path] = value
        self._insert_kept(at, kind, who)

    def _step(self, step: Callable[[], bool], at: datetime, kind: str) -> bool:
        with self.lock():
            self._touched = True
            self._fresh()
            step()
            if self._updates:
                self._insert_kept(at, kind, "")
            return bool(self._changes)

    def _insert_kept(self, at: datetime, kind: str, who: str) -> None:
        # The start would list every field, and has no "before" worth telling.
        changes = [] if kind == "start" else [_plain(change) for change in sorted(self._changes, key=lambda c: c.path)]
        update = self._updates[0] if len(self._updates) == 1 else merge_updates(*self._updates)
        self._insert(update, changes, at, kind, who or self.who)

    def _insert(self, data: bytes, changes: list[Fields], at: datetime, kind: str, who: str) -> None:
        text = json.dumps(changes, ensure_ascii=False)
        row = (self.project_id, self.session, who, _utc(at), kind, text, data, zlib.crc32(data))
        with said_plainly(self.path):
            cursor = self._db.execute(
                "INSERT INTO updates(room, session, who, at, kind, changes, data, crc) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        self._version = int(cursor.lastrowid or 0)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal; in Python 1 equals True, and to a reader they differ."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _plain(change: Change) -> Fields:
    said = {"path": change.path, "before": change.before, "after": change.after}
    return {name: value for name, value in said.items() if value is not DELETED}


def _change(said: Fields) -> Change:
    return Change(said["path"], said.get("before", DELETED), said.get("after", DELETED))


def _check_storable(path: str, value: Any) -> None:
    """Refuse, before anything is written, a value that would not come back as it was."""
    if isinstance(value, list | tuple):
        for part in value:
            _check_storable(path, part)
    elif isinstance(value, dict):
        for part in value.values():
            _check_storable(path, part)
    elif isinstance(value, int) and abs(value) > _EXACT:
        raise ProjectError("This number is too big to keep exactly.", "Enter a smaller number.", path)
    elif isinstance(value, str) and not is_whole(value):
        raise ProjectError("This text holds half a character, such as an emoji cut in two.", "Enter it again.", path)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ProjectError("This is not a number.", "Enter a number, or leave it empty.", path)
    elif not (value is None or value is DELETED or isinstance(value, str | int | float)):
        raise ProjectError(f"A {type(value).__name__} cannot be kept.", "Give text, a number, or a list.", path)

"""What is kept beside the log of edits: who is here, and which project files were written."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.store.database import said_plainly

_MARKS_KEPT = 200


class Presence:
    """Who has the project open.

    Parameters
    ----------
    connection : sqlite3.Connection
    path : pathlib.Path
        The database, to name it in errors.
    room, session : str
        The project's id, and this session's own id.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, room: str, session: str) -> None:
        self._db, self._path = connection, path
        self._room, self._session = room, session

    def touch(self, who: str, at: datetime) -> None:
        """Say that this session is still here, and whose it is."""
        row = (self._session, self._room, who, _utc(at))
        with said_plainly(self._path):
            self._db.execute("INSERT OR REPLACE INTO presence(session, room, who, last_seen) VALUES(?, ?, ?, ?)", row)
            # A session that was killed could not say that it left.
            self._db.execute("DELETE FROM presence WHERE last_seen<?", (_utc(at - timedelta(days=1)),))

    def leave(self) -> None:
        """Say that this session is gone."""
        with said_plainly(self._path):
            self._db.execute("DELETE FROM presence WHERE session=?", (self._session,))

    def present(self, within_seconds: float, at: datetime) -> tuple[str, ...]:
        """Names of the others who were here lately, one for each session, in order."""
        since = _utc(at - timedelta(seconds=within_seconds))
        query = "SELECT who FROM presence WHERE room=? AND session<>? AND last_seen>=? ORDER BY who, session"
        with said_plainly(self._path):
            return tuple(who for (who,) in self._db.execute(query, (self._room, self._session, since)))


@dataclass(frozen=True, slots=True)
class Mark:
    """What a project file held: the project of a version of the log, or, where given, what somebody else wrote."""

    hash: str
    version: int
    content: bytes | None = None


class FileMarks:
    """What the project files held when they were last written or read.

    By these a session tells the file that it wrote from one that somebody changed, and knows what that somebody
    started from. A file is marked before it is written and again when it is done, because the process may be killed
    in between.

    Parameters
    ----------
    connection : sqlite3.Connection
    path : pathlib.Path
        The database, to name it in errors.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = connection, path

    def mark(self, file: Path, mark: Mark, *, done: bool) -> None:
        """Note that a project file is about to hold this, or does."""
        key = _key(file)
        kept = "SELECT id FROM files WHERE path=? ORDER BY id DESC LIMIT ?"
        with said_plainly(self._path):
            self._db.execute(
                "INSERT INTO files(path, hash, version, content, done) VALUES(?, ?, ?, ?, ?)",
                (key, mark.hash, mark.version, mark.content, done),
            )
            if done:
                old = f"DELETE FROM files WHERE path=? AND id NOT IN ({kept})"
                self._db.execute(old, (key, key, _MARKS_KEPT))

    def last(self, file: Path) -> tuple[Mark, ...]:
        """What the file may hold if nobody has changed it: the last that is sure, then later tries to write it.

        Empty when the file is new to this log.
        """
        query = "SELECT hash, version, content, done FROM files WHERE path=? ORDER BY id DESC"
        found: list[Mark] = []
        with said_plainly(self._path):
            for *mark, done in self._db.execute(query, (_key(file),)).fetchall():
                found.append(Mark(*mark))
                if done:
                    break
        return tuple(reversed(found))

    def known(self, content_hash: str) -> Mark | None:
        """What any file once held under this hash: what a copy of that file holds."""
        query = "SELECT hash, version, content FROM files WHERE hash=? ORDER BY id DESC LIMIT 1"
        with said_plainly(self._path):
            row = self._db.execute(query, (content_hash,)).fetchone()
        return Mark(*row) if row else None


def _key(file: Path) -> str:
    return os.path.normcase(os.path.realpath(file))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")

"""The SQLite file under a project's log: opened with care, and every failure of it said in one way."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import NewerProject, ProjectError

LOG_VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS updates(
    -- AUTOINCREMENT: without it SQLite uses a number again after a row is deleted, and a reader would miss the new row.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL, session TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
    changes TEXT NOT NULL,  -- JSON list of {path, before, after}; a missing before or after means "was not there"
    data BLOB,              -- the pycrdt update; NULL when a later row holds it too
    crc INTEGER             -- of data: a damaged update may be taken in without a complaint
);
CREATE TABLE IF NOT EXISTS files(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL, hash TEXT NOT NULL, version INTEGER NOT NULL, done INTEGER NOT NULL,
    content BLOB            -- of a file that somebody else wrote; what we wrote ourselves is the project at version
);
CREATE INDEX IF NOT EXISTS files_by_path ON files(path, id);
CREATE TABLE IF NOT EXISTS presence(
    session TEXT PRIMARY KEY, room TEXT NOT NULL, who TEXT NOT NULL, last_seen TEXT NOT NULL
);
"""

_NETWORK = {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.davfs"}


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Turn what SQLite says into one :class:`~workbench.errors.ProjectError` with a remedy.

    Raises
    ------
    ProjectError
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        message, remedy = _meaning(error)
        raise ProjectError(message, remedy, str(path)) from error


def _meaning(error: Exception) -> tuple[str, str]:
    said = str(error).lower().rstrip(".")
    meanings = (
        (("locked", "busy"), "Another program holds the log of edits.", "Wait a moment and try again."),
        (
            ("full", "no space", "quota"),
            "The disk is full: the edit is not saved.",
            "Make room on the disk, then make the edit again.",
        ),
        (
            ("readonly", "read-only", "permission", "unable to open"),
            "The log of edits cannot be written.",
            "Check that you may write in this folder, or set WORKBENCH_HOME to another one.",
        ),
        (
            ("not a database", "malformed", "corrupt"),
            "The log of edits is damaged. It has been left as it is.",
            "Move it to another folder; the workbench then starts a new log from the project file.",
        ),
    )
    for marks, message, remedy in meanings:
        if any(mark in said for mark in marks):
            return message, remedy
    return f"The log of edits cannot be used: {said}.", "Check the disk and try again."


def opened(path: Path, busy_seconds: float = 10.0) -> sqlite3.Connection:
    """Open the database, making it and its folder when they are not there.

    Parameters
    ----------
    path : pathlib.Path
        On a local disk. Write-ahead logging needs memory that all its processes share, which a network share does not
        give; two computers would damage the file in silence.
    busy_seconds : float
        How long to wait for another process that is writing.

    Raises
    ------
    ProjectError
        When it cannot be opened, is damaged, or lies on a network share.
    NewerProject
        When a later version of the workbench wrote it.
    """
    share = network_share(path)
    if share:
        raise ProjectError(
            f"The log of edits would lie on a network share ({share}), where SQLite is not safe.",
            "Set WORKBENCH_HOME to a folder on this computer's own disk. The project file may stay where it is.",
            str(path),
        )
    with said_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > LOG_VERSION:
        raise NewerProject(
            "A later version of the workbench wrote this log of edits.",
            "Update the workbench. The log has been left as it is.",
            str(path),
        )
    connection.execute("PRAGMA journal_mode=WAL")
    # An edit that was acknowledged must outlast a power cut, not only a killed process.
    connection.execute("PRAGMA synchronous=FULL")
    if found == 0:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={LOG_VERSION}")
        connection.execute("COMMIT")
    elif (checked := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(f"malformed: {checked}")


def network_share(path: Path, mounts: str | None = None) -> str:
    r"""The kind of network share that a path lies on, or an empty string.

    Parameters
    ----------
    path : pathlib.Path
    mounts : str, optional
        The table of mounts, as in ``/proc/mounts``; read from there when not given. Where there is none, only the
        two backslashes of a Windows share are recognised.

    Examples
    --------
    >>> mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/home /home nfs4 rw 0 0"
    >>> network_share(Path("/home/anna/logs"), mounts), network_share(Path("/srv/logs"), mounts)
    ('nfs4', '')
    """
    if str(path).startswith("\\\\"):
        return "a Windows share"
    if mounts is None:
        table = Path("/proc/mounts")
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.exists() else ""
    place = os.path.realpath(path)
    kind, longest = "", -1
    for line in mounts.splitlines():
        _, mount, found, *_ = line.split(" ")
        mount = mount.replace("\\040", " ").rstrip("/")
        if len(mount) >= longest and (place == mount or place.startswith(f"{mount}/")):
            kind, longest = found, len(mount)
    return kind if kind in _NETWORK else ""

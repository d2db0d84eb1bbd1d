"""A project's file and its log, kept in step: the file is written from the log, and edits of the file go into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.domain.project import DELETED, changed, cleaned, flatten
from workbench.errors import ProjectError
from workbench.store.fields import read_fields
from workbench.store.log import ProjectLog
from workbench.store.marks import Mark
from workbench.store.project_file import digest, parse_project, project_bytes, read_bytes, write_bytes

THE_FILE = "the file"
"""Who made an edit that was found in the project file itself."""

_TRIES = 5


class FileSync:
    """The project file of one open log.

    Several sessions may write one file: each replaces it under the log's lock, and only when it holds what it held when
    that session last looked.

    Parameters
    ----------
    log : ProjectLog
    file : pathlib.Path
    clock : callable
        Gives the time, with time zone.
    """

    def __init__(self, log: ProjectLog, file: Path, clock: Callable[[], datetime]) -> None:
        self._log, self._file, self._clock = log, file, clock

    def began(self, content: bytes) -> None:
        """Note that the log has just been started from this content of the file."""
        self._log.files.mark(self._file, Mark(digest(content), self._log.version), done=True)

    def take_in(self) -> str | None:
        """Commit to the log what somebody changed in the file since it was last written.

        Returns
        -------
        str or None
            Hash of what the file holds. None: there is no file; it was moved away or deleted.

        Raises
        ------
        ProjectError
            When the file cannot be read or holds another project. It is left as it is.
        """
        # Read under the lock: what another session writes meanwhile would look like a stranger's.
        with self._log.lock():
            if not self._file.exists():
                return None
            content = read_bytes(self._file)
            found = digest(content)
            ours = self._log.files.last(self._file)
            if found not in {mark.hash for mark in ours}:
                # A copy of a file that was known elsewhere is known by its hash.
                base = ours[0] if ours else self._log.files.known(found)
                self._log.commit(self._changes(content, base), self._clock(), kind="file", who=THE_FILE)
                # What somebody changes in it next, they change in this.
                mark = Mark(found, base.version if base else 0, content)
                self._log.files.mark(self._file, mark, done=True)
        return found

    def _changes(self, content: bytes, base: Mark | None) -> Mapping[str, Any]:
        """How the file differs from what it was made from.

        Of a file that never came from this log nobody knows what was deleted in it; so nothing is.
        """
        theirs = parse_project(content, str(self._file))
        if theirs.id != self._log.project_id:
            raise ProjectError(
                f"The file now holds another project, “{theirs.name or theirs.id}”. It has been left as it is.",
                "Move it away.",
                str(self._file),
            )
        positions = self._log.snapshot()
        if base is None:
            before = flatten(cleaned(read_fields(positions)), positions)
        elif base.content is None:
            positions = self._log.snapshot_at(base.version)
            before = flatten(cleaned(read_fields(positions)), positions)
        else:
            before = flatten(parse_project(base.content), positions)
        changes = changed(before, flatten(theirs, positions))
        return changes if base is not None else {p: v for p, v in changes.items() if v is not DELETED}

    def save(self) -> None:
        """Bring the file up to the log, after taking in what somebody changed in it.

        Raises
        ------
        ProjectError
            When the file cannot be read or written, or somebody keeps changing it. It is left as it is.
        """
        for _ in range(_TRIES):
            if self._saved():
                return
        raise ProjectError("Another program keeps changing the project file.", "Close it there.", str(self._file))

    def _saved(self) -> bool:
        """Try once; False when the file changed between reading and writing it."""
        log = self._log
        with log.lock():
            found, version = self.take_in(), log.version
            if any((mark.hash, mark.version) == (found, version) for mark in log.files.last(self._file)):
                return True
            content = project_bytes(cleaned(read_fields(log.snapshot())))
            as_wanted = found == digest(content)
            # Marked before it is written: the process may be killed just after.
            log.files.mark(self._file, Mark(digest(content), version), done=as_wanted)
        return as_wanted or self._replaced(content, found, version)

    def _replaced(self, content: bytes, found: str | None, version: int) -> bool:
        changed_meanwhile = False

        def about_to_replace() -> bool:
            nonlocal changed_meanwhile
            now = digest(read_bytes(self._file)) if self._file.exists() else None
            changed_meanwhile = now != found
            return not changed_meanwhile

        with self._log.lock():
            if write_bytes(self._file, content, about_to_replace=about_to_replace):
                self._log.files.mark(self._file, Mark(digest(content), version), done=True)
        return not changed_meanwhile

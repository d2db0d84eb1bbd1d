"""One writer at a time in a folder. The operating system lets go of the lock when a process ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import DataError

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _take(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, wait_seconds: float = 60.0) -> Iterator[None]:
    """Hold the lock of a file, waiting for whoever holds it.

    Parameters
    ----------
    path : pathlib.Path
        Made when it is not there; it stays, for a lock file that is removed can be held twice.
    wait_seconds : float

    Raises
    ------
    DataError
        When it cannot be had in time, or the file cannot be written.
    """
    until = time.monotonic() + wait_seconds
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise DataError(
            "The store of figures cannot be written.", "Check that you may write in this folder.", str(path.parent)
        ) from error
    try:
        while True:
            try:
                _take(number)
                break
            except OSError as error:
                if time.monotonic() > until:
                    raise DataError(
                        "Somebody else is writing to this store of figures.",
                        "Wait until they have finished, then try again.",
                        str(path.parent),
                    ) from error
                time.sleep(0.05)
        yield
    finally:
        os.close(number)

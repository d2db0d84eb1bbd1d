"""Work that takes more than a moment: done beside the page, told as it goes, and stopped when somebody says so."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.errors import Cancelled, WorkbenchError

_log = logging.getLogger(__name__)

TOLD_EVERY = 0.25
"""Seconds between two words of progress: the page is written again for each."""


@dataclass(frozen=True, slots=True)
class JobSeen:
    """What a page shows of work that is under way.

    Attributes
    ----------
    title : str
        What is being done, as a sentence without a full stop.
    place : str
        Key of the part of the page that asked for it.
    doing : str
        The step it is at, in words.
    done, of : int
        How far it has come; ``of`` 0: not known.
    stopping : bool
        Whether somebody has asked it to stop.
    """

    title: str
    place: str = ""
    doing: str = ""
    done: int = 0
    of: int = 0
    stopping: bool = False


Tell = Callable[[int, int, str], None]
"""``tell(done, of, doing)``; raises ``Cancelled`` once somebody has asked the work to stop."""
Deliver = Callable[[Callable[[], None]], Any]


class Jobs:
    """At most one piece of work at a time.

    Parameters
    ----------
    seen : callable
        Called with what the page shall show, and with None at the end.
    """

    def __init__(self, seen: Callable[[JobSeen | None], None]) -> None:
        self._seen = seen
        self._deliver: Deliver | None = None
        self._stop = threading.Event()
        self._shown: JobSeen | None = None

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return self._shown is not None

    def deliver_by(self, deliver: Deliver) -> None:
        """Do the work in a thread from now on, and hand its words over by ``deliver``: the loop's own thread shows."""
        self._deliver = deliver

    def start(
        self,
        title: str,
        place: str,
        work: Callable[[Tell, Callable[[], bool]], Any],
        then: Callable[[Any], None],
        failed: Callable[[WorkbenchError], None],
    ) -> bool:
        """Begin a piece of work; False when another is under way.

        Parameters
        ----------
        title, place : str
            As in :class:`JobSeen`.
        work : callable
            Called as ``work(tell, stopped)`` beside the page.
        then, failed : callable
            Called with the result, or with the error, where the page is written.
        """
        if self.busy:
            return False
        self._stop.clear()
        self._show(JobSeen(title, place))

        def run() -> None:
            try:
                result = work(self._teller(), self._stop.is_set)
            except WorkbenchError as error:
                told = error
                self._hand_over(lambda: self._end(lambda: failed(told)))
            except Exception:  # noqa: BLE001  a thread has nobody above it: the page must say that it failed
                number = secrets.token_hex(3)
                _log.exception("fault %s in work beside the page: %s", number, title)
                fault = WorkbenchError(f"Something went wrong here (fault {number}).", "Try again.")
                self._hand_over(lambda: self._end(lambda: failed(fault)))
            else:
                self._hand_over(lambda: self._end(lambda: then(result)))

        if self._deliver is None:
            run()
        else:
            threading.Thread(target=run, name="workbench-job", daemon=True).start()
        return True

    def stop(self) -> None:
        """Ask the work to stop. It does so at its next word."""
        if self._shown is not None:
            self._stop.set()
            self._show(JobSeen(self._shown.title, self._shown.place, "Stopping…", stopping=True))

    def _teller(self) -> Tell:
        last = 0.0

        def tell(done: int, of: int, doing: str) -> None:
            nonlocal last
            if self._stop.is_set():
                raise Cancelled("It was stopped.", "What was fetched is kept: ask again and it goes on from there.")
            if (now := time.monotonic()) - last < TOLD_EVERY and done != of:
                return
            last = now
            self._hand_over(lambda: self._progress(done, of, doing))

        return tell

    def _progress(self, done: int, of: int, doing: str) -> None:
        if self._shown is not None and not self._shown.stopping:
            self._show(JobSeen(self._shown.title, self._shown.place, doing, done, of))

    def _end(self, after: Callable[[], None]) -> None:
        self._shown = None
        after()
        self._seen(None)

    def _show(self, seen: JobSeen) -> None:
        self._shown = seen
        self._seen(seen)

    def _hand_over(self, act: Callable[[], None]) -> None:
        if self._deliver is None:
            act()
        else:
            self._deliver(act)

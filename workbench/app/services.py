"""The statistics services as the app and the command line use them: opened when asked, one at a time.

Opening a service contacts nothing. Only ``search``, ``describe``, ``fetch`` and ``probe`` do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.queries import Description, Found, Query
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app.jobs import Tell
    from workbench.domain.areas import AreaRegister
    from workbench.sources.services.contract import Fetched, Progress, Service

Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Opening:
    """How a service is opened.

    Attributes
    ----------
    folder : Path
        Where replies are cached.
    base_url : str
        In place of the service's own address; empty: its own.
    stopped : callable
        Whether somebody has asked to stop.
    fresh : bool
        Ask again, whatever is cached.
    """

    folder: Path
    base_url: str = ""
    stopped: Stopped = lambda: False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A service that can be asked.

    Attributes
    ----------
    key, name : str
    note : str
        What it has, and what it wants, in a sentence.
    open : callable
        An :class:`Opening` gives the service.
    """

    key: str
    name: str
    note: str
    open: Callable[[Opening], Service]


@dataclass(frozen=True, eq=False)
class Services:
    """Every service that is offered.

    Attributes
    ----------
    offered : mapping of str to Offered
    folder : Path
        Where replies are cached.
    base_urls : mapping of str to str
        Addresses to use in place of a service's own: a mirror, or a server that a test runs.
    """

    offered: Mapping[str, Offered]
    folder: Path
    base_urls: Mapping[str, str] = field(default_factory=dict)

    def service(self, key: str, stopped: Stopped = lambda: False, *, fresh: bool = False) -> Service:
        """Open a service.

        Raises
        ------
        WorkbenchError
            When no service has this key.
        """
        if key not in self.offered:
            raise WorkbenchError(f"There is no service “{key}”.", f"Choose one of: {', '.join(self.offered)}.")
        return self.offered[key].open(Opening(self.folder, self.base_urls.get(key, ""), stopped, fresh))

    def search(self, key: str, words: str, stopped: Stopped = lambda: False) -> tuple[Found, ...]:
        """Data sets of a service that match."""
        return self.service(key, stopped).search(words)

    def describe(self, key: str, dataset: str, stopped: Stopped = lambda: False) -> Description:
        """What a service says of one data set."""
        return self.service(key, stopped).describe(dataset)

    def fetch(
        self,
        query: Query,
        areas: AreaRegister,
        tell: Tell | None = None,
        stopped: Stopped = lambda: False,
        *,
        fresh: bool = False,
    ) -> Fetched:
        """The figures of a query, whole.

        Parameters
        ----------
        query : Query
        areas : AreaRegister
        tell : callable, optional
            Told of progress.
        stopped : callable, optional
            Whether somebody has asked to stop.
        fresh : bool
            Ask the service again, whatever is cached.
        """

        def told(progress: Progress) -> None:
            if tell is not None:
                unit = f" {progress.unit}" if progress.unit else ""
                so_far = f"{progress.done:,} of {progress.of:,}{unit}" if progress.of else f"{progress.done:,}{unit}"
                tell(progress.done, progress.of, progress.doing or f"{so_far}.")

        return self.service(query.service, stopped, fresh=fresh).fetch(query, areas, told)


def offered_services(folder: Path, base_urls: Mapping[str, str] | None = None) -> Services:
    """Every service that the workbench knows; nothing is contacted.

    Parameters
    ----------
    folder : Path
        Where replies are cached.
    base_urls : mapping of str to str, optional
    """
    return Services({one.key: one for one in OFFERED}, folder, dict(base_urls or {}))


OFFERED: tuple[Offered, ...] = ()

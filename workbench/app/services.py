"""The statistics services as the app and the command line use them: opened when asked, one at a time.

Opening a service contacts nothing. Only ``search``, ``describe``, ``fetch`` and ``probe`` do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.queries import Description, Found, Query, newest
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app.jobs import Tell
    from workbench.domain.areas import AreaRegister
    from workbench.sources.services.contract import Client, Fetched, Progress, Service
    from workbench.sources.services.geography import OpenGeography

Stopped = Callable[[], bool]

TRIES = 4
MIRRORS = "WORKBENCH_SERVICES"
"""Variable of the environment that names mirrors: ``nomis=https://mirror.example/api,ons=…``."""
LATEST = "latest"
KNOW_LATEST = frozenset({"nomis", "statxplore", "fingertips", "lginform"})
"""Services that are asked for the latest period by that word; of the others the newest code is looked up."""


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
    tries : int
        How often a question is asked at most.
    """

    folder: Path
    base_url: str = ""
    stopped: Stopped = lambda: False
    fresh: bool = False
    tries: int = TRIES


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

    def service(
        self, key: str, stopped: Stopped = lambda: False, *, fresh: bool = False, tries: int = TRIES
    ) -> Service:
        """Open a service.

        Raises
        ------
        WorkbenchError
            When no service has this key.
        """
        if key not in self.offered:
            raise WorkbenchError(f"There is no service “{key}”.", f"Choose one of: {', '.join(self.offered)}.")
        return self.offered[key].open(Opening(self.folder, self.base_urls.get(key, ""), stopped, fresh, tries))

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

        service = self.service(query.service, stopped, fresh=fresh)
        if LATEST in query.periods and query.service not in KNOW_LATEST:
            query = query.with_(periods=_latest_named(query.periods, service.describe(query.dataset)))
        return service.fetch(query, areas, told)


def offered_services(folder: Path, base_urls: Mapping[str, str] | None = None) -> Services:
    """Every service that the workbench knows; nothing is contacted.

    Parameters
    ----------
    folder : Path
        Where replies are cached.
    base_urls : mapping of str to str, optional
        Addresses in place of the services' own. Those of :data:`MIRRORS` in the environment hold beside them.
    """
    return Services({one.key: one for one in OFFERED}, folder, {**_mirrors(), **(base_urls or {})})


def _latest_named(periods: tuple[str, ...], about: Description) -> tuple[str, ...]:
    """The periods with the newest code in place of “latest”; none where the data set has no such dimension."""
    time = about.dimension("time")
    if time is None or not time.codes:
        return tuple(p for p in periods if p != LATEST)
    return tuple(dict.fromkeys(newest(time) if p == LATEST else p for p in periods))


def _mirrors() -> dict[str, str]:
    said = [part.partition("=") for part in os.environ.get(MIRRORS, "").split(",") if part.strip()]
    return {key.strip(): url.strip() for key, _, url in said if url.strip()}


# Each is imported when it is opened: together they cost a tenth of a second that no other command need wait for.


def client_for(name: str, opening: Opening) -> Client:
    """The client of a service; nothing is contacted."""
    from workbench.sources.services.cache import ReplyCache  # noqa: PLC0415
    from workbench.sources.services.client import HttpClient  # noqa: PLC0415

    # A day: statistics come out monthly, and a pull that was stopped goes on from what is kept.
    age = 0.0 if opening.fresh else 24.0
    return HttpClient(
        name, ReplyCache(opening.folder), cancelled=opening.stopped, max_age_hours=age, tries=opening.tries
    )


def _at(opening: Opening, service: Service) -> Service:
    """The service, at another address when one is given."""
    if opening.base_url:
        service.base_url = opening.base_url.rstrip("/")
    return service


def _nomis(opening: Opening) -> Service:
    from workbench.reference.services_nomis import load_nomis  # noqa: PLC0415
    from workbench.sources.services import keys  # noqa: PLC0415
    from workbench.sources.services.nomis import Nomis  # noqa: PLC0415

    uid = keys.find_key(keys.NOMIS_UID)
    return _at(opening, Nomis(client_for("Nomis", opening), facts=load_nomis(), uid=uid))


def _statxplore(opening: Opening) -> Service:
    from workbench.reference.services_statxplore import load_statxplore  # noqa: PLC0415
    from workbench.sources.services import keys  # noqa: PLC0415
    from workbench.sources.services.statxplore import StatXplore  # noqa: PLC0415

    key = keys.find_key(keys.STATXPLORE_KEY)
    return _at(opening, StatXplore(client_for("Stat-Xplore", opening), load_statxplore(), key))


def _scotland(opening: Opening) -> Service:
    from workbench.sources.services.scotland import Scotland  # noqa: PLC0415

    return _at(opening, Scotland(client_for("statistics.gov.scot", opening)))


def _nisra(opening: Opening) -> Service:
    from workbench.sources.services.nisra import Nisra  # noqa: PLC0415

    return _at(opening, Nisra(client_for("NISRA", opening)))


def _statswales(opening: Opening) -> Service:
    from workbench.sources.services.statswales import StatsWales  # noqa: PLC0415

    return _at(opening, StatsWales(client_for("StatsWales", opening)))


def _ons(opening: Opening) -> Service:
    from workbench.sources.services.ons import Ons  # noqa: PLC0415

    return _at(opening, Ons(client_for("ONS", opening)))


def _fingertips(opening: Opening) -> Service:
    from workbench.sources.services.fingertips import Fingertips  # noqa: PLC0415

    return _at(opening, Fingertips(client_for("Fingertips", opening)))


def geography(folder: Path, base_url: str = "", tries: int = TRIES) -> OpenGeography:
    """ONS Open Geography: areas and boundaries, no figures; nothing is contacted."""
    from workbench.sources.services.geography import BASE_URL, OpenGeography  # noqa: PLC0415

    client = client_for(OpenGeography.name, Opening(folder, fresh=True, tries=tries))
    return OpenGeography(client, base_url or _mirrors().get("geography", BASE_URL))


def _lginform(opening: Opening) -> Service:
    from workbench.sources.services import keys  # noqa: PLC0415
    from workbench.sources.services.lginform import LgInform  # noqa: PLC0415

    key, secret = keys.find_key(keys.LGINFORM_KEY), keys.find_key(keys.LGINFORM_SECRET)
    return _at(opening, LgInform(client_for("LG Inform Plus", opening), key, secret))


OFFERED: tuple[Offered, ...] = (
    Offered("nomis", "Nomis", "Claimants, employment, population, Census: United Kingdom. No key needed.", _nomis),
    Offered(
        "statxplore",
        "Stat-Xplore",
        "DWP’s benefit statistics: Great Britain. It needs a free key in WORKBENCH_STATXPLORE_KEY or the keyring.",
        _statxplore,
    ),
    Offered("scotland", "statistics.gov.scot", "The Scottish Government’s open statistics. No key needed.", _scotland),
    Offered("nisra", "NISRA Data Portal", "Northern Ireland’s statistics, whole tables. No key needed.", _nisra),
    Offered("statswales", "StatsWales", "The Welsh Government’s statistics. No key needed.", _statswales),
    Offered("ons", "ONS", "Data sets of the Office for National Statistics, and the Census. No key needed.", _ons),
    Offered(
        "fingertips", "Fingertips", "Public health indicators with intervals: England. No key needed.", _fingertips
    ),
    Offered(
        "lginform",
        "LG Inform Plus",
        "Indicators of councils: England. It needs a key in WORKBENCH_LGINFORM_KEY, and a secret beside it.",
        _lginform,
    ),
)

"""What every service offers, and what a reply is. The client (``client.py``) and each service keep to this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from workbench.domain.areas import AreaRegister
from workbench.domain.figures import FigureSet
from workbench.domain.queries import Description, Found, Query


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply of a service, as it came.

    Attributes
    ----------
    url : str
        Without any key.
    status : int
    headers : mapping of str to str
        Names in lower case; none that holds a key.
    content : bytes
    fetched : datetime.datetime
        With its time zone.
    sha256 : str
        Of ``content``: by it a figure is traced to the reply it came from.
    cached : bool
        Whether it was read from the cache.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    fetched: datetime
    sha256: str
    cached: bool = False


Check = Callable[[Reply], None]
"""Raises ``SourceUnavailable`` when a reply is not the whole, readable answer: the status code is not enough."""


class Client(Protocol):
    """Asks a service and gives whole replies only.

    A reply that ``check`` refuses is asked for again where that is sensible, and never cached. ``secret`` headers and
    parameters are sent and appear nowhere else: not in errors, cache keys, logs or the reply's url.
    """

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        check: Check,
        headers: Mapping[str, str] | None = None,
        secret_params: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        max_age_hours: float | None = None,
    ) -> Reply:
        """A whole reply to GET; from the cache when it is no older than ``max_age_hours`` (None: the client's own)."""

    def post(
        self,
        url: str,
        *,
        check: Check,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        max_age_hours: float | None = None,
    ) -> Reply:
        """A whole reply to POST of a query (never of anything that changes the service); cached by its body too."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull has come: ``done`` of ``of`` in ``unit`` (``of`` 0: not known yet), and what is being done."""

    done: int
    of: int
    unit: str
    doing: str = ""


Tell = Callable[[Progress], None]
"""Told of progress; it may raise ``Cancelled`` to stop. What was fetched stays cached, so the pull can go on later."""


@dataclass(frozen=True, eq=False)
class Fetched:
    """What a query brought.

    Attributes
    ----------
    figures : FigureSet
        Validated, in the tidy schema. Breakdown columns are text; an empty text means all of them.
    titles : mapping of str to str
        What each measure is called.
    replies : tuple of Reply
        What the figures were read from, in order.
    notes : tuple of str
        What a reader must know of these figures: perturbed cells, provisional months, areas that gave nothing.
    unresolved : tuple of str
        Codes of areas that came back and are not held in the register; their figures are kept where the GSS code says
        level and nation.
    """

    figures: FigureSet
    titles: Mapping[str, str] = field(default_factory=dict)
    replies: tuple[Reply, ...] = ()
    notes: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()


class Service(Protocol):
    """A statistics service.

    Made with a client and, to let tests and mirrors stand in, a base address: ``Nomis(client, base_url=...)``.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    base_url: str

    def search(self, words: str) -> tuple[Found, ...]:
        """Data sets whose titles or keywords match, best first."""

    def describe(self, dataset: str) -> Description:
        """Dimensions, codes and kinds of area of a data set."""

    def fetch(self, query: Query, areas: AreaRegister, tell: Tell = lambda _: None) -> Fetched:
        """The figures of a query, whole, or an error. Never a part taken for the whole."""

    def probe(self) -> str:
        """Ask one small real question; a sentence that says what was answered."""

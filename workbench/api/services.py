"""The statistics services for an analyst: find a data set, see what it holds, fetch a table. Nothing else asks one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from workbench import places
from workbench.api.answer import Answer
from workbench.api.tables import Table
from workbench.app.desk import areas_held
from workbench.app.services import Services, offered_services
from workbench.domain.queries import Choice, Description, Query
from workbench.sources.services.contract import Fetched

Codes = str | int | Sequence[str | int]
"""One code of a dimension, or several."""


def search(service: str, words: str, *, base_url: str = "") -> pd.DataFrame:
    """Find data sets of a statistics service. Only the words are sent.

    Parameters
    ----------
    service : str
        ``nomis``, ``statxplore``, ``scotland``, ``nisra``, ``statswales``, ``ons``, ``fingertips`` or ``lginform``.
    words : str
    base_url : str
        Another address to ask: a mirror, or a server of your own.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``title`` and ``note``, best match first.

    Raises
    ------
    WorkbenchError
        When there is no such service, it does not answer, or it wants a key that is not set.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.search("nomis", "claimant")  # doctest: +SKIP
    """
    found = _services(service, base_url).search(service, words)
    return Table([(f.id, f.title, f.note) for f in found], columns=["id", "title", "note"])


def describe(service: str, dataset: str, *, base_url: str = "") -> Answer:
    """Say what a data set holds: its dimensions with their codes, kinds of area, periods and notes.

    Parameters
    ----------
    service : str
        As for :func:`search`.
    dataset : str
        Id of the data set, as :func:`search` gives it.
    base_url : str

    Returns
    -------
    Answer
        ``table`` has one row a code: ``dimension``, ``role`` (area, time, measure, breakdown, or “kind of area” for
        what ``level`` takes), ``code``, ``label`` and ``usual``, whether it is the one taken when none is chosen. A
        dimension whose codes the service does not list has one row without a code. ``value`` is a
        :class:`~workbench.domain.queries.Description`.

    Raises
    ------
    WorkbenchError
        As for :func:`search`, and when there is no such data set.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.describe("nomis", "NM_162_1")  # doctest: +SKIP
    """
    about = _services(service, base_url).describe(service, dataset)
    return Answer(
        title=f"{about.title} ({about.id})",
        table=_codes(about),
        caption=f"Source: {about.citation.text()}",
        notes=about.notes,
        value=about,
    )


def fetch(
    service: str,
    dataset: str,
    *,
    level: str = "",
    within: str | Sequence[str] = (),
    areas: str | Sequence[str] = (),
    choices: Mapping[str, Codes] | None = None,
    periods: str | Sequence[str] = "latest",
    fresh: bool = False,
    base_url: str = "",
) -> Answer:
    """Fetch a table of a service, whole or not at all. The question is sent, and the key where one is wanted.

    Parameters
    ----------
    service, dataset : str
        As for :func:`describe`.
    level : str
        Kind of area, as :func:`describe` lists it.
    within : str or sequence of str
        GSS codes: only parts of these areas.
    areas : str or sequence of str
        GSS codes of areas to take.
    choices : mapping of str to codes, optional
        Dimension to one code or several: ``{"gender": 0, "age": [1, 2]}``.
    periods : str or sequence of str
        As the service writes them; the latest when left out.
    fresh : bool
        Ask again, whatever is kept from earlier in the day.
    base_url : str

    Returns
    -------
    Answer
        ``table`` has one row a figure, with the columns of :data:`workbench.domain.figures.COLUMNS`, one for each
        breakdown, and ``source``, the citation. A missing figure is NaN with the reason in ``flag``. ``value`` is a
        :class:`~workbench.sources.services.contract.Fetched`, with every reply it was read from. Hand the answer to
        other functions as ``more``.

    Raises
    ------
    WorkbenchError
        As for :func:`describe`; when the reply is cut off or contradicts itself; when the question leaves a dimension
        open that the service wants named.

    Examples
    --------
    >>> import workbench as wb
    >>> new = wb.fetch(  # doctest: +SKIP
    ...     "nomis", "NM_162_1", areas=["E08000001"], choices={"gender": 0, "age": 0, "measure": 1, "measures": 20100}
    ... )
    >>> wb.figures("claimant_count", "district", more=new)  # doctest: +SKIP
    """
    query = Query(
        service=service,
        dataset=dataset,
        level=level,
        within=_several(within),
        areas=_several(areas),
        periods=_several(periods),
        choices=tuple(Choice(dimension=name, codes=_several(codes)) for name, codes in (choices or {}).items()),
    )
    fetched = _services(service, base_url).fetch(query, areas_held(places.sample(), places.home()), fresh=fresh)
    return _answered(fetched)


def _services(service: str, base_url: str) -> Services:
    return offered_services(places.home() / "replies", {service: base_url} if base_url else {})


def _several(codes: Codes) -> tuple[str, ...]:
    return (str(codes),) if isinstance(codes, str | int) else tuple(str(code) for code in codes)


def _codes(about: Description) -> Table:
    rows: list[tuple[str, str, str, str, bool]] = []
    for d in about.dimensions:
        rows += [(d.id, d.role, c.id, c.label, c.id == d.default) for c in d.codes] or [
            (d.id, d.role, d.default, d.label, bool(d.default))
        ]
    rows += [("", "kind of area", kind.id, kind.label, False) for kind in about.kinds]
    return Table(rows, columns=["dimension", "role", "code", "label", "usual"])


def _answered(fetched: Fetched) -> Answer:
    figures = fetched.figures
    cited = {key: citation.text() for key, citation in figures.citations.items()}
    count, areas = len(figures), figures.frame["area_code"].nunique()
    what = "; ".join(dict.fromkeys(fetched.titles.get(m, m) for m in figures.frame["measure"]))
    return Answer(
        title=f"{what or 'Nothing'}: {count:,} figure{'s' * (count != 1)} for {areas:,} area{'s' * (areas != 1)}",
        table=Table(figures.frame.assign(source=[cited[i] for i in figures.frame["source_id"]]).reset_index(drop=True)),
        caption="; ".join(f"Source: {text}" for text in dict.fromkeys(cited.values())),
        notes=fetched.notes,
        value=fetched,
    )

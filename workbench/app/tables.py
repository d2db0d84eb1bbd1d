"""The table builder as a value: source, data set, areas, breakdowns, period, preview. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.domain.queries import Choice, Description, Dimension, Found, Query
from workbench.errors import Fault

if TYPE_CHECKING:
    from workbench.domain.closed_sites import ClosedSite
    from workbench.sources.services.contract import Fetched

LATEST = "latest"
WHERE = (
    ("place", "The parts of the place of the proposal"),
    ("everywhere", "Everywhere the data set reaches"),
    ("chosen", "Areas that I choose"),
)


@dataclass(frozen=True, slots=True)
class Builder:
    """How far a table has come. What is typed and ticked is with the page's other choices, under ``table/``.

    Attributes
    ----------
    service : str
        Key of the service that was last asked.
    words : str
        What was searched for.
    found : tuple of Found or None
        What the search gave; None before a search.
    closed : ClosedSite or None
        When the words name a site that has closed: what became of it.
    description : Description or None
        Of the data set that was chosen.
    areas : tuple of str
        Areas chosen one by one.
    query : Query or None
        What the preview was asked by.
    fetched : Fetched or None
        The preview.
    kept_id : str
        Id of the kept table that is being changed; empty for a new one.
    problem : str
        Why the last question was not answered.
    stopped : bool
        Whether that was because somebody stopped it, which is no fault.
    """

    service: str = ""
    words: str = ""
    found: tuple[Found, ...] | None = None
    closed: ClosedSite | None = None
    description: Description | None = None
    areas: tuple[str, ...] = ()
    query: Query | None = None
    fetched: Fetched | None = None
    kept_id: str = ""
    problem: str = ""
    stopped: bool = False

    def with_(self, **changes: Any) -> Builder:
        """A copy with some fields changed."""
        return replace(self, **changes)


def several(picked: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """What is ticked under a key, whether one or several."""
    value = picked.get(key, ())
    return (value,) if isinstance(value, str) and value else tuple(value or ())


def chosen_codes(dimension: Dimension, picked: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes ticked of a dimension; before anything is ticked, its default or its only code."""
    key = f"table/dim/{dimension.id}"
    if key in picked:
        known = {code.id for code in dimension.codes}
        return tuple(code for code in several(picked, key) if code in known or not known)
    if dimension.default:
        return (dimension.default,)
    return (dimension.codes[0].id,) if len(dimension.codes) == 1 else ()


def query_of(
    builder: Builder, picked: Mapping[str, Any], places: Sequence[str]
) -> tuple[Query | None, tuple[Fault, ...]]:
    """The query that the form stands for, or what is still to be chosen.

    Parameters
    ----------
    builder : Builder
        With a description.
    picked : mapping
        What is ticked on the page.
    places : sequence of str
        GSS codes of the places of the proposal.

    Returns
    -------
    tuple of (Query or None, tuple of Fault)
        The path of each fault is the name of its field.
    """
    about = builder.description
    if about is None:
        return None, (Fault("", "Choose a data set.", ""),)
    faults = []
    where = str(picked.get("table/where", "place" if places else "everywhere"))
    kind = str(picked.get("table/kind", default_kind(about)))
    if where == "chosen" and not builder.areas:
        faults.append(Fault("ui/table/where", "Choose at least one area."))
    if where == "place" and not places:
        faults.append(Fault("ui/table/where", "Add a place in step 1, or choose areas here."))
    if about.kinds and where != "chosen" and kind not in {k.id for k in about.kinds}:
        faults.append(Fault("ui/table/kind", "Choose a kind of area."))
    choices = []
    for dimension in about.dimensions:
        if dimension.role not in ("breakdown", "measure"):
            continue
        codes = chosen_codes(dimension, picked)
        if not codes:
            faults.append(Fault(f"ui/table/dim/{dimension.id}", f"Choose at least one of {dimension.label}."))
        choices.append(Choice(dimension=dimension.id, codes=codes))
    periods = several(picked, "table/periods") or (LATEST,)
    if faults:
        return None, tuple(faults)
    return (
        Query(
            service=about.service,
            dataset=about.id,
            level="" if where == "chosen" else kind,
            within=tuple(places) if where == "place" else (),
            areas=builder.areas if where == "chosen" else (),
            periods=periods,
            choices=tuple(choices),
        ),
        (),
    )


def default_kind(about: Description) -> str:
    """The kind of area to begin with: districts where there are some, the newest first; else the first."""
    districts = [k for k in about.kinds if k.level == "district"]
    best = max(districts, key=lambda k: k.vintage, default=None)
    return best.id if best else (about.kinds[0].id if about.kinds else "")


def picked_of(query: Query, picked: Mapping[str, Any]) -> dict[str, Any]:
    """What is ticked when a query is opened to be changed; other choices of the page stay."""
    kept = {key: value for key, value in picked.items() if not key.startswith("table/")}
    where = "chosen" if query.areas else "place" if query.within else "everywhere"
    ticked: dict[str, Any] = {
        "table/service": query.service,
        "table/where": where,
        "table/kind": query.level,
        "table/periods": query.periods,
        **{f"table/dim/{choice.dimension}": choice.codes for choice in query.choices},
    }
    return {**kept, **{key: value for key, value in ticked.items() if value}}

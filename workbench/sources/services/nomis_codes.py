"""What Nomis says of its data sets: definitions, code lists, kinds of area, periods.

``.sdmx.json`` is Nomis's own writing of SDMX 2.0 as JSON. Verified: the definition, against one recorded reply
(NM_2021_1, 6 February 2026). From consumers' code only, and wanting a live run: code lists, the list of TYPEs, the
search for an area, and the annotations of periods.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workbench.domain.nomis import TOTAL, NomisDataset, NomisFacts
from workbench.domain.periods import last_day
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Role
from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services import tidy
from workbench.sources.services.contract import Reply

GEOGRAPHY, MEASURES = "geography", "measures"
_MEASURES = (MEASURES, "measure", "variable", "item", "cell")
_USUAL = "20100"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)
_TOTAL = re.compile(TOTAL)


@dataclass(frozen=True)
class Definition:
    """What is needed of a data set to ask for its figures and to read them.

    Attributes
    ----------
    description : Description
    periods : mapping of str to (first day, last day)
        By code; only where the service gives real dates.
    newest : str
        Code of the newest period; empty when it is not known.
    unit : str
    perturbed : bool
        Whether its own notes say that counts were changed at random.
    known : NomisDataset or None
    """

    description: Description
    periods: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    newest: str = ""
    unit: str = ""
    perturbed: bool = False
    known: NomisDataset | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Every dimension that a query has to name, areas and time apart."""
        return tuple(d for d in self.description.dimensions if d.role in ("measure", "breakdown"))


def is_structure(reply: Reply) -> None:
    """Refuse a reply that is no structure: an error in JSON comes with status 200.

    Raises
    ------
    Refused
        When the service says what it cannot do.
    SourceUnavailable
        When it is anything else.
    """
    body = tidy.json_of(reply)
    if isinstance(body, dict) and "error" in body:
        raise Refused(
            f"Nomis answered: “{body['error']}”.", "Check the data set and the codes that were asked for.", reply.url
        )
    if not isinstance(body, dict) or not isinstance(body.get("structure"), dict):
        tidy.refuse(reply, "The reply holds no structure.")


def families(reply: Reply) -> list[dict[str, Any]]:
    """The data sets that a definition or a search holds; none found is an empty list."""
    return _members(reply, "keyfamilies", "keyfamily")


def codes(reply: Reply) -> list[dict[str, Any]]:
    """The codes of a code list; a list without codes is one to which nothing matched."""
    lists = _members(reply, "codelists", "codelist")
    return tidy.list_of(reply, lists[0].get("code") or [], "value") if lists else []


def code(item: Mapping[str, Any]) -> Code:
    """One code of a code list."""
    return Code(id=str(item["value"]), label=_text(item.get("description")), parent=str(item.get("parentcode") or ""))


def annotated(item: Mapping[str, Any]) -> dict[str, str]:
    """Annotations by their title in lower case; numbers are texts here."""
    listed = (item.get("annotations") or {}).get("annotation") or []
    return {
        str(a.get("annotationtitle", "")).lower(): str(a.get("annotationtext", ""))
        for a in listed
        if isinstance(a, dict)
    }


def title(family: Mapping[str, Any]) -> str:
    """The name of a data set."""
    return _text(family.get("name"))


def concepts(family: Mapping[str, Any], reply: Reply) -> tuple[str, ...]:
    """The dimensions of a data set in lower case, areas among them; frequency and time are not asked for.

    Raises
    ------
    SourceUnavailable
        When the definition names none.
    """
    listed = (family.get("components") or {}).get("dimension")
    found = tuple(
        str(d["conceptref"]).lower()
        for d in tidy.list_of(reply, listed or [], "conceptref")
        if str(d.get("isfrequencydimension", "false")).lower() != "true"
    )
    if GEOGRAPHY not in found:
        tidy.refuse(reply, "The definition names no dimension of areas.")
    return found


def dimension(concept: str, listed: tuple[Code, ...], known: NomisDataset | None) -> Dimension:
    """One dimension, with the code that stands for all people or for the usual measure."""
    role: Role = "measure" if concept in _MEASURES else "breakdown"
    said = known.totals.get(concept, "") if known else ""
    there = {c.id for c in listed}
    if said not in there:
        said = ""
    if not said and role == "breakdown":
        totals = [c.id for c in listed if is_total(c.label)]
        said = totals[0] if len(totals) == 1 else ""
    if not said and concept == MEASURES and _USUAL in there:
        said = _USUAL
    return Dimension(id=concept, label=_words(concept), role=role, codes=listed, default=said)


def is_total(label: str) -> bool:
    """Whether a label stands for everybody.

    Examples
    --------
    >>> is_total("All categories: Age 16+"), is_total("Total"), is_total("All other ethnic groups")
    (True, True, False)
    """
    return _TOTAL.fullmatch(" ".join(label.lower().split())) is not None


def kind(item: Mapping[str, Any], facts: NomisFacts) -> AreaKind:
    """One kind of area."""
    return facts.kind(str(item["value"]), _text(item.get("description")))


def dates(item: Mapping[str, Any]) -> tuple[date, date] | None:
    """First and last day of a period from its annotations, or None unless both are real dates that fit months.

    Some data sets have the name of a field where the date belongs. An end that is the first of a month may mean the
    month or the day before: it is not used.
    """
    said = annotated(item)
    first, last = _date(said.get("start period", "")), _date(said.get("end period", ""))
    if first is None or last is None or last < first:
        return None
    whole = last == last_day(last.year, last.month) and first.day == 1
    return (first, last) if whole or first == last else None


def definition(
    reply: Reply,
    dimensions: tuple[Dimension, ...],
    kinds: tuple[AreaKind, ...],
    times: list[dict[str, Any]],
    known: NomisDataset | None,
) -> Definition:
    """Everything put together."""
    family = families(reply)[0]
    dataset, said = str(family.get("id", "")), annotated(family)
    updated = _date(said.get("lastupdated", ""))
    perturbed = any("perturbation" in text for key, text in said.items() if key.startswith("metadatatext"))
    time = Dimension(id="date", label="Date", role="time", codes=tuple(code(t) for t in times))
    area = Dimension(id=GEOGRAPHY, label="Area", role="area")
    periods = {str(t["value"]): days for t in times if (days := dates(t)) is not None}
    base = known.citation if known else Citation(
        publisher="Nomis", title=title(family), url=reply.url, licence=tidy.OGL
    )  # fmt: skip
    description = Description(
        service="nomis",
        id=dataset,
        title=title(family),
        dimensions=(time, area, *dimensions),
        kinds=kinds,
        notes=_notes(said, known, perturbed),
        updated=updated,
        citation=base.with_(locator=base.locator or dataset, published=updated, retrieved=reply.fetched.date()),
    )
    newest = max((c.id for c in time.codes), default="")
    return Definition(description, periods, newest, _unit(said.get("units", "")), perturbed, known)


def _notes(said: Mapping[str, str], known: NomisDataset | None, perturbed: bool) -> tuple[str, ...]:
    notes = list(known.notes) if known else []
    if about := said.get("subdescription", ""):
        notes.insert(0, f"About: {about}.")
    status = said.get("status", "")
    if status and not status.lower().startswith("current"):
        notes.append(f"Take care. Nomis says of it: {status}.")
    if perturbed:
        notes.append("Take care. Small random changes were made to some counts: do not add cells.")
    if known and known.unverified:
        notes.append(f"Not yet checked on Nomis: {known.unverified}.")
    return tuple(notes)


def _unit(said: str) -> str:
    return {"persons": "people", "people": "people", "percent": "percent", "percentage": "percent"}.get(
        said.strip().lower(), said.strip().lower() or "count"
    )


def _members(reply: Reply, outer: str, inner: str) -> list[dict[str, Any]]:
    structure = tidy.object_of(reply, "structure")["structure"]
    held = structure.get(outer) if isinstance(structure, dict) else None
    if not held:
        return []
    if not isinstance(held, dict):
        raise SourceUnavailable("The reply has an unknown shape.", tidy.RETRY, reply.url)
    return tidy.list_of(reply, held.get(inner) or [])


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("value", "")
    return " ".join(str(value or "").split())


def _date(text: str) -> date | None:
    found = _ISO.match(text.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _words(concept: str) -> str:
    plain = re.sub(r"^c(?=_)|_", " ", concept).strip()
    return plain[:1].upper() + plain[1:]

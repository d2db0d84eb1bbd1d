"""The document from the project and what was computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from workbench.domain import words
from workbench.domain.document import Block, Document, Section, assemble, cited, gaps
from workbench.domain.project import Project
from workbench.domain.proposal import annexes, ask, case, worth
from workbench.domain.proposal.evidence import Evidence
from workbench.domain.proposal.outline import SECTIONS, Part
from workbench.domain.proposal.writing import Case, Heading, Piece, care, so_many_missing, typed

_WRITERS: Final[Mapping[str, Callable[[Case], Iterable[Piece]]]] = {
    "summary": case.summary,
    "purpose": case.purpose,
    "people": case.people,
    "partnership": case.partnership,
    "published": case.published,
    "alternatives": case.alternatives,
    "theory": case.theory,
    "operations": case.operations,
    "data": ask.data,
    "cohort": ask.cohort,
    "legal": ask.legal,
    "considerations": ask.considerations,
    "handling": ask.handling,
    "value": worth.value,
    "customers": worth.customers,
    "proportionality": worth.proportionality,
    "risks": worth.risks,
    "timetable": worth.timetable,
    "evaluation": worth.evaluation,
    "assumptions": annexes.assumptions,
    "thread": annexes.thread,
}


def build_proposal(project: Project, evidence: Evidence, *, today: date) -> Document:
    """Write the proposal.

    Parameters
    ----------
    project : Project
    evidence : Evidence
        What was computed from the same project.
    today : datetime.date
        The day the document carries.

    Returns
    -------
    Document
        Every section of :data:`~workbench.domain.proposal.outline.SECTIONS`, whatever is missing;
        ``document.missing`` lists that.

    Examples
    --------
    >>> document = build_proposal(Project(id="p"), Evidence(), today=date(2026, 11, 25))
    >>> document.title, len(document.missing) > 10
    ('Untitled proposal', True)
    """
    this = Case(project, evidence)
    written = {part.id: _section(part, this, _drafted(part, this)) for part in SECTIONS if part.id in _WRITERS}
    sections = [section for part in written.values() for section in part]
    found = gaps(sections)
    told = {c.text() for section in sections for block in section.blocks for c in cited(block)}
    others = [c for c in evidence.citations if c.text() not in told]
    # These two tell of all the others.
    written["missing"] = _section(_part("missing"), this, annexes.missing_parts(this, found))
    written["sources"] = _section(_part("sources"), this, annexes.sources(this, others))
    ordered = [section for part in SECTIONS for section in written[part.id]]
    title = project.name.strip() or "Untitled proposal"
    subtitle = "Proposal to the Department for Work and Pensions for sharing data"
    return assemble(title, subtitle, today, ordered, _title_block(project, len(found)))


# The sections that say themselves where their pictures stand.
_PLACE_PICTURES: Final = {"purpose", "published", "theory", "value"}


def _drafted(part: Part, this: Case) -> Iterator[Piece]:
    yield from _WRITERS[part.id](this)
    if part.id not in _PLACE_PICTURES:
        yield from case.pictures(this, part.id)


def _part(section_id: str) -> Part:
    return next(part for part in SECTIONS if part.id == section_id)


def _number(part: Part) -> str:
    fellows = [p.id for p in SECTIONS if p.annex == part.annex]
    place = fellows.index(part.id)
    return chr(ord("A") + place) if part.annex else str(place + 1)


def _title_block(project: Project, open_: int) -> Iterator[tuple[str, str]]:
    partners = [p.name for p in project.frame.partners if p.name.strip()]
    if partners:
        yield "Partnership", words.listed(partners)
    if project.frame.places:
        yield "Area", words.listed([place.name or place.id for place in project.frame.places])
    yield (
        "State",
        f"Draft. {so_many_missing(open_)} See annex A." if open_ else "Complete as far as can be checked by computer.",
    )


def _section(part: Part, this: Case, pieces: Iterable[Piece]) -> list[Section]:
    """A section and its parts: the author's own words first, then what is stale, then the draft."""
    own = list(typed(this.project.prose_for(part.id)))
    stale = this.evidence.stale.get(part.id)
    told = [care(f"{stale} What follows was computed before.")] if stale else []
    blocks: list[Block] = [*own, *told]
    sections: list[Section] = []
    heading, level = part.heading, 1

    def made() -> Section:
        if level == 1:
            return Section(part.id, heading, 1, tuple(blocks), _number(part))
        return Section(f"{part.id}-{len(sections)}", heading, level, tuple(blocks))

    for piece in pieces:
        if isinstance(piece, Heading):
            sections.append(made())
            heading, level, blocks = piece.text, 2, []
        else:
            blocks.append(piece)
    return [*sections, made()]

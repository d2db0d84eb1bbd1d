"""Sections that make the case: the problem, the people, what is published, what else was considered, the theory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.domain import words
from workbench.domain.catalogue import Dataset
from workbench.domain.document import Picture, Run, Runs
from workbench.domain.logic_model import Link, LogicModel
from workbench.domain.money import pounds
from workbench.domain.need import Need
from workbench.domain.proposal.outline import GUIDE, SECTIONS
from workbench.domain.proposal.writing import (
    NOT_SAID,
    Case,
    Cell,
    Heading,
    Piece,
    bullets,
    care,
    missing,
    para,
    runs,
    table,
    told,
    typed,
)
from workbench.domain.provenance import Citation
from workbench.domain.sufficiency import Verdict

SENSITIVITY: Final = "value: sensitivity"
_HOME: Final = {"logic-model": "theory", "cash-flow": "value", "tornado": SENSITIVITY, "distribution": SENSITIVITY}


def pictures(case: Case, section: str) -> Iterator[Piece]:
    """The pictures that stand in a section."""
    known = {part.id for part in SECTIONS}
    for ref in case.evidence.pictures:
        home = ref.section if ref.section in known else _HOME.get(ref.id, "published")
        if home == section:
            yield Picture(ref.id, ref.caption, ref.alt, ref.source, ref.citations)


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence."""
    line = " ".join(text.split())
    for end in (". ", "? ", "! "):
        if end in line:
            line = line[: line.index(end) + 1]
    return line


# --- 1 to 4 -----------------------------------------------------------------------------------------------------------


def summary(case: Case) -> Iterator[Piece]:
    """The case at a glance."""
    project = case.project
    if not project.prose_for("summary").strip():
        yield from typed(project.summary)
    if not project.summary.strip() and not project.prose_for("summary").strip():
        yield missing("There is no summary in your own words. Write a few sentences in step 6.")
    yield table(
        "The proposal at a glance",
        (("Point", 26), ("In short", 74)),
        [(point, said or NOT_SAID) for point, said in _glance(case)],
    )


def _glance(case: Case) -> Iterator[tuple[str, Cell]]:
    project, frame, request = case.project, case.project.frame, case.project.request
    yield "The problem", first_sentence(frame.problem)
    yield "What would be done differently", first_sentence(frame.change)
    yield "People", first_sentence(frame.people)
    yield "Places", words.listed([place.name or place.id for place in frame.places])
    yield "Partnership", words.listed([p.name for p in frame.partners if p.name.strip()])
    yield "Published figures", published_in_short(case)
    asked = f"{words.sentence(words.number(len(request.items)) + ' item' + 's' * (len(request.items) != 1))}"
    about = f" About {request.people_count:,} people." if request.people_count is not None else ""
    yield "Data requested", f"{asked}{about}" if project.request.items else ""
    yield "Legal power relied on", first_sentence(request.legal_power)
    yield "Worth", worth_in_short(case)
    yield "Needed by", request.needed_by


def published_in_short(case: Case) -> str:
    """How many needs published figures answer, as a sentence."""
    total = len(case.project.needs)
    found = [case.evidence.verdict(need.id) for need in case.project.needs]
    counts = [(sum(v is not None and v.status == s for v in found), s) for s in ("met", "partly", "not met")]
    if not total:
        return ""
    said = {"met": "answered as published", "partly": "answered if adapted", "not met": "not answered"}
    parts = [f"{words.number(n)} {'is' if n == 1 else 'are'} {said[s]}" for n, s in counts if n]
    left = total - sum(n for n, _ in counts)
    parts += [f"{words.number(left)} {'is' if left == 1 else 'are'} not judged yet"] if left else []
    return words.sentence(f"of {words.number(total)} need{'s' * (total != 1)}, {words.listed(parts)}")


def worth_in_short(case: Case) -> str:
    """The preferred option's net present value, with what a ratio must never stand without."""
    results = case.evidence.results
    best = results.preferred if results else None
    if results is None or best is None:
        return ""
    ratio = f", benefit–cost ratio {best.bcr:.2f}" if best.bcr is not None else ""
    left_out = f" {words.sentence(_not_in_money(len(best.effects)))}" if best.effects else ""
    return (
        f"{best.name}: net present value {pounds(best.npv)} (from {pounds(best.npv_low)} to {pounds(best.npv_high)})"
        f"{ratio}, as public value over {results.horizon} years against doing nothing.{left_out}"
    )


def _not_in_money(n: int) -> str:
    return f"{words.number(n)} effect{'s are' if n != 1 else ' is'} not put into money"


def purpose(case: Case) -> Iterator[Piece]:
    """The problem, with the figures that show it, and the purpose."""
    frame = case.project.frame
    yield from typed(frame.problem)
    if not frame.problem.strip():
        yield missing("The problem is not described. Say what is wrong, how big it is and how you know (step 1).")
    yield Heading("What published figures show")
    for statement in case.evidence.statements:
        yield para(statement.text, *statement.citations)
        for caveat in statement.caveats:
            yield care(caveat)
    yield from pictures(case, "purpose")
    if not case.evidence.statements:
        yield missing("No published figure is set beside the problem. Compare areas in step 2.")
    yield Heading("The purpose of sharing")
    yield from typed(frame.change)
    if not frame.change.strip():
        yield missing("The purpose is not stated. Say what would be done differently with better data (step 1).")


def people(case: Case) -> Iterator[Piece]:
    """Who, how many, where."""
    frame, request = case.project.frame, case.project.request
    count = f"About {request.people_count:,} people" if request.people_count is not None else ""
    basis = f". {words.sentence(request.people_count_basis)}" if count else ""
    yield from told(
        [
            ("Who it is about", frame.people, "say who the people are, as narrowly as you can (step 1)."),
            ("How many", f"{count}{basis}", "say how many people, and where the number is from (step 4)."),
            ("Whose rules apply", frame.nation, "choose the nation; the rules differ (step 1)."),
        ]
    )
    if frame.places:
        rows = [(place.name or place.id, place.id) for place in frame.places]
        yield table("Places the proposal is about", (("Place", 64), ("GSS code", 36)), rows)
    else:
        yield missing("No place is chosen. Add at least one area (step 1).")


def partnership(case: Case) -> Iterator[Piece]:
    """The bodies and what each does."""
    partners = case.project.frame.partners
    if not partners:
        yield missing("No partner is named. Add the bodies of the partnership (step 1).")
        return
    rows = [(p.name or NOT_SAID, p.kind.capitalize() or NOT_SAID, p.role, _receives(p.receives_data)) for p in partners]
    yield table(
        "The bodies of the partnership",
        (("Body", 28), ("Kind", 20), ("Part it plays", 34), ("Would receive the data", 18)),
        [(name, kind if kind != "Dwp or jobcentre plus" else "DWP or Jobcentre Plus", *r) for name, kind, *r in rows],
    )
    if not any(p.kind == "DWP or Jobcentre Plus" for p in partners):
        yield care(
            "No DWP or Jobcentre Plus body is named. DWP’s guide (section 8) asks partners to engage them early.",
            GUIDE,
        )


def _receives(answer: str) -> str:
    return answer.capitalize() if answer else "Not said"


# --- 5 and 6 ----------------------------------------------------------------------------------------------------------


def published(case: Case) -> Iterator[Piece]:
    """Need, source, verdict, reason."""
    needs = case.project.needs
    yield para("DWP’s guide (section 7) asks that published data be reviewed before any is requested.", GUIDE)
    if not needs:
        yield missing("No need has been set against published figures. Say what you need to know (step 2).")
    else:
        yield para(published_in_short(case))
        yield table(
            "What is needed, the best published source, and whether it is enough",
            (("What is needed", 28), ("Best published source", 22), ("Is it enough?", 15), ("Because", 35)),
            [_need_row(need, case.evidence.verdict(need.id)) for need in needs],
        )
    for need in needs:
        if case.evidence.verdict(need.id) is None:
            yield missing(f"“{_question(need)}” has not been tested against published figures (step 2).")
    yield from _cautions(case)
    yield from pictures(case, "published")


def _question(need: Need) -> str:
    return need.question.strip() or f"Need {need.id}"


def _need_row(need: Need, verdict: Verdict | None) -> tuple[Cell, ...]:
    use = f"Used for: {need.why.strip()}" if need.why.strip() else ""
    asked = "\n".join(line for line in (_question(need), _detail(need), use) if line)
    if verdict is None:
        return asked, "", "Not tested yet", ""
    source: Runs = (Run(verdict.source_label or "None found", cites=_cites(verdict)),)
    because = f"{verdict.reason} {verdict.remedy}".strip()
    return asked, source, (Run(verdict.phrase, strong=True),), because


def _detail(need: Need) -> str:
    individual = need.level == "individual" or need.unit == "individual records"
    parts = [need.unit.capitalize() if not individual else "Individual records"]
    parts += [f"by {words.listed(list(need.breakdowns))}"] if need.breakdowns else []
    parts += [f"for each {need.level}"] if need.level and not individual else []
    parts += [f"{need.period[:1].lower()}{need.period[1:]}"] if need.period else []
    if need.precision is not None and not individual:
        parts.append(f"within ±{words.decimal(need.precision)}{'%' if need.unit == 'count' else ' points'}")
    parts += [f"no older than {words.counted(need.max_age_months, 'month')}"] if need.max_age_months is not None else []
    return words.sentence(", ".join(part for part in parts if part))


def _cites(verdict: Verdict) -> tuple[Citation, ...]:
    return (verdict.dataset.citation,) if verdict.dataset else ()


def _cautions(case: Case) -> Iterator[Piece]:
    """What limits each source, once for each data set."""
    datasets = {v.dataset.id: (v.dataset, _limits(v.dataset)) for v in case.evidence.verdicts if v.dataset}
    rows = [((Run(d.title, cites=(d.citation,)),), "\n".join(said)) for d, said in datasets.values() if said]
    if rows:
        yield table("Limits of these sources", (("Source", 30), ("Take care", 70)), rows)


def _limits(dataset: Dataset) -> tuple[str, ...]:
    unread = f"Not confirmed at the source: {dataset.unverified}." if dataset.unverified else ""
    return (*dataset.cautions, *filter(None, (unread,)))


def alternatives(case: Case) -> Iterator[Piece]:
    """The ladder of routes."""
    found = case.evidence.triage
    yield para(
        "DWP’s guide (section 8) asks why the share is necessary and why other means to the same end were rejected. "
        "The routes are listed from the lightest to the heaviest.",
        GUIDE,
    )
    if found is None:
        yield missing("Other routes have not been considered. Answer the questions in step 1.")
        return
    yield para((Run(words.sentence(found.headline), strong=True), Run(f" {found.because}")))
    yield table(
        "Routes considered, lightest first",
        (("Route", 28), ("Does it serve?", 20), ("Why", 52)),
        [(rung.title, rung.status.capitalize(), rung.reason) for rung in found.rungs],
    )
    for fault in found.faults:
        yield missing(f"{fault.message} {fault.remedy}".strip())
    yield care(found.caution)


# --- 7 and 8 ----------------------------------------------------------------------------------------------------------


def theory(case: Case) -> Iterator[Piece]:
    """The logic model as a picture and as a table of its links."""
    model = case.project.logic_model
    yield from pictures(case, "theory")
    if not model.nodes:
        yield missing("There is no logic model. Draw how the benefit to customers comes about (step 3).")
        return
    if model.links:
        yield table(
            "How one thing leads to the next",
            (
                ("From and to", 24),
                ("Why it would", 22),
                ("What must be true", 20),
                ("Evidence", 20),
                ("Risk", 14),
            ),
            [_link_row(link, model) for link in model.links],
        )
        yield from _link_gaps(model)
    else:
        yield missing("No box of the logic model is linked to another. Add the links (step 3).")
    yield from told(
        [
            ("Target group", model.target_group, "say whom the activities reach (step 3)."),
            ("What else bears on it", model.external_factors, "name what outside the service bears on it (step 3)."),
            ("Agreed by", model.agreed_by, "say who has agreed the model (step 3)."),
        ]
    )


def _label(model: LogicModel, node_id: str) -> str:
    return next((node.label or node.id for node in model.nodes if node.id == node_id), node_id)


def _link_row(link: Link, model: LogicModel) -> tuple[Cell, ...]:
    way = f"{_label(model, link.source)} → {_label(model, link.target)}{' (feedback)' if link.feedback else ''}"
    strength = "" if link.strength in ("", "none") else f" ({link.strength})"
    evidence = f"{link.evidence.strip()}{strength}" if link.evidence.strip() else "None stated"
    skip = f" Leaves out a level: {link.skip_reason}" if link.skip_reason else ""
    return way, (link.mechanism or NOT_SAID) + skip, link.assumption or NOT_SAID, evidence, link.risk


def _link_gaps(model: LogicModel) -> Iterator[Piece]:
    for field, what in (("mechanism", "why it would work"), ("assumption", "what must be true")):
        bare = [link for link in model.links if not getattr(link, field).strip()]
        if bare:
            names = [f"{_label(model, link.source)} → {_label(model, link.target)}" for link in bare]
            verb = "does" if len(bare) == 1 else "do"
            count = f"{words.number(len(bare))} link{'s' * (len(bare) != 1)} {verb} not say {what}"
            yield missing(f"{words.sentence(count)} {'; '.join(names)} (step 3).")


def operations(case: Case) -> Iterator[Piece]:
    """What the service would do that it does not do now."""
    frame, model = case.project.frame, case.project.logic_model
    if frame.change.strip():
        yield para((Run("With the data: ", strong=True), Run(frame.change.strip())))
    activities = [n for n in model.nodes if n.level == "activity"]
    if activities:
        yield para("The service would do this:")
        yield from bullets(_with_note(n.label, n.note) for n in activities)
    outputs = [n for n in model.nodes if n.level == "output"]
    if outputs:
        yield para("That would give:")
        yield from bullets(_with_note(n.label, n.note) for n in outputs)
    if not activities:
        yield missing("The logic model has no activity, so what the service would do is not described (step 3).")
    if not case.project.prose_for("operations").strip():
        yield missing("How the service works today is not described. Say what staff and customers would see change.")


def _with_note(label: str, note: str) -> Runs:
    return runs(f"{label} – {note}" if note.strip() else label)

"""Sections on what is asked for, and on what terms: data, cohort, law, DWP's considerations, handling."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain import words
from workbench.domain.findings import Finding
from workbench.domain.project import find
from workbench.domain.proposal.outline import GUIDE
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
    table,
    told,
)
from workbench.domain.request import DataItem

SOLICITOR = (
    "Does the power named let DWP disclose this information to each body that would receive it?",
    "Does it run in the right direction: from DWP to the partnership, not the other way?",
    "Does it cover this purpose, or only another one, such as administering a benefit?",
    "Does it cover each item, and does any item need the authority of a second owner, such as HMRC for earnings?",
    "Apart from the power: what is the lawful basis under data protection law, and is a further condition needed for "
    "health or other special category data?",
    "May a provider or charity receive the data, and in what capacity?",
    "Is what people were told when the data was collected compatible with this use?",
    "Does anything differ in the nation concerned?",
)
"""Questions, not statements of law."""


def data(case: Case) -> Iterator[Piece]:
    """The schedule of data items."""
    items = case.project.request.items
    if not items:
        yield missing("No data item is asked for. List the fields you need, or say that none is (step 4).")
        return
    yield para(
        "DWP’s guide (section 8) asks partners to name the fields they will actually need, in the least form.", GUIDE
    )
    yield table(
        "The data items requested",
        (
            ("Item and form", 20),
            ("Held by DWP in", 16),
            ("Why it is needed", 28),
            ("Need", 19),
            ("Activity it feeds", 17),
        ),
        [_item_row(case, item) for item in items],
    )
    if any(item.source.strip() for item in items):
        yield care(
            "The names of DWP’s sources follow its guide of 2013 or the partnership’s own knowledge; DWP may call them "
            "something else today.",
            GUIDE,
        )
    for item in items:
        yield from _item_gaps(case, item)
    advice = [f for f in case.evidence.request_findings if f.subject_id in {i.id for i in items}]
    if advice:
        yield Heading("Where less might do")
        yield from bullets(_said(f) for f in advice)


def _said(finding: Finding) -> str:
    return f"{finding.message} {finding.remedy}".strip()


def _name(item: DataItem) -> str:
    return item.name.strip() or f"Item {item.id}"


def _item_row(case: Case, item: DataItem) -> tuple[Cell, ...]:
    needs = {n.id: n.question for n in case.project.needs}
    nodes = {n.id: n.label for n in case.project.logic_model.nodes}
    reason = item.reason.strip() or NOT_SAID
    if item.exact_because.strip():
        reason += f"\nWhy no less: {item.exact_because.strip()}"
    return (
        f"{_name(item)}\n{item.form.strip() or 'Form: missing'}",
        item.source,
        reason,
        "\n".join(needs[i] for i in item.need_ids if needs.get(i)) or NOT_SAID,
        "\n".join(nodes[i] for i in item.node_ids if nodes.get(i)) or NOT_SAID,
    )


def _item_gaps(case: Case, item: DataItem) -> Iterator[Piece]:
    needs = {n.id for n in case.project.needs}
    nodes = {n.id for n in case.project.logic_model.nodes}
    wanted = (
        (item.form, "the least form that serves"),
        (item.reason, "why it is needed"),
        ("".join(i for i in item.need_ids if i in needs), "which need it answers"),
        ("".join(i for i in item.node_ids if i in nodes), "which activity it feeds"),
    )
    lacks = [what for given, what in wanted if not given.strip()]
    if lacks:
        yield missing(f"{_name(item)}: it is not said {words.listed(lacks)} (step 4).")


def cohort(case: Case) -> Iterator[Piece]:
    """Whose data, how far back, how often."""
    request = case.project.request
    count = f"{request.people_count:,}" if request.people_count is not None else ""
    yield from told(
        [
            ("Cohort", request.cohort, "say exactly who is in and who is out (step 4)."),
            ("Volume", count and f"About {count} people", "say about how many people (step 4)."),
            ("Where that number is from", request.people_count_basis, "give its source (step 4)."),
            ("History", request.history, "say how far back (step 4)."),
            ("Frequency", request.frequency, "say once, or how often (step 4)."),
            ("Needed by", request.needed_by, "give a date (step 4)."),
        ]
    )


def legal(case: Case) -> Iterator[Piece]:
    """The power and the basis, apart, and what to ask a solicitor."""
    request = case.project.request
    yield care("This is not legal advice. What follows is the partnership’s own view, for a solicitor to test.")
    yield para(
        "A power to share and a lawful basis under data protection law are two things. Both are needed. DWP’s guide "
        "(section 4) says that DWP is bound by the Social Security Administration Act 1992 as well as by data "
        "protection law.",
        GUIDE,
    )
    yield from told(
        [
            (
                "Legal power relied on",
                request.legal_power,
                "name the Act and section, consent, or common law (step 4).",
            ),
            ("Lawful basis", request.lawful_basis, "name the basis under data protection law (step 4)."),
        ]
    )
    yield Heading("Questions for a solicitor")
    yield from bullets(SOLICITOR)


STATUS_WORDS = {"": "Not answered", "settled": "Settled", "in hand": "In hand", "open": "Open", "not sure": "Not sure"}


def considerations(case: Case) -> Iterator[Piece]:
    """Each thing DWP weighs, with the answer and its status."""
    answers = case.project.request.considerations
    asked = [(q.id, q.question) for q in case.evidence.considerations]
    asked += [(a.id, a.id) for a in answers if a.id not in {key for key, _ in asked}]
    yield para("Before it approves a share, DWP needs to consider each of these (section 6 of its guide).", GUIDE)
    if not asked:
        yield missing("The considerations are not answered (step 4).")
        return
    rows = []
    for key, question in asked:
        given = find(answers, key)
        rows.append((question, given.answer if given else "", STATUS_WORDS[given.status if given else ""]))
    yield table(
        "What DWP will weigh, and where the partnership stands",
        (("Consideration", 36), ("The partnership’s answer", 48), ("Status", 16)),
        [(question, answer.strip() or NOT_SAID, status) for question, answer, status in rows],
    )
    for question, answer, _ in rows:
        if not answer.strip():
            yield missing(f"Not answered: {question} (step 4)")


def handling(case: Case) -> Iterator[Piece]:
    """Who receives it and how it is kept."""
    request = case.project.request
    yield from told(
        [
            ("Recipients", request.recipients, "name everybody who would receive it (step 4)."),
            ("Passing it on", request.onward, "say whether anybody would pass it on, and to whom (step 4)."),
            ("Security", request.security, "say how it is sent, stored and who may see it (step 4)."),
            ("Retention", request.retention, "say how long it is kept and how it is destroyed (step 4)."),
            ("What people are told", request.transparency, "say what the privacy notice tells them (step 4)."),
        ]
    )
    unsure = [p.name for p in case.project.frame.partners if p.receives_data in ("", "not sure") and p.name.strip()]
    if unsure:
        yield missing(f"It is not said whether {words.listed(unsure)} would receive the data (step 1).")
    yield care(
        "DWP’s guide (section 4) says that even where data has been lawfully shared, it could be an offence to pass it "
        "on to a third party without legal authority.",
        GUIDE,
    )

"""Advice on each data item and on the request as a whole: the least data that does the job.

The advice on kinds of field comes from ``reference/fields.yaml``, each with its source. Nothing here is legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from workbench.domain import words
from workbench.domain.base import Entity
from workbench.domain.findings import Finding, Severity, gravest_first
from workbench.domain.logic_model import LogicModel
from workbench.domain.model_checks import leads_to_outcome
from workbench.domain.need import Need
from workbench.domain.provenance import Citation
from workbench.domain.request import DataItem, DataRequest
from workbench.domain.sufficiency import Verdict

__all__ = ["FieldKind", "Finding", "advise", "check_request", "kinds_of"]

Verification = Literal["verified", "derived", "unverified"]

MOST_IDENTIFIERS = 2
"""More than this, and a match rate has to show why (rubric check R47)."""


class FieldKind(Entity):
    """A kind of data field and the least form that usually serves.

    Attributes
    ----------
    title : str
    names : tuple of str
        How people write it, in lower case; matched as whole words.
    forms : tuple of str
        Forms in which nothing needs to be said, in lower case.
    suggest, keep_only_if : str
        What to ask for instead, as a sentence; and when the full form is right, to follow “only if”. Both are empty
        for a kind that is already a least form.
    severity : Severity
        Of asking for it in full without a reason.
    rule : str
        M01 to M28; empty when nothing is advised.
    guide_pitfall : bool
        Whether DWP's guide names it as a pitfall.
    identifier, special_category, criminal_offence, hmrc, almost_never : bool
        It tells people apart; it falls under Article 9 or Article 10 of the UK GDPR; it comes from HMRC; hardly any
        reason is good enough.
    citation : Citation
    verification : str
        ``verified``: the source says it. ``derived``: our rule on a principle in the source. ``unverified``.
    checked : datetime.date
    """

    title: str
    names: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    suggest: str = ""
    keep_only_if: str = ""
    severity: Severity = "note"
    rule: str = ""
    guide_pitfall: bool = False
    identifier: bool = False
    special_category: bool = False
    criminal_offence: bool = False
    hmrc: bool = False
    almost_never: bool = False
    citation: Citation
    verification: Verification
    checked: date


# --- what kind of field an item is ------------------------------------------------------------------------------------


def kinds_of(item: DataItem, fields: Sequence[FieldKind]) -> tuple[FieldKind, ...]:
    """The kinds of field an item asks for: the one chosen, else those its name tells.

    Parameters
    ----------
    item : DataItem
    fields : sequence of FieldKind

    Returns
    -------
    tuple of FieldKind
        Several when the name lists several things. A name counts only as whole words; of two that overlap the longer
        one counts, so that “year of birth” is not taken for something else.
    """
    chosen = [kind for kind in fields if kind.id == item.field]
    if chosen:
        return tuple(chosen)
    text = _plain(item.name)
    hits = [
        (match.start(), match.end(), kind)
        for kind in fields
        for name in kind.names
        for match in re.finditer(rf"\b{re.escape(name)}\b", text)
    ]
    whole = [
        (start, kind)
        for start, end, kind in hits
        if not any(s <= start and end <= e and e - s > end - start for s, e, _ in hits)
    ]
    return tuple({kind.id: kind for _, kind in sorted(whole, key=lambda hit: hit[0])}.values())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))


def _is_least(item: DataItem, kind: FieldKind) -> bool:
    """Whether an item asks for no more than the advised form."""
    if not kind.suggest:
        return True
    text = _plain(item.form)
    return any(re.search(rf"\b{re.escape(_plain(form))}\b", text) for form in kind.forms)


# --- one item ---------------------------------------------------------------------------------------------------------


def advise(item: DataItem, fields: Sequence[FieldKind]) -> tuple[Finding, ...]:
    """What a reviewer would say of one data item by itself.

    Parameters
    ----------
    item : DataItem
    fields : sequence of FieldKind
        From ``reference/fields.yaml``.

    Returns
    -------
    tuple of Finding
        The gravest first. A fuller form for which a reason is given remains as a note, for DWP will test the reason.

    Examples
    --------
    >>> source = Citation(publisher="DWP", title="Data Sharing for Local Partners")
    >>> birth = FieldKind(
    ...     id="date_of_birth", title="Date of birth", names=("dob",), forms=("year of birth",),
    ...     suggest="Ask for the year of birth.", keep_only_if="records are matched on it", severity="blocks",
    ...     rule="M03", guide_pitfall=True, citation=source, verification="verified", checked=date(2026, 11, 23),
    ... )
    >>> item = DataItem(id="i", name="DoB", reason="To tell people apart")
    >>> advise(item, (birth,))[0].remedy
    'Ask for the year of birth. Keep it in full only if records are matched on it.'
    >>> advise(item.with_(form="Year of birth"), (birth,))
    ()
    """
    name = _name(item)
    found = [_fuller(item, kind) for kind in kinds_of(item, fields) if not _is_least(item, kind)]
    if not item.name.strip():
        found.append(Finding("R13", "blocks", item.id, "A data item has no name.", "Say which field it is."))
    if not item.reason.strip():
        found.append(Finding("R13", "blocks", item.id, f"{name} has no reason.", "Say what it is needed for."))
    if not item.form.strip():
        message = f"{name} does not say in what form."
        found.append(Finding("R13", "weakens", item.id, message, "Say the least form that serves, such as yes or no."))
    return gravest_first(found)


def _name(item: DataItem) -> str:
    return f"“{item.name.strip()}”" if item.name.strip() else "A data item without a name"


def _fuller(item: DataItem, kind: FieldKind) -> Finding:
    says = " DWP’s guide names this as a pitfall." if kind.guide_pitfall else ""
    keep = f"Keep it in full only if {kind.keep_only_if}."
    if kind.almost_never:
        keep = "There is almost never a reason to keep it."
    if item.exact_because.strip():
        severity: Severity = "weakens" if kind.almost_never else "note"
        message = f"{_name(item)} is asked for in full, and you say why.{says}"
        return Finding(kind.rule, severity, item.id, message, keep)
    message = f"{_name(item)} may be more than is needed.{says}"
    return Finding(kind.rule, kind.severity, item.id, message, f"{kind.suggest} {keep}")


# --- the request ------------------------------------------------------------------------------------------------------


def check_request(
    request: DataRequest,
    needs: Sequence[Need],
    model: LogicModel,
    fields: Sequence[FieldKind],
    verdicts: Sequence[Verdict] = (),
) -> tuple[Finding, ...]:
    """What a reviewer would say of the data asked for, item by item and together.

    Parameters
    ----------
    request : DataRequest
    needs : sequence of Need
    model : LogicModel
    fields : sequence of FieldKind
    verdicts : sequence of Verdict
        What published figures do for the needs; without them nothing is said of needs that no item serves.

    Returns
    -------
    tuple of Finding
        The gravest first; ``check`` is a minimisation rule (M01 to M28) or a rubric check (R10 and so on).
    """
    found: list[Finding] = []
    for item in request.items:
        found += advise(item, fields)
        found += _use(item, needs, model, verdicts)
        found += _second_locks(item, request, fields)
    found += _unserved(request, needs, verdicts)
    found += _combination(request, fields)
    if request.items:
        found += _terms(request)
    return gravest_first(found)


def _use(item: DataItem, needs: Sequence[Need], model: LogicModel, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    """An item answers a need that remains and feeds an activity that leads to an outcome."""
    name = _name(item)
    serves = [n for n in needs if n.id in item.need_ids]
    feeds = [n for n in model.nodes if n.id in item.node_ids]
    if not serves and not feeds:
        message = f"No need and no activity uses {name}."
        yield Finding("M26", "blocks", item.id, message, "Link it to what it is for, or leave it out.")
        return
    if not serves:
        yield Finding("M26", "weakens", item.id, f"{name} answers no need.", "Say which need it answers.")
    if not feeds:
        yield Finding("M26", "weakens", item.id, f"{name} feeds no activity.", "Say which activity it feeds.")
    elif not any(leads_to_outcome(model, n.id) for n in feeds):
        message = f"{name} feeds only what leads to no outcome."
        yield Finding("M26", "blocks", item.id, message, "Link the activity to what it changes, or leave the item out.")
    enough = {v.need_id for v in verdicts if v.status == "met"}
    if serves and all(n.id in enough for n in serves):
        message = f"{name} answers only what published figures answer already."
        yield Finding("M23", "blocks", item.id, message, "Use the published figures and leave the item out.")
    elif serves and not any(_about_people(n) for n in serves):
        message = f"{name} is about single people, but the need is for a count or a rate."
        yield Finding("M23", "blocks", item.id, message, "Ask DWP for a table instead.")


def _second_locks(item: DataItem, request: DataRequest, fields: Sequence[FieldKind]) -> Iterator[Finding]:
    """What some kinds need besides a reason: a condition for sensitive data, the word of a second owner."""
    name = _name(item)
    for kind in kinds_of(item, fields):
        if kind.special_category and not _ARTICLE_9.search(request.lawful_basis):
            yield Finding(
                "R10",
                "blocks",
                item.id,
                f"{name} is special category data, and no condition for it is named.",
                "Name the condition in Article 9(2) of the UK GDPR and, where it asks for one, in Schedule 1 to the "
                "Data Protection Act 2018. Ask your data protection officer.",
            )
        if kind.criminal_offence and not _ARTICLE_10.search(request.lawful_basis):
            yield Finding(
                "R11",
                "blocks",
                item.id,
                f"{name} is about offences, and no condition for it is named.",
                "Name the condition under Article 10 of the UK GDPR and Schedule 1 to the Data Protection Act 2018.",
            )
        if kind.hmrc and not _HMRC.search(request.legal_power):
            yield Finding(
                "M10",
                "blocks",
                item.id,
                f"{name} comes from HMRC, and nothing is said of HMRC’s authority.",
                "Say under what authority HMRC agrees (Welfare Reform Act 2012 section 127(5)), or leave it out.",
            )


_ARTICLE_9 = re.compile(r"\bart(?:icle|\.)?\s*9\s*\(2\)\s*\([a-j]\)", re.IGNORECASE)
_ARTICLE_10 = re.compile(r"\bart(?:icle|\.)?\s*10\b.*\bsch(?:edule|\.)?\s*1\b", re.IGNORECASE | re.DOTALL)
_HMRC = re.compile(r"\bHMRC\b|Revenue and Customs", re.IGNORECASE)


def _unserved(request: DataRequest, needs: Sequence[Need], verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    """Needs that published figures leave open and that no item answers."""
    served = {n for item in request.items for n in item.need_ids}
    by_id = {n.id: n for n in needs}
    for verdict in verdicts:
        need = by_id.get(verdict.need_id)
        if need is None or verdict.status != "not met" or need.id in served:
            continue
        question = need.question.strip() or "a need without a question"
        if _about_people(need):
            message = f"Nothing answers “{question}”: published figures cannot, and no data item does."
            yield Finding("R13", "weakens", need.id, message, "Add an item that answers it, or take the need out.")
        else:
            message = f"“{question}” is still open. It asks for figures, not for records about people."
            yield Finding("M23", "note", need.id, message, "Ask DWP for an ad-hoc table. It is no reason for a share.")


def _about_people(need: Need) -> bool:
    return need.level == "individual" or need.unit == "individual records"


def _combination(request: DataRequest, fields: Sequence[FieldKind]) -> Iterator[Finding]:
    """Items that are harmless apart and point to one person together."""
    full = {k.id for item in request.items for k in kinds_of(item, fields) if not _is_least(item, k)}
    asked = {k.id for item in request.items for k in kinds_of(item, fields)}
    if "date_of_birth" in full and full & {"full_postcode", "full_address"} and "sex" in asked:
        message = "Exact date of birth, full postcode and sex together identify people, even with no name."
        yield Finding("M24", "blocks", "", message, "Coarsen at least one: year of birth, or postcode sector.")
    identifiers = [
        item
        for item in request.items
        if any(k.identifier and not (_is_least(item, k) and k.id != "full_name") for k in kinds_of(item, fields))
    ]
    if len(identifiers) > MOST_IDENTIFIERS:
        named = words.listed([_name(item) for item in identifiers])
        message = f"{words.number(len(identifiers)).capitalize()} items tell people apart: {named}."
        yield Finding(
            "M24", "weakens", "", message, "Keep the fewest that match well enough, and state the match rate."
        )


def _terms(request: DataRequest) -> Iterator[Finding]:
    for rule, field, weight, message, remedy in UNSAID:
        if not getattr(request, field).strip():
            yield Finding(rule, weight, "", message, remedy)
    for rule, field, pattern, message, remedy in TOO_MUCH:
        if re.search(pattern, getattr(request, field), re.IGNORECASE):
            yield Finding(rule, "weakens", "", message, remedy)
    if request.people_count is None:
        message = "It is not said how many people it is about."
        yield Finding("R17", "weakens", "", message, "Give a number and its source.")
    elif not request.people_count_basis.strip():
        yield Finding("R17", "weakens", "", "The number of people has no source.", "Say where the number is from.")


UNSAID: tuple[tuple[str, str, Severity, str, str], ...] = (
    (
        "M19",
        "cohort",
        "blocks",
        "It is not said whose data is asked for.",
        "Name the people: place, age, benefit, time.",
    ),
    (
        "M21",
        "history",
        "weakens",
        "It is not said how far back the data goes.",
        "Ask for the current spell, or say how many months and why.",
    ),
    (
        "M22",
        "frequency",
        "weakens",
        "It is not said how often the data comes.",
        "Ask for it once, unless the work depends on newer data.",
    ),
    (
        "M25",
        "retention",
        "weakens",
        "It is not said how long the data is kept.",
        "Give a date or event after which it is deleted, and how.",
    ),
    (
        "M28",
        "recipients",
        "weakens",
        "It is not said who would receive the data.",
        "Name the roles, and how many people are in each.",
    ),
)
"""Rule, field of the request, weight, what is said when the field is empty, and what to do."""

TOO_MUCH: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "M21",
        "history",
        r"since records began|full history|whole history|all years|all history",
        "The whole history is asked for.",
        "Ask for the current spell, or say what needs the longer one.",
    ),
    (
        "M22",
        "frequency",
        r"\b(daily|weekly|fortnightly|monthly|every (day|week|month)|real.time)\b",
        "The data is asked for often.",
        "Ask once or by quarter, unless contact with people depends on newer data.",
    ),
    (
        "M25",
        "retention",
        r"\b(indefinite(ly)?|permanent(ly)?|for ?ever|no end date|until further notice)\b",
        "The data has no end date.",
        "Delete it a stated time after the work ends, unless a law says to keep it.",
    ),
    (
        "M28",
        "recipients",
        r"\b(all staff|all officers|everybody|everyone|any member of staff)\b",
        "Everybody in a body could see the data.",
        "Name the roles that need it.",
    ),
)
"""Rule, field of the request, words that ask for too much, what is said then, and what to do."""

"""A proposal has every section the guide asks for, always; says what is missing; and hides nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from fixed_proposal import COUNT, DAY, EVIDENCE, PROJECT, RESULTS, UNUSED, fixed_document
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.document import (
    Block,
    BulletList,
    Callout,
    Definitions,
    Document,
    NumberedList,
    Paragraph,
    Picture,
    Sources,
    Table,
    passages,
    plain,
)
from workbench.domain.frame import Frame, Partner
from workbench.domain.logic_model import LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import Project, Prose
from workbench.domain.proposal import GUIDE, SECTIONS, Evidence, PictureRef, Statement, build_proposal
from workbench.domain.proposal.writing import typed
from workbench.domain.request import DataItem, DataRequest
from workbench.errors import Fault
from workbench.export.markdown import to_markdown

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
EMPTY = Project(id="empty")
IDS = [part.id for part in SECTIONS]
BODY = [part.id for part in SECTIONS if not part.annex]


def built(project: Project = PROJECT, evidence: Evidence = EVIDENCE) -> Document:
    return build_proposal(project, evidence, today=DAY)


def of(document: Document, section_id: str) -> list[Block]:
    """The blocks of a section and its parts."""
    found: list[Block] = []
    inside = False
    for section in document.sections:
        inside = section.id == section_id if section.level == 1 else inside
        found += section.blocks if inside else ()
    return found


def said(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield block.caption
            yield from block.header
        if isinstance(block, Picture):
            yield from (block.caption, block.alt, block.source)
        if isinstance(block, Definitions):
            yield from (term for term, _ in block.pairs)
        for runs in passages(block):
            yield plain(runs)


def text(document: Document, section_id: str = "") -> str:
    ids = [section_id] if section_id else [s.id for s in document.sections if s.level == 1]
    return "\n".join(line for i in ids for line in said(of(document, i)))


# --- word for word ----------------------------------------------------------------------------------------------------


def outline(document: Document) -> str:
    """The tree in a form that a person can read and compare."""

    def told(block: Block) -> str:
        match block:
            case Table():
                return f"{block.label} | {' | '.join(block.header)} | {len(block.rows)} rows, widths {block.widths}"
            case Picture():
                return f"{block.label} [{block.id}]"
            case Callout():
                return f"{block.kind} {plain(block.runs)}"
            case Paragraph():
                return plain(block.runs)[:60]
            case BulletList() | NumberedList():
                return f"{len(block.items)} items"
            case Definitions():
                return "; ".join(term for term, _ in block.pairs)
            case Sources():
                return f"{len(document.notes)} notes"

    rows = [document.title, *(f"{name}: {value}" for name, value in document.meta)]
    for section in document.sections:
        rows.append(f"{'  ' * (section.level - 1)}{section.title} #{section.id}")
        rows += [f"{'  ' * section.level}{type(block).__name__}: {told(block)}" for block in section.blocks]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("proposal.tree.txt", lambda: outline(fixed_document())),
        ("proposal.md", lambda: to_markdown(fixed_document())),
        ("empty-proposal.tree.txt", lambda: outline(built(EMPTY, Evidence()))),
    ],
)
def test_the_document_is_word_for_word_what_was_agreed(name, made):
    """After a change that is meant, run with UPDATE_GOLDEN=1 and read the difference."""
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(made(), encoding="utf-8")
    assert made() == file.read_text(encoding="utf-8")


# --- every section, always --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("project", "evidence"), [(PROJECT, EVIDENCE), (EMPTY, Evidence()), (EMPTY, EVIDENCE), (PROJECT, Evidence())]
)
def test_every_section_is_there_in_order_and_says_something(project, evidence):
    document = built(project, evidence)
    assert [s.id for s in document.sections if s.level == 1] == IDS
    assert all(of(document, i) for i in IDS)


def test_sections_are_numbered_and_annexes_lettered():
    numbers = [s.number for s in built().sections if s.level == 1]
    assert numbers == [*map(str, range(1, len(BODY) + 1)), "A", "B", "C", "D"]


def test_each_section_has_a_heading_and_a_hint_of_its_own():
    assert len({p.heading for p in SECTIONS}) == len({p.hint for p in SECTIONS}) == len({p.id for p in SECTIONS})
    assert all(p.hint.endswith(".") for p in SECTIONS)


@pytest.mark.parametrize("section_id", IDS)
def test_the_authors_own_words_come_first(section_id):
    project = PROJECT.with_(prose=(Prose(id=section_id, text="Mine.\n\n- one\n- two"),))
    own, bullets, *rest = of(built(project), section_id)
    assert isinstance(own, Paragraph)
    assert plain(own.runs) == "Mine."
    assert isinstance(bullets, BulletList)
    assert len(bullets.items) == 2
    assert rest


def test_a_stale_part_says_so_after_the_authors_words():
    stale = replace(EVIDENCE, stale={"value": "The lines changed since this was computed."})
    own, told = of(built(PROJECT.with_(prose=(Prose(id="value", text="Mine."),)), stale), "value")[:2]
    assert isinstance(own, Paragraph)
    assert isinstance(told, Callout)
    assert plain(told.runs).startswith("The lines changed since")


# --- what is missing --------------------------------------------------------------------------------------------------


def test_an_empty_project_makes_a_document_that_names_what_each_section_lacks():
    document = built(EMPTY, Evidence())
    lacking = {gap.section_id for gap in document.missing}
    # The rest only tell what other sections hold, or are DWP's own questions.
    assert lacking == set(BODY)
    assert document.title == "Untitled proposal"
    assert dict(document.meta)["State"].startswith("Draft.")


def test_what_is_missing_is_said_in_its_place_and_listed_in_the_annex():
    document = built(EMPTY, Evidence())
    annex = text(document, "missing")
    for gap in document.missing:
        assert gap.text in text(document, gap.section_id)
        assert gap.text in annex
        assert gap.heading in annex


def test_a_whole_proposal_says_that_nothing_is_missing():
    document = built()
    assert document.missing == ()
    assert "Nothing is missing that can be checked by computer." in text(document, "missing")
    assert dict(document.meta)["State"] == "Complete as far as can be checked by computer."


@pytest.mark.parametrize(
    ("change", "section_id", "expected"),
    [
        (lambda p: p.with_(frame=p.frame.with_(problem=" ")), "purpose", "The problem is not described."),
        (lambda p: p.with_need(Need(id="new", question="How many?")), "published", "“How many?” has not been tested"),
        (lambda p: p.with_(request=p.request.with_(legal_power="")), "legal", "Legal power relied on: not stated."),
        (lambda p: p.with_(request=p.request.with_(considerations=())), "considerations", "Not answered: What is"),
        (lambda p: p.with_(request=p.request.with_(onward="")), "handling", "Passing it on: not stated."),
        (lambda p: p.with_(request=p.request.with_(people_count=None)), "cohort", "Volume: not stated."),
        (lambda p: p.with_(prose=()), "timetable", "The stages have no dates."),
        (lambda p: p.with_(appraisal=p.appraisal.with_(effects=())), "value", "No effect without a price is named."),
        (
            lambda p: p.with_(logic_model=p.logic_model.with_(unintended_effects="")),
            "customers",
            "It is not said what detriment",
        ),
        (
            lambda p: p.with_(request=p.request.with_(items=(DataItem(id="x", name="Sex"),))),
            "data",
            "Sex: it is not said the least form that serves, why it is needed, which need it answers and which",
        ),
        (
            lambda p: p.with_(logic_model=LogicModel(nodes=(Node(id="o", level="outcome", label="Health"),))),
            "evaluation",
            "“Health” has no indicator",
        ),
        (
            lambda p: p.with_(
                logic_model=p.logic_model.with_(
                    links=tuple(x.with_(mechanism="") if x.id == "l1" else x for x in p.logic_model.links)
                )
            ),
            "theory",
            "One link does not say why it would work. A list → Write to people",
        ),
    ],
)
def test_each_thing_that_is_taken_away_is_missed_in_its_section(change, section_id, expected):
    found = [gap for gap in built(change(PROJECT)).missing if expected in gap.text]
    assert [gap.section_id for gap in found] == [section_id]


def test_without_an_appraisal_its_faults_are_told_as_missing():
    evidence = replace(
        EVIDENCE, results=None, sensitivity=None, appraisal_faults=(Fault("a", "No baseline.", "Add one."),)
    )
    assert "No baseline. Add one." in [gap.text for gap in built(evidence=evidence).missing]


def test_without_a_preferred_option_the_document_asks_for_one():
    none_preferred = replace(RESULTS, options=tuple(replace(o, preferred=False) for o in RESULTS.options))
    missing = [gap.text for gap in built(evidence=replace(EVIDENCE, results=none_preferred)).missing]
    assert any(m.startswith("No option is marked as preferred.") for m in missing)


# --- what must not be got wrong ---------------------------------------------------------------------------------------


def test_a_ratio_never_stands_without_net_present_value_perspective_and_what_is_not_in_money():
    document = built()
    tables = [b for b in of(document, "value") if isinstance(b, Table) and "Benefit–cost ratio" in b.header]
    assert tables
    assert all("public value" in t.caption and any("Net present value" in h for h in t.header) for t in tables)
    worth = next(line for line in said(of(document, "summary")) if "ratio" in line)
    for phrase in ("net present value £104,980 (from £36,990 to £165,970)", "public value", "not put into money"):
        assert phrase in worth
    assert "A ratio is not a pass mark" in text(document, "value")


def test_an_option_without_costs_has_no_ratio_and_no_division():
    free = replace(RESULTS, options=tuple(replace(o, bcr=None) for o in RESULTS.options))
    document = built(evidence=replace(EVIDENCE, results=free))
    assert "No costs" in text(document, "value")
    assert "ratio" not in next(line for line in said(of(document, "summary")) if "net present value" in line)


def test_transfers_stand_apart_from_benefits():
    assert "Transfers, not counted" in text(built(), "value")


@pytest.mark.parametrize("project", [PROJECT, EMPTY])
def test_law_is_never_stated_as_advice_and_the_two_locks_stay_apart(project):
    legal = text(built(project), "legal")
    assert "This is not legal advice." in legal
    assert "are two things. Both are needed." in legal
    assert legal.count("?") >= 8


def test_guesses_come_before_everything_else_and_a_line_without_a_source_says_so():
    table = next(b for b in of(built(), "assumptions") if isinstance(b, Table))
    assert [plain(row[0]) for row in table.rows] == ["Guess – to be replaced", "Assumption"]
    assert plain(table.rows[0][3]) == "No source is given"


def test_the_number_of_people_without_a_source_is_called_a_guess():
    project = PROJECT.with_(request=PROJECT.request.with_(people_count_basis=""))
    assert "600 – no source is given, so it is a guess" in text(built(project), "assumptions")


def test_what_a_reviewer_will_ask_is_there_gravest_first_and_what_is_fine_is_not():
    annex = of(built(), "missing")
    table = next(b for b in annex if isinstance(b, Table) and b.header[0] == "Weight")
    assert [plain(row[0]) for row in table.rows] == ["Blocks", "Weakens", "Weakens", "To be known"]
    assert "The purpose is stated." not in text(built(), "missing")
    assert "No count of them says whether DWP will agree." in text(built(), "missing")


def test_figures_carry_their_sources_and_every_number_used_has_a_note():
    document = built()
    notes = {n.text for n in document.notes}
    assert {c.text() for c in (GUIDE, EVIDENCE.citations[0], RESULTS.citations[0], UNUSED)} <= notes
    assert COUNT.text() not in notes  # only in a question's own record, not in the text
    assert "Used without a place in the text:" in text(document, "sources")


def test_what_was_not_confirmed_of_a_source_is_said_beside_its_limits():
    first, *others = EVIDENCE.verdicts
    assert first.dataset is not None
    unread = replace(first, dataset=first.dataset.with_(cautions=(), unverified="how soon figures come out"))
    document = built(PROJECT, replace(EVIDENCE, verdicts=(unread, *others)))
    assert "Not confirmed at the source: how soon figures come out." in to_markdown(document)
    assert "Not confirmed at the source" not in to_markdown(fixed_document())


def test_a_statement_without_a_source_is_refused():
    with pytest.raises(ValueError, match="without a source"):
        Statement("Bolton is below England.", ())


def test_a_partnership_without_dwp_is_told_to_talk_to_it():
    project = PROJECT.with_(frame=Frame(partners=(Partner(id="c", name="The council", kind="council"),)))
    assert "No DWP or Jobcentre Plus body is named." in text(built(project), "partnership")


def test_pictures_stand_where_they_belong():
    document = built(
        evidence=replace(EVIDENCE, pictures=(*EVIDENCE.pictures, PictureRef("x", "X", "x", section="risks")))
    )
    places = {b.id: i for i in IDS for b in of(document, i) if isinstance(b, Picture)}
    assert places == {"comparison": "published", "logic-model": "theory", "tornado": "value", "x": "risks"}


def test_no_word_that_the_workbench_never_says():
    for document in (built(), built(EMPTY, Evidence())):
        assert not re.search(r"\b(invalid|please|oops|successfully)\b", text(document), re.IGNORECASE)


def test_every_field_of_the_request_is_in_the_document():
    """Something typed in step 4 and then lost would be the worst kind of mistake."""
    everything = text(built())
    request = PROJECT.request
    for name in DataRequest.model_fields:
        value = getattr(request, name)
        if isinstance(value, str):
            assert value in everything, name
    item = request.items[0]
    assert all(getattr(item, name) in everything for name in ("name", "form", "source", "reason", "exact_because"))


def test_every_field_of_the_needs_and_the_frame_is_in_the_document():
    everything = text(built())
    assert all(need.question in everything and need.why in everything for need in PROJECT.needs)
    assert all(getattr(PROJECT.frame, name) in everything for name in ("problem", "people", "change", "nation"))
    assert all(p.name in everything and p.role in everything for p in PROJECT.frame.partners)


def test_every_field_of_the_logic_model_is_in_the_document():
    everything = text(built())
    model = PROJECT.logic_model
    kept_out = {"id", "level", "source", "target", "feedback", "skip_reason", "indicator_use"}
    for part in (*model.nodes, *model.links, model):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if isinstance(value, str) and value and name not in kept_out:
                assert value in everything, name


def test_everything_in_the_evidence_has_a_place():
    """A field added to the evidence and not told anywhere would hide what was computed."""
    assert {f.name for f in fields(Evidence)} == {
        *("verdicts", "statements", "triage", "results", "sensitivity", "appraisal_faults", "model_findings"),
        *("request_findings", "review", "considerations", "thread", "pictures", "citations", "stale"),
    }


def test_the_same_project_and_day_give_the_same_document():
    assert built() == built()
    assert built().date_text == "25 November 2026"
    assert build_proposal(PROJECT, EVIDENCE, today=date(2027, 1, 2)) != built()


# --- what people type and paste ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "kinds"),
    [
        ("One.\n\nTwo.", [Paragraph, Paragraph]),
        ("Why:\n- a\n- b", [Paragraph, BulletList]),
        ("•\tfrom Word\n•\tagain", [BulletList]),
        ("1. a\n2. b", [NumberedList]),
        ("3. a\n4. b", [Paragraph]),  # a list that does not begin at 1 keeps its own numbers
        ("2024 was hard.", [Paragraph]),
        ("a -b- c", [Paragraph]),
        ("", []),
        (" \n\r\n ", []),
    ],
)
def test_typed_text_becomes_paragraphs_and_lists(pasted, kinds):
    assert [type(block) for block in typed(pasted)] == kinds


@given(st.text())
def test_no_letter_and_no_number_of_what_was_typed_is_lost(pasted):
    kept = "".join(plain(runs) for block in typed(pasted) for runs in passages(block))
    letters = [c for c in pasted if c.isalpha()]
    # Only the mark in front of a list item goes: "o" before a tab is Word's round bullet.
    assert [c for c in kept if c.isalpha()] == letters or "o\t" in pasted

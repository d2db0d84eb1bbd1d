"""What a reviewer will ask: every computed check sees its planted fault, and none is a score."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proposals import APPRAISAL, FRAME, PROJECT, REQUEST, VERDICTS, model_with, request_with, verdict

from workbench.domain.appraisal.appraise import appraise
from workbench.domain.project import Project
from workbench.domain.request import DataItem, DataRequest
from workbench.domain.review import considerations_status, review, where
from workbench.domain.review_checks import CONSIDERED
from workbench.reference.load import load_assumptions
from workbench.reference.rules import load_considerations, load_fields, load_rubric

TODAY = date(2026, 11, 25)
FIELDS, QUESTIONS, RUBRIC, ASSUMPTIONS = (
    load_fields(),
    load_considerations(today=TODAY),
    load_rubric(today=TODAY),
    load_assumptions(),
)


def reviewed(project, verdicts=VERDICTS, **more):
    results = appraise(project.appraisal, ASSUMPTIONS) if project.appraisal.options else None
    return review(project, verdicts, **{"results": results, "rubric": RUBRIC, "fields": FIELDS, "as_of": TODAY, **more})


def asked(project, *args, **more):
    return [(f.check, f.weight) for f in reviewed(project, *args, **more) if f.weight != "fine"]


def frame(**changes):
    return PROJECT.with_(frame=FRAME.with_(**changes))


def appraisal(**changes):
    changed = APPRAISAL.with_(**changes)
    there = {o.id for o in changed.options}
    return PROJECT.with_(appraisal=changed.with_(lines=tuple(x for x in changed.lines if x.option_id in there)))


def lines(**changes):
    return appraisal(lines=tuple(x.with_(**changes) for x in APPRAISAL.lines))


def item(**changes):
    given = {"id": "x", "name": "Ward", "form": "code", "reason": "r", "need_ids": ("people",), "node_ids": ("act",)}
    return request_with(items=(*REQUEST.items, DataItem(**{**given, **changes})))


# --- the tables -------------------------------------------------------------------------------------------------------


def test_the_guide_s_ten_points_hold_eleven_questions():
    assert [q.id for q in QUESTIONS] == [f"C{n:02d}" for n in range(1, 12)]
    assert [q.bullet for q in QUESTIONS] == [1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10]
    assert all(q.question.endswith("?") and q.looks_for and q.hint for q in QUESTIONS)


def test_every_consideration_is_asked_about_by_one_check():
    asked_about = [c for pairs in CONSIDERED.values() for c, _ in pairs]
    assert sorted(asked_about) == [q.id for q in QUESTIONS]
    assert set(CONSIDERED) <= {r.id for r in RUBRIC}
    assert {r for q in QUESTIONS for r in q.rubric} <= {r.id for r in RUBRIC}


@pytest.mark.shared
def test_the_ten_points_are_those_the_guide_prints(shared):
    """Section 6 prints ten bullets, and one line without a bullet that belongs to the fourth."""
    text = next((shared / "guide").glob("*.txt")).read_text()
    section = text.split("6. Further Considerations\n\n")[-1].split("7. Data already published")[0]
    printed = [x for x in section.splitlines() if x.startswith(("- ", "Whether"))]
    numbers, bullet = [], 0
    for x in printed:
        bullet += x.startswith("- ")
        numbers.append(bullet)
    assert numbers == [q.bullet for q in QUESTIONS]


@pytest.mark.shared
def test_the_checks_are_those_of_the_research(shared):
    research = {r["id"]: r for r in json.loads((shared / "research/law/rubric.json").read_text())}
    for check in RUBRIC:
        assert check.theme == research[check.id]["theme"]
        assert check.verification == research[check.id]["verification"].lower()
        rules = {c for c in research[check.id]["covers"] if c.startswith("M")}
        assert {c for c in check.covers if c.startswith("M")} <= rules | {"M23"}, check.id


# --- the review -------------------------------------------------------------------------------------------------------


def test_a_sound_proposal_leaves_nothing_to_ask_and_each_check_says_what_holds():
    found = reviewed(PROJECT)
    assert asked(PROJECT) == []
    assert [f.check for f in found] == [r.id for r in RUBRIC]
    assert len(found) >= 12
    assert all(f.message == r.holds and not f.remedy for f, r in zip(found, RUBRIC, strict=True))


# The project with one fault, and what is asked.
PLANTED = [
    (frame(problem=""), ("R01", "blocks")),
    (frame(problem="Few work in 2023.", change="Help."), ("R01", "weakens")),
    (frame(problem="word " * 300 + "1"), ("R01", "weakens")),
    (frame(problem=FRAME.problem.replace("2023", "that year").replace("65.6", "low")), ("R01", "weakens")),
    (PROJECT.with_(needs=()), ("R03", "blocks")),
    (appraisal(options=(APPRAISAL.options[0], APPRAISAL.options[3])), ("R04", "blocks")),
    (appraisal(options=(*APPRAISAL.options[:2], APPRAISAL.options[3])), ("R04", "weakens")),
    (request_with(legal_power=""), ("R06", "blocks")),
    (request_with(legal_power="Public interest"), ("R06", "blocks")),
    (frame(partners=(*FRAME.partners, FRAME.partners[0].with_(id="c", kind="charity"))), ("R06", "weakens")),
    (request_with(legal_power="Common law; Act 1992 section 123(9)(a)"), ("R07", "blocks")),
    (request_with(legal_power="Act 1992 section 122D and section 123(9)(c)"), ("R08", "blocks")),
    (request_with(legal_power="Act 2012 section 130; section 123(9)(c)"), ("R08", "blocks")),
    (request_with(lawful_basis="Public task"), ("R09", "blocks")),
    (item(name="Disability", form="yes or no"), ("R10", "blocks")),
    (item(name="Convictions", form="yes or no", exact_because="e"), ("R11", "blocks")),
    (item(need_ids=(), node_ids=()), ("R13", "blocks")),
    (item(name="DoB"), ("R14", "blocks")),
    (item(name="Earnings", form="band"), ("R14", "blocks")),
    (request_with(cohort=""), ("R15", "blocks")),
    (request_with(history="Full history"), ("R16", "weakens")),
    (request_with(people_count=None), ("R17", "weakens")),
    (model_with(links=()), ("R19", "blocks")),
    (model_with(unintended_effects=""), ("R20", "weakens")),
    (model_with(nodes=tuple(n.with_(owner="") for n in PROJECT.logic_model.nodes)), ("R22", "weakens")),
    (lines(unit_low=2.0, unit_high=2.0), ("R23", "weakens")),
    (lines(outcome_id=""), ("R23", "weakens")),
    (appraisal(options=(), lines=()), ("R25", "blocks")),
    (appraisal(options=tuple(o.with_(preferred=False) for o in APPRAISAL.options)), ("R25", "weakens")),
    (lines(quantity=1.0, unit_low=1.0), ("R25", "weakens")),
    (appraisal(lines=APPRAISAL.lines[1:]), ("R26", "weakens")),
    (lines(status="guess"), ("R26", "weakens")),
    (request_with(considerations=REQUEST.considerations[:6]), ("R27", "weakens")),
    (request_with(onward=""), ("R30", "blocks")),
    (request_with(security=" "), ("R31", "blocks")),
    (request_with(retention="Indefinitely"), ("R33", "weakens")),
    (request_with(transparency=""), ("R34", "blocks")),
    (model_with(review_date=""), ("R40", "weakens")),
    (request_with(needed_by=""), ("R43", "weakens")),
    (request_with(needed_by="soon"), ("R43", "weakens")),
    (request_with(needed_by="1 January 2027"), ("R43", "weakens")),
    (request_with(needed_by="1 January 2026"), ("R43", "blocks")),
    (frame(partners=FRAME.partners[:1]), ("R44", "weakens")),
    (item(name="Household members"), ("R45", "weakens")),
    (request_with(frequency="Monthly"), ("R46", "weakens")),
    (
        request_with(
            items=tuple(
                DataItem(
                    id=n, name=n, form="full", reason="r", need_ids=("people",), node_ids=("act",), exact_because="e"
                )
                for n in ("Surname", "Address", "Mobile")
            )
        ),
        ("R47", "weakens"),
    ),
    (item(name="Children"), ("R48", "weakens")),
    (request_with(recipients="All staff"), ("R49", "weakens")),
    (request_with(legal_power="Digital Economy Act 2017 section 35"), ("R50", "weakens")),
]


@pytest.mark.parametrize(("project", "expected"), PLANTED)
def test_each_planted_fault_is_asked_about(project, expected):
    assert expected in asked(project)


def test_every_check_has_a_planted_fault():
    assert {expected[0] for _, expected in PLANTED} == {r.id for r in RUBRIC}


def test_a_need_that_was_not_tested_is_asked_about():
    (finding,) = [f for f in reviewed(PROJECT, (verdict("wards", "unknown"), VERDICTS[1])) if f.weight != "fine"]
    assert (finding.check, finding.where, finding.remedy) == ("R03", "needs/wards", "Do this.")


def test_section_131_does_not_reach_a_combined_authority():
    authority = FRAME.partners[0].with_(kind="combined authority")
    power = "Welfare Reform Act 2012 section 131; section 123(9)(c)"
    project = request_with(legal_power=power).with_(frame=FRAME.with_(partners=(authority, FRAME.partners[1])))
    (finding,) = [f for f in reviewed(project) if f.weight == "blocks"]
    assert "no combined authority is in the list that was read" in finding.message
    assert asked(request_with(legal_power=power)) == []


def test_a_result_below_nothing_is_asked_about():
    dear = tuple(x.with_(quantity=100.0) if x.direction == "cost" else x for x in APPRAISAL.lines)
    assert ("R25", "weakens") in asked(appraisal(lines=dear))
    assert ("R25", "blocks") in asked(PROJECT, results=None)


def test_nothing_is_asked_of_a_request_that_is_not_made():
    found = reviewed(PROJECT.with_(request=DataRequest()))
    assert not {f.check for f in found} & {r.id for r in RUBRIC if r.step == "request"}


def test_an_open_answer_is_asked_about_where_it_stands():
    open_one = tuple(c.with_(status="open") if c.id == "C09" else c for c in REQUEST.considerations)
    (finding,) = [f for f in reviewed(request_with(considerations=open_one)) if f.weight != "fine"]
    assert (finding.check, finding.where) == ("R34", "request/considerations/C09")


def test_the_gravest_come_first_and_lead_to_a_step():
    found = reviewed(Project(id="p", request=DataRequest(items=(DataItem(id="i", name="DoB"),))), ())
    weights = [f.weight for f in found]
    assert weights == sorted(weights, key=("blocks", "weakens", "fine").index)
    assert all(f.remedy for f in found if f.weight != "fine")


def test_answers_are_counted_by_question_and_by_point():
    four = tuple(
        c.with_(status=s) for c, s in zip(REQUEST.considerations, ("settled",) * 4 + ("open",) * 7, strict=True)
    )
    stand = considerations_status(REQUEST.with_(considerations=four), QUESTIONS)
    # The fourth point holds C04, which is settled, and C05, which is open.
    assert (stand.settled, stand.open, stand.of, stand.bullets_settled, stand.bullets) == (4, 7, 11, 3, 10)


def test_a_status_without_words_is_no_answer():
    empty = tuple(c.with_(answer=" ") for c in REQUEST.considerations)
    assert considerations_status(REQUEST.with_(considerations=empty), QUESTIONS).unanswered == 11


def test_a_finding_leads_to_what_it_is_about():
    assert [where(PROJECT, i) for i in ("birth", "oc", "in-act", "wards", "", "gone")] == [
        "request/items/birth", "logic_model/nodes/oc", "logic_model/links/in-act", "needs/wards", "", "",
    ]  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_any_words_can_be_reviewed(power, basis, needed):
    assert reviewed(request_with(legal_power=power, lawful_basis=basis, needed_by=needed))

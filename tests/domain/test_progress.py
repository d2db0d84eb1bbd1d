"""The status of the six steps: one that is done, one that is not, and what each says."""

from datetime import date
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from proposals import APPRAISAL, FRAME, MODEL, PROJECT, REQUEST, VERDICTS, model_with, request_with, verdict

from workbench.domain.appraisal.appraise import appraise, check_appraisal
from workbench.domain.appraisal.options import Appraisal
from workbench.domain.frame import Frame
from workbench.domain.logic_model import LogicModel
from workbench.domain.minimisation import check_request
from workbench.domain.model_checks import check
from workbench.domain.progress import STEPS, StatusWord, progress, settled
from workbench.domain.project import Project
from workbench.domain.request import DataRequest
from workbench.domain.review import review
from workbench.reference.load import load_assumptions
from workbench.reference.rules import load_considerations, load_fields, load_rubric

TODAY = date(2026, 11, 25)
FIELDS, QUESTIONS, RUBRIC, ASSUMPTIONS = load_fields(), load_considerations(), load_rubric(), load_assumptions()


def statuses(project, verdicts=VERDICTS, results="computed"):
    if results == "computed":
        results = appraise(project.appraisal, ASSUMPTIONS) if project.appraisal.options else None
    faults = check_appraisal(project.appraisal, ASSUMPTIONS, project.logic_model) if project.appraisal.options else ()
    found = progress(
        project,
        verdicts,
        model_findings=check(project.logic_model),
        request_findings=check_request(project.request, project.needs, project.logic_model, FIELDS, verdicts),
        considerations=QUESTIONS,
        results=results,
        appraisal_faults=faults,
        review_findings=review(project, verdicts, results, rubric=RUBRIC, fields=FIELDS, as_of=TODAY),
    )
    return {s.key: s for s in found}


def test_a_sound_proposal_is_completed_in_every_step():
    found = statuses(PROJECT)
    assert {k: (s.status, s.faults) for k, s in found.items()} == {k: ("Completed", ()) for k, _ in STEPS}
    assert [s.number for s in found.values()] == [1, 2, 3, 4, 5, 6]


def test_an_empty_project_has_started_nothing():
    assert {s.status for s in statuses(Project(id="p", name="P"), ()).values()} == {"Not started"}


def test_the_frame_is_in_progress_while_something_is_missing():
    step = statuses(PROJECT.with_(frame=FRAME.with_(problem="")))["frame"]
    assert (step.status, step.detail) == ("In progress", "1 thing to look at")
    assert step.faults[0].where == "frame/problem"
    assert statuses(PROJECT.with_(frame=Frame()))["frame"].status == "Not started"


def test_needs_are_counted_when_it_is_clear_what_becomes_of_them():
    assert statuses(PROJECT)["figures"].detail == "2 of 2 needs settled"
    step = statuses(PROJECT, (verdict("wards", "unknown"), VERDICTS[1]))["figures"]
    assert (step.status, step.detail) == ("In progress", "1 of 2 needs settled")
    assert (step.faults[0].where, step.faults[0].remedy) == ("needs/wards", "Do this.")
    assert statuses(PROJECT, ())["figures"].detail == "0 of 2 needs settled"


def test_a_need_is_settled_by_figures_by_an_item_or_by_a_table():
    people, wards = VERDICTS[1], verdict("wards", "not met")
    assert settled(PROJECT, verdict("wards", "partly"))
    assert settled(PROJECT, people)
    assert not settled(request_with(items=()), people)
    table = (*APPRAISAL.options, APPRAISAL.options[1].with_(id="table", kind="ad-hoc table"))
    with_table = request_with(items=()).with_(appraisal=APPRAISAL.with_(options=table))
    assert not settled(PROJECT, wards)
    assert settled(with_table, wards)
    assert not settled(with_table, people)


def test_a_model_with_a_fault_that_blocks_is_a_problem():
    step = statuses(model_with(links=()))["logic"]
    assert step.status == "There is a problem"
    assert any(f.where == "logic_model/nodes/oc" for f in step.faults)
    assert statuses(model_with(agreed_by=""))["logic"].status == "In progress"
    assert statuses(PROJECT.with_(logic_model=LogicModel()))["logic"].status == "Not started"


def test_the_request_counts_what_to_look_at_and_the_questions():
    mobile = REQUEST.items[0].with_(id="m", name="Mobile")
    step = statuses(request_with(items=(*REQUEST.items, mobile)))["request"]
    assert (step.status, step.detail) == ("There is a problem", "1 thing to look at · 11 of 11 questions settled")
    assert step.faults[0].where == "request/items/m"
    step = statuses(request_with(considerations=REQUEST.considerations[:4]))["request"]
    assert (step.status, step.detail) == ("In progress", "4 of 11 questions settled")


def test_a_request_without_items_says_so():
    step = statuses(request_with(items=()))["request"]
    assert (step.status, step.faults[0].message) == ("In progress", "No data item is asked for.")


def test_no_request_may_be_needed_when_published_figures_serve():
    project = PROJECT.with_(request=DataRequest(), needs=PROJECT.needs[:1])
    step = statuses(project, VERDICTS[:1])["request"]
    assert (step.status, step.detail) == ("Not started", "Published figures may be enough")


def test_costs_that_cannot_be_added_up_are_a_problem():
    assert statuses(PROJECT, results=None)["costs"].status == "There is a problem"
    assert statuses(PROJECT.with_(appraisal=Appraisal()))["costs"].status == "Not started"
    bare = APPRAISAL.with_(lines=())
    assert statuses(PROJECT.with_(appraisal=bare))["costs"].status == "In progress"


def test_the_proposal_counts_the_findings_of_the_review():
    step = statuses(request_with(security="", retention=""))["proposal"]
    assert (step.status, step.detail) == ("In progress", "2 findings to look at")


project_parts = st.fixed_dictionaries(
    {},
    optional={
        "frame": st.just(FRAME),
        "needs": st.just(PROJECT.needs),
        "logic_model": st.just(MODEL),
        "request": st.just(REQUEST),
        "appraisal": st.just(APPRAISAL),
    },
)


@given(project_parts)
def test_any_mixture_of_finished_and_empty_steps_has_six_statuses(parts):
    found = statuses(Project(id="p", **parts), VERDICTS if "needs" in parts else ())
    assert tuple(found) == tuple(k for k, _ in STEPS)
    assert {s.status for s in found.values()} <= set(get_args(StatusWord))
    assert all(s.status != "Completed" or not s.faults for s in found.values())

"""A typed value goes to exactly one field, or is refused with what to enter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.app.edits import LONGEST, EntryRefused, edited
from workbench.domain.appraisal.options import Appraisal, Line
from workbench.domain.need import Need
from workbench.domain.project import Project, flatten

PROJECT = Project(
    id="p",
    needs=(Need(id="n1", question="Who?"), Need(id="n2")),
    appraisal=Appraisal(lines=(Line(id="l1", option_id="o", direction="cost", price_year=2025),)),
)


def test_only_the_named_field_changes():
    after = flatten(edited(PROJECT, "needs/n1/question", "Which wards?"))
    before = flatten(PROJECT)
    assert {k for k in after if after[k] != before[k]} == {"needs/n1/question"}


@pytest.mark.parametrize(
    ("typed", "held"),
    [("3", 3.0), ("3%", 3.0), (" 1,250.5 ", 1250.5), ("", None), ("1,250,000", 1250000.0), ("£12", 12.0)],
)
def test_numbers_are_taken_as_people_write_them(typed, held):
    assert edited(PROJECT, "needs/n1/precision", typed).needs[0].precision == held


def test_a_list_is_typed_with_commas():
    assert edited(PROJECT, "needs/n1/breakdowns", "ethnic group, , duration").needs[0].breakdowns == (
        "ethnic group",
        "duration",
    )


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        ("needs/n1/precision", "about three", "“about three” is not a number. Enter a number, for example 12.5."),
        ("appraisal/lines/l1/quantity", "", "Enter a number, for example 12.5."),
        ("appraisal/horizon", "2.5", "“2.5” is not a number. Enter a whole number, for example 12."),
        ("needs/n1/precision", "3,5", "“3,5” is not a number. Enter a number, for example 12.5."),
        ("needs/n1/precision", "-3", "Enter 0 or more."),
        ("appraisal/horizon", "0", "Enter a number from 1 to 100."),
        ("appraisal/lines/l1/attribution", "1.2", "Enter a number from 0 to 1."),
        ("needs/n1/precision", "inf", "Enter a number, for example 12.5."),
        ("frame/nation", "Atlantis", "Choose one of the answers in the list."),
        (
            "needs/gone/question",
            "x",
            "This entry is no longer there: somebody has deleted it. Copy what you typed if you need it.",
        ),
        (
            "needs/n1",
            "5",
            "This entry is no longer there: somebody has deleted it. Copy what you typed if you need it.",
        ),
        ("id", "other", "This entry is no longer there: somebody has deleted it. Copy what you typed if you need it."),
        (
            "schema_version",
            "9",
            "This entry is no longer there: somebody has deleted it. Copy what you typed if you need it.",
        ),
        ("frame/problem", "x" * (LONGEST + 1), "This is 20,001 characters long. Enter at most 20,000."),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_enter(path, typed, says):
    with pytest.raises(EntryRefused) as refused:
        edited(PROJECT, path, typed)
    assert str(refused.value) == says


@given(st.text(max_size=200))
def test_any_text_is_kept_as_it_was_typed(typed):
    assert edited(PROJECT, "frame/problem", typed).frame.problem == typed


@given(
    st.sampled_from(sorted(flatten(PROJECT))),
    st.text(max_size=20) | st.booleans() | st.lists(st.text(max_size=5), max_size=3),
)
def test_whatever_a_browser_sends_gives_a_project_or_a_refusal(path, typed):
    try:
        after = edited(PROJECT, path, typed)
    except EntryRefused:
        return
    assert {n.id for n in after.needs} == {"n1", "n2"}

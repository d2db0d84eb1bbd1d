"""The ladder of routes is climbed from the lightest rung, and missing answers are named by their field."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.frame import Answer, Frame, Partner, Place
from workbench.domain.sufficiency import PHRASES, Criterion, Status, Verdict
from workbench.domain.triage import CAUTION, frame_faults, triage

KEYS = ["published", "held", "ad hoc", "research", "feed", "share"]
NOTHING_LIGHTER = {"held_by_partner": "no", "research_only": "no", "existing_feed": "no"}
SHARING = {"needs_individuals": "yes", "identifiable": "yes", "social_security": "yes"}


def verdict(status: Status, need_id: str = "n", people: bool = False) -> Verdict:
    name = "individuals" if people else "precision"
    return Verdict(
        need_id=need_id,
        status=status,
        phrase=PHRASES[status],
        dataset=None,
        source_label="",
        reason="",
        remedy="",
        criteria=(Criterion(name, status, ""),),
        evidence={},
    )


PEOPLE = verdict("not met", people=True)
FOUR = (verdict("met"), verdict("partly"), verdict("not met"), PEOPLE)


def rungs(frame: Frame, *verdicts: Verdict) -> dict[str, str]:
    return {rung.key: rung.status for rung in triage(frame, verdicts).rungs}


def reason(frame: Frame, key: str, *verdicts: Verdict) -> str:
    return next(rung.reason for rung in triage(frame, verdicts).rungs if rung.key == key)


# --- is it data sharing? ----------------------------------------------------------------------------------------------


def test_data_sharing_is_identifiable_individual_and_social_security():
    found = triage(Frame(**SHARING), ())
    assert (found.sharing, found.because) == (
        "yes",
        "It is about particular people, a person could be told apart and it is information about benefits.",
    )


@pytest.mark.parametrize("field", ["needs_individuals", "social_security"])
def test_one_no_means_it_is_not(field):
    found = triage(Frame(**{**SHARING, field: "no"}), ())
    assert found.sharing == "no"
    assert found.rungs[-1].status == "does not fit"


@pytest.mark.parametrize("answer", ["", "not sure"])
@pytest.mark.parametrize("field", list(SHARING))
def test_an_open_answer_leaves_it_open_and_names_the_field(field, answer):
    found = triage(Frame(**{**SHARING, field: answer}), ())
    assert found.sharing == "not yet known"
    assert f"frame/{field}" in [f.where for f in found.faults]


def test_to_act_on_people_somebody_must_tell_them_apart():
    found = triage(Frame(**{**SHARING, "identifiable": "no"}), ())
    assert found.sharing == "not yet known"
    assert [f.message for f in found.faults if f.where == "frame/identifiable"] == [found.because]


def test_the_law_is_never_stated_as_advice():
    assert triage(Frame(), ()).caution == CAUTION
    assert CAUTION.startswith("Take care. This is not legal advice.")


# --- the ladder -------------------------------------------------------------------------------------------------------


def test_six_rungs_from_the_lightest_to_the_heaviest():
    assert [r.key for r in triage(Frame(), ()).rungs] == KEYS
    assert set(rungs(Frame()).values()) == {"not known yet"}
    assert triage(Frame(), ()).recommended == ""
    assert triage(Frame(), ()).headline == "Whether this is data sharing is not known yet; no route fits yet"


def test_published_figures_answer_it_when_they_meet_every_need():
    found = triage(Frame(needs_individuals="no"), (verdict("met"), verdict("met")))
    assert (found.recommended, found.rungs[0].status) == ("published", "answers it")
    assert found.rungs[0].reason == "They answer two of two needs. Nothing needs to be asked for."
    assert found.headline == "This is not data sharing as DWP means it; first try published figures"


def test_published_figures_are_worth_trying_when_they_can_be_adapted():
    assert rungs(Frame(), verdict("met"), verdict("partly"))["published"] == "worth trying first"
    assert rungs(Frame(), verdict("met"), verdict("unknown"))["published"] == "not known yet"
    assert rungs(Frame(), verdict("met"), verdict("not met"))["published"] == "does not fit"


def test_published_figures_never_answer_a_question_about_particular_people():
    assert rungs(Frame(needs_individuals="yes"), verdict("met"))["published"] == "does not fit"
    assert "cannot say which" in reason(Frame(needs_individuals="yes"), "published", verdict("met"))


def test_what_published_figures_do_and_leave_is_counted():
    assert (
        reason(Frame(), "published", *FOUR) == "They answer one of four needs. One more if adapted. Two needs are left."
    )


def test_what_a_partner_holds_comes_before_a_request_and_re_use_is_a_question():
    frame = Frame(**{**SHARING, **NOTHING_LIGHTER, "held_by_partner": "yes", "held_where": "Bolton, housing benefit"})
    found = triage(frame, FOUR)
    assert found.recommended == "held"
    assert "already holds it: Bolton, housing benefit." in found.rungs[1].reason
    assert "even inside one council" in found.rungs[1].reason
    assert found.rungs[-1].status == "not known yet"
    assert "only if this does not serve: data a partner already holds" in found.rungs[-1].reason.lower()


def test_a_table_serves_needs_that_count_people_and_not_those_that_name_them():
    counting = Frame(needs_individuals="no", **NOTHING_LIGHTER)
    assert triage(counting, (verdict("not met"),)).recommended == "ad hoc"
    assert rungs(counting, verdict("met"))["ad hoc"] == "does not fit"
    assert rungs(counting, PEOPLE)["ad hoc"] == "does not fit"
    assert "cannot say which people" in reason(counting, "ad hoc", PEOPLE, verdict("not met"))
    assert rungs(Frame(**SHARING), *FOUR)["ad hoc"] == "does not fit"
    assert "It would serve the one need" in reason(Frame(**SHARING), "ad hoc", *FOUR)
    assert rungs(counting, verdict("unknown"))["ad hoc"] == "not known yet"


def test_research_contacts_nobody():
    assert rungs(Frame(research_only="yes"))["research"] == "worth trying first"
    assert rungs(Frame(research_only="no"))["research"] == "does not fit"
    at_odds = triage(Frame(**{**SHARING, "research_only": "yes"}), ())
    assert at_odds.rungs[3].status == "not known yet"
    assert "frame/research_only" in [f.where for f in at_odds.faults]


def test_an_existing_feed_is_named_and_its_terms_are_a_question():
    frame = Frame(**{**SHARING, **NOTHING_LIGHTER, "existing_feed": "yes", "existing_feed_name": "Searchlight"})
    found = triage(frame, FOUR)
    assert found.recommended == "feed"
    assert "carries it: Searchlight. Check that its terms allow this use." in found.rungs[4].reason


def test_a_lighter_route_that_is_still_open_is_said_beside_the_recommendation():
    frame = Frame(**{**SHARING, **NOTHING_LIGHTER, "held_by_partner": "not sure", "existing_feed": "yes"})
    assert triage(frame, FOUR).headline == (
        "This is data sharing; as far as is known, first try a feed that already exists"
    )


def test_a_new_share_is_what_remains_when_nothing_lighter_fits():
    found = triage(Frame(**SHARING, **NOTHING_LIGHTER), FOUR)
    assert found.recommended == "share"
    assert found.recommended_rung is not None
    assert "not legal advice" in found.recommended_rung.reason
    assert found.headline == "This is data sharing; what remains is a new share"
    assert found.faults == ()


@pytest.mark.parametrize("field", list(NOTHING_LIGHTER))
def test_a_new_share_waits_for_every_lighter_answer(field):
    found = triage(Frame(**{**SHARING, **NOTHING_LIGHTER, field: "not sure"}), FOUR)
    assert found.recommended == ""
    assert "One lighter route still open" in found.rungs[-1].reason
    assert [f.where for f in found.faults] == [f"frame/{field}"]


answers = st.sampled_from(get_args(Answer))
frames = st.builds(
    Frame,
    needs_individuals=answers,
    identifiable=answers,
    social_security=answers,
    held_by_partner=answers,
    research_only=answers,
    existing_feed=answers,
)
verdicts = st.lists(st.sampled_from([*(verdict(s) for s in PHRASES), PEOPLE]), max_size=5)


@given(frame=frames, found=verdicts)
def test_the_first_rung_that_fits_is_recommended_and_a_share_only_last(frame, found):
    result = triage(frame, found)
    assert [r.key for r in result.rungs] == KEYS
    fitting = [r.key for r in result.rungs if r.fits]
    assert result.recommended == (fitting[0] if fitting else "")
    if result.recommended == "share":
        assert result.sharing == "yes"
        assert all(r.status == "does not fit" for r in result.rungs[:-1])
    asked = {f.where for f in result.faults}
    for field in (*SHARING, *NOTHING_LIGHTER):
        assert (f"frame/{field}" in asked) >= (getattr(frame, field) in ("", "not sure"))
    assert all(r.reason.endswith(".") for r in result.rungs)
    assert all(f.message.endswith(".") and f.remedy.endswith(".") for f in result.faults)


# --- is step 1 complete? ----------------------------------------------------------------------------------------------


def complete(**given) -> Frame:
    return Frame(
        **{
            "problem": "People with several disadvantages are not reached.",
            "people": "Residents out of work for a year or more.",
            "change": "Advisers would call those not yet in support.",
            "nation": "England",
            "places": (Place(id="E47000001", name="Greater Manchester"),),
            "partners": (Partner(id="p1", name="Bolton Council", kind="council"),),
            **SHARING,
            **NOTHING_LIGHTER,
            **given,
        }
    )


def test_a_complete_frame_has_no_fault():
    assert frame_faults(complete()) == ()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"problem": " "}, "frame/problem"),
        ({"people": ""}, "frame/people"),
        ({"change": ""}, "frame/change"),
        ({"nation": ""}, "frame/nation"),
        ({"places": ()}, "frame/places"),
        ({"places": (Place(id="Bolton"),)}, "frame/places/Bolton"),
        ({"places": (Place(id="W06000015", name="Cardiff"),)}, "frame/places/W06000015"),
        ({"partners": ()}, "frame/partners"),
        ({"partners": (Partner(id="p1", kind="council"),)}, "frame/partners/p1/name"),
        ({"partners": (Partner(id="p1", name="Bolton Council"),)}, "frame/partners/p1/kind"),
        ({"held_by_partner": "yes"}, "frame/held_where"),
        ({"existing_feed": "yes"}, "frame/existing_feed_name"),
        ({"social_security": "not sure"}, "frame/social_security"),
    ],
)
def test_each_thing_that_is_missing_is_named_by_its_field(changes, where):
    faults = frame_faults(complete(**changes))
    assert [f.where for f in faults] == [where]
    assert all(f.message and f.remedy for f in faults)


def test_an_empty_frame_names_everything_at_once():
    assert len(frame_faults(Frame())) == 12

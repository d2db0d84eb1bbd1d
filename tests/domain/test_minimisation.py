"""Advice on data items: the guide's pitfalls, what is not needed, and what points to one person together."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.findings import GRAVEST_FIRST
from workbench.domain.logic_model import Link, LogicModel, Node
from workbench.domain.minimisation import advise, check_request, kinds_of
from workbench.domain.need import Need
from workbench.domain.request import DataItem, DataRequest
from workbench.domain.sufficiency import Verdict
from workbench.reference.rules import load_fields

FIELDS = load_fields(today=date(2026, 11, 25))
PEOPLE = Need(id="people", question="Who is not in support?", level="individual", unit="individual records")
WARDS = Need(id="wards", question="Which wards?", level="ward", unit="count")
MODEL = LogicModel(
    nodes=(Node(id="act", level="activity"), Node(id="idle", level="activity"), Node(id="oc", level="outcome")),
    links=(Link(id="k", source="act", target="oc"),),
)
TERMS = {
    "cohort": "Adults on Universal Credit in Bolton",
    "people_count": 100,
    "people_count_basis": "Asked of DWP",
    "history": "None",
    "frequency": "One-off",
    "recipients": "Two analysts",
    "retention": "Six months",
    "lawful_basis": "Article 6(1)(e) and Article 9(2)(g) with Schedule 1",
}


def item(name="Year of birth", **more):
    given = {
        "id": name.replace(" ", "-"),
        "name": name,
        "form": "full value",
        "reason": "To match",
        "need_ids": ("people",),
        "node_ids": ("act",),
    }
    return DataItem(**{**given, **more})


def asked(*items, needs=(PEOPLE, WARDS), verdicts=(), **terms):
    return check_request(DataRequest(items=items, **{**TERMS, **terms}), needs, MODEL, FIELDS, verdicts)


def verdict(need_id, status):
    return Verdict(
        need_id=need_id,
        status=status,
        phrase="",
        dataset=None,
        source_label="",
        reason="",
        remedy="",
        criteria=(),
        evidence={},
    )


def keys(findings):
    return [f.check for f in findings]


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_guide_names_three_pitfalls():
    assert {f.id for f in FIELDS if f.guide_pitfall} == {"phone", "benefit_type", "date_of_birth"}
    assert all(f.citation.title == "Data Sharing for Local Partners" for f in FIELDS if f.guide_pitfall)


def test_every_kind_has_source_flag_and_date_and_names_it_is_known_by():
    assert all(f.citation.publisher and f.verification and f.checked and f.names for f in FIELDS)


def test_no_name_stands_for_two_kinds():
    names = [name for f in FIELDS for name in f.names]
    assert len(names) == len(set(names))


def test_every_kind_is_found_by_each_of_its_own_names():
    for kind in FIELDS:
        for name in kind.names:
            assert kind in kinds_of(DataItem(id="i", name=name), FIELDS), name


def test_a_kind_with_advice_says_when_the_full_form_is_right():
    assert all(bool(f.suggest) == bool(f.rule) == bool(f.keep_only_if) for f in FIELDS)


@pytest.mark.shared
def test_the_rules_on_fields_agree_with_the_research(shared):
    """Weight, flag and date of each rule are those of the research notes; the words are our own."""
    rules = {r["id"]: r for r in json.loads((shared / "research/law/minimisation.json").read_text())}
    used = [f for f in FIELDS if f.rule]
    assert {f.rule for f in used} == {*(f"M{n:02d}" for n in range(1, 19)), "M20", "M27"}
    for f in used:
        rule = rules[f.rule]
        assert f.severity == ("blocks" if rule["severity"].startswith("block") else "weakens"), f.id
        # An email address stands beside the telephone in the rule; the guide itself names only the telephone.
        assert f.verification == ("derived" if f.id == "email" else rule["verification"].lower()), f.id
        assert f.checked.isoformat() == rule["checked"]


# --- what kind of field it is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("DoB", ["date_of_birth"]),
        ("D.O.B.", ["date_of_birth"]),
        ("date-of-birth", ["date_of_birth"]),
        ("Customer’s mobile", ["phone"]),
        ("Phone", ["phone"]),
        ("NINo", ["nino"]),
        ("National Insurance number", ["nino"]),
        ("Year of birth", ["year_of_birth"]),
        ("Postcode sector", ["small_area"]),
        ("Postcode", ["full_postcode"]),
        ("Full name and date of birth", ["full_name", "date_of_birth"]),
        ("Dobson reference", []),
        ("Phoneme score", []),
        ("Automobile", []),
        ("Birth", []),
        ("", []),
    ],
)
def test_a_kind_is_told_from_whole_words_never_from_likeness(name, kinds):
    assert [k.id for k in kinds_of(DataItem(id="i", name=name), FIELDS)] == kinds


def test_the_kind_that_was_chosen_counts_more_than_the_name():
    assert [k.id for k in kinds_of(DataItem(id="i", name="DoB", field="sex"), FIELDS)] == ["sex"]


# --- one item ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "rule"), [("Mobile", "M01"), ("Benefit type", "M02"), ("DoB", "M03")])
def test_each_pitfall_of_the_guide_blocks_and_says_that_it_is_one(name, rule):
    (finding,) = advise(item(name), FIELDS)
    assert (finding.check, finding.severity) == (rule, "blocks")
    assert f"“{name}”" in finding.message
    assert "guide names this as a pitfall" in finding.message


@pytest.mark.parametrize(
    ("name", "form"), [("DoB", "Year of birth"), ("DoB", "10-year age group"), ("Benefit type", "Yes or no")]
)
def test_the_least_form_needs_no_word(name, form):
    assert advise(item(name, form=form), FIELDS) == ()


def test_a_reason_for_the_full_form_leaves_a_note():
    (finding,) = advise(item("DoB", exact_because="The register holds only the full date."), FIELDS)
    assert finding.severity == "note"


def test_hardly_any_reason_is_good_enough_for_a_bank_account():
    (finding,) = advise(item("Bank account", exact_because="To pay people."), FIELDS)
    assert finding.severity == "weakens"
    assert "almost never" in finding.remedy


def test_an_item_must_have_a_name_a_reason_and_a_form():
    found = advise(DataItem(id="i"), FIELDS)
    assert [(f.check, f.severity) for f in found] == [("R13", "blocks"), ("R13", "blocks"), ("R13", "weakens")]


# --- the request ------------------------------------------------------------------------------------------------------


def test_a_sound_request_has_nothing_to_answer_for():
    assert asked(item()) == ()


def test_an_item_that_nothing_uses_is_to_be_left_out():
    (finding,) = asked(item(need_ids=(), node_ids=()))
    assert (finding.check, finding.severity) == ("M26", "blocks")


def test_an_item_without_need_or_without_activity_weakens_the_case():
    assert [f.message for f in asked(item(need_ids=()))] == ["“Year of birth” answers no need."]
    assert [f.message for f in asked(item(node_ids=()))] == ["“Year of birth” feeds no activity."]


def test_an_item_must_feed_something_that_leads_to_an_outcome():
    (finding,) = asked(item(node_ids=("idle",)))
    assert (finding.check, finding.severity) == ("M26", "blocks")
    assert asked(item(node_ids=("idle", "act"))) == ()


def test_records_about_people_are_not_asked_for_to_count_them():
    (finding,) = asked(item(need_ids=("wards",)))
    assert (finding.check, finding.remedy) == ("M23", "Ask DWP for a table instead.")


def test_what_published_figures_answer_is_not_asked_for():
    (finding,) = asked(item(), verdicts=(verdict("people", "met"),))
    assert (finding.check, finding.severity) == ("M23", "blocks")


def test_an_open_need_about_people_wants_an_item():
    (finding,) = asked(
        item(),
        needs=(PEOPLE, PEOPLE.with_(id="other")),
        verdicts=(verdict("people", "not met"), verdict("other", "not met")),
    )
    assert (finding.subject_id, finding.severity) == ("other", "weakens")


def test_an_open_need_for_figures_is_no_reason_for_a_share():
    (finding,) = asked(item(), verdicts=(verdict("wards", "not met"),))
    assert (finding.subject_id, finding.severity) == ("wards", "note")
    assert "ad-hoc table" in finding.remedy


def test_date_of_birth_postcode_and_sex_identify_together():
    three = (item("DoB", exact_because="x"), item("Postcode", exact_because="x"), item("Sex"))
    assert [f.severity for f in asked(*three) if f.check == "M24"] == ["blocks"]
    coarser = (three[0].with_(form="year of birth"), *three[1:])
    assert "M24" not in keys(asked(*coarser))
    assert "M24" not in keys(asked(*three[:2]))


def test_more_than_two_identifiers_want_a_match_rate():
    found = asked(item("Surname", form="surname and initial"), item("Address"), item("Mobile"))
    (finding,) = [f for f in found if f.check == "M24"]
    assert finding.message == "Three items tell people apart: “Surname”, “Address” and “Mobile”."


@pytest.mark.parametrize("basis", ["", "Article 6(1)(e)", "Article 9 is not settled", "Article 9(2)"])
def test_health_data_wants_a_condition_named_in_full(basis):
    found = asked(item("Disability", form="yes or no"), lawful_basis=basis)
    assert [(f.check, f.severity) for f in found] == [("R10", "blocks")]


def test_health_data_with_a_condition_passes():
    assert asked(item("Disability", form="yes or no"), lawful_basis="Art. 9(2)(h), Schedule 1 paragraph 2") == ()


def test_offences_want_article_10_and_schedule_1():
    assert "R11" in keys(asked(item("Convictions"), lawful_basis="Article 10"))
    assert "R11" not in keys(asked(item("Convictions"), lawful_basis="Article 10 and Schedule 1 paragraph 18"))


def test_earnings_want_the_word_of_hmrc():
    earning = item("Earnings", form="band")
    assert keys(asked(earning)) == ["M10"]
    assert asked(earning, legal_power="HMRC agrees under section 127(5).") == ()


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"cohort": ""}, "M19"),
        ({"history": ""}, "M21"),
        ({"history": "Since records began"}, "M21"),
        ({"frequency": "Weekly"}, "M22"),
        ({"retention": "Kept indefinitely"}, "M25"),
        ({"recipients": "All staff of the council"}, "M28"),
        ({"people_count": None}, "R17"),
        ({"people_count_basis": ""}, "R17"),
    ],
)
def test_terms_that_are_missing_or_too_wide_are_named(terms, rule):
    assert keys(asked(item(), **terms)) == [rule]


def test_nothing_is_said_of_terms_while_nothing_is_asked_for():
    assert check_request(DataRequest(), (), LogicModel(), FIELDS) == ()


# --- properties -------------------------------------------------------------------------------------------------------

texts = st.sampled_from(["", "DoB", "Mobile", "Postcode", "Sex", "NINo", "Bank account", "Earnings", "Ward", "x"])
items = st.builds(
    DataItem,
    id=st.sampled_from(["a", "b", "c"]),
    name=texts,
    form=st.sampled_from(["", "full value", "yes or no", "year of birth"]),
    reason=st.sampled_from(["", "r"]),
    exact_because=st.sampled_from(["", "because"]),
    need_ids=st.sampled_from([(), ("people",), ("gone",)]),
    node_ids=st.sampled_from([(), ("act",), ("gone",)]),
)


@given(st.lists(items, max_size=4))
def test_findings_come_the_gravest_first_and_each_says_what_to_do(chosen):
    found = asked(*chosen)
    ranks = [GRAVEST_FIRST.index(f.severity) for f in found]
    assert ranks == sorted(ranks)
    assert all(f.message.endswith(".") and f.remedy.endswith(".") for f in found)


@given(items)
def test_a_reason_never_makes_the_advice_graver(one):
    def worst(found):
        return min((GRAVEST_FIRST.index(f.severity) for f in found), default=3)

    assert worst(advise(one.with_(exact_because="because"), FIELDS)) >= worst(
        advise(one.with_(exact_because=""), FIELDS)
    )


@given(st.text(max_size=40))
def test_any_name_can_be_looked_at(name):
    assert isinstance(advise(DataItem(id="i", name=name), FIELDS), tuple)

"""Every button of The request, Costs and benefits and Proposal, pressed as a person does."""

from __future__ import annotations

import pytest

from workbench.app.steps.costs import pounds
from workbench.domain.project import find

# --- 4 The request ----------------------------------------------------------------------------------------------------


def test_a_data_item_is_added_filled_in_and_deleted(page):
    page.go("request").press("add-item")
    item = page.project.request.items[-1]
    path = f"request/items/{item.id}"
    page.type(f"{path}/name", "Date of birth").type(f"{path}/need_ids", ["people"])
    page.type(f"{path}/node_ids", ["act-match"])
    item = page.project.request.items[-1]
    assert (item.name, item.need_ids, item.node_ids) == ("Date of birth", ("people",), ("act-match",))
    assert page.app.derived.item_findings(item.id)  # no reason yet
    page.type(f"{path}/need_ids", [])
    assert page.project.request.items[-1].need_ids == ()
    page.press("delete-item", item.id)
    assert find(page.project.request.items, item.id) is None
    assert "Deleted “Date of birth”." in page.notice


def test_a_consideration_is_answered(blank):
    blank.go("request")
    questions = [row for action, row, _ in blank.buttons() if action == "answer"]
    assert len(questions) == 11
    blank.press("answer", questions[0])
    path = f"request/considerations/{questions[0]}"
    assert blank.focus == f"#f-request-considerations-{questions[0]}-answer"
    blank.type(f"{path}/answer", "Our solicitor has looked.").type(f"{path}/status", "settled")
    blank.press("open", f"consideration:{questions[0]}", f"{path}/answer")  # closes it
    assert "Our solicitor has looked." in blank.text
    assert ("answer", questions[0], "") not in blank.buttons()


def test_the_number_of_people_is_a_whole_number(page):
    page.go("request").type("request/people_count", "1,250")
    assert page.project.request.people_count == 1250
    page.type("request/people_count", "12.5")
    assert "whole number" in page.error("request/people_count")
    page.type("request/people_count", "")
    assert page.project.request.people_count is None


# --- 5 Costs and benefits ---------------------------------------------------------------------------------------------


def test_the_first_option_is_doing_nothing(blank):
    blank.go("costs").press("add-option").press("add-option")
    assert [o.kind for o in blank.project.appraisal.options] == ["do nothing", "other"]


def test_a_line_changes_the_answer(page):
    page.go("costs")
    before = page.app.derived.results.option("share").npv
    page.press("add-line", "share")
    line = page.project.appraisal.lines[-1]
    path = f"appraisal/lines/{line.id}"
    page.type(f"{path}/label", "Letters").type(f"{path}/quantity", "10")
    for bound in ("low", "central", "high"):
        page.type(f"{path}/unit_{bound}", "£1,000")
    after = page.app.derived.results.option("share").npv
    assert after < before
    assert pounds(after) in page.text
    page.press("delete-line", line.id)
    assert page.app.derived.results.option("share").npv == before


def test_a_transfer_is_shown_and_never_counted(page):
    page.go("costs").open("line", "share-work")
    before = page.app.derived.results.option("share")
    page.type("appraisal/lines/share-work/is_transfer", True)
    after = page.app.derived.results.option("share")
    assert after.pv_benefits < before.pv_benefits
    assert abs(after.pv_transfers) != abs(before.pv_transfers)


def test_an_option_is_removed_with_its_lines_and_comes_back(page):
    before = page.project
    page.go("costs").open("option", "consent").press("remove-option", "consent")
    assert find(page.project.appraisal.options, "consent") is None
    assert not [x for x in page.project.appraisal.lines if x.option_id == "consent"]
    assert "Undo brings them back" in page.notice
    page.press("undo")
    assert page.project == before


def test_an_effect_is_added_and_removed(page):
    page.go("costs").press("add-effect")
    effect = page.project.appraisal.effects[-1]
    page.type(f"appraisal/effects/{effect.id}/label", "Trust").type(f"appraisal/effects/{effect.id}/direction", "cost")
    assert page.project.appraisal.effects[-1].direction == "cost"
    page.press("remove-effect", effect.id)
    assert find(page.project.appraisal.effects, effect.id) is None


@pytest.mark.parametrize(("value", "said"), [("", "Enter a whole number"), ("2025.5", "whole number"), ("x", "“x”")])
def test_the_basis_is_in_whole_years(page, value, said):
    before = page.project
    page.go("costs").type("appraisal/price_year", value)
    assert said in page.error("appraisal/price_year")
    assert page.project == before


# --- 6 Proposal -------------------------------------------------------------------------------------------------------


def test_ones_own_words_stand_in_the_document(blank):
    blank.go("proposal")
    sections = [row for action, row, _ in blank.buttons() if action == "write"]
    assert len(sections) > 5
    blank.press("write", sections[0])
    assert blank.focus == f"#f-prose-{sections[0]}-text"
    blank.type(f"prose/{sections[0]}/text", "In our own words: zebra.")
    assert blank.project.prose_for(sections[0]) == "In our own words: zebra."
    assert "In our own words: zebra." in blank.app.derived.preview
    assert ("write", sections[0], "") not in blank.buttons()


def test_a_finding_of_the_review_leads_to_its_step_and_goes_when_it_is_answered(page):
    page.go("proposal")
    messages = [f.message for f in page.app.derived.review if f.weight != "fine"]
    assert all(message in page.text for message in messages)
    about = next(m for m in messages if "Mobile number" in m)
    page.go("request").open("item", "mobile").press("delete-item", "mobile").go("proposal")
    assert about not in page.text


def test_what_is_missing_is_counted(blank, page):
    blank.go("proposal")
    assert f"{len(blank.app.derived.missing)} things are missing" in blank.text
    page.go("proposal")
    assert len(page.app.derived.missing) < len(blank.app.derived.missing)

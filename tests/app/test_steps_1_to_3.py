"""Every button of Frame, Published figures and Logic model, pressed as a person does."""

from __future__ import annotations

import pytest

from workbench.domain.frame import Place

# --- 1 Frame ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Bolton", "  bolton ", "E08000001", "e08000001", "bolt"])
def test_a_place_is_found_by_its_name_or_code(blank, typed):
    blank.type("ui/pick/places/words", typed).press("pick-add", "E08000001", "places")
    assert blank.project.frame.places == (Place(id="E08000001", name="Bolton"),)
    assert blank.focus == "#f-ui-pick-places-words"
    assert blank.read.all("input", name="ui/pick/places/words", value="")
    blank.type("ui/pick/places/words", "E08000001")
    assert "It is chosen already." in blank.text


def test_a_place_that_is_not_held_says_what_it_is(blank):
    blank.type("ui/pick/places/words", "Atlantis")
    assert "“Atlantis” is not among the areas held." in blank.text
    blank.type("ui/pick/places/words", "E08999999")
    assert "E08999999 is a district in England, not in the register." in blank.text
    assert blank.project.frame.places == ()


def test_a_list_pasted_from_excel_is_added_and_what_is_left_is_told(blank):
    blank.press("pick-list", "", "places", ui__pick__places__list="E08000001\tBolton\r\nBury\nAtlantis\n")
    assert [p.name for p in blank.project.frame.places] == ["Bolton", "Bury"]
    assert "Not held: Atlantis." in blank.text
    (field,) = blank.read.all("textarea", name="ui/pick/places/list")
    assert field.text.strip() == "Atlantis"
    blank.press("pick-list", "", "places", ui__pick__places__list=" ")
    assert "Paste or type at least one code or name." in blank.text


def test_all_parts_of_a_place_are_added_at_once(blank):
    blank.type("ui/pick/places/words", "Greater Manchester").press("pick-add", "E47000001", "places")
    parts = next(b for b in blank.buttons() if b[0] == "pick-parts")
    blank.press(*parts)
    assert len(blank.project.frame.places) == 11
    blank.press("pick-clear", "", "places")
    assert blank.project.frame.places == ()
    blank.press("undo")
    assert len(blank.project.frame.places) == 11


def test_a_place_is_removed(page):
    page.press("pick-drop", "E08000001", "places")
    assert "E08000001" not in {place.id for place in page.project.frame.places}
    page.press("undo")
    assert "E08000001" in {place.id for place in page.project.frame.places}


def test_a_partner_is_added_filled_in_and_deleted(blank):
    blank.press("add-partner")
    (partner,) = blank.project.frame.partners
    path = f"frame/partners/{partner.id}"
    assert blank.focus == f"#f-frame-partners-{partner.id}-name"
    blank.type(f"{path}/name", "Bolton Council").type(f"{path}/receives_data", "yes")
    assert (blank.project.frame.partners[0].name, blank.project.frame.partners[0].receives_data) == (
        "Bolton Council",
        "yes",
    )
    blank.press("remove-partner", partner.id)
    assert blank.project.frame.partners == ()
    assert "Undo brings it back" in blank.notice
    blank.press("undo")
    assert blank.project.frame.partners[0].name == "Bolton Council"


def test_the_ladder_follows_the_answers(blank):
    blank.type("frame/needs_individuals", "no")
    before = blank.app.derived.triage
    blank.type("frame/needs_individuals", "yes").type("frame/held_by_partner", "yes")
    assert blank.app.derived.triage != before
    assert "frame/held_where" in blank.fields()
    blank.type("frame/held_by_partner", "no")
    assert "frame/held_where" not in blank.fields()


# --- 2 Published figures ----------------------------------------------------------------------------------------------


def test_a_need_is_added_filled_in_and_changes_its_verdict(blank):
    blank.type("ui/pick/places/words", "Greater Manchester").press("pick-add", "E47000001", "places")
    blank.go("figures").press("add-need")
    (need,) = blank.project.needs
    path = f"needs/{need.id}"
    assert need.area == "E47000001"
    assert blank.focus == f"#f-needs-{need.id}-question"
    blank.type(f"{path}/question", "Which wards?").type(f"{path}/measure", "claimant_count")
    blank.type(f"{path}/level", "ward").type(f"{path}/unit", "count").type(f"{path}/breakdowns", "sex, age")
    assert blank.project.needs[0].breakdowns == ("sex", "age")
    blank.type(f"{path}/breakdowns", "")
    assert blank.app.derived.verdict(need.id).status == "met"
    blank.type(f"{path}/level", "individual")
    assert blank.app.derived.verdict(need.id).status == "not met"
    assert "Which wards?" in blank.text


def test_a_need_is_deleted_with_the_references_to_it(page):
    served = [item.id for item in page.project.request.items if "people" in item.need_ids]
    assert served
    page.go("figures").open("need", "people").press("delete-need", "people")
    assert "people" not in {need.id for need in page.project.needs}
    assert not any("people" in item.need_ids for item in page.project.request.items)
    page.press("undo")
    assert [i.id for i in page.project.request.items if "people" in i.need_ids] == served


def test_an_offer_to_accept_less_changes_the_need_and_its_verdict(page):
    page.go("figures")
    action, need_id, label = next(b for b in page.buttons() if b[0] == "accept")
    before = page.app.derived.verdict(need_id)
    page.press(action, need_id, label)
    assert label in page.notice
    assert page.app.derived.verdict(need_id) != before
    assert page.app.derived.verdict(need_id).status in ("met", "partly")


def test_the_trend_of_another_area_is_drawn(page):
    page.go("figures")
    page.type("ui/trend-area", "E08000010")
    assert page.read.all("div", data_figure="trend-E08000010")


def test_charts_are_drawn_wide_and_narrow(open_page):
    page = open_page(draw=True).go("costs")
    assert set(page.app.view.figures) == {"tornado", "cash-flow"}
    for shapes in page.app.view.figures.values():
        assert shapes["wide"] != shapes["narrow"]
        assert '"data"' in shapes["wide"]


# --- 3 Logic model ----------------------------------------------------------------------------------------------------


def test_a_box_of_each_level_is_added(blank):
    blank.go("logic")
    for level in ("impact", "outcome", "output", "activity", "input"):
        blank.press("add-node", value=level)
        node = blank.project.logic_model.nodes[-1]
        assert node.level == level
        blank.type(f"logic_model/nodes/{node.id}/label", f"A box of {level}")
    assert len(blank.project.logic_model.nodes) == 5
    assert blank.read.all("svg")


def test_a_link_is_added_and_filled_in(page):
    page.go("logic").press("add-link", ui__link_source="in-team", ui__link_target="act-match")
    link = page.project.logic_model.links[-1]
    assert (link.source, link.target) == ("in-team", "act-match")
    page.type(f"logic_model/links/{link.id}/assumption", "They have time")
    page.type(f"logic_model/links/{link.id}/feedback", True)
    assert page.project.logic_model.links[-1].assumption == "They have time"
    assert page.project.logic_model.links[-1].feedback is True
    page.press("delete-link", link.id)
    assert link.id not in {k.id for k in page.project.logic_model.links}


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("", "act-match", "Choose two boxes."),
        ("in-data", "in-data", "two different boxes"),
        ("in-data", "act-match", "already linked"),
        ("impact", "in-data", "run from inputs towards impact"),
        ("oc-stay", "oc-start", "close a circle"),
        ("in-data", "gone", "in the model"),
    ],
)
def test_a_link_that_may_not_be_is_refused_beside_its_field(page, source, target, said):
    page.go("logic")
    before = page.project
    page.press("add-link", ui__link_source=source, ui__link_target=target)
    assert page.project == before
    assert said in page.error("ui/link-target")
    page.press("add-link", ui__link_source="in-team", ui__link_target="act-match")
    assert page.error("ui/link-target") == ""


def test_a_box_is_deleted_with_its_links_and_comes_back_with_them(page):
    before = page.project
    page.go("logic").open("node", "oc-start").press("delete-node", "oc-start")
    model = page.project.logic_model
    assert "oc-start" not in {n.id for n in model.nodes}
    assert not any("oc-start" in (k.source, k.target) for k in model.links)
    assert "and 2 links" in page.notice
    page.press("undo")
    assert page.project == before

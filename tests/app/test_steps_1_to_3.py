"""Every button of Frame, Published figures and Logic model, pressed as a person does."""

from __future__ import annotations

import pytest

from workbench.app.steps.frame import resolve_place
from workbench.domain.areas import Area, AreaRegister
from workbench.domain.frame import Place

# --- 1 Frame ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Bolton", "  bolton ", "E08000001", "e08000001"])
def test_a_place_is_added_by_its_name_or_code(blank, typed):
    blank.press("add-place", ui__place=typed)
    assert blank.project.frame.places == (Place(id="E08000001", name="Bolton"),)
    assert blank.error("ui/place") == ""
    blank.press("add-place", ui__place="Bolton")
    assert len(blank.project.frame.places) == 1


@pytest.mark.parametrize("typed", ["Bolt", "Atlantis", "E08999999", ""])
def test_a_place_that_is_not_held_is_refused_beside_its_field(blank, typed):
    blank.press("add-place", ui__place=typed)
    assert blank.project.frame.places == ()
    said = blank.error("ui/place")
    assert said.endswith("such as E08000001.") if typed else said == "Enter a name or a GSS code."
    assert blank.read.all("input", name="ui/place", value=typed)
    assert blank.focus == "#f-ui-place"
    blank.press("add-place", ui__place="Bury")
    assert blank.error("ui/place") == ""


def test_a_name_of_several_areas_is_asked_for_by_code():
    register = AreaRegister.of(
        [Area(code, "Moorside", "ward", "2023", "E08000004") for code in ("E05000731", "E05000732")]
    )
    fault = resolve_place("Moorside", register)
    assert "2 areas are called “Moorside”" in fault.message
    assert "E05000731 (ward)" in fault.message
    assert resolve_place("E05000732", register) == Place(id="E05000732", name="Moorside")


def test_a_place_is_removed(page):
    page.press("remove-place", "E08000001")
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
    blank.press("add-place", ui__place="Greater Manchester").go("figures").press("add-need")
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

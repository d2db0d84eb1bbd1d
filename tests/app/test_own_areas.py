"""Areas of one's own, made on the page."""

from __future__ import annotations


def test_an_area_is_made_named_filled_and_deleted(page, check):
    page.go("figures").press("own-add")
    (area,) = page.project.bespoke_areas
    assert page.focus == f"#f-bespoke-areas-{area.id}-name"
    assert "It is made of nothing yet." in page.text
    page.type(f"bespoke_areas/{area.id}/name", "North Bolton")
    page.type(f"ui/pick/{area.id}/words", "Astley Bridge").press("pick-add", "E05000650", area.id)
    page.type(f"ui/pick/{area.id}/words", "Bradshaw").press("pick-add", "E05000651", area.id)
    (area,) = page.project.bespoke_areas
    assert (area.level, area.parts) == ("ward", ("E05000650", "E05000651"))
    assert "What can be said of North Bolton" in page.text
    assert "sum of 2 parts; rounding may move it by up to 5" in page.text
    assert check(page.html) == []
    page.press("own-delete", area.id)
    assert page.project.bespoke_areas == ()
    page.press("undo")
    assert page.project.bespoke_areas == (area,)


def test_only_areas_of_one_kind_are_offered_once_there_is_one(page):
    page.go("figures").press("own-add")
    (area,) = page.project.bespoke_areas
    page.type(f"ui/pick/{area.id}/words", "Astley Bridge").press("pick-add", "E05000650", area.id)
    page.type(f"ui/pick/{area.id}/words", "Bury")
    assert ("pick-add", "E08000002", area.id) not in page.buttons()


def test_it_is_there_again_after_closing(page, open_page):
    page.go("figures").press("own-add")
    again = open_page(page.project)
    assert again.project.bespoke_areas == page.project.bespoke_areas

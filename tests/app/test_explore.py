"""Looking at any figures held: what can be chosen, what is drawn, and one area marked in every picture."""

from __future__ import annotations

import json

import pytest

from workbench.app.explore import VIEWS, explored, exploring
from workbench.domain.figures import FigureSet, Library
from workbench.errors import FigureMissing


@pytest.fixture
def seen(page):
    return page.go("figures")


def chart(page, key):
    return page.app.derived.chart(key, page.app.state.ui)


def test_it_begins_with_the_wards_of_the_place(seen):
    assert "215 wards" in chart(seen, "explore-map").alt
    assert seen.read.all(data_figure="explore-map")
    assert seen.read.all(data_figure="explore-strip")


@pytest.mark.parametrize("view", [key for key, _ in VIEWS])
def test_every_view_draws_or_says_why_not(seen, view):
    seen.type("ui/explore/view", view)
    drawn = seen.read.all(data_figure=f"explore-{view}")
    why = seen.app.derived.why_not(f"explore-{view}", seen.app.state.ui)
    assert bool(drawn) != bool(why)
    assert not why or why in seen.text


def test_every_measure_and_level_held_can_be_looked_at(seen, check):
    for measure, _ in seen.app.derived.exploring(seen.app.state.ui).measures:
        seen.type("ui/explore/measure", measure)
        looking = seen.app.derived.exploring(seen.app.state.ui)
        assert looking.measure == measure
        assert chart(seen, "explore-map") or seen.app.derived.why_not("explore-map", seen.app.state.ui)
    assert check(seen.html) == []


def test_districts_with_intervals_are_set_against_england(seen):
    seen.type("ui/explore/measure", "employment_rate").type("ui/explore/view", "dots")
    assert "England" in chart(seen, "explore-dots").alt
    seen.type("ui/explore/view", "multiples")
    assert "ten districts" in chart(seen, "explore-multiples").title


def test_a_choice_that_no_longer_fits_gives_way(seen):
    seen.type("ui/explore/measure", "imd_score").type("ui/explore/measure", "uc_households")
    assert seen.app.derived.exploring(seen.app.state.ui).level == "district"


def test_a_click_marks_the_area_in_every_picture_that_holds_it(seen):
    code = "E05000650"
    seen.send("action", name="mark-area", id=code)
    for key in ("explore-map", "explore-strip", "wards-map"):
        assert chart(seen, key).selected == code
    assert chart(seen, "comparison").selected == ""
    assert "is marked in every picture" in seen.text
    seen.send("action", name="mark-area", id=code)
    assert chart(seen, "wards-map").selected == ""


def test_the_table_of_a_chart_marks_by_keyboard(seen):
    pressed = [b for b in seen.buttons() if b[0] == "mark-area"]
    assert ("mark-area", "E08000001", "") in pressed
    seen.press("mark-area", "E08000001")
    assert chart(seen, "comparison").selected == "E08000001"
    assert [e for e in seen.read.all("button", aria_pressed="true") if e.get("data-id") == "E08000001"]


def test_marks_carry_the_code_that_a_click_sends(open_page):
    page = open_page(draw=True).go("figures")
    figure = json.loads(page.app.view.figures["explore-map"]["wide"])
    codes = json.dumps([trace.get("customdata") for trace in figure["data"]])
    assert "E05000650" in codes


def test_the_figures_of_a_picture_can_be_downloaded(seen):
    seen.press("download-figures", "explore-map")
    name, _, content = seen.downloads[-1]
    assert name == "explore-map.csv"
    assert b"Nomis" in content


def test_nothing_held_is_nothing_to_look_at(page):
    library = page.app.derived.library
    empty = Library(FigureSet(library.figures.frame.iloc[:0], {}), (), library.areas)
    assert exploring(empty, {}, "", str) is None


def test_a_funnel_is_drawn_of_rates_with_their_counts_and_of_no_others(library):
    seen = exploring(library, {"explore/measure": "claimant_rate"}, "E47000001", str)
    with pytest.raises(FigureMissing, match="needs rates with the counts"):
        explored(library, seen, "funnel", marked="", what="Claimants")
    frame = library.figures.where(measure="claimant_rate", level="ward").frame
    with_people = frame.assign(denominator=(100 * frame["numerator"] / frame["value"]).round())
    held = Library(FigureSet(with_people, library.figures.citations), (), library.areas)
    seen = exploring(held, {}, "E47000001", str)
    chart = explored(held, seen, "funnel", marked="E05000650", what="Claimants")
    assert "all 215 wards together" in chart.alt

"""Choosing areas, building a table of a service, and one area marked in every chart: in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "services"))

from misbehaving import Server
from nomis_replay import Replay, row

from workbench.sources.sample import load_sample

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

CODES = {"GENDER": ("0", "Total"), "AGE": ("0", "All categories: Age 16+"), "MEASURE": ("1", "Claimant count"),
         "MEASURES": ("20100", "Value")}  # fmt: skip


@pytest.fixture(scope="module")
def nomis(sample_dir: Path) -> Iterator[Server]:
    """A small Nomis on this machine that has the sample's claimant count by district."""
    held = load_sample(sample_dir, ()).figures.where(measure="claimant_count", level="district").latest().frame
    rows = [
        row(
            "2017-10", (str(1000 + n), r.area_name, r.area_code, "424"), CODES, f"{r.value:g}", date_name="October 2017"
        )
        for n, r in enumerate(held.itertuples())
    ]
    with Server() as running:
        running.answers(
            Replay(
                "NM_162_1",
                "Claimant count by sex and age",
                rows,
                tuple(CODES),
                kinds={"TYPE424": "local authorities: district / unitary (as of April 2023)"},
                times={"2017-10": {"start period": "2017-10-01", "end period": "2017-10-31"}},
            )
        )
        yield running


@pytest.fixture(scope="module")
def app(start_app, nomis: Server):
    return start_app(WORKBENCH_SERVICES=f"nomis={nomis.url}")


def opened(visit, app, step: str) -> Page:
    page = visit.open()
    page.goto(f"{app.url}#{step}")
    expect(page.locator(".wb-bar")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-status]")).not_to_have_text("Opening…", timeout=30_000)
    return page


def test_areas_are_chosen_by_the_keyboard_and_by_a_pasted_list(visit, app):
    page = opened(visit, app, "frame")
    picker = page.locator("#pick-places")
    picker.get_by_role("button", name="Remove Bolton").click()
    expect(picker.get_by_text("E08000001", exact=True)).to_have_count(0)
    words = picker.get_by_label("Find an area")
    words.fill("bolt")
    expect(picker.locator("[data-suggest] button").first).to_have_text("Bolton")
    words.press("ArrowDown")
    expect(picker.locator("[data-suggest] button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(picker.get_by_text("E08000001", exact=True)).to_be_visible()
    expect(words).to_be_focused()
    expect(words).to_have_value("")
    picker.get_by_text("Paste a list").click()
    picker.get_by_label("Codes or names, one a line").fill("E12000002\tNorth West\nAtlantis")
    picker.get_by_role("button", name="Add the list").click()
    expect(picker.get_by_text("Not held:")).to_be_visible()
    assert visit.left == []
    assert visit.console_errors == []


def test_a_table_of_a_service_is_built_kept_and_run_again(visit, app):
    page = opened(visit, app, "figures")
    tables = page.locator("#tables")
    tables.get_by_label("What about?").fill("claimant")
    tables.get_by_role("button", name="Search").click()
    tables.get_by_role("button", name="Claimant count by sex and age").click()
    expect(tables.get_by_role("group", name="Which areas?")).to_be_visible()
    tables.get_by_text("Everywhere the data set reaches").click()
    tables.get_by_role("button", name="Look at the figures").click()
    expect(tables.get_by_text("10 figures for 10 areas")).to_be_visible()
    tables.get_by_label("Name of the table").fill("Claimants in 2017")
    tables.get_by_role("button", name="Keep this table").click()
    kept = page.locator("#kept")
    expect(kept.get_by_text("Claimants in 2017").first).to_be_visible()
    page.reload()
    expect(page.locator("#kept").get_by_text("10 figures held")).to_be_visible(timeout=60_000)
    page.locator("#kept").get_by_role("button", name="Run again: Claimants in 2017").click()
    expect(page.locator("#kept").get_by_text("Nothing has changed: all 10 figures are as they were.")).to_be_visible()
    assert visit.left == []
    assert visit.console_errors == []


def test_an_area_clicked_on_the_map_is_marked_in_the_other_picture(visit, app):
    page = opened(visit, app, "figures")
    shown = page.locator('[data-figure="explore-map"] .main-svg').first
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    for across in (0.5, 0.45, 0.55, 0.6, 0.4):  # where a hexagon lies depends on the width of the page
        page.mouse.click(box["x"] + across * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(400)
        if page.locator(".wb-marked").count():
            break
    marked = page.locator(".wb-marked b")
    expect(marked).to_be_visible()
    name = marked.inner_text()
    expect(page.locator("#explore figcaption", has_text=name)).to_be_visible()
    page.get_by_role("button", name="Mark none").click()
    expect(page.locator(".wb-marked")).to_have_count(0)
    assert visit.left == []
    assert visit.console_errors == []


def test_an_area_is_marked_from_a_table_by_the_keyboard(visit, app):
    page = opened(visit, app, "figures")
    figure = page.locator("figure", has=page.locator('[data-figure="explore-map"]'))
    figure.get_by_text("Table", exact=True).click()
    button = figure.get_by_role("button", name="Astley Bridge", exact=True).first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wb-marked b")).to_have_text("Astley Bridge")
    expect(page.locator("#explore figcaption", has_text="Astley Bridge")).to_be_visible()

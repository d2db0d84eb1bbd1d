"""Choosing areas, building a table of a service, and one area marked in every chart: in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "services"))

from misbehaving import Asked, Say, Server
from nomis_replay import Replay, row

from workbench.sources.sample import load_sample

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

SEXES = {"0": "Total", "1": "Male", "2": "Female"}
MALE_SHARE = 0.6  # of what the replay makes up for a split; the totals are the sample's


def claimants(number: int, area, sex: str) -> dict[str, str]:
    """A row as Nomis gives it."""
    codes = {"GENDER": (sex, SEXES[sex]), "AGE": ("0", "All categories: Age 16+"), "MEASURE": ("1", "Claimant count"),
             "MEASURES": ("20100", "Value")}  # fmt: skip
    value = area.value * {"0": 1, "1": MALE_SHARE, "2": 1 - MALE_SHARE}[sex]
    place = (str(1000 + number), area.area_name, area.area_code, "424")
    return row("2017-10", place, codes, f"{value:.0f}", date_name="October 2017")


@dataclass
class Nomis:
    """The replay, and whether it takes its time over figures."""

    replay: Replay
    url: str = ""
    slow: bool = False

    def __call__(self, asked: Asked) -> Say:
        answer = self.replay(asked)
        return replace(answer, wait=120) if self.slow and asked.path.endswith("data.csv") else answer


@pytest.fixture(scope="module")
def nomis(sample_dir: Path) -> Iterator[Nomis]:
    """A small Nomis on this machine that has the sample's claimant count by district, split by sex."""
    held = load_sample(sample_dir, ()).figures.where(measure="claimant_count", level="district").latest().frame
    rows = [claimants(n, area, sex) for n, area in enumerate(held.itertuples()) for sex in SEXES]
    answers = Nomis(
        Replay(
            "NM_162_1",
            "Claimant count by sex and age",
            rows,
            ("GENDER", "AGE", "MEASURE", "MEASURES"),
            kinds={"TYPE424": "local authorities: district / unitary (as of April 2023)"},
            times={"2017-10": {"start period": "2017-10-01", "end period": "2017-10-31"}},
        )
    )
    with Server() as running:
        running.answers(answers)
        answers.url = running.url
        yield answers


@pytest.fixture(scope="module")
def app(start_app, nomis: Nomis):
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


def test_all_parts_of_an_area_are_added_removed_and_put_back_by_the_keyboard(visit, app):
    page = opened(visit, app, "frame")
    picker = page.locator("#pick-places")
    chosen = picker.locator(".wb-picked > li")
    expect(chosen).to_have_count(11)
    press(picker.get_by_text("All parts of an area"))
    kind = picker.get_by_label("Kind of area")
    kind.focus()
    kind.select_option("ward|2017")
    press(picker.get_by_role("button", name="Add 215"))
    expect(picker.get_by_text("and 166 more")).to_be_visible()  # 226 chosen, 60 named
    press(picker.get_by_role("button", name="Remove all 226"))
    expect(picker.get_by_text("No area chosen yet.")).to_be_visible()
    for _ in range(2):
        press(page.get_by_role("button", name="Undo"))
    expect(chosen).to_have_count(11)
    assert visit.console_errors == []


def press(part: Locator) -> None:
    """Press something as the keyboard does."""
    part.focus()
    expect(part).to_be_focused()
    part.press("Enter")


def chosen_data_set(page: Page) -> Locator:
    """The builder, open at the data set of the replay."""
    tables = page.locator("#tables")
    tables.get_by_label("What about?").fill("claimant")
    tables.get_by_role("button", name="Search").click()
    tables.get_by_role("button", name="Claimant count by sex and age").click()
    tables.get_by_text("Everywhere the data set reaches").click()
    return tables


def test_a_slow_service_shows_that_it_is_asked_and_can_be_stopped(visit, app, nomis):
    page = opened(visit, app, "figures")
    tables = chosen_data_set(page)
    nomis.slow = True
    tables.get_by_role("button", name="Look at the figures").click()
    expect(tables.get_by_role("progressbar", name="Fetching the figures…")).to_be_visible()
    press(tables.get_by_role("button", name="Stop"))
    expect(tables.get_by_text("It was stopped.")).to_be_visible()
    expect(tables.locator(".wb-notice.wb-bad")).to_have_count(0)  # who stops it is told nothing of a fault
    nomis.slow = False
    tables.get_by_role("button", name="Look at the figures").click()
    expect(tables.get_by_text("10 figures for 10 areas")).to_be_visible()
    assert visit.left == []
    assert visit.console_errors == []


def test_a_table_of_a_service_is_built_kept_and_run_again(visit, app):
    page = opened(visit, app, "figures")
    tables = chosen_data_set(page)
    tables.get_by_label("Male", exact=True).check()
    expect(tables.get_by_label("Total", exact=True)).to_be_checked()
    tables.get_by_role("button", name="Look at the figures").click()
    expect(tables.get_by_text("20 figures for 10 areas")).to_be_visible()
    tables.get_by_label("Name of the table").fill("Claimants in 2017")
    tables.get_by_role("button", name="Keep this table").click()
    kept = page.locator("#kept")
    expect(kept.get_by_text("Claimants in 2017").first).to_be_visible()
    page.reload()
    expect(page.locator("#kept").get_by_text("20 figures held")).to_be_visible(timeout=60_000)
    page.locator("#kept").get_by_role("button", name="Run again: Claimants in 2017").click()
    expect(page.locator("#kept").get_by_text("Nothing has changed: all 20 figures are as they were.")).to_be_visible()
    assert visit.left == []
    assert visit.console_errors == []


WHERE_IS = """(figure, code) => {
  const area = (custom) => (Array.isArray(custom) ? custom[0] : custom);
  for (const trace of figure.data) {
    const at = [...(trace.customdata ?? [])].findIndex((c) => area(c) === code);
    if (at < 0 || !trace.x) continue;
    const { xaxis, yaxis } = figure._fullLayout, box = figure.getBoundingClientRect();
    return { x: box.x + xaxis._offset + xaxis.d2p(trace.x[at]), y: box.y + yaxis._offset + yaxis.d2p(trace.y[at]) };
  }
  return null;
}"""
HOLDS = "(figure, name) => JSON.stringify([figure.data, figure.layout.annotations ?? []]).includes(name)"


def test_an_area_clicked_on_the_map_is_marked_in_the_other_picture(visit, app):
    page = opened(visit, app, "figures")
    shown = page.locator('[data-figure="explore-map"] .main-svg').first
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    spot = page.locator('[data-figure="explore-map"]').evaluate(WHERE_IS, "E05000652")
    page.mouse.click(spot["x"], spot["y"])
    expect(page.locator(".wb-marked")).to_contain_text("Breightmet is marked in every picture that holds it.")
    expect(page.locator("#explore figcaption", has_text="Breightmet")).to_be_visible()
    beside = page.locator('[data-figure="explore-strip"]')
    expect(beside.locator("text", has_text="Breightmet")).to_be_visible()
    assert beside.evaluate(HOLDS, "Breightmet")
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


def test_a_file_that_leaves_something_open_is_asked_about_and_then_read(visit, app, tmp_path):
    page = opened(visit, app, "figures")
    file = tmp_path / "people.csv"
    file.write_text("area_code,2 People\nE08000001,5\nE08000002,6\n")
    page.get_by_label("Bring in a file").set_input_files(file)
    form = page.locator(".wb-editor", has=page.locator("#asked-h"))
    expect(form).to_contain_text("people.csv leaves something open")
    press(form.get_by_role("button", name="Read the file"))
    expect(form).to_be_visible()  # nothing was answered, so it is asked still
    form.get_by_label("Which period are the figures of?").fill("2022")
    press(form.get_by_role("button", name="Read the file"))
    expect(form).to_have_count(0)
    row = page.get_by_role("row", name="people.csv")
    expect(row.get_by_role("cell").first).to_have_text("2")
    body = page.inner_text("body")
    assert "Traceback" not in body
    assert "There was an error when executing cell" not in body
    assert visit.left == []
    assert visit.console_errors == []

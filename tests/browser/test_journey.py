"""A newcomer walks the six steps of the sample proposal, changes a need, reloads, and leaves with a Word document."""

import json
import re
import zipfile

import psutil
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
# A busy machine may take a while to draw; what is waited for is a state, never a time.
expect.set_options(timeout=20_000)

STEPS = [
    ("frame", "Frame"),
    ("figures", "Published figures"),
    ("logic", "Logic model"),
    ("request", "The request"),
    ("costs", "Costs and benefits"),
    ("proposal", "Proposal"),
]


def open_app(page: Page, url: str, step: str = "") -> Page:
    """Open the app and wait until it says that it is ready."""
    page.goto(f"{url}#{step}")
    return ready(page)


def ready(page: Page) -> Page:
    """Wait until the page says that Python has answered."""
    expect(page.locator(".wb-bar")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-status]")).not_to_have_text("Opening…", timeout=30_000)
    return page


def kernels_of(page: Page, app) -> list[psutil.Process]:
    """The one process that answers this page."""
    kernel = json.loads(page.locator("#jupyter-config-data").text_content())["kernelId"]
    running = psutil.Process(app.process.pid).children(recursive=True)
    found = [child for child in running if kernel in " ".join(child.cmdline())]
    assert len(found) == 1
    return found


def go(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="Steps").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def no_cell_failed(page: Page) -> None:
    """Voila answers 200 even when a cell raised, so look at the page itself."""
    body = page.inner_text("body")
    assert "There was an error when executing cell" not in body
    assert "Traceback" not in body


def text_of_docx(path) -> str:
    return zipfile.ZipFile(path).read("word/document.xml").decode()


def test_the_six_steps_show_real_figures_and_nothing_leaves_this_computer(app_server, visit):
    page = open_app(visit.open(), app_server.url)
    no_cell_failed(page)
    for key, title in STEPS:
        go(page, title)
        assert page.url.endswith(f"#{key}")
        no_cell_failed(page)
    go(page, "Published figures")
    expect(page.locator('[data-figure="comparison"] .main-svg').first).to_be_visible()
    expect(page.locator("figcaption", has_text="only Bolton clearly was")).to_be_visible()
    for figure in ("wards-map", "lsoas-map", "wards-ranked"):
        expect(page.locator(f'[data-figure="{figure}"] .main-svg').first).to_be_visible()
    for verdict in ("Enough as published", "Enough if adapted", "Not enough"):
        expect(page.locator("#needs .wb-tag", has_text=verdict).first).to_be_visible()
    assert visit.left == []
    assert visit.console_errors == []


def test_a_changed_need_changes_its_verdict_survives_a_reload_and_stands_in_the_word_file(start_app, visit, tmp_path):
    app = start_app()
    page = open_app(visit.open(), app.url, "figures")
    page.get_by_role("button", name="Which districts have a low employment rate").click()
    row = page.locator("#needs tbody tr", has_text="Which districts have a low employment rate")
    expect(row.locator(".wb-tag")).to_contain_text("Enough if adapted")
    # Seven points is wider than any district's half-width: the survey is then exact enough.
    page.get_by_label("How exact?").fill("7")
    page.get_by_label("How fresh?").fill("")
    expect(row.locator(".wb-tag")).to_contain_text("Enough as published")
    page.get_by_label("What do you need to know?").fill("Which districts have low employment, within 7 points?")
    expect(page.locator("[data-status]")).to_contain_text("Saved")

    page.reload()
    ready(page)
    row = page.locator("#needs tbody tr", has_text="within 7 points?")
    expect(row.locator(".wb-tag")).to_contain_text("Enough as published")
    held = json.loads(app.project.read_text())
    assert [n["precision"] for n in held["needs"] if "within 7 points" in n["question"]] == [7.0]

    go(page, "Proposal")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Download for Word").click()
    file = tmp_path / "proposal.docx"
    download.value.save_as(file)
    assert "within 7 points?" in text_of_docx(file)


def test_two_people_see_each_others_edits(app_server, visit):
    app = app_server
    one, two = open_app(visit.open(), app.url, "frame"), open_app(visit.open(), app.url, "frame")
    one.get_by_label("What would you do differently?").fill("Call people in their first week.")
    expect(two.get_by_label("What would you do differently?")).to_have_value("Call people in their first week.")
    two.get_by_label("Who is it about?").fill("People out of work for a year.")
    expect(one.get_by_label("Who is it about?")).to_have_value("People out of work for a year.")
    # Undo takes back one's own edit only.
    one.get_by_role("button", name="Undo").click()
    expect(one.get_by_label("What would you do differently?")).not_to_have_value("Call people in their first week.")
    expect(one.get_by_label("Who is it about?")).to_have_value("People out of work for a year.")


def test_the_keyboard_alone_reaches_a_step_and_edits_a_field(app_server, visit):
    app = app_server
    page = open_app(visit.open(), app.url, "frame")
    page.locator("body").press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    expect(page.locator("#wb-main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name of the proposal")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Working closer")
    expect(page.locator(".wb-bar b")).to_have_text("Working closer")
    expect(page.get_by_label("Name of the proposal")).to_be_focused()


def test_a_wrong_entry_stays_in_its_field_with_what_to_enter(app_server, visit):
    app = app_server
    page = open_app(visit.open(), app.url, "figures")
    page.get_by_role("button", name="Which districts have a low employment rate").click()
    page.get_by_label("How exact?").fill("about three")
    expect(page.get_by_text("“about three” is not a number. Enter a number, for example 12.5.")).to_be_visible()
    expect(page.get_by_label("How exact?")).to_have_value("about three")
    page.get_by_label("How exact?").fill("4")
    expect(page.get_by_text("is not a number")).to_have_count(0)


def test_a_wrong_file_is_refused_in_a_sentence_and_a_right_one_is_taken(app_server, visit, tmp_path):
    app = app_server
    page = open_app(visit.open(), app.url, "figures")
    wrong = tmp_path / "people.csv"
    wrong.write_text("name,date of birth,national insurance number\nA Person,1980-01-01,QQ123456C\n")
    page.get_by_label("Bring in a file").set_input_files(wrong)
    expect(page.locator(".wb-notice.wb-bad")).to_contain_text("people")
    assert not list(app.home.glob("figures/*/people.csv"))
    right = tmp_path / "claimants.csv"
    right.write_text(
        "date,count,rate,lad15cd,lad15nm,cauth15cd,cauth15nm\n2017-11-01,5000,2.8,E08000001,Bolton,E47000001,Greater "
        "Manchester\n"
    )
    page.get_by_label("Bring in a file").set_input_files(right)
    expect(page.locator(".wb-notice.wb-good")).to_contain_text("claimants.csv")


def test_a_killed_kernel_is_told_and_what_was_typed_is_offered_again(start_app, visit):
    app = start_app()
    page = open_app(visit.open(), app.url, "frame")
    page.get_by_label("Who is it about?").fill("Saved before.")
    expect(page.locator("[data-status]")).to_contain_text("Saved ")
    expect(page.locator("[data-status]")).not_to_contain_text("Saving")
    kernels_of(page, app)[0].kill()
    page.get_by_label("What would you do differently?").fill("Typed while nobody listened.")
    expect(page.locator("[data-status]")).to_have_text("Not saved – reload the page", timeout=20_000)
    page.reload()
    ready(page)
    expect(page.get_by_label("Who is it about?")).to_have_value("Saved before.")
    page.get_by_role("button", name="Put back what was typed").click()
    expect(page.get_by_label("What would you do differently?")).to_have_value("Typed while nobody listened.")


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_its_window(app_server, visit, width):
    page = open_app(visit.open(width=width), app_server.url)
    for key, title in STEPS:
        page.goto(f"{app_server.url}#{key}")
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, key
        expect(page.locator(".wb-here a")).to_be_in_viewport(ratio=0.9)


def test_a_page_that_is_left_is_gone_for_the_others(start_app, visit):
    app = start_app()
    one, two = open_app(visit.open(), app.url, "frame"), open_app(visit.open(), app.url, "frame")
    expect(one.locator(".wb-people")).to_contain_text("2 people here")
    kernels = kernels_of(two, app)
    two.goto("about:blank")
    assert psutil.wait_procs(kernels, timeout=30)[0] == kernels
    expect(one.locator(".wb-people")).to_contain_text("You are the only person here")
    two.go_back()
    ready(two)
    expect(one.locator(".wb-people")).to_contain_text("2 people here")


def test_escape_closes_an_editor_and_gives_the_focus_back(app_server, visit):
    page = open_app(visit.open(), app_server.url, "figures")
    opener = page.get_by_role("button", name="Which wards have most claimants?")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What do you need to know?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("What do you need to know?")).to_have_count(0)
    expect(opener).to_be_focused()


def test_each_step_has_its_own_title(app_server, visit):
    page = open_app(visit.open(), app_server.url, "costs")
    expect(page).to_have_title(re.compile(r"^Costs and benefits – "))
    go(page, "Proposal")
    expect(page).to_have_title(re.compile(r"^Proposal – "))

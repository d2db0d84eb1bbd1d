"""Every page, of a full project and of an empty one, is sound HTML that a screen reader can find its way in."""

from __future__ import annotations

import re

import pytest

from workbench.app.main import STEP_MODULES
from workbench.app.page import Bar, page
from workbench.app.state import STEPS, State, Ui
from workbench.domain.progress import StepStatus
from workbench.domain.project import Project, flatten

KEYS = [key for key, _ in STEPS]


def statuses(status: str = "Not started") -> list[StepStatus]:
    return [StepStatus(key, number, title, status) for number, (key, title) in enumerate(STEPS, start=1)]


def test_the_steps_have_their_modules_in_their_order():
    assert list(STEP_MODULES) == KEYS


@pytest.mark.parametrize("step", KEYS)
def test_each_page_of_the_sample_is_sound(page, check, step):
    page.send("action", name="go", id=step)
    assert page.step == step
    assert check(page.html) == []


@pytest.mark.parametrize("step", KEYS)
def test_each_page_of_an_empty_project_is_sound(blank, check, step):
    blank.send("action", name="go", id=step)
    assert blank.step == step
    assert check(blank.html) == []


@pytest.mark.parametrize("step", KEYS)
def test_each_page_is_sound_with_any_row_open(page, check, step):
    page.send("action", name="go", id=step)
    for action, row, path in [b for b in page.buttons() if b[0] == "open"]:
        page.press(action, row, path)
        assert page.app.state.ui.opened == row
        assert check(page.html) == [], row
        assert page.read.all("button", aria_expanded="true", data_id=row)
        assert path in page.fields(), f"opening {row} sends the keyboard to a field that is not there"
        page.press(action, row, path)  # closes it
        assert not page.read.all("button", aria_expanded="true")


@pytest.mark.parametrize("step", KEYS)
def test_each_page_is_sound_with_the_history_open(page, check, step):
    page.type("name", "Changed").go("figures")
    page.send("action", name="go", id=step)
    page.press("history")
    assert check(page.html) == []
    assert "Changed" in page.text
    page.press("history")
    assert "Close the history" not in page.text


def test_each_page_is_sound_while_fields_say_what_is_wrong(page, check):
    page.go("figures").open("need", "districts").type("needs/districts/precision", "three")
    assert page.error("needs/districts/precision")
    assert check(page.html) == []
    page.go("frame").press("pick-list", "", "places", ui__pick__places__list="Atlantis")
    assert "Not held: Atlantis." in page.text
    assert check(page.html) == []


@pytest.mark.parametrize("step", KEYS)
def test_every_field_leads_to_a_place_in_the_project(page, step):
    page.send("action", name="go", id=step)
    known = set(flatten(page.project))
    for row in [("", "", ""), *[b for b in page.buttons() if b[0] == "open"]]:
        if row[0]:
            page.press(*row)
        for name in page.fields():
            assert name in known or name.startswith("ui/"), name


@pytest.mark.parametrize("step", KEYS)
def test_every_link_leads_to_a_step_and_never_out(page, step):
    page.send("action", name="go", id=step)
    read = page.read
    ids = {f"#{e.get('id')}" for e in read.elements if "id" in e.attrs}
    assert {e.get("href") for e in read.all("a")} <= {f"#{key}" for key in KEYS} | ids
    loads = [e.get(name) for e in read.elements for name in ("src", "srcset", "poster", "action", "formaction")]
    assert [found for found in loads if found and not found.startswith("data:")] == []
    assert "url(http" not in page.html


@pytest.mark.parametrize("step", KEYS)
def test_an_empty_project_says_what_will_stand_there(blank, step):
    blank.send("action", name="go", id=step)
    assert len(blank.text) > 200
    for word in ("None", "nan", "NaN", "null", "undefined", "[]", "()", "Traceback"):
        assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", blank.text.replace("None of", "")), word


@pytest.mark.parametrize("step", KEYS)
def test_no_number_of_the_sample_is_a_nan(page, step):
    page.send("action", name="go", id=step)
    assert not re.search(r"\bnan\b|\bNaN\b|\binf\b", page.text)


@pytest.mark.parametrize("step", KEYS)
def test_words_that_no_page_uses(page, blank, step):
    for shown in (page, blank):
        shown.send("action", name="go", id=step)
        assert not re.search(r"\b(invalid|please|oops|successfully)\b", shown.text, re.IGNORECASE)


def test_what_people_type_is_never_taken_as_html(page, check):
    nasty = '</textarea><script>alert(1)</script>"><img src=x onerror=alert(1)> & “Ärger”'
    page.type("frame/problem", nasty).type("name", nasty).type("frame/people", nasty)
    page.press("open", "partner:gmca", "frame/partners/gmca/name").type("frame/partners/gmca/name", nasty)
    page.go("figures").open("need", "wards").type("needs/wards/question", nasty)
    page.go("logic").open("node", "in-data").type("logic_model/nodes/in-data/label", nasty)
    page.go("request").open("item", "birth").type("request/items/birth/name", nasty)
    for step in KEYS:
        page.send("action", name="go", id=step)
        assert check(page.html) == [], step
        assert page.read.all("script") == []
        assert page.read.all("img", src="x") == []
    assert page.project.frame.problem == nasty


def test_a_text_that_begins_with_a_line_break_keeps_it(page):
    page.type("frame/problem", "\n\nTwo lines down")
    shown = re.search(r'<textarea[^>]*name="frame/problem"[^>]*>(.*?)</textarea>', page.html, re.DOTALL)
    assert shown is not None
    assert shown[1] == "\n\n\nTwo lines down"  # a browser drops the first


# --- the frame around a step ------------------------------------------------------------------------------------------


def shown(check, step: str = "frame", bar: Bar = Bar(), **ui: str) -> str:  # noqa: B008  a frozen value
    html = page(State(Project(id="p"), Ui(step=step, **ui)), "<h1>A step</h1>", statuses(), bar)
    assert check(html) == []
    return html


def test_the_rail_marks_the_step_that_is_shown(check):
    for key, title in STEPS:
        here = re.findall(r'<li[^>]*aria-current="step"[^>]*>.*?</li>', shown(check, key))
        assert len(here) == 1
        assert title in here[0]


def test_the_rail_says_how_far_each_step_is():
    done = page(State(Project(id="p"), Ui(step="frame")), "<h1>A</h1>", statuses("Completed"), Bar())
    assert done.count("✓") == len(STEPS) - 1  # the step that is shown keeps its number
    assert "There is a problem" in page(
        State(Project(id="p"), Ui()), "<h1>A</h1>", statuses("There is a problem"), Bar()
    )


def test_the_first_step_has_nothing_before_it_and_the_last_nothing_after(check):
    assert "Back to" not in shown(check, KEYS[0])
    assert "Go on to published figures" in shown(check, KEYS[0])
    assert "Go on to" not in shown(check, KEYS[-1])
    assert "Back to costs and benefits" in shown(check, KEYS[-1])


def test_undo_can_be_pressed_only_when_there_is_something(check):
    assert shown(check).count('aria-disabled="true"') == 2
    assert shown(check, bar=Bar(can_undo=True)).count('aria-disabled="true"') == 1


def test_who_is_here(check):
    assert "You are the only person here" in shown(check)
    several = shown(check, bar=Bar(who="Anna Berg", others=("Ben", "", "Çelik Ö")))
    assert "4 people here" in several
    assert ">AB<" in several
    assert ">+1<" in several


def test_a_notice_is_escaped_and_stands_at_the_head(check):
    html = shown(check, notice="<b>Atlantis</b> is not held", notice_kind="bad")
    assert "&lt;b&gt;Atlantis" in html
    assert html.index("Atlantis") < html.index("<h1>")


def test_the_check_of_pages_sees_what_is_wrong(check):
    sound = "<h1>A</h1><label for='a'>A</label><input id='a' name='a'>"
    assert check(sound) == []
    for fault, html in {
        "never closed": sound + "<p>",
        "closes": sound + "</p>",
        "stands 2 times": sound + "<p id='x'></p><p id='x'></p>",
        "leads nowhere": sound + "<label for='b'>B</label>",
        "has no label": sound + "<input name='b'>",
        "level 3 follows": sound + "<h3>C</h3>",
        "2 headings": sound + "<h1>B</h1>",
        "has no text": sound + "<button></button>",
        "inside another": sound + "<a href='#'>a<button>b</button></a>",
        "twice": sound + "<p id='q' id='r'></p>",
    }.items():
        assert any(fault in found for found in check(html)), fault

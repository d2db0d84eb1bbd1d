"""The history says what a person did, not what a field is called inside."""

from workbench.app.history import names_of, panel, sentences
from workbench.domain.need import Need


def told(page):
    entries = page.app.session.history()
    names = names_of(page.app.session.project, entries)
    return [sentences(e.changes, names) for e in entries]


def test_a_whole_need_that_comes_or_goes_is_one_line_and_a_field_is_named_with_its_need(page):
    page.send("action", name="add-need")
    key = page.project.needs[-1].id
    page.send("edit", name=f"needs/{key}/question", value="Who?")
    page.send("edit", name=f"needs/{key}/max_age_months", value="12")
    page.send("action", name="delete-need", id=key)
    assert told(page)[:4] == [
        ("Deleted a need “Who?”",),
        ("Need “Who?”, how fresh, in months: from nothing to “12”",),
        ("Need “Who?”, question: from nothing to “Who?”",),
        ("Added a need “Who?”",),
    ]


def test_a_field_of_the_project_is_said_before_and_after(page):
    page.send("edit", name="frame/change", value="Call them.")
    assert told(page)[0][0].startswith("Change: from “")
    assert told(page)[0][0].endswith("to “Call them.”")


def test_what_people_typed_is_shown_as_text(page):
    page.send("edit", name="frame/problem", value="<script>alert(1)</script>")
    html = panel(page.app.session.history(), page.app.session.project)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_an_entity_is_called_by_its_question_its_name_or_its_label(page):
    names = names_of(page.project.with_need(Need(id="x1", question="How many?")))
    assert names["x1"] == "How many?"

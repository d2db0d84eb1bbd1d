"""The app as events drive it: what is saved, refused, undone, handed out and taken in; and that nothing ends it."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from workbench.app import table_page
from workbench.app.main import STEP_MODULES, build_app
from workbench.app.state import STEPS
from workbench.domain.project import Project, cleaned, flatten, repeated_ids
from workbench.store.project_file import load_project

KEYS = [key for key, _ in STEPS]
CLAIMANTS = b"date,count,rate,wd15cd,wd15nm\n2026-10-01,155,1.7,E05000650,Astley Bridge\n"

# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_page_opens_on_the_step_in_its_address(page):
    page.send("hello", name="costs", value="Anna Berg")
    assert page.step == "costs"
    assert page.app.session.who == "Anna Berg"
    assert ">AB<" in page.html


@pytest.mark.parametrize("name", ["", "nowhere", "doc-sources", "../costs"])
def test_an_address_that_is_no_step_opens_the_first(page, name):
    page.send("hello", name=name)
    assert page.step == "frame"


def test_the_project_named_by_the_environment_is_opened(home, sample_project, tmp_path, monkeypatch):
    file = tmp_path / "mine.json"
    file.write_bytes(sample_project.read_bytes())
    monkeypatch.setenv("WORKBENCH_PROJECT", str(file))
    monkeypatch.setenv("WORKBENCH_PLOTLY_URL", "/p.js")
    app = build_app()
    try:
        assert app.session.file == file
        assert app.view.plotly_url == "/p.js"
    finally:
        app.stop()


# --- editing ----------------------------------------------------------------------------------------------------------


def test_an_edit_is_saved_and_says_when(page):
    page.type("frame/problem", "Too few people move into work")
    assert page.project.frame.problem == "Too few people move into work"
    assert load_project(page.app.session.file) == page.project
    assert re.fullmatch(r"Saved \d\d:\d\d", page.reply.saved)
    assert page.reply.problem == ""


def test_a_refused_edit_stays_in_its_field_and_changes_nothing(page):
    page.go("figures").open("need", "districts")
    before = page.project
    page.type("needs/districts/precision", "three")
    assert page.project == before
    assert page.error("needs/districts/precision") == "“three” is not a number. Enter a number, for example 12.5."
    assert page.read.all("input", name="needs/districts/precision", value="three")
    page.type("needs/districts/precision", "2.5")
    assert page.error("needs/districts/precision") == ""
    assert page.project.needs[1].precision == 2.5


@pytest.mark.parametrize("typed", ["1e308", "-1e308", "9" * 400, "1e999", "2000000000000"])
def test_a_number_that_nothing_can_be_computed_from_is_refused(page, typed):
    page.go("costs").open("line", "share-work")
    before = page.project
    for field in ("quantity", "unit_central", "price_year"):
        page.type(f"appraisal/lines/share-work/{field}", typed)
        assert page.error(f"appraisal/lines/share-work/{field}")
    assert page.project == before


def test_a_horizon_of_a_billion_years_is_said_and_not_computed(page):
    page.go("costs").type("appraisal/horizon", "1000000000")
    assert page.error("appraisal/horizon").endswith("Enter a number from 1 to 100.")
    assert page.project.appraisal.horizon == 5


def test_a_horizon_of_a_billion_years_in_a_file_is_said_and_not_computed(open_page, sample_project):
    project = load_project(sample_project)
    page = open_page(project.with_(appraisal=project.appraisal.with_(horizon=10**9))).go("costs")
    assert "can only be mistyped" in page.text
    page.type("appraisal/horizon", "5")
    assert "can only be mistyped" not in page.text


def test_a_precision_in_a_file_that_cannot_be_doubled_opens_all_the_same(open_page, sample_project):
    project = load_project(sample_project)
    page = open_page(project.with_need(project.needs[1].with_(precision=1e308))).go("figures")
    assert page.project.needs[1].precision == 1e308
    assert "Which districts have a low employment rate" in page.text


@pytest.mark.parametrize(
    "path", ["id", "schema_version", "needs/districts", "needs", "nowhere", "", "needs/gone/question"]
)
def test_a_field_that_is_none_is_not_written(page, path):
    before = page.project
    page.send("edit", name=path, value="x")
    assert page.project == before
    assert load_project(page.app.session.file) == before


def test_a_choice_of_the_view_changes_no_project(page):
    page.go("figures")
    before = page.project
    read = page.read
    (choice,) = read.all("select", name="ui/trend-area")
    other = [e for e in read.all("option") if choice in e.inside][-1].get("value")
    page.send("edit", name="ui/trend-area", value=other)
    assert page.project == before
    assert page.read.all(data_figure=f"trend-{other}")


def test_undo_and_redo(page):
    assert "undo" not in [b[0] for b in page.buttons()]
    first = page.project
    page.type("name", "One").type("name", "Two")
    second = page.project
    page.press("undo")
    assert page.project.name == "One"
    page.press("undo")
    assert page.project == first
    assert "undo" not in [b[0] for b in page.buttons()]
    page.press("redo").press("redo")
    assert page.project == second
    assert "redo" not in [b[0] for b in page.buttons()]
    page.send("action", name="redo")
    assert page.project == second


# --- moving about -----------------------------------------------------------------------------------------------------


def test_each_step_is_reached_by_its_link_and_its_heading_is_focused(page):
    for key, title in reversed(STEPS):
        page.go(key)
        assert page.step == key
        assert page.read.all("h1")[0].text == title
    assert page.focus == "#wb-title"


def test_a_row_closes_with_its_button_and_with_the_step(page):
    page.go("figures").open("need", "wards").press("close")
    assert page.app.state.ui.opened == ""
    page.open("need", "wards").go("logic").go("figures")
    assert page.app.state.ui.opened == ""


def test_the_skip_link_goes_to_the_content(page):
    page.send("action", name="skip")
    assert page.focus == "#wb-main"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "launch"}, {"name": ""}, {"name": "go", "id": "nowhere"}, {"name": "export", "value": "exe"},
        {"name": "export", "value": "csv"}, {"name": "download-figures", "id": "nothing"},
        {"name": "download-figures", "id": "trend-E99999999"}, {"name": "delete-need", "id": "gone"},
        {"name": "accept", "id": "gone", "value": "?"}, {"name": "delete-node", "id": "gone"},
        {"name": "delete-link", "id": "gone"},
        {"name": "add-node", "value": "heaven"}, {"name": "delete-item", "id": "x"},
        {"name": "answer", "id": "C99"}, {"name": "add-line", "id": "gone"}, {"name": "delete-line", "id": "gone"},
        {"name": "remove-option", "id": "gone"}, {"name": "remove-effect", "id": "gone"},
        {"name": "write", "id": "gone"},
        {"name": "pick-drop", "id": "gone", "value": "places"}, {"name": "remove-partner", "id": "gone"},
    ],
)  # fmt: skip
def test_what_the_page_never_offers_does_nothing(page, fields):
    before = page.project
    page.send("action", **fields)
    assert page.project == before
    assert page.downloads == []
    assert page.reply.problem == ""
    assert not page.app.session.can_undo


# --- documents and figures --------------------------------------------------------------------------------------------


def test_every_format_is_handed_out_whole_with_what_was_just_written(page):
    page.type("frame/problem", "A sentence that was written just now.")
    page.go("proposal")
    formats = [value for action, _, value in page.buttons() if action == "export"]
    assert formats == ["docx", "odt", "html", "md"]
    for kind in formats:
        page.press("export", value=kind)
        name, media, content = page.downloads[-1]
        assert name.endswith(".zip" if kind == "md" else f".{kind}")
        assert media.split("/")[0] in ("application", "text")
        assert "A sentence that was written just now." in words(kind, content)


def words(kind: str, content: bytes) -> str:
    """The text of a document. A text file comes with the pictures it links to, as one zip."""
    if kind == "html":
        return content.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        part = {"docx": "word/document.xml", "odt": "content.xml", "md": "proposal.md"}[kind]
        text = packed.read(part).decode("utf-8")
        if kind == "md":
            linked = set(re.findall(r"\]\((proposal-pictures/[^)]+)\)", text))
            assert linked
            assert linked == set(packed.namelist()) - {"proposal.md"}
        return text


def test_the_figures_of_each_chart_come_as_csv(page):
    page.go("figures")
    keys = [row for action, row, _ in page.buttons() if action == "download-figures"]
    assert len(keys) == 7
    for key in keys:
        page.press("download-figures", key)
        name, media, content = page.downloads[-1]
        assert (name, media) == (f"{key}.csv", "text/csv")
        lines = content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("# ")
        assert lines[1].startswith("# ")
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
        assert len(rows) > 5
        assert {len(row) for row in rows} == {len(rows[0])}


def test_a_file_is_brought_in_and_its_figures_are_listed(page):
    page.go("figures")
    before = page.app.derived.verdicts
    page.send("upload", name="figures", value="claimants.csv", files=(CLAIMANTS,))
    assert page.app.derived.verdicts != before  # the figures held are newer now
    assert "1 rows read, 2 figures kept" in page.notice
    assert page.app.state.ui.notice_kind == "good"
    assert "claimants.csv" in page.text
    assert len(page.app.derived.library.figures) > len(page.app.derived.desk.sample.figures)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rota.csv", b"day,desk\nMonday,North\n", "names of areas that are held"),
        ("people.csv", b"surname,nino\nOkonkwo,AB123456C\n", "records about people"),
        ("empty.csv", b"", "empty"),
        ("claimants.csv", CLAIMANTS.replace(b"E05000650", b"Z99"), "Z99"),
        ("..", b"x", "names of areas that are held"),
        ("", b"", "empty"),
    ],
)
def test_a_file_that_is_refused_is_told_and_not_kept(page, home, name, content, said):
    before = page.app.derived.library
    page.go("figures").send("upload", name="figures", value=name, files=(content,))
    assert said in page.notice
    assert page.app.state.ui.notice_kind == "bad"
    assert "/tmp" not in page.notice
    assert "Okonkwo" not in page.notice
    assert page.app.derived.library is before
    assert not list((home / "figures").rglob("*"))


def test_an_upload_without_a_file_does_nothing(page):
    page.send("upload", name="figures", value="a.csv")
    assert page.notice == ""


# --- several people ---------------------------------------------------------------------------------------------------


def test_two_apps_in_one_process_share_nothing(open_page):
    one, other = open_page(), open_page()
    before, html = other.project, other.html
    memory = dict(other.app.derived.desk.memory)
    one.type("name", "Changed").go("figures").press("add-need")
    one.send("upload", name="figures", value="claimants.csv", files=(CLAIMANTS,))
    assert other.project is before
    assert other.html == html
    assert other.app.derived.desk.memory == memory
    assert len(other.app.derived.library.figures) < len(one.app.derived.library.figures)
    assert other.step == "frame"


def test_two_people_on_one_project_see_each_others_edits(open_page, sample_project, tmp_path):
    file = tmp_path / "together.json"
    file.write_bytes(sample_project.read_bytes())
    anna, ben = open_page(file, who="Anna"), open_page(file, who="Ben")
    anna.type("frame/problem", "Written by Anna")
    ben.app.session.poll()
    assert ben.project.frame.problem == "Written by Anna"
    assert "Written by Anna" in ben.html
    ben.type("frame/people", "Written by Ben")
    anna.app.session.poll()
    assert (anna.project.frame.problem, anna.project.frame.people) == ("Written by Anna", "Written by Ben")
    assert anna.project == ben.project == load_project(file)
    assert "Ben" in anna.read.all(class_="wb-people")[0].get("title")
    anna.press("undo")  # takes back Anna's, not the later edit of Ben
    assert anna.project.frame.people == "Written by Ben"
    assert anna.project.frame.problem != "Written by Anna"


def test_a_row_that_somebody_else_deletes_closes_without_harm(open_page, sample_project, tmp_path, check):
    file = tmp_path / "together.json"
    file.write_bytes(sample_project.read_bytes())
    anna, ben = open_page(file), open_page(file)
    anna.go("figures").open("need", "districts")
    ben.go("figures").open("need", "districts").press("delete-need", "districts")
    anna.app.session.poll()
    assert check(anna.html) == []
    anna.send("edit", name="needs/districts/question", value="Still typing")
    assert "districts" not in {need.id for need in anna.project.needs}


def test_a_project_can_be_filled_from_nothing(blank, check):
    for key in KEYS:
        blank.send("action", name="go", id=key)
        for action, row, value in [b for b in blank.buttons() if b[0].startswith("add-")]:
            blank.press(action, row, value)
            assert check(blank.html) == [], action
    assert blank.project.needs
    assert len(blank.project.logic_model.nodes) == 5
    assert blank.project.request.items
    assert blank.project.appraisal.options
    for key in KEYS:
        blank.send("action", name="go", id=key)
        assert check(blank.html) == [], key


TABLES = set(table_page.ACTIONS)


def test_every_action_of_a_step_is_offered_by_its_page(page):
    """An action without a button is dead; a button without an action does nothing."""
    page.go("frame")
    own = {"go", "skip", "close", "open", "history", "undo", "redo", "export", "download-figures"}
    for key, module in STEP_MODULES.items():
        page.send("action", name="go", id=key)
        offered = {b[0] for b in page.buttons()}
        for row in [b for b in page.buttons() if b[0] == "open"]:
            page.press(*row)
            offered |= {b[0] for b in page.buttons()}
        assert {a for a in offered - own if not a.startswith("pick-")} <= set(module.ACTIONS)
        # The sample answers every question, and a table of a service is built button by button: tests/app/test_tables.
        hidden = {"request": {"answer"}, "figures": {*TABLES, "own-delete"} - {"table-search"}}.get(key, set())
        assert set(module.ACTIONS) - offered <= hidden, key


# --- anything at all --------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
TYPED = st.one_of(
    TEXT,
    st.sampled_from(["", "0", "-1", "1e308", "9" * 400, "nan", "yes", "2026", "E08000001", "wards", "C01", "cost"]),
    st.booleans(),
    st.none(),
    st.lists(st.one_of(TEXT, st.sampled_from(["wards", "act-match"])), max_size=3),
)
# Explaining a failure traces every line, which makes all examples slow.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
OWN = ("open", "close", "undo", "redo", "skip", "history", "download-figures")
ACTIONS = [*sorted({name for module in STEP_MODULES.values() for name in module.ACTIONS}), *OWN]


@settings(max_examples=15, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(data=st.data())
def test_no_row_of_events_ends_the_app_or_spoils_the_project(open_page, check, tmp_path_factory, data):
    def one_of(things):
        # By number: ids of what is added are new each time, and the draw must not depend on them.
        return things[data.draw(st.integers(0, 999)) % len(things)]

    home = tmp_path_factory.mktemp("home")
    page = open_page(data.draw(st.sampled_from([None, Project(id="new")])), home=home)
    for _ in range(data.draw(st.integers(1, 8))):
        page.send("action", name="go", id=data.draw(st.sampled_from(KEYS)))
        kind = data.draw(st.sampled_from(["press", "fill", "action", "edit", "hello", "upload"]))
        if kind == "press":
            action, row, value = one_of([b for b in page.buttons() if b[0] != "export"])
            page.send("action", name=action, id=row, value=value)
        elif kind == "fill":
            page.send("edit", name=one_of(page.fields() or ["name"]), value=data.draw(TYPED))
        elif kind == "action":
            ids = st.one_of(st.sampled_from(["wards", "act-match", "k01", "share", "C01", "summary", "birth"]), TEXT)
            inputs = {
                "ui/pick/places/list": data.draw(TEXT),
                "ui/link-source": "in-data",
                "ui/link-target": data.draw(ids),
            }
            name, value = data.draw(st.sampled_from(ACTIONS)), data.draw(TYPED)
            page.send("action", name=name, id=data.draw(ids), value=value, inputs=inputs)
        elif kind == "edit":
            page.send("edit", name=one_of(sorted(flatten(page.project))), value=data.draw(TYPED))
        elif kind == "hello":
            page.send("hello", name=data.draw(TEXT), value=data.draw(TYPED))
        else:
            page.send("upload", value=data.draw(TYPED), files=(data.draw(st.binary(max_size=60)),))
        project = page.project
        assert page.reply.problem == ""
        assert Project.model_validate(project.model_dump()) == project == cleaned(project)
        assert repeated_ids(project) == ()
        assert check(page.html) == []
    assert load_project(page.app.session.file) == page.project
    page.app.stop()


# --- what cannot be drawn ---------------------------------------------------------------------------------------------


def test_a_page_that_cannot_be_drawn_says_so_and_can_be_left(open_page, monkeypatch, swallowed_exceptions):
    page = open_page()
    monkeypatch.setattr(STEP_MODULES["costs"], "render", lambda _: 1 / 0)
    page.send("action", name="go", id="costs")
    assert re.search(r"This page could not be drawn \(fault [0-9a-f]{6}\)\. Your edits are saved\.", page.html)
    assert "ZeroDivisionError" not in page.html
    page.send("action", name="go", id="frame")
    assert "could not be drawn" not in page.html
    assert any("ZeroDivisionError" in said for said in swallowed_exceptions)
    swallowed_exceptions.clear()


# --- somebody leaves --------------------------------------------------------------------------------------------------


def test_a_page_that_is_left_is_no_longer_among_the_people_here(open_page, sample_project, tmp_path):
    file = tmp_path / "shared.json"
    file.write_bytes(sample_project.read_bytes())
    one, two = open_page(file), open_page(file)
    one.send("hello", value="Anna")
    two.send("hello", value="Ben")
    one.app.session.poll()
    assert one.app.session.others == ("Ben",)
    two.app.session.away()  # what App does when a page has been silent for long
    one.app.session.poll()
    assert one.app.session.others == ()


def test_what_was_open_and_is_deleted_by_another_is_told(open_page, sample_project, tmp_path):
    file = tmp_path / "shared.json"
    file.write_bytes(sample_project.read_bytes())
    one, two = open_page(file).go("request"), open_page(file).go("request")
    item = one.project.request.items[0]
    one.send("action", name="open", id=f"item:{item.id}", value=f"request/items/{item.id}/name")
    two.send("action", name="delete-item", id=item.id)
    one.app.session.poll()
    assert "What you had open is no longer there" in one.html
    assert one.app.state.ui.opened == ""


def test_closing_a_row_gives_the_focus_back_to_the_button_that_opened_it(page):
    page.go("figures")
    page.send("action", name="open", id="need:wards", value="needs/wards/question")
    page.send("action", name="close")
    assert page.focus == '[data-action="open"][data-id="need:wards"]'

"""What an analyst gets from ``import workbench as wb``: the answers of the command line, as tables and pictures."""

from __future__ import annotations

import asyncio
import csv
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import time
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import workbench as wb
from workbench import api, cli
from workbench.api.answer import PLOTLY
from workbench.api.tables import LONGEST, Table
from workbench.app.state import STEPS
from workbench.domain.figures import COLUMNS
from workbench.domain.project import Project
from workbench.errors import DamagedProject, FigureMissing, UnknownArea, WorkbenchError, WrongFile
from workbench.store.project_file import load_project
from workbench.widgets.live import Event, LiveView

GM, ENGLAND, BOLTON = "E47000001", "E92000001", "E08000001"
DAY = date(2026, 11, 25)
NOVEMBER = (
    "date,count,rate,wd15cd,wd15nm,lad15cd,lad15nm\n2017-11-01,165,1.8,E05000650,Astley Bridge,E08000001,Bolton\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for people's work that holds nothing yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("WORKBENCH_HOME", str(folder))
    monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)
    return folder


@pytest.fixture
def project() -> Project:
    return wb.open_project()


@pytest.fixture
def november(tmp_path: Path) -> Path:
    """A downloaded file with one ward, a month newer than the sample."""
    path = tmp_path / "claimant_count_wards.csv"
    path.write_text(NOVEMBER, encoding="utf-8")
    return path


def from_the_command_line(*words: str) -> Any:
    result = CliRunner().invoke(cli.app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout)


# --- the names --------------------------------------------------------------------------------------------------------


def test_the_import_loads_nothing_heavy():
    heavy = ("pandas", "numpy", "plotly", "ipywidgets", "workbench.api")
    code = f"import sys, workbench; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_name_is_there_and_nothing_else_shows():
    assert sorted(wb.__all__) == wb.__all__ == [name for name in api.__all__ if name != "Answer"]
    assert dir(wb) == sorted([*wb.__all__, "__version__"])
    assert all(getattr(wb, name) is getattr(api, name) for name in wb.__all__)


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'asess'"):
        wb.asess  # noqa: B018


def test_no_name_is_that_of_a_module():
    # Importing workbench.export would put the module in the place of a function wb.export.
    assert not {m.name for m in pkgutil.iter_modules(wb.__path__)} & set(wb.__all__)


@pytest.mark.parametrize("name", wb.__all__)
def test_every_function_says_what_it_gives_with_an_example(name: str):
    text = inspect.getdoc(getattr(wb, name)) or ""
    for heading in ("Returns", "Examples"):
        assert re.search(rf"^{heading}\n-+$", text, re.MULTILINE), heading
    for parameter in inspect.signature(getattr(wb, name)).parameters:
        assert re.search(rf"^(\w+, )*{parameter}(, \w+)* : ", text, re.MULTILINE), parameter


# --- published figures ------------------------------------------------------------------------------------------------


def test_figures_are_those_of_the_sample(sample_dir: Path):
    with (sample_dir / "employment-rate.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["area_code"] == BOLTON]
    got = wb.figures("employment_rate", "district", BOLTON)
    assert len(got) == len(rows) == 20
    assert got["value"].tolist() == [float(r["rate"]) for r in rows]
    assert got.columns.tolist() == [*COLUMNS, "source"]
    assert got["source"].str.startswith("Office for National Statistics").all()


def test_the_latest_figures_are_of_one_period():
    got = wb.figures("claimant_count", "ward", GM, latest=True)
    assert (len(got), got["period_end"].nunique()) == (215, 1)


def test_the_catalogue_lists_what_can_be_asked_for():
    held = wb.catalogue()
    assert not held.duplicated(["measure", "level", "boundaries"]).any()
    for row in held.itertuples():
        got = wb.figures(row.measure, row.level)
        assert (got["area_code"].nunique(), got["period_end"].max()) == (row.areas, row.last)
    assert held["licence"].str.contains("Open Government Licence").all()


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda: wb.figures("unemployment", "ward"), FigureMissing, "Choose one of: claimant_count, claimant_rate"),
        (
            lambda: wb.figures("employment_rate", "ward", GM),
            FigureMissing,
            "No figure of “employment_rate” by ward is held within Greater Manchester. Choose one of these levels: "
            "combined authority, district, nation.",
        ),
        (lambda: wb.figures("employment_rate", "district", "E08"), UnknownArea, "The area E08 is not held."),
        (lambda: wb.rank("employment_rate", "district", "E05000650"), FigureMissing, "Choose an area"),
        (lambda: wb.compare("claimant_rate", "ward", GM), FigureMissing, "no figure for E92000001 to compare with"),
        (lambda: wb.trend("employment_rate", "E08999999"), UnknownArea, "The area E08999999 is not held."),
    ],
)
def test_what_is_not_held_is_said_with_what_is(ask: Any, error: type[Exception], says: str):
    with pytest.raises(error, match=re.escape(says)):
        ask()


def test_districts_against_england():
    answer = wb.compare("employment_rate", "district", GM)
    assert answer.title == answer.value.headline()
    assert answer.table["name"].tolist()[:3] == ["Bolton", "Rochdale", "Wigan"]
    assert answer.table["value"].is_monotonic_increasing
    assert any(note.startswith("Take care.") for note in answer.notes)
    assert any("Holm" in note for note in answer.notes)
    assert "Office for National Statistics" in answer.caption


def test_another_reference_and_another_period():
    answer = wb.compare("claimant_rate_yearly", "district", GM, period_end=date(2010, 12, 31))
    assert (answer.value.period[1], answer.value.reference_name) == (date(2010, 12, 31), "England")
    within = wb.compare("claimant_rate", "ward", BOLTON, reference=GM)
    assert within.value.reference_name == "Greater Manchester"


def test_a_trend_beside_its_reference_or_alone():
    beside, alone = wb.trend("employment_rate", BOLTON), wb.trend("employment_rate", BOLTON, reference="")
    assert (beside.value.reference_name, alone.value.reference_name) == ("England", "")
    assert (len(beside.chart.series), len(alone.chart.series)) == (2, 1)
    assert len(beside.table) == 20


def test_areas_in_order_as_bars_or_as_a_map():
    bars = wb.rank("claimant_rate", "ward", GM, n=5)
    hexes = wb.rank("claimant_rate", "ward", GM, as_map=True)
    assert bars.table.equals(hexes.table)
    assert bars.table["value"].is_monotonic_decreasing
    assert len(bars.chart.rows) < len(hexes.chart.cells) == 215


# --- files of one's own -----------------------------------------------------------------------------------------------


def test_a_file_stands_beside_the_sample_where_it_is_handed_in(november: Path):
    new = wb.read_figures(november)
    before, after = (wb.figures("claimant_count", "ward", "E05000650", more=m) for m in ((), new))
    assert len(after) == len(before) + 1
    assert after["value"].iloc[after["period_end"].argmax()] == 165
    assert len(wb.figures("claimant_count", "ward", "E05000650")) == len(before)


def test_a_verdict_rests_on_the_files_that_are_handed_in(november: Path, project: Project):
    new = wb.read_figures(november)
    assert "October 2017" in wb.assess(project, as_of=DAY).loc["wards", "reason"]
    assert (
        wb.assess(project, as_of=DAY, more=[new]).loc["wards", "reason"]
        != (wb.assess(project, as_of=DAY).loc["wards", "reason"])
    )


def test_a_file_brought_into_the_app_is_seen_at_the_next_call(november: Path, project: Project, home: Path):
    before = wb.assess(project, as_of=DAY).loc["wards", "reason"]
    kept = home / "figures" / project.id / november.name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(november.read_bytes())
    assert wb.assess(project, as_of=DAY).loc["wards", "reason"] != before


def test_a_file_of_another_kind_is_refused(tmp_path: Path):
    path = tmp_path / "shopping.csv"
    path.write_text("milk,bread\n1,2\n", encoding="utf-8")
    with pytest.raises(WrongFile):
        wb.read_figures(path)


# --- a proposal -------------------------------------------------------------------------------------------------------


def test_a_damaged_project_is_named_and_left(tmp_path: Path):
    path = tmp_path / "broken.json"
    path.write_text('{"id": ', encoding="utf-8")
    with pytest.raises(DamagedProject, match=r"broken\.json"):
        wb.open_project(path)
    assert path.read_text(encoding="utf-8") == '{"id": '


def test_status_is_what_the_command_line_says(project: Project):
    said = from_the_command_line("status", "--as-of", DAY.isoformat())
    got = wb.status(project, as_of=DAY)
    assert got.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert got[["step", "status", "detail"]].to_numpy().tolist() == [
        [s["title"], s["status"], s["detail"]] for s in said
    ]


def test_verdicts_are_what_the_command_line_says(project: Project):
    said = from_the_command_line("assess", "--as-of", DAY.isoformat())
    got = wb.assess(project, as_of=DAY).reset_index()
    keys = ["need", "question", "phrase", "source", "reason", "remedy", "verdict"]
    assert got.to_numpy().tolist() == [[s[k] for k in keys] for s in said]
    assert set(got["verdict"]) == {"Enough as published", "Enough if adapted", "Not enough"}


def test_a_review_is_what_the_command_line_says(project: Project):
    said = from_the_command_line("review", "--as-of", DAY.isoformat())
    got = wb.review(project, as_of=DAY).query("weight != 'fine'")
    assert got["message"].tolist() == [s["message"] for s in said]


def test_the_appraisal_is_what_the_command_line_says(project: Project):
    said = from_the_command_line("appraise")
    got = wb.appraise(project)
    for column in ("npv", "npv_low", "npv_high", "bcr", "pv_costs", "pv_benefits", "pv_transfers"):
        assert got.table[column].tolist() == [o[column] for o in said["options"]]
    assert set(got.table["price_year"]) == {said["price_year"]}
    assert "Transfers are not counted." in got.caption
    assert all(note.startswith("Take care.") for note in got.notes)


def test_without_options_it_is_said_what_to_do():
    with pytest.raises(WorkbenchError, match=r"no options to appraise\. Add options"):
        wb.appraise(Project(id="p"))


def test_a_changed_need_changes_the_verdict_and_nothing_else(project: Project):
    wider = project.with_need(project.needs[1].with_(precision=7))
    before, after = wb.assess(project, as_of=DAY), wb.assess(wider, as_of=DAY)
    assert (before.loc["districts", "verdict"], after.loc["districts", "verdict"]) == (
        "Enough if adapted",
        "Enough as published",
    )
    assert after.drop("districts").equals(before.drop("districts"))


def test_an_answer_of_the_frame_changes_the_route(project: Project):
    held = project.with_(frame=project.frame.with_(held_by_partner="yes", held_where="Benefit teams"))
    assert wb.triage(project).title != wb.triage(held).title
    assert wb.triage(held).table.set_index("status").loc["worth trying first", "route"] == (
        "Data a partner already holds and may re-use"
    )
    assert "not legal advice" in " ".join(wb.triage(held).notes)


def test_checks_name_the_step_and_the_place(project: Project):
    found = wb.check(project)
    assert set(found["step"]) == {"logic", "request", "costs"}
    assert found.query("where == 'request/items/mobile'")["weight"].tolist() == ["blocks"]
    assert set(wb.check(Project(id="p"))["step"]) >= {"frame"}


def test_the_thread_reaches_a_benefit(project: Project):
    rows = wb.thread(project)
    whole = rows[(rows["benefit"] != "") & (rows["gaps"] == "")]
    assert len(whole)
    assert (whole[["need", "item", "activity", "outcome", "indicator"]] != "").all(axis=None)


@pytest.mark.parametrize("key", ["comparison", f"trend-{BOLTON}", "wards-map", "wards-ranked", "tornado", "cash-flow"])
def test_a_picture_comes_with_its_words(project: Project, key: str):
    answer = wb.chart(project, key)
    assert answer.title
    assert answer.alt
    assert answer.caption
    assert len(answer.table)
    assert answer.figure.data


def test_the_cautions_of_a_comparison_stay_with_its_picture(project: Project):
    assert any(note.startswith("Take care.") for note in wb.chart(project, "comparison").notes)


def test_the_logic_model_is_drawn_with_its_boxes(project: Project):
    answer = wb.chart(project, "logic-model")
    assert answer.svg.startswith("<svg")
    assert answer.table["label"].tolist() == [node.label for node in project.logic_model.nodes]
    with pytest.raises(WorkbenchError, match="no chart"):
        _ = answer.figure


def test_a_picture_that_is_not_there_is_said_with_those_that_are(project: Project):
    with pytest.raises(WorkbenchError, match="tornado"):
        wb.chart(project, "pie")


def test_any_part_becomes_a_table(project: Project):
    assert wb.table(project.needs)["question"].tolist() == [need.question for need in project.needs]
    assert "words" in wb.table(wb.chart(project, "tornado").value.switching).columns
    with pytest.raises(TypeError, match="not str"):
        wb.table(["need"])


def test_the_document_carries_the_changed_project(project: Project, tmp_path: Path):
    asked = project.with_need(project.needs[0].with_(question="Which wards have the most claimants of all?"))
    written = wb.write_proposal(asked, tmp_path / "proposal.md", as_of=DAY)
    assert "Which wards have the most claimants of all?" in written.read_text(encoding="utf-8")


# --- in a notebook ----------------------------------------------------------------------------------------------------


class Cells(HTMLParser):
    """The texts of the cells of a table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("td", "th"):
            self.texts.append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[-1] += data


def test_a_cell_shows_headline_picture_and_words_in_this_order(capsys: pytest.CaptureFixture[str]):
    answer = wb.compare("employment_rate", "district", GM)
    answer._ipython_display_()
    shown = capsys.readouterr().out  # outside a kernel IPython prints the plain text
    assert shown.index(answer.title) < shown.index(answer.alt) < shown.index(answer.caption) < shown.index("Take care.")


def test_the_figure_goes_to_jupyterlab_by_plotlys_own_type_and_asks_for_nothing():
    picture = wb.trend("employment_rate", BOLTON).bundles()[1]
    assert set(picture) == {PLOTLY, "text/plain"}
    assert picture[PLOTLY]["config"]["displayModeBar"] is False
    assert "http" not in json.dumps(picture, default=str)


def test_what_people_typed_is_text_and_not_markup(project: Project):
    options = tuple(o.with_(name="<script>alert(1)</script>") for o in project.appraisal.options)
    answer = wb.appraise(project.with_(appraisal=project.appraisal.with_(options=options)))
    assert "<script" not in "".join(bundle["text/html"] for bundle in answer.bundles())
    assert "<script" not in wb.table(options)._repr_html_()


def test_sentences_are_not_cut_off(project: Project):
    verdicts = wb.assess(project)
    cells = Cells(verdicts._repr_html_()).texts
    assert set(verdicts["reason"]) <= set(cells)
    assert max(map(len, verdicts["reason"])) > pd.get_option("display.max_colwidth")


def test_a_part_of_a_table_is_still_one_that_is_shown_whole(project: Project):
    part = wb.assess(project).query("status == 'not met'")[["question", "reason"]]
    assert type(part) is Table


def test_words_stand_left_and_numbers_right():
    html = wb.figures("employment_rate", "district", GM)[["area_name", "value", "unit"]]._repr_html_()
    (left,) = re.findall(r"is\((tbody th[^{]*)\)\{text-align:left", html)
    assert re.findall(r"td:nth-of-type\((\d)\)", left) == ["1", "3"]


def test_a_long_table_says_how_much_of_it_is_shown():
    wards = wb.figures("claimant_count", "ward", GM, latest=True)
    assert f"215 rows, of which {LONGEST} are shown." in wards._repr_html_()
    assert "are shown" not in wards.head(LONGEST)._repr_html_()


def test_an_address_in_a_table_reads_as_it_is():
    cells = Cells(wb.catalogue()[["source"]]._repr_html_()).texts
    assert set(wb.catalogue()["source"]) <= set(cells)


# --- the app ----------------------------------------------------------------------------------------------------------


def test_the_app_in_a_cell_is_a_widget_that_holds_the_page(project: Project, sample_project: Path, home: Path):
    untouched = sample_project.read_bytes()
    view = wb.open_app(who="Ana")
    assert isinstance(view, LiveView)
    assert all(title in view.html for _, title in STEPS)
    assert project.name in view.html
    view.handle(Event(kind="edit", name="name", value="Our own proposal"))
    view.close()
    assert load_project(home / "greater-manchester.json").name == "Our own proposal"
    assert sample_project.read_bytes() == untouched


def test_in_a_kernel_the_app_shows_what_others_change(tmp_path: Path, sample_project: Path):
    path = tmp_path / "ours.json"
    path.write_bytes(sample_project.read_bytes())

    async def both() -> str:
        mine, theirs = wb.open_app(path, who="Ana"), wb.open_app(path, who="Ben")
        theirs.handle(Event(kind="edit", name="name", value="Changed by Ben"))
        until = time.monotonic() + 20
        while "Changed by Ben" not in mine.html and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return mine.html

    assert "Changed by Ben" in asyncio.run(both())

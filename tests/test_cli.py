"""The command line on a copy of the sample project: what it prints, and what it says when the input is at fault.

A fault of the input is one sentence on stderr that names the place and what to do, exit code 1, and no file is touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench import cli, places
from workbench.domain.project import Project
from workbench.errors import WorkbenchError
from workbench.store.project_file import load_project, save_project

DAY = ("--as-of", "2026-11-25")
WARDS = """date,count,rate,wd15cd,wd15nm
2017-09-01,155,1.7,E05000650,Astley Bridge
2017-10-01,160,1.8,E05000650,Astley Bridge
2017-10-01,,,E05000651,Bradshaw
"""


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, read as strict JSON."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run, with a home of its own."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def project(folder: Path, sample_project: Path) -> Path:
    """A copy of the sample project."""
    return Path(shutil.copy(sample_project, folder / "project.json"))


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``workbench`` in this process, as the installed command does."""

    def ran(*args: str | Path) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["workbench", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return ran


def prints(*places_: Path) -> dict[str, str]:
    """Every file under these folders, by its SHA-256."""
    files = (f for place in places_ for f in sorted(place.rglob("*")) if f.is_file())
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.fixture
def refused(run: Run, tmp_path: Path, sample_dir: Path) -> Callable[..., str]:
    """Run a command that must be refused, and give the sentence it says."""

    def sentence(*args: str | Path) -> str:
        before = prints(tmp_path, sample_dir)
        ran = run(*args)
        assert ran.code == 1, ran
        assert ran.out == ""
        assert prints(tmp_path, sample_dir) == before
        assert ran.err.count("\n") == 1, ran.err
        assert ran.err.endswith("\n")
        assert "Traceback" not in ran.err
        assert re.search(r"^.+: .+[.!] [A-Z].+", ran.err), f"not place, fault and remedy: {ran.err}"
        return ran.err.strip()

    return sentence


# --- what the commands print ------------------------------------------------------------------------------------------


def test_status_names_the_six_steps_in_order(run, project):
    ran = run("status", project, *DAY)
    assert (ran.code, ran.err) == (0, "")
    steps = [line[3:].split("  ")[0] for line in ran.out.splitlines()[2:]]
    assert steps == ["Frame", "Published figures", "Logic model", "The request", "Costs and benefits", "Proposal"]


def test_status_as_json_says_the_same(run, project):
    told = run("status", project, *DAY, "--json").json
    lines = run("status", project, *DAY).out.splitlines()[2:]
    assert [s["step"] for s in told] == ["frame", "figures", "logic", "request", "costs", "proposal"]
    for step, line in zip(told, lines, strict=True):
        assert step["title"] in line
        assert step["status"] in line
        assert step["detail"] in line
    assert {"Completed", "In progress", "Not started", "Cannot start yet", "There is a problem"} >= {
        s["status"] for s in told
    }


def test_assess_gives_a_verdict_with_its_reason_for_each_need(run, project):
    needs = load_project(project).needs
    told = run("assess", project, *DAY, "--json").json
    assert [v["need"] for v in told] == [need.id for need in needs]
    assert {"met", "partly", "not met"} <= {v["verdict"] for v in told}
    text = run("assess", project, *DAY).out
    for verdict in told:
        assert verdict["reason"]
        assert verdict["question"] in text
        assert verdict["reason"] in text
        assert all(c["status"] in ("met", "partly", "not met", "unknown") for c in verdict["criteria"])


def test_freshness_is_judged_on_the_day_that_is_given(run, project):
    now, then = (run("assess", project, "--json", "--as-of", day).json for day in ("2026-11-25", "2018-01-01"))
    assert now != then
    assert "nine years old" in json.dumps(now)
    assert "nine years old" not in json.dumps(then)


def test_appraise_gives_net_present_values_that_add_up(run, project):
    told = run("appraise", project, "--json").json
    assert len(told["options"]) > 1
    for option in told["options"]:
        assert option["npv"] == pytest.approx(option["pv_benefits"] - option["pv_costs"])
        assert option["npv_low"] <= option["npv"] <= option["npv_high"]
    text = run("appraise", project).out
    for option in told["options"]:
        assert re.search(rf"{re.escape(option['name'])} .*£{abs(option['npv']):,.0f}", text)
    assert "against doing nothing" in text


def test_review_lists_the_gravest_first_and_gives_no_score(run, project):
    told = run("review", project, *DAY, "--json").json
    weights = [f["weight"] for f in told]
    assert weights == sorted(weights)  # blocks, then weakens
    assert set(weights) == {"blocks", "weakens"}
    lines = run("review", project, *DAY).out.splitlines()
    assert len(lines) == len(told)
    assert all(f["message"] in line for f, line in zip(told, lines, strict=True))
    assert "score" not in run("review", project, *DAY).out.lower()


@pytest.mark.parametrize("command", ["status", "assess", "appraise", "review"])
def test_without_a_file_the_sample_project_is_taken(run, folder, project, command):
    assert run(command).out == run(command, project).out


@pytest.mark.parametrize("command", ["status", "assess", "appraise", "review"])
def test_reading_writes_nothing(run, tmp_path, sample_dir, project, command):
    before = prints(tmp_path, sample_dir)
    assert run(command, project).code == 0
    assert run(command, project, "--json").code == 0
    assert prints(tmp_path, sample_dir) == before


@pytest.mark.parametrize("command", ["status", "assess", "review"])
@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_a_day_may_be_far_away(run, project, command, day):
    assert run(command, project, "--as-of", day, "--json").json


def test_a_name_with_line_breaks_stays_on_its_line(run, project):
    data = json.loads(project.read_text(encoding="utf-8"))
    data["appraisal"]["options"][1]["name"] = "Published\nfigures\tonly"
    project.write_text(json.dumps(data), encoding="utf-8")
    assert "\nPublished figures only  " in run("appraise", project).out


def test_what_is_no_number_is_null_in_json(capsys):
    cli.show({"a": [float("nan"), float("inf"), 1.5], "b": (float("-inf"),)}, True, str)
    assert json.loads(capsys.readouterr().out) == {"a": [None, None, 1.5], "b": [None]}


# --- an empty project -------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(run: Run, folder: Path) -> Path:
    """A new project."""
    ran = run("new", "empty.json", "--name", "Bolton – Ärger")
    assert ran.code == 0
    assert "workbench app --project empty.json" in ran.out
    return folder / "empty.json"


def test_a_new_project_is_empty_and_has_an_id_of_its_own(run, folder, empty):
    made = load_project(empty)
    assert made == Project(id=made.id, name="Bolton – Ärger")
    run("new", "other.json")
    assert load_project(folder / "other.json").id != made.id


def test_every_report_of_an_empty_project_says_so(run, empty):
    assert {s["status"] for s in run("status", empty, "--json").json} & {"Not started", "Cannot start yet"}
    assert run("assess", empty).out == "No needs yet.\n"
    assert run("assess", empty, "--json").json == []
    assert run("review", empty).code == 0


def test_an_empty_project_has_nothing_to_appraise(refused, empty):
    assert "no options to appraise" in refused("appraise", empty)
    assert "no options to appraise" in refused("appraise", empty, "--json")


def test_options_that_cannot_be_computed_say_why(refused, project):
    data = json.loads(project.read_text(encoding="utf-8"))
    data["appraisal"]["schedule"] = "no-such-schedule"
    project.write_text(json.dumps(data), encoding="utf-8")
    said = refused("appraise", project)
    assert "no options" not in said
    assert "cannot be appraised" in said
    assert "schedule" in said


def test_an_empty_project_exports_and_says_what_is_missing(run, empty):
    told = run("export", empty, "-o", "empty.md", "--json").json
    assert len(told["missing"]) > 3
    assert "Bolton – Ärger" in Path("empty.md").read_text(encoding="utf-8")


def test_new_leaves_an_existing_file_alone(refused, project, folder):
    (folder / "notes.txt").write_text("mine")
    assert "there already" in refused("new", project)
    assert "there already" in refused("new", folder / "notes.txt")
    assert "there already" in refused("new", folder)


def test_new_in_a_folder_that_is_not_there(refused, folder):
    assert "no such file or directory" in refused("new", folder / "none" / "p.json")


# --- export -----------------------------------------------------------------------------------------------------------


def test_export_writes_each_format(run, project, folder):
    about = load_project(project).frame.problem.split(".")[0]
    for kind in ("docx", "odt", "html", "md"):
        out = folder / f"proposal.{kind}"
        ran = run("export", project, "-o", out, *DAY)
        assert ran.code == 0, ran.err
        assert ran.out.startswith(f"Wrote {out} (")
        assert about in words(out)


def words(file: Path) -> str:
    """The text of an exported file, whatever its format."""
    if file.suffix not in (".docx", ".odt"):
        return file.read_text(encoding="utf-8")
    part = {".docx": "word/document.xml", ".odt": "content.xml"}[file.suffix]
    with zipfile.ZipFile(BytesIO(file.read_bytes())) as packed:
        assert packed.testzip() is None
        text = re.sub(r"<[^>]+>", "", packed.read(part).decode("utf-8"))
    return text.replace("&amp;", "&")


def test_export_as_json_tells_the_file_and_what_is_missing(run, project, folder):
    told = run("export", project, "-o", "a.html", *DAY, "--json").json
    assert Path(told["file"]).stat().st_size == told["bytes"] > 1000
    text = (folder / "a.html").read_text(encoding="utf-8")
    assert told["missing"]
    assert all(missing.split(": ")[0] in text for missing in told["missing"])


def test_export_to_a_format_that_is_not_known(refused, project):
    said = refused("export", project, "-o", "proposal.pdf")
    assert said.startswith("proposal.pdf: “.pdf” is not a format")
    assert ".docx" in said
    assert "not a format" in refused("export", project, "-o", "proposal")


def test_export_to_a_folder_that_is_not_there(refused, project):
    assert "folder is not there" in refused("export", project, "-o", Path("none") / "a.docx")


def test_export_to_the_name_of_a_folder(refused, project, folder):
    (folder / "a.html").mkdir()
    assert "a.html: " in refused("export", project, "-o", "a.html")


def test_export_never_writes_over_the_project_it_reads(refused, project, folder):
    kept = project.rename(folder / "project.md")
    assert "file that is read" in refused("export", kept, "-o", folder / "." / "project.md")


# --- figures import ---------------------------------------------------------------------------------------------------


@pytest.fixture
def wards(folder: Path) -> Path:
    """A claimant-count file as it is passed round."""
    file = folder / "claimants.csv"
    file.write_text(WARDS, encoding="utf-8")
    return file


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    """Write an XLSX as Nomis does, one cell declared for all of them."""
    spec = spec_from_file_location("workbooks", Path(__file__).parent / "sources" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    path.write_bytes(made.xlsx(rows, "A1"))
    return path


NOMIS = [
    ["annual population survey"],
    ["ONS Crown Copyright Reserved [from Nomis on 24 April 2023]"],
    [],
    ["date", "Jan 2021-Dec 2021"],
    ["confidence", "95% confidence interval (+/-)"],
    [],
    ["Area", "T01:22 (Aged 16-64 - All : All People )", "", "", "T01:28 (Aged 16-64 - In employment : All People )",
     "", ""],
    ["", "number", "Flags", "conf", "number", "Flags", "conf"],
    ["ladu:Bolton", 180000, "", 9000, 126000, "", 8000],
    [],
    ["~ Estimate is less than 500."],
]  # fmt: skip


def test_import_reads_a_claimant_file_and_says_what_was_refused(run, wards):
    ran = run("figures", "import", wards)
    assert ran.code == 0
    assert "3 rows read, 4 figures (claimant_count, claimant_rate; ward; 2017-09-01 to 2017-10-31)" in ran.out
    assert "Refused: claimants.csv, row 4:" in ran.out
    told = run("figures", "import", wards, "--json").json
    assert (told["rows_read"], told["figures"], told["written"]) == (3, 4, None)
    assert all(f["where"] == "claimants.csv, row 4" for f in told["refused"])


def test_import_reads_a_workbook_whole_although_it_declares_one_cell(run, folder):
    file = workbook(folder / "aps.xlsx", NOMIS)
    told = run("figures", "import", file, "--json").json
    assert told["figures"] > 0
    assert "employment_rate" in told["measures"]
    assert told["levels"] == ["district"]


def test_import_writes_tidy_figures(run, wards, folder):
    told = run("figures", "import", wards, "--out", "tidy.csv", "--json").json
    frame = pd.read_csv(folder / "tidy.csv")
    assert told["written"] == "tidy.csv"
    assert len(frame) == told["figures"]
    rate = frame[(frame["measure"] == "claimant_rate") & (frame["period_start"] == "2017-09-01")].iloc[0]
    assert (rate["area_code"], rate["value"], rate["unit"]) == ("E05000650", 1.7, "percent")
    assert wards.read_text(encoding="utf-8") == WARDS


def test_import_writes_no_more_than_was_asked_for(run, wards, tmp_path):
    before = prints(tmp_path)
    run("figures", "import", wards)
    assert prints(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("budget.csv", b"team,spend\nhousing,20\n", "names of areas that are held"),
        ("page.csv", b"<!doctype html><p>Query is incomplete", "a web page"),
        ("people.csv", b"name,postcode,nino\nA,B,C\n", "looks like records about people"),
        ("broken.xlsx", b"PK\x03\x04 and then nothing", "cannot be opened as one"),
        ("claimant-codes.csv", WARDS.replace("E05000650", "Q99999999").encode(), "Q99999999"),
        ("claimant-elsewhere.csv", WARDS.replace("E0500065", "E0599999").encode(), "None of its areas is held"),
        ("claimant-nothing.csv", b"date,count,wd15cd\n2017-09-01,,E05000650\n", "row 2"),
    ],
)
def test_import_of_the_wrong_file(refused, folder, name, content, said):
    file = folder / name
    file.write_bytes(content)
    for more in ((), ("--json",), ("--out", "tidy.csv")):
        sentence = refused("figures", "import", file, *more)
        assert str(file) in sentence
        assert said in sentence


def test_import_of_people_repeats_nothing_about_them(refused, folder):
    file = folder / "people.csv"
    file.write_text("surname,date of birth,nino\nOkonkwo,1 May 1990,AB123456C\n")
    said = refused("figures", "import", file)
    assert "Okonkwo" not in said
    assert "AB123456C" not in said


def test_import_of_a_workbook_of_another_kind(refused, folder):
    file = workbook(folder / "rota.xlsx", [["Day", "Desk"], ["Monday", "North"]])
    said = refused("figures", "import", file)
    assert "names of areas that are held" in said
    assert "Day, Desk" in said


def test_import_that_keeps_no_figure_says_so(refused, wards, monkeypatch):
    from workbench.app import desk  # noqa: PLC0415
    from workbench.errors import Fault  # noqa: PLC0415
    from workbench.sources.imported import Imported  # noqa: PLC0415

    def nothing(path: Path, areas: Any, *_: Any) -> Imported:
        whole = load_whole(path, areas).figures
        return Imported(whole.where(measure="none"), 7, (Fault("row 2", "It is a heading", "Leave it out."),))

    load_whole = desk.read_figures
    monkeypatch.setattr(desk, "read_with_recipes", nothing)
    said = refused("figures", "import", wards, "--out", "tidy.csv")
    assert "7 rows were read, and no figure could be kept" in said
    assert said.endswith("row 2: It is a heading. Leave it out.")


def test_import_of_what_is_not_there(refused, folder):
    assert "There is no such file" in refused("figures", "import", folder / "none.csv")
    assert "It is a folder" in refused("figures", "import", folder)


def test_import_never_writes_over_the_file_it_reads(refused, wards, folder):
    assert "file that is read" in refused("figures", "import", wards, "--out", "claimants.csv")
    if hasattr(os, "link"):
        os.link(wards, folder / "same.csv")
        assert "file that is read" in refused("figures", "import", wards, "--out", "same.csv")


def test_import_to_a_place_that_cannot_be_written(refused, wards, folder):
    assert ".csv" in refused("figures", "import", wards, "--out", "tidy.xlsx")
    assert "folder is not there" in refused("figures", "import", wards, "--out", Path("none") / "tidy.csv")
    (folder / "taken.csv").mkdir()
    said = refused("figures", "import", wards, "--out", "taken.csv")
    assert "project file" not in said


# --- a project file at fault ------------------------------------------------------------------------------------------

COMMANDS = ("status", "assess", "appraise", "review", "export")


def with_(project: Path, **changes: Any) -> bytes:
    """The project file with some of its fields changed."""
    return json.dumps({**json.loads(project.read_text(encoding="utf-8")), **changes}).encode()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_that_is_not_there(refused, folder, command):
    said = refused(command, folder / "none.json")
    assert said == f"{folder / 'none.json'}: There is no such file. Check the name and the folder."


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_that_is_not_json(refused, project, command):
    project.write_bytes(project.read_bytes()[:-200])
    said = refused(command, project)
    assert "not whole JSON" in said
    assert re.search(r"line \d+, column \d+", said)
    assert "left as it is" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_of_a_later_version(refused, project, command):
    project.write_bytes(with_(project, schema_version=99))
    said = refused(command, project)
    assert "A later version of the workbench wrote this" in said
    assert "Update the workbench" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_with_a_wrong_field(refused, project, command):
    data = json.loads(project.read_text(encoding="utf-8"))
    data["needs"][1]["precision"] = "three points or so"
    data["frame"]["nation"] = "Narnia"
    project.write_text(json.dumps(data), encoding="utf-8")
    said = refused(command, project)
    assert "precision" in said  # every fault at once
    assert "nation" in said


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"null", b"\xff\xfe\x00", b'{"id": "p"}', b'{"schema_version": 1, "extra": 2}']
)
def test_a_project_file_that_holds_something_else(refused, project, content):
    project.write_bytes(content)
    assert str(project) in refused("status", project)


def test_a_folder_is_no_project(refused, folder):
    assert "folder" in refused("status", folder)


@pytest.mark.parametrize("day", ["tomorrow", "25/11/2026", "2026-02-30", ""])
def test_a_day_that_is_none(refused, project, day):
    for command in ("status", "assess", "review", "export"):
        assert refused(command, project, "--as-of", day) == f"--as-of: “{day}” is not a day. Write it as 2026-11-25."


def test_a_year_that_can_only_be_mistyped(refused, project):
    assert "The year 9999 is mistyped." in refused("status", project, "--as-of", "9999-12-31")
    assert "The year 206 is mistyped." in refused("status", project, "--as-of", "0206-11-25")


def test_a_place_that_is_not_known_is_told_and_not_guessed(run, refused, project):
    data = json.loads(project.read_text(encoding="utf-8"))
    data["needs"][0]["area"] = "E99999999"
    project.write_text(json.dumps(data), encoding="utf-8")
    for command in ("status", "assess", "review"):
        told = refused(command, project, *DAY)
        assert "needs/wards/area: The area E99999999 is not held. Check the code" in told
    # A document says so in its place and is written all the same.
    assert run("export", project, *DAY, "-o", project.with_suffix(".md")).code == 0
    assert "E99999999" in project.with_suffix(".md").read_text(encoding="utf-8")


def test_the_id_of_a_project_leads_to_no_other_folder(run, folder, project, tmp_path):
    outside = tmp_path / "home" / "elsewhere"
    outside.mkdir(parents=True)
    (outside / "claimants.csv").write_text(WARDS.replace("2017", "2026"), encoding="utf-8")
    expected = run("assess", project, *DAY).out
    project.write_bytes(with_(project, id="../elsewhere"))
    assert run("assess", project, *DAY).out == expected


def test_sample_figures_that_are_not_there(refused, project, folder, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(folder))
    assert "WORKBENCH_DATA" in refused("status", project)


def test_a_fault_of_the_machine_is_one_sentence_too(refused, project, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/disk/a")

    monkeypatch.setattr(cli, "derive", full)
    assert refused("status", project).startswith("/disk/a: No space left on device.")


def test_a_message_of_several_lines_is_said_on_one(refused, project, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise WorkbenchError("It broke.\nTwice.", "Mend it.", "here")

    monkeypatch.setattr(cli, "derive", fails)
    assert refused("status", project) == "here: It broke. Twice. Mend it."


# --- the command as people run it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("stattus",), ("status", "--jason"), ("figures",), ("figures", "fetch"), ("figures", "import"), ("new",),
        ("status", "a.json", "b.json"), ("app", "--port", "many"), ("app", "--port", "0"), ("app", "--port", "65536"),
        (),
    ],
)  # fmt: skip
def test_a_command_that_is_not_written_as_it_should_be(run, tmp_path, args):
    before = prints(tmp_path)
    ran = run(*args)
    assert ran.code == 2, ran
    assert ran.out + ran.err
    assert "Traceback" not in ran.err
    assert prints(tmp_path) == before


@pytest.mark.parametrize("command", ["status", "assess", "appraise", "review", "export"])
def test_every_command_that_reports_offers_json(run, command):
    assert "--json" in run(command, "--help").out
    assert "--json" in run("figures", "import", "--help").out


def test_help_does_not_wait_for_pandas(folder):
    code = (
        "import sys; from workbench import cli; sys.argv = ['workbench', '--help']\n"
        "try: cli.main()\n"
        "except SystemExit as ended: assert not ended.code\n"
        "heavy = {'pandas', 'numpy', 'plotly', 'scipy', 'pydantic', 'ipywidgets', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, timeout=60)


def workbench(*args: str | Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m workbench`` as another program does."""
    command = [sys.executable, "-W", "error", "-m", "workbench", *map(str, args)]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, timeout=100, check=False)


def test_json_is_utf_8_whatever_the_console_thinks(project):
    data = json.loads(project.read_text(encoding="utf-8"))
    data["needs"][0]["question"] = "Ärger – “Bolton”"
    project.write_text(json.dumps(data), encoding="utf-8")
    ran = workbench("assess", project, *DAY, "--json", PYTHONIOENCODING="cp1252", PYTHONUTF8="0", LC_ALL="C")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "Ärger – “Bolton”" in ran.stdout.decode("utf-8")
    assert json.loads(ran.stdout)


def test_a_fault_is_told_on_stderr_in_utf_8_and_nothing_on_stdout(folder):
    ran = workbench("status", folder / "Übersicht.json", PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert (
        ran.stderr.decode("utf-8")
        .strip()
        .endswith("Übersicht.json: There is no such file. Check the name and the folder.")
    )


def test_a_reader_that_stops_early_is_no_fault(project):
    command = [sys.executable, "-m", "workbench", "review", str(project), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode("utf-8")
    assert "Traceback" not in said


def test_the_app_refuses_a_project_it_cannot_read_before_anything_starts(refused, folder, project):
    project.write_text("{")
    assert "not whole JSON" in refused("app", "--project", project, "--no-browser")
    assert "no such file" in refused("app", "--project", folder / "none.json", "--no-browser").lower()


def test_version_is_the_version_of_the_package(run):
    from workbench import __version__  # noqa: PLC0415

    assert run("version").out.strip() == __version__


def test_an_older_project_is_read_and_not_rewritten(run, folder):
    save_project(Project(id="p", name="Old"), folder / "p.json")
    before = prints(folder)
    assert run("status", "p.json").code == 0
    assert prints(folder) == before


def test_places_are_asked_for_when_a_command_runs_not_before(run, project, sample_dir, tmp_path, monkeypatch):
    copy = shutil.copytree(sample_dir, tmp_path / "sample")
    monkeypatch.setenv("WORKBENCH_DATA", str(copy))
    assert places.sample() == copy
    assert run("status", project).code == 0

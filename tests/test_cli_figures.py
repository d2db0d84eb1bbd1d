"""``workbench figures`` as a person meets it: what is said, the exit code, and what is left on disk.

The exact figures that these commands fetch are in ``tests/sources/services/test_command_line.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent / "sources" / "services"))

from misbehaving import Say, Server

from workbench import cli

KEY = "65794A30-not-a-real-key"
OPEN = "Area,Code,Claimants\nBolton,E08000001,{bolton}\nBury,E08000002,*\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run, with a home of its own, and no mirror, key or proxy of the environment."""
    for name in [n for n in os.environ if n.startswith("WORKBENCH_") or n.upper().endswith("_PROXY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run ``workbench`` in this process, as the installed command does: exit code, stdout, stderr."""

    def ran(*args: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["workbench", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return ran


@pytest.fixture
def open_file(folder: Path) -> Path:
    """A file that does not say of which month it is."""
    path = folder / "open.csv"
    path.write_text(OPEN.format(bolton=8200), encoding="utf-8")
    return path


# --- services ---------------------------------------------------------------------------------------------------------


def test_half_a_reply_is_one_sentence_and_no_file(run, server: Server, folder: Path):
    server.answers(lambda _: Say.csv("DATE,GEOGRAPHY_CODE\n2017-10,E08000001\n", length=4000))
    code, out, err = run(
        "figures", "fetch", "nomis", "NM_162_1", "--area", "E08000001", "--choice", "gender=0", "--out", "x.csv",
        "--base-url", server.url,
    )  # fmt: skip
    assert (code, out, err.count("\n")) == (1, "", 1), err
    assert "Traceback" not in err
    assert list(folder.iterdir()) == []


@pytest.mark.shared
def test_a_recorded_table_with_totals_comes_out_exactly(run, server: Server, folder: Path, shared: Path, monkeypatch):
    """Recording a: 240 cells, the first 36,393 (North East, May 2018, single without children), 40 zeros."""
    recorded = shared / "recorded" / "statxplore"
    body = json.loads((recorded / "commons_example_a_query.json").read_text("utf-8"))
    reply = (recorded / "commons_example_a_response.json").read_bytes()
    server.answers(
        lambda a: Say(200, reply, {"content-type": "application/json"}) if a.body and a.json == body else Say(404)
    )
    monkeypatch.setenv("WORKBENCH_STATXPLORE_KEY", KEY)
    args = ["--choice", f"measures={','.join(body['measures'])}"]
    for (uri,) in body["dimensions"]:
        codes = ["+".join(group) for group in body["recodes"][uri]["map"]]
        if "DATE" in uri:
            args += [word for code in codes for word in ("--period", code)]
        elif uri.endswith(("COA_CODE", "PARLC_CODE")):
            args += [word for code in codes for word in ("--area", code)] + ["--choice", f"{uri}=+total"]
        else:
            args += ["--choice", f"{uri}={','.join(codes)}{'+total' * body['recodes'][uri]['total']}"]
    code, out, err = run(
        "figures", "fetch", "statxplore", body["database"], *args, "--base-url", server.url, "--out", "a.csv", "--json"
    )
    assert code == 0, err
    tidy = pd.read_csv("a.csv")
    assert (len(tidy), int((tidy["value"] == 0).sum()), int(tidy["value"].isna().sum())) == (240, 40, 0)
    first = tidy.iloc[0]
    assert (first["area_code"], first["period_end"], first["value"]) == ("E12000001", "2018-05-31", 36_393)
    assert json.loads(out)["rows"][0]["family_type"] == "Single, no child dependant"
    kept = "".join(f.read_bytes().decode("utf-8", "replace") for f in folder.parent.rglob("*") if f.is_file())
    assert "not-a-real-key" not in out + err + kept


def test_a_refused_key_is_shown_nowhere(run, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch):
    server.answers(lambda asked: Say.json({"message": f"{asked.headers.get('APIKey')} is not known"}, 401))
    monkeypatch.setenv("WORKBENCH_STATXPLORE_KEY", KEY)
    code, out, err = run("figures", "search", "statxplore", "universal credit", "--base-url", server.url)
    assert code == 1
    assert server.asked[0].headers["APIKey"] == KEY
    kept = "".join(f.read_bytes().decode("utf-8", "replace") for f in folder.parent.rglob("*") if f.is_file())
    assert "not-a-real-key" not in out + err + kept


def test_a_closed_site_is_told_although_nobody_answers(run, server: Server):
    server.answers(lambda _: Say(404))
    code, out, err = run("figures", "search", "nomis", "Neighbourhood Statistics", "--base-url", server.url)
    assert code == 0
    assert out.startswith("ONS Neighbourhood Statistics: ONS closed the site.")
    assert "workbench figures fetch " in out
    assert err  # that the service did not answer is said too


def test_the_installed_command_says_the_same(server: Server, folder: Path):
    server.answers(lambda _: Say(404))
    args = ["figures", "search", "nomis", "Neighbourhood Statistics", "--base-url", server.url, "--json"]
    said = subprocess.run([sys.executable, "-m", "workbench", *args], capture_output=True, text=True, check=True)
    assert "ONS Neighbourhood Statistics" in [site["name"] for site in json.loads(said.stdout)["closed_sites"]]


def test_doctor_contacts_nothing_unless_told(run, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKBENCH_SERVICES", f"nomis={server.url}")
    monkeypatch.setenv("WORKBENCH_STATXPLORE_KEY", KEY)
    code, out, err = run("doctor")
    assert (code, server.asked) == (0, [])
    assert KEY not in out + err


def test_doctor_says_that_a_service_does_not_answer(run, server: Server):
    server.answers(lambda _: Say.page())
    args = ("doctor", "--network", "--service", "nomis", "--base-url", f"nomis={server.url}", "--json")
    _, out, _ = run(*args)
    (nomis,) = [c for c in json.loads(out) if c["check"] == "Nomis"]
    assert nomis["state"] == "did not answer"
    assert server.asked


# --- files ------------------------------------------------------------------------------------------------------------


def test_what_a_file_leaves_open_is_asked(run, open_file: Path):
    code, out, err = run("figures", "import", open_file, "--out", "tidy.csv")
    assert (code, out) == (1, "")
    assert "--answer period=" in err
    assert not Path("tidy.csv").exists()


def test_the_questions_come_as_json_too(run, open_file: Path):
    code, out, _ = run("figures", "import", open_file, "--json")
    assert code == 1
    assert [q["key"] for q in json.loads(out)["questions"]] == ["period"]


def test_an_answer_reads_it_and_a_recipe_reads_it_again(run, open_file: Path):
    args = ("--answer", "period=2025-06", "--save-recipe", "how.json", "--out", "tidy.csv")
    code, _, err = run("figures", "import", open_file, *args)
    assert (code, err) == (0, "")
    tidy = pd.read_csv("tidy.csv")
    assert tidy["value"].iloc[0] == 8200
    assert (pd.isna(tidy["value"].iloc[1]), tidy["flag"].iloc[1]) == (True, "suppressed")
    assert set(tidy["period_end"]) == {"2025-06-30"}
    code, _, _ = run("figures", "import", open_file, "--recipe", "how.json", "--out", "again.csv")
    assert code == 0
    assert Path("again.csv").read_bytes() == Path("tidy.csv").read_bytes()


def test_what_was_answered_for_a_file_is_remembered(run, open_file: Path):
    assert run("figures", "import", open_file)[0] == 1
    assert run("figures", "import", open_file, "--answer", "period=2025-06")[0] == 0
    code, out, _ = run("figures", "import", open_file)
    assert code == 0
    assert "It was read as a file of its kind was read before." in out


def test_the_month_of_one_file_is_never_taken_for_that_of_the_next(run, open_file: Path):
    run("figures", "import", open_file, "--answer", "period=2025-06", "--save-recipe", "how.json")
    later = open_file.with_name("later.csv")
    later.write_text(OPEN.format(bolton=8300), encoding="utf-8")
    code, _, err = run("figures", "import", later, "--recipe", "how.json")
    assert code == 1
    assert "--answer period=" in err
    code, out, _ = run("figures", "import", later, "--recipe", "how.json", "--answer", "period=2025-07", "--json")
    assert (code, json.loads(out)["last_period"]) == (0, "2025-07-31")


def test_a_recipe_that_is_none_is_refused(run, open_file: Path):
    Path("how.json").write_text("{}", encoding="utf-8")
    code, out, err = run("figures", "import", open_file, "--recipe", "how.json")
    assert (code, out) == (1, "")
    assert "not a recipe" in err


def test_a_survey_says_what_becomes_of_each_file(run, open_file: Path):
    people = open_file.with_name("people.csv")
    people.write_text("NINo,Surname,Date of birth\nQQ123456C,Example,1980-01-01\n", encoding="utf-8")
    settled = open_file.with_name("settled.csv")
    settled.write_text("Area,Code,Month,Claimants\nBolton,E08000001,2025-06,8200\n", encoding="utf-8")
    code, out, _ = run("figures", "survey", open_file.parent, "--json")
    assert code == 0
    told = {Path(one["file"]).name: one for one in json.loads(out)}
    assert {name: one["read"] for name, one in told.items()}["people.csv"] is False
    assert (told["settled.csv"]["read"], told["settled.csv"]["figures"]) == (True, 1)
    assert "period" in told["open.csv"]["asked"]
    assert "QQ123456C" not in out

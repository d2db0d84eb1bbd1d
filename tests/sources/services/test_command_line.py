"""``workbench figures fetch`` and its fellows against servers that replay: exact figures, or one sentence."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from misbehaving import Say
from nomis_replay import Replay, row
from test_statxplore import as_query
from typer.testing import CliRunner

from workbench import cli
from workbench.errors import WorkbenchError
from workbench.reference.closed_sites import load_closed_sites
from workbench.sources.sample import load_sample

GENDER = {"GENDER": ("0", "Total"), "AGE": ("0", "All categories: Age 16+"), "MEASURE": ("1", "Claimant count"),
          "MEASURES": ("20100", "Value")}  # fmt: skip
KIND = "424"
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"
DISTRICTS = load_sample(SAMPLE, ()).figures.where(measure="claimant_count", level="district").latest().frame
# Nomis, October 2017: the district totals of the sample, in the form in which Nomis gives them.
PUBLISHED = {r.area_code: (r.area_name, r.value) for r in DISTRICTS.itertuples()}
ARGS = ("--level", "TYPE424", "--choice", "gender=0", "--choice", "age=0", "--choice", "measure=1", "--choice",
        "measures=20100", "--period", "2017-10")  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    for name in ("WORKBENCH_NOMIS_UID", "WORKBENCH_STATXPLORE_KEY", "WORKBENCH_SERVICES"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
def nomis(home, server):
    """A small Nomis that has the claimant count of two districts."""
    rows = [
        row("2017-10", (str(1000 + n), name, code, KIND), GENDER, str(value), date_name="October 2017")
        for n, (code, (name, value)) in enumerate(PUBLISHED.items())
    ]
    names = ("GENDER", "AGE", "MEASURE", "MEASURES")
    kinds = {f"TYPE{KIND}": "local authorities: district / unitary (as of April 2023)"}
    times = {"2017-10": {"start period": "2017-10-01", "end period": "2017-10-31"}}
    replay = Replay("NM_162_1", "Claimant count by sex and age", rows, names, kinds=kinds, times=times)
    server.answers(replay)
    return server, replay


def run(*args: object):
    result = CliRunner().invoke(cli.app, [str(a) for a in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_table_of_nomis_comes_out_exactly(nomis, home, tmp_path):
    server, _ = nomis
    out = tmp_path / "claimants.csv"
    said = run("figures", "fetch", "nomis", "NM_162_1", *ARGS, "--base-url", server.url, "--out", out, "--json")
    told = json.loads(said.stdout)
    assert {r["area_code"]: (r["area_name"], r["value"]) for r in told["rows"]} == PUBLISHED
    assert {r["measure"] for r in told["rows"]} == {"claimant_count"}
    assert {r["period_end"] for r in told["rows"]} == {"2017-10-31"}
    written = {r["area_code"]: float(r["value"]) for r in csv.DictReader(out.read_text("utf-8").splitlines())}
    assert written == {code: value for code, (_, value) in PUBLISHED.items()}
    for reply in told["replies"]:  # each figure leads to the bytes it came from
        assert any(f.name.startswith(reply["sha256"]) for f in (home / "replies").rglob("*"))


def test_half_a_table_is_no_table(nomis, tmp_path):
    server, replay = nomis
    replay.spoil = lambda _, said: Say(said.status, said.body.replace(b'"10"\n', b'"11"\n'), said.headers)
    out = tmp_path / "claimants.csv"
    with pytest.raises(WorkbenchError, match="breaks off after 10 of 11 rows"):
        run("figures", "fetch", "nomis", "NM_162_1", *ARGS, "--base-url", server.url, "--out", out)
    assert not out.exists()


def test_a_dimension_left_out_is_named(nomis):
    server, _ = nomis
    with pytest.raises(WorkbenchError, match="age"):
        run(
            "figures",
            "fetch",
            "nomis",
            "NM_162_1",
            "--level",
            "TYPE424",
            "--choice",
            "gender=0",
            "--base-url",
            server.url,
        )


@pytest.mark.parametrize("wrong", ["gender", "=0", "gender="])
def test_a_choice_that_is_none_says_how_to_write_it(home, wrong):
    with pytest.raises(WorkbenchError, match="Write it as gender=0"):
        run("figures", "fetch", "nomis", "NM_162_1", "--choice", wrong)


@pytest.mark.shared
def test_a_recorded_table_of_stat_xplore_comes_out_exactly_and_the_key_shows_nowhere(home, server, shared, monkeypatch):
    folder = shared / "recorded" / "statxplore"
    body = json.loads((folder / "commons_example_b_query.json").read_text("utf-8"))
    reply = (folder / "commons_example_b_response.json").read_bytes()
    server.answers(
        lambda asked: Say(200, reply, {"content-type": "application/json"}) if asked.json == body else Say(404)
    )
    monkeypatch.setenv("WORKBENCH_STATXPLORE_KEY", "65794A30-not-a-real-key")
    query = as_query(body)
    args = [a for code in query.areas for a in ("--area", code)] + [a for p in query.periods for a in ("--period", p)]
    said_so = [f"{c.dimension}={','.join(c.codes)}{'+total' * c.total}" for c in query.choices]
    args += [a for text in said_so if not text.endswith("=") for a in ("--choice", text)]
    said = run("figures", "fetch", "statxplore", query.dataset, *args, "--base-url", server.url, "--json")
    told = json.loads(said.stdout)
    assert told["figures"] == 80
    values = [r["value"] for r in told["rows"] if r["area_code"] == "E12000001" and r["period_end"] == "2018-05-31"]
    assert sorted(round(v, 3) for v in values) == [457.297, 50_001]
    everything = said.output + "".join(
        f.read_bytes().decode("utf-8", "replace") for f in home.rglob("*") if f.is_file()
    )
    assert "not-a-real-key" not in everything


@pytest.mark.parametrize("site", load_closed_sites(), ids=lambda s: s.id)
def test_every_closed_site_answers_by_its_old_name_though_the_service_does_not(home, server, site):
    server.answers(lambda _: Say(404))
    told = json.loads(run("figures", "search", "nomis", site.name, "--base-url", server.url, "--json").stdout)
    assert site.name in [s["name"] for s in told["closed_sites"]]
    mine = next(s for s in told["closed_sites"] if s["name"] == site.name)
    assert all(q["command"].startswith("workbench figures fetch ") for q in mine["queries"])


def test_doctor_asks_nobody_unless_told_and_shows_no_key(home, monkeypatch):
    monkeypatch.setenv("WORKBENCH_NOMIS_UID", "0xabcdef")
    said = run("doctor", "--json")
    checks = {c["check"]: c for c in json.loads(said.stdout)}
    assert checks["Nomis account id (uid)"]["state"] == "set"
    assert "0xabcdef" not in said.output
    assert "Nomis" not in checks


def test_doctor_says_which_services_answer(nomis):
    server, _ = nomis
    said = run("doctor", "--service", "nomis", "--base-url", f"nomis={server.url}", "--json")
    (one,) = [c for c in json.loads(said.stdout) if c["check"] == "Nomis"]
    assert one["state"] in ("answered", "did not answer")
    assert one["detail"]
    assert server.asked

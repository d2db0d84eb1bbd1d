"""``workbench areas``: the register built from files, found in, told of, and figures moved with it."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from workbench import cli
from workbench.errors import WorkbenchError


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def built(shared, tmp_path_factory):
    """A home with the whole register, built once; and what the build said."""
    home = tmp_path_factory.mktemp("register") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(home))
        said = json.loads(run("areas", "update", "--from", shared / "data", "--files-only", "--json").stdout)
    return home, said


@pytest.fixture
def register(built, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(built[0]))
    return built[1]


def run(*args: object):
    result = CliRunner().invoke(cli.app, [str(a) for a in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_without_a_register_the_sample_answers_and_says_so(home):
    with pytest.raises(WorkbenchError, match="There is no register of areas yet"):
        run("areas", "about")
    found = json.loads(run("areas", "find", "Bolton", "--json").stdout)
    assert found[0] == {"code": "E08000001", "name": "Bolton", "level": "district", "vintages": found[0]["vintages"],
                        "in": "E47000001"}  # fmt: skip
    assert "a district in England, not in the register" in run("areas", "find", "E08999999").stdout
    assert not home.exists()


def test_a_folder_that_holds_nothing_needed_builds_nothing(home, tmp_path):
    (tmp_path / "downloads").mkdir()
    with pytest.raises(WorkbenchError):
        run("areas", "update", "--from", tmp_path / "downloads", "--files-only")
    assert not (home / "areas.sqlite").exists()
    with pytest.raises(WorkbenchError, match="There is no such folder"):
        run("areas", "update", "--from", tmp_path / "nowhere", "--files-only")
    with pytest.raises(WorkbenchError, match="No folder is named"):
        run("areas", "update", "--files-only")


@pytest.mark.slow  # a quarter of a minute; sources/test_areas_build builds the same in every run
@pytest.mark.shared
def test_the_whole_register_is_built_from_files_and_used(register):
    assert register["areas"] > 100_000
    assert register == json.loads(run("areas", "about", "--json").stdout)
    leeds = json.loads(run("areas", "find", "Leeds", "--json").stdout)[0]
    assert (leeds["code"], leeds["level"]) == ("E08000035", "district")
    with pytest.raises(WorkbenchError, match="no lookup of ward from 1999"):
        run("areas", "convert", "a.csv", "--level", "ward", "--from", "1999", "--to", "2021")


@pytest.mark.slow  # a quarter of a minute; sources/test_areas_build builds the same in every run
@pytest.mark.shared
@pytest.mark.usefixtures("register")
def test_counts_move_to_other_boundaries_exactly_or_are_told(shared, tmp_path):
    lookup = next((shared / "data" / "lookups").rglob("lookup_lsoa11_lsoa21_ltla22.csv"))
    rows = list(csv.DictReader(lookup.read_text(encoding="utf-8").splitlines()))
    old, new = (next(c for c in rows[0] if c.startswith(f"lsoa{year}_code")) for year in ("11", "21"))
    one = next(r for r in rows if r["change_code"] == "U")
    target = next(r[new] for r in rows if r["change_code"] == "M")
    merged = [r[old] for r in rows if r[new] == target]
    split = next(r[old] for r in rows if r["change_code"] == "S")
    figures = tmp_path / "claimants.csv"
    lines = [f"{code},2017-10,{10 * n}" for n, code in enumerate([one[old], *merged, split], start=1)]
    figures.write_text("\n".join(["LSOA11CD,Month,Claimants", *lines]) + "\n", encoding="utf-8")
    before = figures.read_bytes()
    out = tmp_path / "moved.csv"
    answers = ("--answer", "part=part", "--answer", "unit=people", "--answer", "level=LSOA", "--answer", "vintage=2011")
    told = json.loads(
        run("areas", "convert", figures, "--level", "LSOA", "--from", "2011", "--to", "2021", *answers, "--out", out,
            "--json").stdout
    )  # fmt: skip
    moved = {r["area_code"]: float(r["value"]) for r in csv.DictReader(out.read_text(encoding="utf-8").splitlines())}
    assert moved == {one[new]: 10, target: sum(10 * n for n in range(2, 2 + len(merged)))}
    assert told["lost"] == [split]
    assert figures.read_bytes() == before

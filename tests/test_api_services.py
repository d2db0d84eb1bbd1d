"""What an analyst gets from a statistics service: exact figures with their source, usable in every other call."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "sources" / "services"))

from misbehaving import Say, Server
from nomis_replay import Replay, row

import workbench as wb
from workbench.domain.figures import COLUMNS
from workbench.domain.queries import Description
from workbench.errors import SourceUnavailable, Unsettled, WorkbenchError, WrongFile
from workbench.sources.services.contract import Fetched

CHOICES = {"gender": 0, "age": [0], "measure": "1", "measures": 20100}
CODES = {"GENDER": ("0", "Total"), "AGE": ("0", "All categories: Age 16+"), "MEASURE": ("1", "Claimant count"),
         "MEASURES": ("20100", "Value")}  # fmt: skip
KIND = "424"
OPEN = "Area,Code,Claimants\nBolton,E08000001,8200\nBury,E08000002,*\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own; no mirror, key or proxy of the environment."""
    for name in ("WORKBENCH_SERVICES", "WORKBENCH_NOMIS_UID", "WORKBENCH_PROJECT", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def published() -> dict[str, float]:
    """The claimant count of the ten districts in October 2017, as the sample has it from Nomis."""
    held = wb.figures("claimant_count", "district", latest=True)
    return dict(zip(held["area_code"], held["value"], strict=True))


@pytest.fixture
def replay(published: dict[str, float]) -> Replay:
    """The same figures as Nomis gives them, a month later than the sample so that they are told apart."""
    rows = [
        row("2017-11", (str(1000 + n), code, code, KIND), CODES, f"{value:.0f}", date_name="November 2017")
        for n, (code, value) in enumerate(published.items())
    ]
    kinds = {f"TYPE{KIND}": "local authorities: district / unitary (as of April 2023)"}
    times = {"2017-11": {"start period": "2017-11-01", "end period": "2017-11-30"}}
    return Replay("NM_162_1", "Claimant count by sex and age", rows, tuple(CODES), kinds=kinds, times=times)


@pytest.fixture
def nomis(replay: Replay) -> Iterator[Server]:
    with Server() as server:
        server.answers(replay)
        yield server


def test_a_table_comes_whole_with_its_source(nomis: Server, published: dict[str, float]):
    got = wb.fetch("nomis", "NM_162_1", level="TYPE424", choices=CHOICES, periods="2017-11", base_url=nomis.url)
    assert dict(zip(got.table["area_code"], got.table["value"], strict=True)) == published
    assert set(COLUMNS) <= set(got.table.columns)
    assert got.table["source"].str.len().min() > 0
    assert got.title.endswith(": 10 figures for 10 areas")
    assert got.caption.startswith("Source: ")
    assert isinstance(got.value, Fetched)
    assert all(reply.sha256 for reply in got.value.replies)


def test_what_was_fetched_stands_beside_what_is_held(nomis: Server, published: dict[str, float]):
    new = wb.fetch("nomis", "NM_162_1", areas=[*published], choices=CHOICES, periods="2017-11", base_url=nomis.url)
    for more in (new, [new], new.value):
        held = wb.figures("claimant_count", "district", latest=True, more=more)
        assert {str(day)[:10] for day in held["period_end"]} == {"2017-11-30"}
    assert {str(d)[:10] for d in wb.figures("claimant_count", "district", latest=True)["period_end"]} == {"2017-10-31"}


def test_an_answer_that_brings_no_figures_is_no_more():
    with pytest.raises(WorkbenchError, match="brings no figures"):
        wb.catalogue(more=wb.triage(wb.open_project()))


def test_half_a_table_is_an_error(nomis: Server, replay: Replay):
    replay.spoil = lambda _, said: Say(said.status, said.body.replace(b'"10"\n', b'"11"\n'), said.headers)
    with pytest.raises(SourceUnavailable, match="breaks off after 10 of 11 rows"):
        wb.fetch("nomis", "NM_162_1", level="TYPE424", choices=CHOICES, periods="2017-11", base_url=nomis.url)


def test_a_data_set_says_what_it_holds(nomis: Server):
    about = wb.describe("nomis", "NM_162_1", base_url=nomis.url)
    assert isinstance(about.value, Description)
    assert "Claimant count by sex and age" in about.title
    rows = about.table
    assert rows.query("role == 'kind of area'")["code"].tolist() == ["TYPE424"]
    assert "0" in rows[rows["dimension"].str.lower() == "gender"]["code"].tolist()


def test_a_search_sends_the_words(nomis: Server):
    found = wb.search("nomis", "claimant", base_url=nomis.url)
    assert found.columns.tolist() == ["id", "title", "note"]
    assert found["id"].tolist() == ["NM_162_1"]


def test_a_service_that_is_not_known_lists_those_that_are():
    with pytest.raises(WorkbenchError, match="Choose one of: nomis"):
        wb.search("nomus", "claimant")


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_that_leaves_something_open_lists_the_answers(tmp_path: Path):
    file = tmp_path / "open.csv"
    file.write_text(OPEN, encoding="utf-8")
    with pytest.raises(Unsettled, match=r'answers=\{"period": …\}.*period: whatever is true'):
        wb.read_figures(file)
    got = wb.read_figures(file, answers={"period": "2025-06"})
    frame = got.figures.frame
    assert frame["area_code"].tolist() == ["E08000001", "E08000002"]
    assert frame["value"].iloc[0] == 8200
    assert frame["flag"].iloc[1] == "suppressed"

    assert got.recipe is not None
    recipe = tmp_path / "recipe.json"
    recipe.write_text(got.recipe.as_json(), encoding="utf-8")
    again = wb.read_figures(file, recipe=recipe)
    assert again.figures.frame.equals(frame)


def test_a_recipe_that_is_not_there_is_named(tmp_path: Path):
    file = tmp_path / "open.csv"
    file.write_text(OPEN, encoding="utf-8")
    with pytest.raises(WrongFile, match="recipe cannot be read"):
        wb.read_figures(file, recipe=tmp_path / "none.json")

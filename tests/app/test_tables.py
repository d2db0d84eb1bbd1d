"""The table builder of step 2: search, describe, choose, look, keep, run again; and what goes wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from workbench.app.services import Offered, Services
from workbench.domain.figures import COLUMNS, FigureSet
from workbench.domain.provenance import Citation
from workbench.domain.queries import AreaKind, Code, Description, Dimension, Found, Query
from workbench.errors import SourceUnavailable
from workbench.sources.services.contract import Fetched, Progress, Reply

CITED = Citation(publisher="An office", title="Claimants by sex", locator="D1", retrieved=date(2026, 11, 25))
DISTRICTS = {"E08000001": "Bolton", "E08000002": "Bury"}


@dataclass
class Office:
    """A service that stands in for one: it keeps the questions it was asked."""

    asked: list[Query] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=lambda: {"E08000001": 9000.0, "E08000002": 4000.0})
    fails: str = ""
    key = "office"
    name = "An office"
    base_url = ""

    def search(self, words: str) -> tuple[Found, ...]:
        if self.fails:
            raise SourceUnavailable(self.fails, "Try later.")
        titles = ("Claimants by sex", "Jobs by industry")
        return tuple(Found(service="office", id=f"D{n}", title=t) for n, t in enumerate(titles, 1) if words in t)

    def describe(self, dataset: str) -> Description:
        sex = (Code(id="0", label="Total"), Code(id="1", label="Male"), Code(id="2", label="Female"))
        months = (Code(id="2026-10", label="October 2026"), Code(id="2026-09", label="September 2026"))
        return Description(
            service="office",
            id=dataset,
            title="Claimants by sex",
            dimensions=(
                Dimension(id="area", label="Area", role="area"),
                Dimension(id="sex", label="Sex", role="breakdown", codes=sex, default="0"),
                Dimension(id="month", label="Month", role="time", codes=months),
            ),
            kinds=(
                AreaKind(id="W", label="Wards", level="ward"),
                AreaKind(id="L", label="Districts", level="district"),
            ),
            notes=("Rounded to 5.",),
            citation=CITED,
        )

    def fetch(self, query: Query, areas, tell=lambda _: None) -> Fetched:
        self.asked.append(query)
        tell(Progress(1, 2, "pages"))
        if self.fails:
            raise SourceUnavailable(self.fails, "Try later.")
        labels = {"0": "", "1": "Male", "2": "Female"}
        (sex,) = (c for c in query.choices if c.dimension == "sex")
        rows = [
            {
                "area_code": code, "area_name": DISTRICTS[code], "level": "district", "vintage": "2021",
                "measure": "office_claimants", "unit": "people", "value": value / (1 if c == "0" else 2),
                "period_start": pd.Timestamp(2026, 10, 1), "period_end": pd.Timestamp(2026, 10, 31),
                "flag": "rounded-5", "source_id": "office-d1", "sex": labels[c],
            }
            for code, value in self.values.items()
            for c in sex.codes
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=[*COLUMNS, "sex"])
        frame["method"] = ""
        for column in ("numerator", "denominator", "lower", "upper", "confidence"):
            frame[column] = np.nan
        reply = Reply("https://office.example/d1", 200, {}, b"x", datetime(2026, 11, 25, tzinfo=UTC), "ab" * 32)
        return Fetched(FigureSet(frame, {"office-d1": CITED}), {"office_claimants": "Claimants"}, (reply,), ("Mind.",))

    def probe(self) -> str:
        return "It answers."


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def built(open_page, office, tmp_path):
    """The sample project on step 2, with the service that stands in."""
    services = Services({"office": Offered("office", "An office", "Has claimants.", lambda _: office)}, tmp_path)
    return open_page(services=services).go("figures")


def found(page):
    return page.press("table-search", ui__table__words="Claimants")


def kept(page):
    """The table of claimants, looked at and kept."""
    found(page).press("table-choose", "D1", "office").press("table-preview")
    return page.press("table-keep", ui__table__title="Claimants, by sex")


def value_of(page, area="E08000001"):
    held = page.app.derived.library.figures.where(measure="office_claimants", area_code=area).frame
    return None if held.empty else held.iloc[0]["value"]


def test_nothing_is_asked_before_a_button_is_pressed(built, office):
    office.fails = "It was asked."
    assert "It was asked" not in built.text
    assert "Nothing leaves this computer until you press a button here" in built.text


def test_a_search_lists_what_it_found_and_an_empty_one_says_so(built):
    assert "1 data set found for “Claimants”" in found(built).text
    built.press("table-search", ui__table__words="sheep")
    assert "Nothing was found for “sheep”" in built.text
    built.press("table-search", ui__table__words=" ")
    assert built.error("ui/table/words") == "Enter what you look for."


def test_a_description_offers_areas_splits_and_periods_with_sensible_defaults(built, check):
    found(built).press("table-choose", "D1", "office")
    assert "Rounded to 5." in built.text
    ticked = {(e.get("name"), e.get("value")) for e in built.read.all("input") if "checked" in e.attrs}
    assert {("ui/table/where", "place"), ("ui/table/dim/sex", "0"), ("ui/table/periods", "latest")} <= ticked
    (kind,) = [
        e for e in built.read.all("option") if "selected" in e.attrs and e.get("value") in "WL" and e.get("value")
    ]
    assert kind.get("value") == "L"
    assert check(built.html) == []


def test_what_is_ticked_is_what_is_asked(built, office):
    found(built).press("table-choose", "D1", "office")
    built.press("table-preview")
    assert office.asked.pop().periods == ("2026-10",)  # “The latest” is looked up for a service without such a word
    built.type("ui/table/dim/sex", ["1", "2"])
    built.type("ui/table/periods", ["2026-09"])
    built.press("table-preview")
    (asked,) = office.asked
    assert (asked.dataset, asked.level, asked.within) == ("D1", "L", ("E47000001",))
    assert [(c.dimension, c.codes) for c in asked.choices] == [("sex", ("1", "2"))]
    assert asked.periods == ("2026-09",)
    assert "4 figures for 2 areas" in built.text
    assert "Take care. Mind." in built.text


def test_a_split_with_nothing_ticked_is_asked_for_and_nothing_is_fetched(built, office):
    found(built).press("table-choose", "D1", "office")
    built.type("ui/table/dim/sex", [])
    built.press("table-preview")
    assert office.asked == []
    assert "Choose at least one of Sex." in built.text


def test_areas_can_be_chosen_one_by_one(built, office):
    found(built).press("table-choose", "D1", "office").type("ui/table/where", "chosen")
    built.press("table-preview")
    assert office.asked == []
    assert built.error("ui/table/where") == "Choose at least one area."
    built.type("ui/pick/table/words", "bolt").press("pick-add", "E08000001", "table").press("table-preview")
    assert (office.asked[0].areas, office.asked[0].level) == (("E08000001",), "")


def test_a_kept_table_stands_beside_the_sample_and_in_the_project(built, home):
    kept(built)
    assert value_of(built) == 9000
    (query,) = built.project.queries
    assert (query.title, query.rows, query.fetched) == ("Claimants, by sex", 2, date(2026, 11, 25))
    assert "Kept “Claimants, by sex”." in built.text
    assert list((home / "figures").rglob(f"{query.id}.csv.gz"))


def test_a_part_never_stands_for_the_whole(built):
    found(built).press("table-choose", "D1", "office").type("ui/table/dim/sex", ["1"])
    built.press("table-preview").press("table-keep", ui__table__title="Men")
    assert value_of(built) is None
    assert built.app.derived.library.split.frame["value"].tolist() == [4500, 2000]


def test_a_kept_table_is_there_again_after_closing_and_undo_takes_it_away(built, open_page, office):
    kept(built)
    built.press("undo")
    assert (value_of(built), built.project.queries) == (None, ())
    built.press("redo")
    assert value_of(built) == 9000


def test_running_again_says_what_changed(built, office):
    kept(built)
    (query,) = built.project.queries
    built.press("kept-run", query.id)
    assert "Nothing has changed: all 2 figures are as they were." in built.text
    office.values["E08000001"] = 9090.0
    built.press("kept-run", query.id)
    assert "1 figure revised, by up to 1% (Bolton, October 2026: 9,000, now 9,090); 1 as before." in built.text
    assert value_of(built) == 9090
    assert built.project.queries[0].fingerprint != query.fingerprint


def test_a_service_that_fails_leaves_what_was_kept(built, office):
    kept(built)
    (query,) = built.project.queries
    office.fails = "The office gave half an answer."
    built.press("kept-run", query.id)
    assert "The office gave half an answer. Try later." in built.text
    assert value_of(built) == 9000
    assert built.project.queries == (query,)


def test_a_search_that_fails_says_why(built, office):
    office.fails = "The office is closed."
    assert "The office is closed. Try later." in found(built).text


def test_a_kept_table_can_be_changed_and_keeps_its_place(built, office):
    kept(built)
    (query,) = built.project.queries
    built.press("kept-change", query.id)
    built.type("ui/table/dim/sex", ["0", "1"]).press("table-preview")
    built.press("table-keep", ui__table__title="Claimants, by sex")
    (changed,) = built.project.queries
    assert changed.id == query.id
    assert changed.query.choices[0].codes == ("0", "1")


def test_a_removed_table_takes_its_figures_with_it(built):
    kept(built)
    (query,) = built.project.queries
    built.press("kept-remove", query.id)
    assert (value_of(built), built.project.queries) == (None, ())


def test_a_project_from_elsewhere_says_that_a_table_is_not_here(built, open_page, tmp_path):
    kept(built)
    other = open_page(built.project, home=tmp_path / "another computer")
    other.go("figures")
    assert "Not fetched on this computer yet: run it." in other.text

"""The questions asked of a store of figures have the same answers on every engine.

`make test` asks a folder of Parquet files and a DuckDB file; `make test-engines` asks PostgreSQL and Spark too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.domain.bespoke import BespokeArea
from workbench.domain.bespoke_figures import OWN, combine
from workbench.domain.figures import COLUMNS, FigureSet, validate
from workbench.errors import DataError, FigureMissing, InvalidProject, NotComparable, UnknownArea
from workbench.store.figures import FigureStore

from . import engines
from .making import (
    A1,
    A2,
    A3,
    B1,
    CITATIONS,
    DISTRICT,
    MSOA_A,
    MSOA_B,
    OLD_DISTRICT,
    REGISTER,
    figures,
    month,
    row,
    same_rows,
)

# What PySpark 4.0 says under pandas 3, and its sockets that wait for Java to close them. Not ours to mend.
SPARK_SAYS = [
    pytest.mark.filterwarnings(f"ignore:{said}")
    for said in (
        ".*future.infer_string",
        "The copy keyword is deprecated",
        ".*unclosed <socket",
        "Exception ignored in. <socket",
    )
]
ENGINES = [
    pytest.param("folder"),
    pytest.param("duckdb"),
    pytest.param("postgres", marks=pytest.mark.engines),
    pytest.param("spark", marks=[pytest.mark.engines, pytest.mark.timeout(900), *SPARK_SAYS]),
]


@pytest.fixture(scope="module", params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an engine; a folder for those that live in one."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        if request.param == "postgres":
            yield stack.enter_context(engines.postgres())
        elif request.param == "spark":
            yield stack.enter_context(engines.spark(folder))
        else:
            yield f"{'duckdb://' if request.param == 'duckdb' else ''}{folder}"


@pytest.fixture
def address(place: str, tmp_path: Path) -> str:
    """Where a new, empty store lies."""
    if place.startswith("duckdb://"):
        return f"duckdb://{tmp_path}/figures.duckdb"
    if place.startswith(("postgres://", "local")):
        engines.empty(place)
        return place
    return str(tmp_path / "figures")


@pytest.fixture
def store(address: str) -> Iterator[FigureStore]:
    """A new, empty store."""
    with FigureStore.open(address) as opened:
        yield opened


SPLIT = {"sex": "female"}

COUNTS = figures(
    *(row(a, 10.0 * i + n, n, flag="rounded-5") for i, a in enumerate([A1, A2, A3, B1]) for n in (1, 2)),
    row(A1, 5.0, 3, flag="rounded-5;provisional"),
    row(A2, np.nan, 3, flag="suppressed"),
    row(A3, 7.0, 3, flag="rounded-5"),
    row(B1, 0.0, 3),
    row(A1, 3.0, 1, sex="female"),
    row(A1, 7.0, 1, sex="male"),
    row(A2, 4.0, 1, sex="female", age="16 to 24"),
    row(A1, 111.0, 1, vintage="2011"),
    row(DISTRICT, 70.0, 1, level="district", vintage="2023", area_name="Bolton"),
)
PERCENT = {"measure": "rate", "unit": "percent", "source_id": "rate"}
RATES = figures(
    row(A1, 25.0, 1, numerator=25.0, denominator=100.0, lower=20.0, upper=30.0, confidence=0.95, **PERCENT),
    row(A2, 50.0, 1, numerator=150.0, denominator=300.0, **PERCENT),
    row(A3, 10.0, 1, numerator=10.0, denominator=100.0, **PERCENT),
    row(B1, 1.0, 1, numerator=1.0, denominator=100.0, **PERCENT),
    row(A1, 25.0, 2, numerator=25.0, denominator=100.0, **PERCENT),
    row(A2, 50.0, 2, numerator=np.nan, denominator=300.0, **PERCENT),
    row(A3, 10.0, 2, numerator=10.0, denominator=100.0, **PERCENT),
)


@pytest.fixture(scope="module")
def filled(place: str) -> Iterator[FigureStore]:
    """A store with counts, rates, and the register of areas; not to be changed."""
    address = f"{place}/filled" if not place.startswith(("postgres", "local")) else engines.apart(place)
    with FigureStore.open(address) as opened:
        opened.put(FigureSet(pd.concat([COUNTS.frame, RATES.frame]), {**COUNTS.citations, **RATES.citations}))
        opened.put_areas(REGISTER)
        yield opened


def values(found: FigureSet, *by: str) -> dict[Any, float]:
    """Value by area and month, or by other columns."""
    frame = found.frame.assign(month=found.frame["period_end"].dt.month)
    keys = list(by) or ["area_code", "month"]
    return {tuple(k) if len(k) > 1 else k[0]: v for *k, v in frame[[*keys, "value"]].itertuples(index=False)}


# --- put and get ------------------------------------------------------------------------------------------------------


def test_figures_come_back_as_they_were_put(filled: FigureStore):
    same_rows(filled.get("claimants"), COUNTS)
    same_rows(filled.get("rate"), RATES)
    validate(filled.get("claimants"))


def test_rows_come_in_order_of_area_and_period(filled: FigureStore):
    frame = filled.get("claimants").frame
    assert frame[["area_code", "period_end"]].apply(tuple, axis=1).is_monotonic_increasing


def test_a_missing_figure_is_missing_with_its_flag_and_a_zero_is_zero(filled: FigureStore):
    third = filled.get("claimants", periods=[month(3)]).frame.set_index("area_code")
    assert np.isnan(third.loc[A2, "value"])
    assert third.loc[A2, "flag"] == "suppressed"
    assert third.loc[B1, "value"] == 0.0
    assert third["numerator"].isna().all()


@pytest.mark.parametrize(
    "asked",
    [
        {"level": "district"},
        {"level": "LSOA", "vintage": "2021", "splits": {}},
        {"areas": [A1, B1]},
        {"areas": [A1], "vintage": "2011"},
        {"periods": [month(2), month(3)]},
        {"since": date(2025, 2, 1)},
        {"until": date(2025, 2, 28)},
        {"since": date(2025, 1, 2), "until": date(2025, 3, 30)},
        {"splits": SPLIT},
        {"splits": {"sex": "female", "age": "16 to 24"}},
    ],
    ids=str,
)
def test_what_is_asked_for_comes_and_nothing_else(filled: FigureStore, asked: dict[str, Any]):
    frame = COUNTS.frame
    keep = pd.Series(True, index=frame.index)
    for column, key in (("level", "level"), ("vintage", "vintage")):
        keep &= frame[column].eq(asked[key]) if key in asked else True
    keep &= frame["area_code"].isin(asked.get("areas", frame["area_code"]))
    if "periods" in asked:
        keep &= frame["period_end"].dt.date.isin([end for _, end in asked["periods"]])
    keep &= frame["period_start"].dt.date >= asked.get("since", date.min)
    keep &= frame["period_end"].dt.date <= asked.get("until", date.max)
    if "splits" in asked:
        wanted = {"sex": "", "age": "", **asked["splits"]}
        keep &= (frame["sex"] == wanted["sex"]) & (frame["age"] == wanted["age"])
    expected = frame.loc[keep]
    assert 0 < len(expected) < len(frame)
    same_rows(filled.get("claimants", **asked), FigureSet(expected, COUNTS.citations))


def test_areas_within_another_are_looked_up_in_their_own_boundaries(filled: FigureStore):
    found = filled.get("claimants", level="LSOA", within=MSOA_B, splits={})
    assert set(found.frame["area_code"]) == {B1}
    everywhere = filled.get("claimants", level="LSOA", within=DISTRICT, splits={}).frame
    assert set(zip(everywhere["area_code"], everywhere["vintage"], strict=True)) == {
        (A1, "2011"), (A1, "2021"), (A2, "2021"), (A3, "2021"), (B1, "2021"),
    }  # fmt: skip


def test_an_area_that_moved_lies_where_it_lay_in_its_own_boundaries(store: FigureStore):
    store.put(figures(row(A1, 1.0, vintage="2011"), row(A1, 2.0), row(A2, 3.0)))
    lay = [(A1, "2011", OLD_DISTRICT), (A1, "2021", DISTRICT), (A2, "2021", DISTRICT)]
    columns = ["code", "vintage", "level", "ancestor", "ancestor_name", "ancestor_level", "ancestor_vintage"]
    table = [(code, year, "LSOA", above, above, "district", "2023") for code, year, above in lay]
    store.put_areas(pd.DataFrame(table, columns=columns))
    assert store.get("claimants", within=OLD_DISTRICT).frame["value"].tolist() == [1.0]
    assert store.get("claimants", within=DISTRICT).frame["value"].tolist() == [2.0, 3.0]
    moved = store.rollup("claimants", level="LSOA", to="district", vintage="2011")
    assert moved.frame[["area_code", "value"]].to_numpy().tolist() == [[OLD_DISTRICT, 1.0]]


def test_more_areas_may_be_named_than_a_question_has_room_for(filled: FigureStore):
    many = [f"E0{1_000_000 + i}" for i in range(2_000)]
    with pytest.raises(FigureMissing, match="and 19"):
        filled.get("claimants", areas=many)


# --- not held ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"areas": [A1, "E01009999"]}, "E01009999"),
        ({"periods": [month(1), month(12)]}, "December 2025"),
        ({"level": "ward"}, "ward"),
        ({"vintage": "1991"}, "1991"),
        ({"since": date(2030, 1, 1)}, "no figure"),
        ({"splits": {"sex": "other"}}, "other"),
    ],
    ids=str,
)
def test_what_is_not_held_is_said(filled: FigureStore, asked: dict[str, Any], said: str):
    with pytest.raises(FigureMissing, match=said):
        filled.get("claimants", **asked)


def test_a_measure_that_is_not_held_is_said_with_those_that_are(filled: FigureStore, store: FigureStore):
    with pytest.raises(FigureMissing, match="claimants and rate"):
        filled.get("claimant")
    with pytest.raises(FigureMissing, match="empty"):
        store.get("claimants")


def test_an_area_that_the_store_does_not_know_is_said(filled: FigureStore):
    with pytest.raises(UnknownArea, match="E08000077"):
        filled.get("claimants", within="E08000077")


def test_what_is_held_is_told_without_reading_it(filled: FigureStore):
    claimants, rate = filled.measures()
    assert (claimants.measure, claimants.rows) == ("claimants", len(COUNTS))
    assert claimants.levels == ("LSOA", "district")
    assert claimants.vintages == ("2011", "2021", "2023")
    assert claimants.splits == ("age", "sex")
    assert (claimants.first, claimants.last) == (month(1)[1], month(3)[1])
    assert (rate.units, rate.sources) == (("percent",), ("rate",))


# --- changes ----------------------------------------------------------------------------------------------------------


def test_figures_of_the_same_key_are_replaced_and_no_others(store: FigureStore):
    store.put(figures(row(A1, 1.0), row(A2, 2.0), row(A1, 3.0, vintage="2011")), titles={"claimants": "Claimant count"})
    store.put(figures(row(A1, 9.0, source_id="revised"), row(A1, 4.0, sex="female"), row(A1, 5.0, 2)))
    found = store.get("claimants")
    expected = figures(
        row(A1, 9.0, source_id="revised"),
        row(A2, 2.0),
        row(A1, 3.0, vintage="2011"),
        row(A1, 4.0, sex="female"),
        row(A1, 5.0, 2),
    )
    same_rows(found, expected)
    assert store.measures()[0].title == "Claimant count"  # a title stays until another is given


def test_what_is_wrong_is_not_put_and_leaves_the_store_as_it_was(store: FigureStore):
    store.put(figures(row(A1, 1.0)))
    with pytest.raises(InvalidProject, match="same key"):
        store.put(figures(row(A1, 2.0), row(A1, 3.0)))
    assert values(store.get("claimants")) == {(A1, 1): 1.0}


def test_a_measure_that_is_removed_is_gone_with_its_citation(store: FigureStore):
    store.put(FigureSet(pd.concat([figures(row(A1, 1.0)).frame, RATES.frame]), CITATIONS))
    store.remove("rate")
    assert [held.measure for held in store.measures()] == ["claimants"]
    assert set(store.get("claimants").citations) == {"count"}
    with pytest.raises(FigureMissing, match="rate"):
        store.remove("rate")


def test_a_store_that_is_opened_again_holds_what_was_put(store: FigureStore, address: str):
    store.put(COUNTS)
    if address.startswith("duckdb://"):
        store.close()  # one process, one connection
    with FigureStore.open(address) as again:
        same_rows(again.get("claimants"), COUNTS)


def test_a_reader_sees_a_change_that_another_makes_and_hinders_it_not(store: FigureStore, address: str):
    if address.startswith("duckdb://"):
        pytest.skip("DuckDB lets one connection at a time have its file")
    with FigureStore.open(address) as writer:
        for n in range(1, 4):
            writer.put(figures(row(A1, float(n))))
            assert values(store.get("claimants")) == {(A1, 1): float(n)}


AWKWARD = "it's \"so\"; DROP TABLE x; -- \\' %s {} \\n 100% ünï/…"


def test_awkward_text_is_text_everywhere(store: FigureStore):
    held = figures(
        row(A1, 1.0, measure=AWKWARD, area_name=AWKWARD, sex=AWKWARD),
        row(AWKWARD, 2.0, measure=AWKWARD, level=AWKWARD, vintage=AWKWARD, unit=AWKWARD),
    )
    store.put(held, titles={AWKWARD: AWKWARD})
    same_rows(store.get(AWKWARD), held)
    assert values(store.get(AWKWARD, splits={"sex": AWKWARD}), "area_code") == {A1: 1.0}
    assert values(store.get(AWKWARD, areas=[AWKWARD], level=AWKWARD, vintage=AWKWARD), "area_code") == {AWKWARD: 2.0}
    assert len(store.rank(AWKWARD, level=AWKWARD, unit=AWKWARD, vintage=AWKWARD).frame) == 1
    with pytest.raises(FigureMissing):
        store.get(AWKWARD, areas=["' OR '1'='1"])


def test_a_parquet_file_is_put_without_being_read_into_memory(store: FigureStore, tmp_path: Path):
    frame = COUNTS.frame.loc[(COUNTS.frame[["sex", "age"]] == "").all(axis=1), list(COLUMNS)]
    frame.drop(columns="measure").to_parquet(tmp_path / "counts.parquet")
    store.put_parquet(tmp_path / "counts.parquet", "claimants", CITATIONS)
    same_rows(store.get("claimants"), FigureSet(frame, COUNTS.citations))


def test_a_parquet_file_that_breaks_the_schema_is_refused_with_every_fault(store: FigureStore, tmp_path: Path):
    bad = figures(row(A1, np.nan), row(A2, 1.0, lower=2.0, upper=3.0), row(A3), row(A3), row(B1, source_id="x")).frame
    bad.drop(columns="measure").to_parquet(tmp_path / "bad.parquet")
    with pytest.raises(DataError) as refused:
        store.put_parquet(tmp_path / "bad.parquet", "claimants", CITATIONS)
    for said in ("no flag says why (1 row)", "does not hold its value (1 row)", "same key (1 row)", "no citation: x"):
        assert said in str(refused.value)
    assert store.measures() == ()


# --- rank -------------------------------------------------------------------------------------------------------------


def test_areas_are_ranked_in_the_latest_period_and_a_missing_figure_has_no_rank(filled: FigureStore):
    ranking = filled.rank("claimants", level="LSOA", vintage="2021")
    found = [(code, None if pd.isna(r) else int(r)) for code, r in ranking.frame[["area_code", "rank"]].to_numpy()]
    assert found == [(A3, 1), (A1, 2), (B1, 3), (A2, None)]
    assert ranking.of == 3
    assert set(ranking.frame["period_end"].dt.date) == {month(3)[1]}
    assert set(ranking.citations) == {"count"}


def test_ties_share_the_best_rank(store: FigureStore):
    store.put(figures(row(A1, 5.0), row(A2, 9.0), row(A3, 5.0), row(B1, 1.0)))
    assert store.rank("claimants", level="LSOA").frame["rank"].tolist() == [1, 2, 2, 4]
    lowest = store.rank("claimants", level="LSOA", highest_first=False).frame
    assert lowest[["area_code", "rank"]].to_numpy().tolist() == [[B1, 1], [A1, 2], [A3, 2], [A2, 4]]


def test_a_rank_can_be_had_of_another_period_of_some_areas_and_of_a_split(filled: FigureStore):
    within = filled.rank("claimants", level="LSOA", vintage="2021", period=month(1), within=MSOA_A)
    assert within.frame["area_code"].tolist() == [A3, A2, A1]
    split = filled.rank("claimants", level="LSOA", vintage="2021", splits=SPLIT)
    assert split.frame["area_code"].tolist() == [A1]


def test_areas_of_two_sets_of_boundaries_are_not_ranked_together(filled: FigureStore):
    with pytest.raises(NotComparable, match="2011 and 2021"):
        filled.rank("claimants", level="LSOA")


def test_figures_of_two_units_or_lengths_of_period_are_not_ranked_together(store: FigureStore):
    year = {"period_start": pd.Timestamp(2024, 2, 1), "period_end": pd.Timestamp(2025, 1, 31)}
    store.put(figures(row(A1, 5.0), row(A2, 9.0, unit="percent"), row(A3, 1.0, **year)))
    with pytest.raises(NotComparable, match="people and percent"):
        store.rank("claimants", level="LSOA")
    with pytest.raises(NotComparable, match="length"):
        store.rank("claimants", level="LSOA", unit="people")
    assert store.rank("claimants", level="LSOA", unit="people", period=month(1)).frame["area_code"].tolist() == [A1]


# --- adding up --------------------------------------------------------------------------------------------------------


def test_counts_are_added_up_and_a_sum_that_lacks_a_part_is_missing(filled: FigureStore):
    found = filled.rollup("claimants", level="LSOA", to="MSOA", vintage="2021")
    frame = found.frame.set_index(["area_code", found.frame["period_end"].dt.month])
    assert frame["value"].dropna().to_dict() == {
        (MSOA_A, 1): 33.0, (MSOA_A, 2): 36.0, (MSOA_B, 1): 31.0, (MSOA_B, 2): 32.0, (MSOA_B, 3): 0.0,
    }  # fmt: skip
    assert np.isnan(frame.loc[(MSOA_A, 3), "value"])
    assert frame["flag"].to_dict() == {
        (MSOA_A, 1): "rounded-15",  # three parts, each rounded to 5
        (MSOA_A, 2): "rounded-15",
        (MSOA_A, 3): "suppressed;provisional",
        (MSOA_B, 1): "rounded-5",
        (MSOA_B, 2): "rounded-5",
        (MSOA_B, 3): "",
    }
    assert frame.loc[(MSOA_A, 1), ["area_name", "level", "vintage", "unit", "source_id"]].tolist() == [
        "Bolton 001", "MSOA", "2021", "people", "count",
    ]  # fmt: skip
    validate(found)


def test_small_areas_are_added_up_to_districts_of_other_boundaries(filled: FigureStore):
    found = filled.rollup("claimants", level="LSOA", to="district", vintage="2021", until=month(2)[1])
    assert values(found, "area_code", "vintage", "month") == {(DISTRICT, "2023", 1): 64.0, (DISTRICT, "2023", 2): 68.0}


def test_a_percentage_is_worked_out_again_from_what_it_was_made_of(filled: FigureStore):
    found = filled.rollup("rate", level="LSOA", to="MSOA").frame.set_index(["area_code", "period_end"])
    first = found.loc[(MSOA_A, pd.Timestamp(month(1)[1]))]
    assert (first["numerator"], first["denominator"], first["value"]) == (185.0, 500.0, 37.0)
    assert np.isnan(first["lower"])
    assert np.isnan(first["confidence"])
    second = found.loc[(MSOA_A, pd.Timestamp(month(2)[1]))]  # a numerator is missing
    assert np.isnan(second["value"])
    assert np.isnan(second["numerator"])
    assert (second["denominator"], second["flag"]) == (500.0, "not available")


def test_a_figure_that_its_publisher_calls_unreliable_is_not_added(store: FigureStore):
    store.put(figures(row(A1, 1.0), row(A2, 2.0, flag="unreliable"), row(A3, 3.0)))
    store.put_areas(REGISTER)
    found = store.rollup("claimants", level="LSOA", to="MSOA").frame
    assert np.isnan(found.loc[0, "value"])
    assert found.loc[0, "flag"] == "unreliable"


def test_a_part_without_any_row_makes_the_sum_missing(store: FigureStore):
    store.put(figures(row(A1, 1.0), row(A2, 2.0), row(B1, 4.0)))
    store.put_areas(REGISTER)
    frame = store.rollup("claimants", level="LSOA", to="MSOA").frame.set_index("area_code")
    assert np.isnan(frame.loc[MSOA_A, "value"])
    assert frame["flag"].to_dict() == {MSOA_A: "not available", MSOA_B: ""}
    assert frame.loc[MSOA_B, "value"] == 4.0


def test_a_split_is_added_up_by_itself(store: FigureStore):
    store.put(figures(*(row(a, 2.0, sex=s) for a in (A1, A2, A3) for s in ("female", "male")), row(A1, 50.0)))
    store.put_areas(REGISTER)
    found = store.rollup("claimants", level="LSOA", to="MSOA", splits=SPLIT)
    assert found.frame[["area_code", "value", "sex"]].to_numpy().tolist() == [[MSOA_A, 6.0, "female"]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"flag": "perturbed"}, "at random"),
        ({"unit": "score"}, "Scores cannot be added"),
        ({"unit": "percent"}, "rates are not averaged"),
    ],
    ids=str,
)
def test_what_must_not_be_added_is_refused(store: FigureStore, given: dict[str, Any], said: str):
    store.put(figures(*(row(a, 1.0, **given) for a in (A1, A2, A3))))
    store.put_areas(REGISTER)
    with pytest.raises(NotComparable, match=said):
        store.rollup("claimants", level="LSOA", to="MSOA")
    with pytest.raises(NotComparable, match=said):
        store.bespoke("claimants", OURS)


def test_figures_of_two_editions_or_vintages_are_not_added(store: FigureStore, filled: FigureStore):
    store.put(figures(row(A1, 1.0), row(A2, 1.0, source_id="revised"), row(A3, 1.0)))
    store.put_areas(REGISTER)
    with pytest.raises(NotComparable, match="editions"):
        store.rollup("claimants", level="LSOA", to="MSOA")
    with pytest.raises(NotComparable, match="2011 and 2021"):
        filled.rollup("claimants", level="LSOA", to="MSOA")


def test_without_a_register_nothing_is_added_up(store: FigureStore):
    store.put(figures(row(A1, 1.0)))
    with pytest.raises(FigureMissing, match="in which MSOA each LSOA lies"):
        store.rollup("claimants", level="LSOA", to="MSOA")
    with pytest.raises(UnknownArea):
        store.get("claimants", within=DISTRICT)


OURS = BespokeArea(id="own-1", name="Our patch", level="LSOA", vintage="2021", parts=(A1, A2))


def test_an_area_of_our_own_is_added_over_all_periods(filled: FigureStore):
    found = filled.bespoke("claimants", OURS)
    assert values(found) == pytest.approx({("own-1", 1): 12.0, ("own-1", 2): 14.0, ("own-1", 3): np.nan}, nan_ok=True)
    assert found.frame["flag"].tolist() == ["rounded-10", "rounded-10", "suppressed;provisional"]
    assert found.frame.loc[0, ["area_name", "level", "vintage"]].tolist() == ["Our patch", OWN, "2021"]
    rate = filled.bespoke("rate", OURS, periods=[month(1)])
    assert rate.frame[["numerator", "denominator", "value"]].to_numpy().tolist() == [[175.0, 400.0, 43.75]]
    validate(found)


def test_an_area_of_our_own_has_the_figures_that_the_domain_gives_it(filled: FigureStore):
    for measure, until in (("claimants", month(2)[1]), ("rate", month(1)[1])):
        found = filled.bespoke(measure, OURS, until=until).frame
        parts = filled.get(measure, areas=OURS.parts, vintage=OURS.vintage, until=until, splits={})
        # One interval is left out on purpose: the domain refuses parts of which only some have one.
        parts.frame[["lower", "upper", "confidence"]] = np.nan
        expected = combine(OURS, parts).frame
        said = [c for c in COLUMNS if c != "method"]
        pd.testing.assert_frame_equal(found[said], expected[said], check_dtype=False)
        said = found["method"].str.removesuffix("; no interval is worked out")
        assert all(whole.startswith(short) for short, whole in zip(said, expected["method"], strict=True))


def test_an_area_of_our_own_with_a_part_that_is_not_held_or_named_twice_is_refused(filled: FigureStore):
    with pytest.raises(FigureMissing, match="E01009999"):
        filled.bespoke("claimants", OURS.with_(parts=(A1, "E01009999")))
    with pytest.raises(DataError, match="twice"):
        filled.bespoke("claimants", OURS.with_(parts=(A1, A1)))
    with pytest.raises(FigureMissing, match="1991"):
        filled.bespoke("claimants", OURS.with_(vintage="1991"))


def test_sums_are_those_of_pandas(store: FigureStore):
    chance = np.random.default_rng(7)
    areas = [f"E0{1_000_000 + i}" for i in range(1, 41)]
    table = pd.DataFrame(
        [(code, "2021", "LSOA", f"E0{2_000_000 + i % 7}", f"M{i % 7}", "MSOA", "2021") for i, code in enumerate(areas)],
        columns=["code", "vintage", "level", "ancestor", "ancestor_name", "ancestor_level", "ancestor_vintage"],
    )
    rows = [row(a, float(chance.integers(0, 90)), n) for a in areas for n in range(1, 6)]
    store.put(figures(*rows))
    store.put_areas(table)
    frame = figures(*rows).frame.merge(table, left_on="area_code", right_on="code")
    expected = frame.groupby(["ancestor", frame["period_end"].dt.month])["value"].sum().to_dict()
    assert values(store.rollup("claimants", level="LSOA", to="MSOA")) == expected
    whole = store.bespoke("claimants", OURS.with_(parts=tuple(areas)))
    assert [v for _, v in sorted(values(whole).items())] == frame.groupby("period_end")["value"].sum().tolist()

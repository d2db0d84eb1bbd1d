"""Areas are likened by their figures and said to be so; a comparator that would mislead is refused with a remedy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import EMPLOYMENT_2023, employment_2023, figures, greater_manchester, library, manchester_and_england, row
from scipy.spatial.distance import cdist
from scipy.stats import zscore

from workbench.domain.peers import comparators, most_similar
from workbench.errors import DataError, FigureMissing, NotComparable, UnknownArea
from workbench.sources.sample import load_sample

BOLTON = "E08000001"
CODES = list(EMPLOYMENT_2023)
RATES = ["employment_rate", "inactivity_rate", "claimant_rate_yearly"]


@pytest.fixture(scope="module")
def sample(sample_dir):
    return load_sample(sample_dir)


def held(table, **more):
    """A library of the districts with one measure a column of the table: m0, m1 …"""
    rows = [
        row(code, float(v), area_name=code, measure=f"m{i}", **more)
        for code, values in zip(CODES, table, strict=False)
        for i, v in enumerate(values)
    ]
    return library(rows, (), greater_manchester())


tables = st.integers(1, 4).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 100), min_size=k, max_size=k), min_size=10, max_size=10).filter(
        lambda t: all(len(set(column)) > 1 for column in zip(*t, strict=True))
    )
)


@given(table=tables)
def test_the_order_is_that_of_scipy(table):
    found = most_similar(BOLTON, [f"m{i}" for i in range(len(table[0]))], held(table), count=9)
    z = zscore(np.array(table, dtype=float))
    far = dict(zip(CODES, cdist(z[:1], z)[0], strict=True))
    assert [n.distance for n in found.nearest] == pytest.approx(
        sorted(d for c, d in far.items() if c != BOLTON), abs=1e-9
    )
    assert all(n.distance == pytest.approx(far[n.area_code], abs=1e-9) for n in found.nearest)
    assert found.area.distance == 0


@given(table=tables, scale=st.integers(2, 50))
def test_the_unit_of_a_measure_does_not_matter(table, scale):
    names = [f"m{i}" for i in range(len(table[0]))]
    one = most_similar(BOLTON, names, held(table), count=9)
    other = most_similar(BOLTON, names, held([[v * scale for v in values] for values in table], unit="score"), count=9)
    assert [n.distance for n in one.nearest] == pytest.approx([n.distance for n in other.nearest])


def test_the_districts_most_like_bolton(sample):
    found = most_similar(BOLTON, RATES, sample, count=3)
    assert len(found.nearest) == 3
    assert found.candidates == 9
    assert [t.measure for t in found.traits] == RATES
    # Each measure has its own newest period, and the note says which.
    assert "employment_rate (2023)" in found.how
    assert "claimant_rate_yearly (2025)" in found.how
    assert "Euclidean" in found.how
    assert any("only nine other districts" in c for c in found.caveats)
    assert any("survey estimates" in c for c in found.caveats)
    assert all(c.startswith("Take care.") for c in found.caveats)


def test_measures_that_say_the_same_are_said_to():
    found = most_similar(BOLTON, ["m0", "m1"], held([[i, 100 - 2 * i] for i in range(10)]))
    assert any("m0 and m1 go together (correlation −1)" in c for c in found.caveats)


def test_an_area_without_a_figure_is_left_out_and_said_so():
    rows = [row(code, float(i**k), measure=f"m{k - 1}") for i, code in enumerate(CODES) for k in (1, 2)]
    rows = [r for r in rows if (r["area_code"], r["measure"]) != (CODES[4], "m0")]
    for r in rows:
        if (r["area_code"], r["measure"]) == (CODES[3], "m1"):
            r.update(value=np.nan, flag="suppressed")
    lib = library(rows, (), greater_manchester())
    found = most_similar(BOLTON, ["m0", "m1"], lib, count=9)
    assert dict(found.left_out) == {
        CODES[3]: "m1: not published, to protect people",
        CODES[4]: "m0: no figure is held",
    }
    assert found.candidates == 7
    assert "2 districts left out" in found.how


def test_only_areas_inside_another_are_candidates(sample):
    some = most_similar("E01004766", ["imd_score"], sample, within=BOLTON, count=400)
    assert some.candidates < most_similar("E01004766", ["imd_score"], sample).candidates
    assert {sample.areas.get(n.area_code).parent for n in some.nearest} == {BOLTON}
    assert "in Bolton" in some.how


def test_what_cannot_be_likened_is_refused(sample):
    with pytest.raises(NotComparable, match="for their size alone"):
        most_similar(BOLTON, ["claimant_count"], sample)
    with pytest.raises(NotComparable, match="tells none apart"):
        most_similar(BOLTON, ["m0"], held([[5]] * 10))
    with pytest.raises(FigureMissing, match="has no figure of imd_score"):
        most_similar(BOLTON, ["imd_score"], sample)
    with pytest.raises(FigureMissing, match="No other district"):
        most_similar(BOLTON, ["m0"], held([[5]]))
    with pytest.raises(UnknownArea):
        most_similar("E08000099", ["m0"], sample)
    for wrong in ([], ["employment_rate"] * 2):
        with pytest.raises(DataError, match="each once"):
            most_similar(BOLTON, wrong, sample)


def by_kind(found):
    return {(c.kind, c.area_code): c for c in found}


def test_every_comparator_of_a_rate(sample):
    measure = sample.figures.where(measure="employment_rate")
    found = by_kind(comparators(BOLTON, measure, sample.areas, chosen=["E08000010"], similar=["E08000005"]))
    value = {key: c.row["value"] for key, c in found.items() if c.row}
    assert value["similar", "E08000005"] == EMPLOYMENT_2023["E08000005"][1]
    assert value["chosen", "E08000010"] == EMPLOYMENT_2023["E08000010"][1]
    assert value["nation", "E92000001"] == 76.0
    assert ("parent", "E47000001") in value
    past = found["own history", BOLTON].row
    assert (past["value"], past["period_end"]) == (69.3, date(2022, 12, 31))
    # Great Britain is above England in the register; no figure of it is held, and that is said.
    assert "No figure of Great Britain is held" in found["nation", "K03000001"].why


def test_the_past_never_shares_a_day_and_is_never_of_another_length():
    year = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
    rolling = {"period_start": date(2022, 10, 1), "period_end": date(2023, 9, 30)}
    quarter = {"period_start": date(2022, 1, 1), "period_end": date(2022, 3, 31)}
    set_ = figures([row(BOLTON, v, 2, **when) for v, when in ((70, year), (69, rolling), (68, quarter))])
    assert by_kind(comparators(BOLTON, set_, greater_manchester()))["own history", BOLTON].row is None


def test_a_comparator_of_another_period_or_kind_says_what_to_do():
    old = {"period_start": date(2021, 1, 1), "period_end": date(2021, 12, 31)}
    rows = [row(BOLTON, 65.6, 6.1), row("E08000002", 70, 5, **old), row("E08000003", 70, 5, vintage="2009")]
    rows.append(row("E08000004", float("nan"), flag="suppressed"))
    found = by_kind(comparators(BOLTON, figures(rows), greater_manchester(), chosen=CODES[1:4]))
    assert found["chosen", "E08000002"].why == "Bury has no figure for 2023; it has 2021. Choose one period."
    assert "boundaries of 2021 and 2009" in found["chosen", "E08000003"].why
    assert "to protect people" in found["chosen", "E08000004"].why
    assert all(c.row is None for c in found.values())


def test_counts_are_set_beside_their_own_past_only(sample):
    found = comparators(
        BOLTON, sample.figures.where(measure="claimant_count", level="district"), sample.areas, chosen=["E08000002"]
    )
    assert "differ in size" in by_kind(found)["chosen", "E08000002"].why
    assert by_kind(found)["own history", BOLTON].row["period_end"] == date(2017, 9, 30)


def test_the_nation_is_found_without_a_chain_of_parents():
    set_ = figures([*employment_2023()])
    areas = greater_manchester()
    assert by_kind(comparators(BOLTON, set_, areas))["nation", "E92000001"].row["value"] == 76.0
    with pytest.raises(FigureMissing):
        comparators("E08000001", figures(manchester_and_england()), areas)

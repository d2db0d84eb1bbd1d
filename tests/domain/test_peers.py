"""Areas are likened by their figures, in the order that scipy gives, and the note says how."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import EMPLOYMENT_2023, greater_manchester, library, row
from scipy.spatial.distance import cdist
from scipy.stats import median_abs_deviation, zscore

from workbench.domain.peers import most_similar
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


def test_robust_scaling_is_that_of_scipy_and_one_extreme_area_does_not_hide_the_rest():
    table = np.array([[50, 4], [51, 9], [54, 4], [56, 5], [58, 7], [60, 2], [61, 8], [63, 6], [65, 3], [5000, 1]])
    found = most_similar(BOLTON, ["m0", "m1"], held(table), count=9, scaling="robust")
    z = (table - np.median(table, axis=0)) / median_abs_deviation(table, axis=0, scale="normal")
    far = dict(zip(CODES, cdist(z[:1], z)[0], strict=True))
    assert {n.area_code: n.distance for n in found.nearest} == pytest.approx(
        {c: d for c, d in far.items() if c != BOLTON}, rel=1e-4
    )
    assert "median 0 and median absolute deviation 1" in found.how
    # By standard deviation the extreme area makes all others alike in the first measure.
    assert found.nearest[0].area_code == CODES[2]
    standard = most_similar(BOLTON, ["m0", "m1"], held(table), count=9)
    alike = next(n for n in standard.nearest if n.area_code == CODES[7])
    assert alike.distance < next(n for n in found.nearest if n.area_code == CODES[7]).distance
    with pytest.raises(NotComparable, match="same in half of the areas or more"):
        most_similar(BOLTON, ["m0"], held([[5]] * 8 + [[6], [7]]), scaling="robust")


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

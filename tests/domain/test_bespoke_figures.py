"""Areas made of published ones: sums that agree with what is published, and sums that are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.bespoke import BespokeArea
from workbench.domain.bespoke_figures import OWN, check_parts, combinable, combine
from workbench.domain.figures import FigureSet, validate
from workbench.errors import FigureMissing, NotComparable
from workbench.reference.load import load_datasets
from workbench.sources.sample import load_sample


@pytest.fixture(scope="module")
def library(sample_dir):
    return load_sample(sample_dir, load_datasets())


@pytest.fixture(scope="module")
def bolton(library):
    """The wards of Bolton, which together are the district."""
    wards = library.areas.within("E08000001", "ward", "2017")
    return BespokeArea(
        id="own-bolton",
        name="Bolton by wards",
        level="ward",
        vintage="2017",
        parts=tuple(a.code for a in wards),
    )


def of(library, measure, level):
    return library.figures.where(measure=measure, level=level)


def test_the_wards_of_a_district_add_up_to_it_within_rounding(library, bolton):
    assert check_parts(bolton, library.areas) == ()
    made = validate(combine(bolton, of(library, "claimant_count", "ward"))).frame
    district = of(library, "claimant_count", "district").where(area_code="E08000001").frame
    both = made.merge(district, on="period_end", suffixes=("", "_published"))
    assert len(both) == len(district)
    bound = 2.5 * (len(bolton.parts) + 1)
    assert (abs(both["value"] - both["value_published"]) <= bound).all()
    assert set(made["level"]) == {OWN}
    assert f"up to {2.5 * len(bolton.parts):g}" in made["method"].iloc[0]


def test_a_rate_comes_from_the_added_counts_and_not_from_the_rates(library, bolton):
    rates = of(library, "claimant_rate", "ward").latest()
    # The sample gives the claimants and the rate: residents follow from the two, near enough for this.
    residents = (100 * rates.frame["numerator"] / rates.frame["value"]).round()
    rates = FigureSet(rates.frame.assign(denominator=residents), rates.citations)
    made = combine(bolton, rates).frame.iloc[0]
    latest = rates.latest().where(area_code=list(bolton.parts)).frame
    assert made["value"] == pytest.approx(100 * latest["numerator"].sum() / latest["denominator"].sum())
    assert made["value"] != pytest.approx(latest["value"].mean(), abs=1e-9)


def test_a_survey_rate_is_weighted_and_narrower_than_its_parts(library):
    rates = of(library, "employment_rate", "district")
    rates = FigureSet(rates.frame.dropna(subset=["denominator"]), rates.citations).latest()
    usable = rates.frame
    parts = tuple(usable["area_code"][:3])
    made = combine(BespokeArea(id="own-x", level="district", parts=parts), rates).frame.iloc[0]
    each = usable[usable["area_code"].isin(parts)]
    assert each["value"].min() <= made["value"] <= each["value"].max()
    assert made["upper"] - made["lower"] < (each["upper"] - each["lower"]).max()


def test_what_a_sum_would_get_wrong_is_refused_with_what_to_do(library):
    districts = BespokeArea(id="own-2", level="district", parts=("E08000001", "E08000002"))
    found = {c.measure: c for c in combinable(districts, library)}
    assert found["claimant_count"].figures is not None
    assert "changed these counts at random" in found["uc_households"].why
    assert "Stat-Xplore gives one" in found["uc_households"].why
    lsoas = tuple(a.code for a in library.areas.within("E08000001", "LSOA", "2021")[:4])
    small = {c.measure: c for c in combinable(BespokeArea(id="own-3", level="LSOA", parts=lsoas), library)}
    for measure in ("imd_score", "imd_rank", "imd_decile"):
        assert small[measure].figures is None
        assert "cannot be added or averaged" in small[measure].why


def test_a_part_without_a_figure_is_never_taken_for_zero(library, bolton):
    counts = of(library, "claimant_count", "ward").latest()
    frame = counts.frame.copy()
    gone = frame["area_code"] == bolton.parts[0]
    frame.loc[gone, ["value", "flag"]] = [np.nan, "suppressed"]
    with pytest.raises(FigureMissing, match="not published, to protect people"):
        combine(bolton, replace(counts, frame=frame))


def test_a_rate_without_its_counts_is_not_averaged(library, bolton):
    rates = of(library, "claimant_rate", "ward").latest()
    bare = FigureSet(rates.frame.assign(numerator=np.nan), rates.citations)
    with pytest.raises(NotComparable, match="rates are not averaged"):
        combine(bolton, bare)


def test_faults_of_parts_are_all_told():
    register = AreaRegister.of(
        [
            Area("E05000001", "A", "ward", "2017"),
            Area("E05000002", "B", "ward", "2023"),
            Area("E08000001", "D", "district"),
        ]
    )
    area = BespokeArea(
        id="own-4", level="ward", vintage="2017",
        parts=("E05000001", "E05000001", "E05000002", "E08000001", "E05999999"),
    )  # fmt: skip
    said = " ".join(f.message for f in check_parts(area, register))
    for words in ("A is in it two times", "Not held: E05999999", "mixes districts and wards", "B is of 2023"):
        assert words in said


@given(st.data())
def test_any_grouping_of_the_parts_gives_the_same_count(library, bolton, data):
    counts = of(library, "claimant_count", "ward").latest()
    cut = data.draw(st.integers(1, len(bolton.parts) - 1))
    order = data.draw(st.permutations(bolton.parts))
    halves = [combine(bolton.with_(parts=tuple(p)), counts).frame["value"].sum() for p in (order[:cut], order[cut:])]
    assert sum(halves) == combine(bolton, counts).frame["value"].sum()

"""Every comparator that is asked for comes with its figure, or with why not and what to do."""

from __future__ import annotations

from datetime import date

import pytest
from making import EMPLOYMENT_2023, employment_2023, figures, greater_manchester, manchester_and_england, row

from workbench.domain.comparators import comparators
from workbench.errors import FigureMissing
from workbench.sources.sample import load_sample

BOLTON = "E08000001"
CODES = list(EMPLOYMENT_2023)


@pytest.fixture(scope="module")
def sample(sample_dir):
    return load_sample(sample_dir)


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

"""Each situation is planted, and its caveat comes; without it, it does not."""

from __future__ import annotations

from datetime import date

import pytest
from making import NAN, SOURCE, employment_2023, figures, row, wards

from workbench.domain.catalogue import Dataset
from workbench.domain.caveats import caveats
from workbench.reference.load import load_datasets
from workbench.sources.sample import load_sample

SURVEY = Dataset(
    id="aps", title="APS", measure="employment_rate", kind="survey", levels=("district",), lag_months=5, citation=SOURCE
)
COUNT = Dataset(
    id="cc", title="Claimants", measure="claimant_count", kind="administrative", levels=("ward",), citation=SOURCE
)


def said(rows, dataset=None, as_of=None):
    found = caveats(figures(rows), dataset, as_of)
    assert all(c.text.startswith("Take care. ") and c.text.endswith(".") for c in found)
    assert len({c.kind for c in found}) == len(found)
    return {c.kind: c.text for c in found}


def test_plain_counts_of_districts_need_no_caveat():
    assert said([row("E08000001", 5560, unit="people", flag="rounded-5")]) == {}
    assert said(employment_2023()) == {}


def test_a_rate_of_an_lsoa_rests_on_a_small_population():
    rate = {"level": "LSOA", "measure": "claimant_rate"}
    assert "LSOAs" in said([row("E01004766", 4.2, **rate)])["small population"]
    assert "small population" in said([row("E01004766", 42, **rate | {"unit": "rate per 1,000"})])
    for other in ({"level": "ward"}, {"unit": "people"}, {"unit": "score"}):
        assert "small population" not in said([row("E01004766", 42, **rate | other)])


def test_a_census_counts_the_people_of_its_rates_itself():
    rate = [row("E01004766", 4.2, level="LSOA", measure="claimant_rate")]
    assert "small population" in said(rate, COUNT)
    assert "small population" not in said(rate, COUNT.with_(kind="census"))


def test_a_survey_below_district_level():
    ward = [row("E05000650", 65, 20, level="ward", measure="employment_rate")]
    assert "wards" in said(ward, SURVEY)["survey of small areas"]
    assert "survey of small areas" in said(ward)  # the half-width alone tells
    assert "survey of small areas" not in said(ward, COUNT)
    assert "survey of small areas" not in said(employment_2023(), SURVEY)


def test_a_standard_error_of_a_fifth_of_the_figure():
    rows = [row("E08000001", 5.0, 2.5), row("E08000002", 50.0, 2.5)]
    assert said(rows)["unreliable"].startswith("Take care. One of two figures with an interval has")
    assert "unreliable" not in said(rows[1:])


@pytest.mark.parametrize(("value", "small"), [(0, True), (5, True), (9, True), (10, False), (500, False)])
def test_a_count_below_ten_is_small(value, small):
    assert ("small counts" in said(wards({"E05000650": value, "E05000651": 400}))) == small


def test_rounding_is_much_of_a_small_count():
    assert "rounding to 5" in said(wards({"E05000650": 5}))["small counts"]


@pytest.mark.parametrize(("events", "few"), [(0, True), (4, True), (19, True), (20, False), (NAN, False)])
def test_a_rate_of_fewer_than_20_events_is_marked(events, few):
    rate = row("E08000001", 0.4, numerator=events, denominator=NAN)
    assert ("few events" in said([rate])) == few
    assert "small counts" not in said([rate])


def test_perturbed_cells_are_not_added():
    uc = row("E08000001", 38_778, unit="households", flag="perturbed;provisional")
    assert "Do not add them up" in said([uc])["perturbed"]
    assert "perturbed" in said([row("E08000001", 38_778, unit="households")], COUNT.with_(perturbed=True))


def test_provisional_periods_are_named():
    months = [
        row("E08000001", 100, unit="people", flag="provisional" * (m > 4), period_start=date(2025, m, 1),
            period_end=date(2025, m, 28))
        for m in (3, 4, 5)
    ]  # fmt: skip
    assert "1 May 2025 to 28 May 2025 are provisional" in said(months)["provisional"]
    assert "provisional" not in said(months[:2])


def test_the_lag_of_the_data_set_is_said():
    assert "about five months after" in said(employment_2023(), SURVEY)["lag"]
    for lag in (None, 0.5):
        assert "lag" not in said(employment_2023(), SURVEY.with_(lag_months=lag))


def test_what_dwp_does_not_say_of_its_lag_is_what_its_guide_says():
    dwp = SOURCE.with_(publisher="Department for Work and Pensions")
    claims = [row("E08000001", 5560, unit="people")]
    unknown = COUNT.with_(citation=dwp)
    assert "about five months" in said(claims, unknown)["usual lag"]
    assert "not confirmed" in said(claims, unknown)["usual lag"]
    for other in (COUNT, unknown.with_(lag_months=1.1)):
        assert "usual lag" not in said(claims, other)


def test_what_the_publisher_marked_is_to_be_read():
    rows = [row("E08000001", 100, unit="people", flag="noted"), row("E08000002", 100, unit="people")]
    assert (
        said(rows)["noted"] == "Take care. One of two figures is marked by the publisher: read the notes of the table."
    )
    assert "noted" not in said(rows[1:])


def test_each_caveat_says_which_figures_it_is_about_and_who_says_so():
    rows = [
        row("E08000001", 500, unit="people"),
        row("E08000002", 4, unit="people", flag="provisional"),
        row("E08000003", NAN, unit="people", flag="suppressed"),
        row("E08000004", 7, unit="people"),
    ]
    found = {c.kind: c for c in caveats(figures(rows))}
    assert {kind: c.rows for kind, c in found.items()} == {"missing": (2,), "small counts": (1, 3), "provisional": (1,)}
    assert found["small counts"].source.startswith("PHE")
    assert found["missing"].source == ""  # its own flag says so
    lsoa = caveats(figures([row("E01004766", 4.2, level="LSOA")]))[0]
    assert "Data Sharing for Local Partners" in lsoa.source


@pytest.mark.parametrize(
    ("as_of", "stale"), [(date(2024, 6, 1), False), (date(2025, 5, 1), False), (date(2025, 6, 1), True)]
)
def test_a_yearly_figure_is_stale_when_the_next_should_be_out(as_of, stale):
    # The next year ends on 31 December 2024 and comes out five months later.
    assert ("stale" in said(employment_2023(), SURVEY, as_of)) == stale


def test_monthly_figures_are_stale_sooner():
    months = [
        row("E08000001", 100, unit="people", period_start=date(2025, m, 1), period_end=date(2025, m + 1, 1))
        for m in (1, 2, 3)
    ]
    assert "stale" in said(months, SURVEY, date(2025, 10, 2))
    assert "stale" not in said(months, SURVEY, date(2025, 8, 2))


def test_without_a_lag_figures_are_old_after_two_years_and_without_a_day_nothing_is_said():
    assert "35 months ago" in said(employment_2023(), None, date(2026, 12, 1))["stale"]
    assert "stale" not in said(employment_2023(), None, date(2025, 12, 1))
    assert "stale" not in said(employment_2023(), SURVEY)


def test_what_is_missing_is_counted_and_never_zero():
    rows = [*wards({"E05000650": 100, "E05000651": 40}), *wards({"E05000652": NAN}, flag="suppressed")]
    text = said(rows)["missing"]
    assert text.startswith("Take care. One of three figures cannot be used: not published, to protect people.")
    assert "is not zero" in text


def test_modelled_figures_say_so():
    rows = [row("E08000001", 5.0, flag="estimated"), row("E08000002", 5.0)]
    assert said(rows)["estimated"] == "Take care. One of two figures comes from a model, not from a count."
    assert said(rows[1:], COUNT.with_(kind="modelled"))["estimated"].startswith("Take care. These figures come from")


def test_the_sample_says_what_is_known_of_it(sample_dir):
    library = load_sample(sample_dir, load_datasets())
    known = {d.measure: d for d in library.datasets}
    found = {}
    for measure in ("employment_rate", "uc_households", "claimant_count"):
        held = library.figures.where(measure=measure)
        found[measure] = {c.kind for c in caveats(held, known.get(measure), date(2026, 11, 25))}
    assert "perturbed" in found["uc_households"]
    assert "provisional" in found["uc_households"]
    assert "small counts" in found["claimant_count"]
    assert all("stale" in kinds for m, kinds in found.items() if m != "uc_households")

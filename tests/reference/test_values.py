"""The values that ship are the published ones, and each file says when it is to be looked at again."""

import csv
import json
import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
import yaml

from workbench.domain.appraisal.discounting import factor
from workbench.errors import NotCited, ReferenceDataError
from workbench.reference.load import TABLES, due, load_assumptions, load_datasets, load_unit_values
from workbench.reference.schema import parse, read_yaml

ROOT = Path(__file__).resolve().parents[2]
ORACLES = yaml.safe_load((ROOT / "tests" / "oracles" / "appraisal.yaml").read_text("utf-8"))
VALUES = resources.files("workbench.reference") / "values"
CHECKED = date(2026, 11, 23)
A = load_assumptions(today=CHECKED)


@pytest.fixture(params=sorted(TABLES))
def table(request):
    return request.param


def text(name):
    return (resources.files("workbench.reference") / name).read_text("utf-8")


# --- what ships is what was published ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["standard", "health", "lower_rate_sensitivity"])
def test_discount_rates_are_those_printed(key):
    printed = ORACLES["rates"][key]
    assert {band.last or "end": round(band.rate * 100, 4) for band in A.schedule(key).bands} == printed


def test_the_recommended_rate_is_held_and_off():
    review = A.schedule("review_2026")
    assert (review.in_force, review.use, review.rate(10)) == (False, "sensitivity", 0.03)
    assert not review.reaches(31), "its later steps are not known"
    assert [s.id for s in A.schedules if s.in_force and s.use == "main"] == ["standard"]


@pytest.mark.parametrize("row", ORACLES["deflator_ratios"]["rows"], ids=lambda r: str(r["year"]))
def test_the_deflator_agrees_with_ratios_read_elsewhere(row):
    ratio = A.deflator.factor(row["year"], ORACLES["deflator_ratios"]["to"])
    assert ratio == pytest.approx(row["ratio"], abs=row["within"])


def test_the_deflator_says_that_nobody_compared_it_with_the_publisher_s_file():
    assert A.deflator.citation.checked_by == ""
    assert A.deflator.note.startswith("Take care.")
    assert "not yet compared with the publisher's own file" in A.deflator.note


def test_years_after_the_last_outturn_are_forecasts():
    kinds = {o.year: o.status for o in A.deflator.observations}
    assert (min(kinds), max(kinds), len(kinds)) == (1955, 2030, 76)
    assert {year for year, kind in kinds.items() if kind == "forecast"} == set(range(2025, 2031))
    assert {year for year, kind in kinds.items() if kind == "outturn"} == set(range(1955, 2025))


def test_outsourcing_is_operating_expenditure_without_a_duration():
    bias = A.bias("outsourcing")
    assert (bias.applies_to, bias.lower, bias.upper) == ("operating expenditure", 0, 41)
    assert (bias.duration_lower, bias.duration_upper) == (None, None)


def test_the_views_of_one_person_in_work_cannot_be_taken_for_a_sum():
    views = [v for v in load_unit_values() if v.id.startswith("dwp_disabled")]
    assert len(views) == 8
    assert len({v.one_of for v in views}) == 1
    assert all("never added" in v.note and "disabled" in v.group and v.years_are == "not stated" for v in views)


def test_every_data_set_says_what_was_read_of_it_and_a_lag_that_was_not_is_not_given():
    for dataset in load_datasets():
        assert dataset.verified, dataset.id
        assert ("lag" in dataset.verified) == (dataset.lag_months is not None), dataset.id


def test_what_was_never_verified_does_not_ship():
    held = " ".join(text(name).casefold() for name in TABLES)
    for absent in ("hact", "additionality", "deadweight", "raising public funds", "70000", "70,000"):
        assert absent not in held


# --- the same, against the whole reference files ----------------------------------------------------------------------


@pytest.mark.shared
def test_every_deflator_is_the_one_that_was_read(shared):
    with (shared / "vectors" / "gdp_deflator_financial_year_hmt_2026-03.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    read = [(int(r["financial_year"][:4]), float(r["index_2024_25_100"]), r["status"].split("_")[0]) for r in rows]
    assert [(o.year, o.index, o.status) for o in A.deflator.observations] == read


@pytest.mark.shared
def test_every_optimism_bias_is_the_one_that_was_read(shared):
    table = json.loads((shared / "vectors" / "optimism_bias.json").read_text("utf-8"))["table"]
    held = {b.id: (b.lower, b.upper, b.duration_lower, b.duration_upper) for b in A.optimism_bias}
    assert held == {
        t["type"]: (
            t.get("capex_lower", t.get("opex_lower")),
            t.get("capex_upper", t.get("opex_upper")),
            t["duration_lower"],
            t["duration_upper"],
        )
        for t in table
    }


@pytest.mark.shared
def test_only_unit_values_that_may_ship_do(shared):
    with (shared / "vectors" / "employment_values_dwp_and_others.csv").open(encoding="utf-8") as file:
        may = sorted(float(r["value"]) for r in csv.DictReader(file) if r["shippable"].startswith("yes"))
    with (shared / "vectors" / "wellby.csv").open(encoding="utf-8") as file:
        wellby = {r["scenario"]: float(r["value_gbp"]) for r in csv.DictReader(file)}
    held = {v.id: v for v in load_unit_values()}
    one = held.pop("wellby")
    assert sorted(v.central for v in held.values()) == may
    assert (one.low, one.central, one.high) == (wellby["low"], wellby["central"], wellby["high"])
    assert (one.price_year, one.years_are) == (2019, "calendar")


# --- every value has its papers ---------------------------------------------------------------------------------------


def test_nothing_is_dated_after_the_day_it_was_checked(table):
    assert read_yaml(table, TABLES[table], today=CHECKED)
    assert load_unit_values(today=CHECKED)
    assert load_datasets(today=CHECKED)


def test_a_citation_that_lies_ahead_is_refused(table):
    with pytest.raises(ReferenceDataError, match=r"retrieved: The date 2026-11-23 lies ahead"):
        read_yaml(table, TABLES[table], today=date(2026, 11, 22))


def test_a_value_that_loses_its_citation_is_refused(table):
    data = yaml.safe_load(text(table))
    del (data["value"] if "value" in data else data["values"][0])["citation"]
    with pytest.raises(NotCited, match=f"{table}: .*citation: This key is missing"):
        parse(yaml.safe_dump(data), TABLES[table], table)


@pytest.mark.parametrize("key", ["unit", "status", "price_year"])
def test_a_unit_value_that_loses_what_makes_it_one_is_refused(key):
    data = yaml.safe_load(text("values/wellbeing.yaml"))
    del data["values"][0][key]
    with pytest.raises(ReferenceDataError, match=f"values/0/{key}: This key is missing. Add {key}."):
        parse(yaml.safe_dump(data), TABLES["values/wellbeing.yaml"], "values/wellbeing.yaml")


def test_a_schedule_with_a_gap_is_refused_with_its_place():
    broken = text("values/discount_rates.yaml").replace("first: 31", "first: 32", 1)
    with pytest.raises(ReferenceDataError, match=r"values/0: The band from year 32 does not follow the one before\."):
        parse(broken, TABLES["values/discount_rates.yaml"], "values/discount_rates.yaml")


def test_every_file_of_values_is_read_and_stands_in_the_readme():
    files = {f"values/{f.name}" for f in VALUES.iterdir() if f.name.endswith(".yaml")}
    assert files == set(TABLES)
    rows = dict(re.findall(r"^\| `(\w+\.yaml)` .*\| ([\d-]+) \|$", text("values/README.md"), re.MULTILINE))
    assert {f"values/{name}": date.fromisoformat(day) for name, day in rows.items()} == {
        name: read_yaml(name, kind).next_review for name, kind in TABLES.items()
    }


def test_what_is_due_for_review_is_listed_the_longest_overdue_first():
    assert due(date(2026, 11, 22)) == ()
    (first,) = due(CHECKED)
    assert first.file == "values/gdp_deflator.yaml"
    assert first.text().startswith("Take care. “GDP deflators” was due to be compared")
    everything = due(date(2100, 1, 1))
    assert len(everything) == len(TABLES)
    assert [d.next_review for d in everything] == sorted(d.next_review for d in everything)


# --- nothing dated stands in the code ---------------------------------------------------------------------------------


def test_a_changed_file_changes_the_result():
    changed = text("values/discount_rates.yaml").replace("rate: 0.035", "rate: 0.05")
    table = parse(changed, TABLES["values/discount_rates.yaml"], "changed.yaml")
    assert factor(10, table.values[0]) == pytest.approx(1.05**-10)


def test_no_rate_uplift_or_index_stands_in_the_code():
    code = "\n".join(p.read_text("utf-8") for p in (ROOT / "workbench" / "domain").rglob("*.py"))
    code = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
    code = re.sub(r"(Low|High) \(0\.025\)", "", code)  # OHID's name for a tail of a funnel, and no rate
    assert not re.search(r"\b0\.0(35|3|25|15|129)\b|\b103\.2388\b|\b13[_,]?000\b|\b18[_,]?000\b", code)

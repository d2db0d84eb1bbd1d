"""The sample package: whole, cited, small, and equal to what was published."""

import csv
import hashlib
import json
import subprocess
import sys

import pytest
from frictionless import Package, system

from workbench.domain.provenance import Citation
from workbench.domain.ranking import NOUNS
from workbench.sources import nomis_workbook
from workbench.sources.sample import load_sample

GM = "E47000001"
DISTRICTS = {f"E080000{n:02}" for n in range(1, 11)}


@pytest.fixture(scope="module")
def library(sample_dir):
    return load_sample(sample_dir)


@pytest.fixture(scope="module")
def package(sample_dir):
    return json.loads((sample_dir / "datapackage.json").read_text(encoding="utf-8"))


def figures(library, measure, level, **wanted):
    return library.measure(measure, level).where(**wanted).frame


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_measure_that_can_be_held_has_a_name_for_titles(library):
    """“The district with most people” would say something else of a count of people without work."""
    read = {*nomis_workbook.RATES, *(measure for measure, _ in nomis_workbook.CELLS.values())}
    assert NOUNS.keys() == set(library.figures.frame["measure"]) | read


# --- the package ------------------------------------------------------------------------------------------------------


def test_the_package_is_a_valid_frictionless_package(sample_dir):
    with system.use_context(trusted=True):  # the path given is absolute
        report = Package(str(sample_dir / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "note"])
    assert report.stats["tasks"] == 12


def test_a_figure_that_does_not_fit_is_seen(sample_dir, tmp_path):
    copy_package(sample_dir, tmp_path)
    file = tmp_path / "population.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("176177", "many"), encoding="utf-8")
    with system.use_context(trusted=True):
        assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def copy_package(sample_dir, to):
    for file in [*sample_dir.glob("*.csv"), sample_dir / "datapackage.json"]:
        (to / file.name).write_bytes(file.read_bytes())


def test_it_is_under_three_megabytes(sample_dir):
    assert sum(file.stat().st_size for file in sample_dir.rglob("*") if file.is_file()) < 3_000_000


def test_every_file_is_listed_and_nothing_else_is_data(sample_dir, package):
    listed = {resource["path"] for resource in package["resources"]}
    assert listed == {file.name for file in sample_dir.glob("*.csv")}


def test_every_table_says_where_it_comes_from_and_how_it_was_cut(package):
    for resource in package["resources"]:
        for said in ("title", "publisher", "dataset", "period", "how_cut"):
            assert resource[said].strip(), (resource["name"], said)
        assert resource["licenses"][0]["name"] == "OGL-UK-3.0", resource["name"]
        citation = Citation.model_validate(resource["citation"])
        assert citation.publisher, resource["name"]
        assert citation.title, resource["name"]
        assert citation.retrieved is not None, resource["name"]
        assert "Open Government Licence" in citation.licence, resource["name"]


def test_the_readme_carries_the_attribution(sample_dir):
    text = (sample_dir / "README.md").read_text(encoding="utf-8")
    assert "Contains public sector information licensed under the" in text
    assert "Contains OS data © Crown copyright" in text


# --- areas ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "vintage", "expected"),
    [
        ("district", "2023", 10),
        ("ward", "2017", 215),
        ("ward", "2023", 215),
        ("LSOA", "2011", 1673),
        ("LSOA", "2021", 1702),
    ],
)
def test_every_area_of_greater_manchester_is_there_with_a_centroid_inside_it(library, level, vintage, expected):
    found = library.areas.within(GM, level, vintage)
    assert len(found) == expected
    for area in found:
        assert area.lon is not None, area
        assert area.lat is not None, area
        assert -2.75 < area.lon < -1.90, area  # the bounds of the combined authority, rounded outwards
        assert 53.32 < area.lat < 53.70, area


def test_every_lsoa_and_ward_lies_in_a_district(library):
    for level in ("ward", "LSOA"):
        assert {area.parent for area in library.areas.within(GM, level)} == DISTRICTS


def test_an_lsoa_that_did_not_change_is_of_both_vintages(library):
    assert library.areas.get("E01004768").vintages == ("2011", "2021")
    both = [a for a in library.areas.within(GM, "LSOA") if a.is_of("2011") and a.is_of("2021")]
    assert len(both) == 1636


# --- totals -----------------------------------------------------------------------------------------------------------


def test_claimants_of_the_districts_add_up_to_the_combined_authority_within_rounding(library):
    whole = figures(library, "claimant_count", "combined authority").set_index("period_end")["value"]
    districts = figures(library, "claimant_count", "district").groupby("period_end")["value"].sum()
    assert len(whole) == len(districts) == 34
    assert (districts - whole).abs().max() <= 10


def test_claimants_of_the_wards_add_up_to_the_combined_authority_within_rounding(library):
    whole = figures(library, "claimant_count", "combined authority").set_index("period_end")["value"]
    wards = figures(library, "claimant_count", "ward").groupby("period_end")["value"].sum()
    assert len(wards) == 34
    assert (wards - whole).abs().max() <= 40


def test_claimants_of_the_lsoas_fall_short_of_the_published_total_by_rounding_alone(library):
    lsoas = figures(library, "claimant_count", "LSOA")
    september = lsoas[lsoas["period_end"] == "2017-09-30"]["value"]
    whole = figures(library, "claimant_count", "combined authority").set_index("period_end")["value"]["2017-09-30"]
    assert (september.sum(), whole) == (46_705, 46_855)
    assert abs(september.sum() - whole) <= 2.5 * len(september)


def test_every_claimant_count_is_a_multiple_of_five_and_says_so(library):
    counts = library.figures.where(measure="claimant_count").frame
    assert (counts["value"] % 5 == 0).all()
    assert set(counts["flag"]) == {"rounded-5"}


def test_universal_credit_is_the_published_figure_provisional_and_perturbed(library):
    districts = figures(library, "uc_households", "district").set_index("area_name")
    assert districts["value"]["Manchester"] == 87_848
    assert districts["value"].sum() == 363_813  # a check of the ten rows, not a figure: perturbed cells are not added
    assert set(districts["flag"]) == {"provisional;perturbed"}
    assert figures(library, "uc_households", "combined authority").empty


def test_population_of_lsoas_districts_and_combined_authority_is_one(library):
    lsoas = figures(library, "population_16_64", "LSOA")["value"].sum()
    districts = figures(library, "population_16_64", "district")["value"].sum()
    whole = figures(library, "population_16_64", "combined authority")["value"].item()
    assert lsoas == districts == whole


def test_employment_rates_of_2023_are_those_published(library):
    rates = figures(library, "employment_rate", "district")
    latest = rates[rates["period_end"] == "2023-12-31"].set_index("area_name")
    assert latest["value"].to_dict() == {
        "Bolton": 65.6, "Rochdale": 69.9, "Wigan": 70.0, "Salford": 71.3, "Manchester": 71.4, "Bury": 73.2,
        "Tameside": 73.2, "Trafford": 75.0, "Stockport": 75.2, "Oldham": 76.4,
    }  # fmt: skip
    assert latest.loc["Manchester", ["lower", "upper"]].tolist() == [66.2, 76.6]
    england = figures(library, "employment_rate", "nation")
    assert england[england["period_end"] == "2023-12-31"]["value"].item() == 76.0


@pytest.mark.parametrize("measure", ["employment_rate", "inactivity_rate"])
def test_a_survey_rate_carries_its_counts_only_where_they_belong_to_it(library, measure):
    frame = library.figures.where(measure=measure).frame
    counted = frame[frame["numerator"].notna()]
    assert 50 <= len(counted) <= 60  # of 12 areas in 5 years
    assert ((100 * counted["numerator"] / counted["denominator"] - counted["value"]).abs() < 0.051).all()
    assert frame["lower"].notna().all()
    assert set(frame["confidence"]) == {0.95}


def test_deprivation_deciles_follow_from_the_ranks(library):
    for prefix, of in (("imd", 33_755), ("imd2019", 32_844)):
        rank = figures(library, f"{prefix}_rank", "LSOA").set_index("area_code")["value"]
        decile = figures(library, f"{prefix}_decile", "LSOA").set_index("area_code")["value"]
        expected = ((rank - 1) * 10 // of + 1).rename("value")
        assert (expected - decile).abs().max() <= 1  # the publisher's edges fall within one rank of these
        assert (expected != decile).mean() < 0.001


def test_a_higher_score_never_has_a_worse_rank(library):
    score = figures(library, "imd_score", "LSOA").set_index("area_code")["value"]
    rank = figures(library, "imd_rank", "LSOA").set_index("area_code")["value"]
    ordered = score[rank.sort_values().index].to_numpy()
    assert (ordered[:-1] >= ordered[1:]).all()


# --- against the downloaded files, where they are at hand -------------------------------------------------------------


@pytest.mark.shared
def test_cutting_again_gives_the_same_bytes(sample_dir, shared, tmp_path):
    cut = [sys.executable, str(sample_dir / "cut.py"), str(shared), "--to", str(tmp_path)]
    subprocess.run(cut, check=True, timeout=60)
    for name in ["datapackage.json", *(file.name for file in sample_dir.glob("*.csv"))]:
        assert digest(tmp_path / name) == digest(sample_dir / name), name


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.shared
def test_ward_claimants_equal_a_second_publication_of_them(library, shared):
    held = figures(library, "claimant_count", "ward")
    by_key = dict(
        zip(
            zip(held["area_code"], held["period_start"].dt.strftime("%Y-%m-%d"), strict=True),
            held["value"],
            strict=True,
        )
    )
    other = table(shared / "data/gm/claimant_count/claimant_count_first_version_raw.csv")
    compared = [
        (by_key[key], float(row["value"])) for row in other if (key := (row["area_code"], row["date"])) in by_key
    ]
    assert len(compared) == 7310
    assert all(ours == theirs for ours, theirs in compared)


@pytest.mark.shared
def test_lsoa_claimants_equal_the_raw_download(library, shared):
    lsoas = figures(library, "claimant_count", "LSOA")
    september = lsoas[lsoas["period_end"] == "2017-09-30"].set_index("area_code")["value"].to_dict()
    with (shared / "data/messy/nomis_ucjsa_gm_lsoa_raw_2017-11-03.csv").open(encoding="utf-8", newline="") as file:
        raw = {row[1]: float(row[2]) for row in csv.reader(file) if len(row) == 5 and row[1].startswith("E01")}
    assert september == raw


@pytest.mark.shared
def test_working_age_population_equals_the_sum_of_single_years(library, shared):
    districts = figures(library, "population_16_64", "district").set_index("area_code")["value"].to_dict()
    source = {
        row["ltla21_code"]: sum(float(row[str(age)]) for age in range(16, 65))
        for row in table(shared / "data/national_small_area/population20_ltla21.csv")
    }
    assert districts == {code: source[code] for code in DISTRICTS}

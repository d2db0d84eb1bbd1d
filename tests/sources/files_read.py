"""Writes docs/files-read.md: what becomes of every file at hand. Needs the reference material beside the checkout.

Run ``python tests/sources/files_read.py`` from the checkout.
"""

from pathlib import Path

from workbench.places import sample
from workbench.sources.sample import load_sample
from workbench.sources.survey import as_markdown, survey

CENSUS21 = {"vintage": "2021"}
DWP11 = {"vintage": "2011"}
PART = {"part": "part"}

# What somebody who knows these files answers; whence is said in the notes of provenance beside them.
ANSWERS = {
    "gm/census2011/LC5601EW_no_qualifications_ward.csv": {"period": "2011", "measure": "People with no qualifications"},
    **{
        f"gm/census2021/2021_{name}_msoa_trafford.csv": CENSUS21
        for name in ("disability", "economic_activity_status", "general_health", "highest_level_qualification")
    },
    **{
        f"gm/dwp_trafford_msoa/{name}.csv": DWP11
        for name in (
            "attendance_allowance",
            "disability_living_allowance",
            "employment_support",
            "personal_independence",
            "universal_credit_msoa",
        )
    },
    "gm/population/mid-year_2020_population_estimates_lsoa.csv": PART,
    **{
        f"gm/population/mid-year_{year}_population_estimates_{level}.csv": CENSUS21
        for year, level in (
            ("2022", "msoa"),
            ("2022", "oa"),
            ("2024", "msoa"),
            ("2024", "oa"),
            ("2024", "all_geographies"),
        )
    },
    "wales/statswales_complete-popu1009-pop.csv": {"measure": "Population", "unit": "people"},
    "wales/statswales_econ0080.json": PART,
    "wales/statswales_envi0201.json": PART,
    "wales/statswales_popu1009.json": PART,
    "messy/statswales_econ0080.json": PART,
    "ni/ons_small_area_gva_2011_ni_soa.csv": {"measure": "Gross value added", "vintage": "2011"},
    "national_small_area/census21_deprivation_england_wales_lsoa21.csv": {
        "measure": "Households by number of dimensions of deprivation",
        "period": "2021-03-21",
    },
    "national_small_area/disability21_lsoa21_ew.csv": {"measure": "Residents by disability", "period": "2021-03-21"},
    "national_small_area/imd2019_england_ltla23.csv": {"measure": "Index of Multiple Deprivation"},
    "national_small_area/population20_lsoa11.csv": {"period": "2020-06-30"},
    "national_small_area/population20_ltla21.csv": {"period": "2020-06-30"},
    "lookups/oa_crosswalk.csv.gz": {"period": "2021-03-21", "vintage": "2021"},
}


def page(data: Path) -> str:
    """The page for the files below a folder."""
    return as_markdown(survey(data, load_sample(sample()).areas, ANSWERS))


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "files-read.md").write_text(page(root.parent / "shared" / "data"), encoding="utf-8")

"""The sums that were checked by hand when the files were gathered come out of our readers again."""

import math

import openpyxl
import pytest

from workbench.domain.areas import Area, AreaRegister
from workbench.errors import Unsettled
from workbench.sources.read import read_figures
from workbench.sources.sample import load_sample

pytestmark = [pytest.mark.shared, pytest.mark.filterwarnings("ignore:Workbook contains no")]

GM = [f"E0800000{n}" for n in range(1, 10)] + ["E08000010"]


@pytest.fixture(scope="module")
def areas(sample_dir):
    return load_sample(sample_dir).areas


@pytest.fixture
def frame(shared, areas):
    def read(name, **answers):
        return read_figures(shared / "data" / name, areas, answers=answers).figures.frame

    return read


def test_lsoas_do_not_add_up_to_the_published_combined_authority(frame):
    reshaped = frame("gm/claimant_count/claimant_count_lsoa_2017-09_raw.csv")
    assert reshaped["value"].sum() == 46705
    published = frame("gm/claimant_count/claimant_count_first_version_raw.csv")
    one = published[(published["area_code"] == "E47000001") & (published["period_start"] == "2017-09-01")]
    assert one[one["measure"] == "claimant_count"]["value"].tolist() == [46855]


def test_the_raw_nomis_file_equals_the_reshaped_one(frame, shared, areas):
    imported = read_figures(shared / "data/messy/nomis_ucjsa_gm_lsoa_raw_2017-11-03.csv", areas)
    raw = imported.figures.totals().frame
    assert raw["value"].sum() == 46705
    assert set(raw["measure"]) == {"claimant_count"}
    assert (set(raw["vintage"]), len(raw)) == ({"2011"}, 1673)
    assert str(raw["period_start"].min().date()) == "2017-09-01"
    reshaped = frame("gm/claimant_count/claimant_count_lsoa_2017-09_raw.csv").set_index("area_code")["value"]
    assert raw.set_index("area_code")["value"].sort_index().tolist() == reshaped.sort_index().tolist()
    assert any("Column Total" in fault.message for fault in imported.refused)
    assert any("46,705" in note and "46,700" in note for note in imported.notes)


def test_households_on_universal_credit(shared, areas):
    imported = read_figures(shared / "data/statxplore/uc_la_households.xlsx", areas)
    frame = imported.figures.frame
    by_name = frame.set_index("area_name")["value"]
    assert by_name["Manchester"] == 87848
    assert by_name["Trafford"] == 18025
    assert frame[frame["area_code"].isin(GM)]["value"].sum() == 363813
    assert frame["flag"].str.contains("provisional").all()
    assert str(frame["period_start"].min().date()) == "2025-05-01"
    assert (set(frame["unit"]), set(frame["vintage"])) == ({"households"}, {"2023"})


@pytest.mark.slow
def test_population_of_small_areas_by_age(frame, areas):
    national = frame("national_small_area/population20_lsoa11.csv", period="2020-06-30")
    total = national[national["measure"] == "total_population"]
    assert total["value"].sum() == 59_719_724
    assert total[total["area_code"].str.startswith("E")]["value"].sum() == 56_550_138
    inside = {area.code for area in areas.within("E47000001", "LSOA", "2011")}
    assert total[total["area_code"].isin(inside)]["value"].sum() == 2_848_286
    by_age = national[national["measure"] == "population_by_age"]
    assert by_age["value"].sum() == 59_719_724
    assert by_age["age"].nunique() == 91
    assert set(national["vintage"]) == {"2011"}


def test_population_of_districts(frame):
    national = frame("national_small_area/population20_ltla21.csv", period="2020-06-30")
    total = national[national["measure"] == "total_population"]
    assert total["value"].sum() == 59_719_724
    assert total[total["area_code"].str.startswith("E")]["value"].sum() == 56_550_138


def test_persons_females_and_males_are_never_one_figure(frame):
    people = frame("gm/population/mid-year_2022_population_estimates_local_authority.csv")
    everyone = people[(people["measure"] == "all_ages")].set_index("sex")["value"]
    assert everyone[""] == everyone["Females"] + everyone["Males"]


def test_a_truncated_file_is_never_taken_for_whole(frame, shared, areas):
    name = "gm/population/mid-year_2020_population_estimates_lsoa.csv"
    with pytest.raises(Unsettled) as asked:
        frame(name)
    assert "92 of the 138 LSOAs of Trafford" in str(asked.value)
    imported = read_figures(shared / "data" / name, areas, answers={"part": "part"})
    assert imported.notes[0].startswith("Take care. This is a part")
    assert imported.figures.citation().title.endswith("(a part)")


def test_first_pages_of_odata_are_never_taken_for_whole(frame):
    with pytest.raises(Unsettled, match="link to the next page"):
        frame("wales/statswales_econ0080.json")
    part = frame("wales/statswales_econ0080.json", part="part")
    mon = part[(part["area_code"] == "W06000001") & (part["period_start"] == "2002-01-01")].set_index("measure")[
        "value"
    ]
    assert (mon["active_enterprises"], mon["births"], mon["deaths"]) == (1835, 180, 160)


def test_rates_with_their_published_intervals(frame):
    rates = frame("ons_els/employment-rate.csv")
    newest = rates[(rates["period_start"] == "2023-01-01") & (rates["measure"] == "employment_rate")].set_index(
        "area_code"
    )
    for code, value, lower, upper in (("E08000003", 71.4, 66.2, 76.6), ("E47000001", 71.9, 70.3, 73.5)):
        row = newest.loc[code]
        assert (row["value"], row["lower"], row["upper"]) == pytest.approx((value, lower, upper))
        assert (row["confidence"], row["method"], row["unit"]) == (0.95, "published", "percent")


def test_suppressed_and_unreliable_are_flags(frame):
    rates = frame("ons_els/employment-rate.csv")
    assert not rates[rates["value"].isna()]["flag"].eq("").any()


def test_deprivation_of_two_years(frame):
    old, new = (
        frame("national_small_area/imd2019_england_lsoa11.csv"),
        frame("national_small_area/imd2025_england_lsoa21.csv"),
    )
    assert sorted(new[new["measure"] == "imd_rank"]["value"]) == list(range(1, 33756))
    assert not any("score" in measure for measure in set(old["measure"]))
    assert any("score" in measure for measure in set(new["measure"]))
    assert (set(old["vintage"]), set(new["vintage"])) == ({"2011"}, {"2021"})


@pytest.mark.slow
def test_blocks_for_each_area_equal_the_cells_of_the_workbook(frame, shared):
    name = "messy/scotlandcensus2022_table_2024-07-12_20-33-56.xlsx"
    stacked = frame(name)
    sheet = openpyxl.load_workbook(shared / "data" / name, read_only=True).worksheets[0]
    rows = list(sheet.iter_rows(max_row=40, max_col=4, values_only=True))
    assert rows[10][0].strip() == "S01006506"
    first = stacked[stacked["area_code"] == "S01006506"].set_index(["age", "sex"])["value"]
    assert (first["", ""], first["", "Female"], first["", "Male"]) == tuple(rows[13][1:])
    assert (first["0 - 4", ""], first["0 - 4", "Female"]) == tuple(float(cell) for cell in rows[14][1:3])
    assert stacked["area_code"].nunique() == 6976
    assert set(stacked["vintage"]) == {"2011"}


def test_intervals_beside_each_value_belong_to_it(frame, shared):
    name = "messy/ons_subnationaldwellingstockbytenure2021.xlsx"
    table = frame(name, sheet="2a")
    sheet = openpyxl.load_workbook(shared / "data" / name, data_only=True)["2a"]
    head = [" ".join(str(cell.value or "").split()) for cell in sheet[4]]
    row = next(row for row in sheet.iter_rows(min_row=5, values_only=True) if row[2] == "E08000003")
    at = head.index("2012 Owned Outright (%)")
    found = table[(table["area_code"] == "E08000003") & (table["period_start"] == "2012-01-01")].set_index("measure")
    one = found.loc["owned_outright_percent"]
    assert (one["value"], one["lower"], one["upper"]) == tuple(row[at : at + 3])
    assert one["unit"] == "percent"


def test_areas_that_are_columns_are_turned(shared):
    names = ["Antrim and Newtownabbey", "Ards and North Down", "Belfast", "Derry City and Strabane", "Mid Ulster"]
    register = AreaRegister.of(Area(f"N0900000{n}", name, "district", "2014") for n, name in enumerate(names, start=1))
    path = shared / "data/ni/dfc-ni-uc-stats-supp-tables-may-2025.ods"
    frame = read_figures(path, register, answers={"sheet": "5c", "measure": "Claimants"}).figures.frame
    belfast = frame[frame["area_name"] == "Belfast"].set_index("period_start")["value"]
    assert belfast["2025-05-01"] == 53450
    assert frame["period_start"].nunique() == 92
    assert not math.isnan(belfast.min())

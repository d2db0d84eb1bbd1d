"""Raw Annual Population Survey workbooks: stacked blocks, prefixed names, symbols that are not zeros."""

import math
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from workbench.errors import UnknownArea, WrongFile
from workbench.sources.nomis_workbook import WIDENED
from workbench.sources.read import read_figures
from workbench.sources.sample import load_sample

HEAD = [
    "Area",
    "T01:22 (Aged 16-64 - All : All People )", "", "",
    "T01:28 (Aged 16-64 - In employment : All People )", "", "",
    "T01:37 (Aged 16-64 - Unemployed : All People )", "", "",
    "T01:40 (Aged 16-64 - Inactive : All People )", "", "",
]  # fmt: skip
PARTS = ["", *["number", "Flags", "conf"] * 4]
FOOT = [
    ["! Estimate and confidence interval not available since the group sample size is zero or disclosive (0-2)."],
    ["* Estimate and confidence interval unreliable since the group sample size is small (3-9)."],
    ["~ Estimate is less than 500."],
    ["- These figures are missing."],
]
BOLTON = ["ladu:Bolton", 180000, "", 9000, 126000, "", 8000, "!", "", "!", 45000, "", 5000]
MANCHESTER = ["ladu:Manchester", 380000, "", 19000, 266000, "", 15000, 9000, "", "*", "~", "", "*"]
ENGLAND = ["country:England", 34728600, "", 189900, 26169200, "", 164900, 1159100, "", 34700, 7400400, "", 87700]
COMBINED = ["User Defined Geography:Greater Manchester-MCA - from dn81838", 1800000, "", 40000, 1300000, "", 36000]
COMBINED += [90000, "", 9000, 400000, "", 20000]
PARTNERSHIP = ["lep:Greater Manchester", *COMBINED[1:]]


def block(period, *areas):
    return [
        ["date", period],
        ["confidence", "95% confidence interval (+/-)"],
        [],
        HEAD,
        PARTS,
        *areas,
        [],
    ]


def sheet(*blocks, foot=FOOT):
    top = [["annual population survey"], ["ONS Crown Copyright Reserved [from Nomis on 24 April 2023]"], []]
    return [*top, *(row for rows in blocks for row in rows), *foot]


@pytest.fixture
def imported(areas, workbook):
    rows = sheet(
        block("Jan 2021-Dec 2021", BOLTON, MANCHESTER, ENGLAND, COMBINED, PARTNERSHIP),
        block("Oct 2021-Sep 2022", BOLTON, ["ladu:Somewhere", *BOLTON[1:]]),
    )
    return read_figures(workbook("aps.xlsx", rows), areas)


def figure(imported, code, measure, start="2021-01-01"):
    frame = imported.figures.where(area_code=code, measure=measure).frame
    return frame[frame["period_start"] == start].iloc[0]


@pytest.mark.parametrize(
    ("said", "day"), [("24 April 2023", date(2023, 4, 24)), ("31 April 2023", None), ("1 x 9", None)]
)
def test_the_day_of_the_download_is_cited_when_the_workbook_gives_one(areas, workbook, said, day):
    rows = sheet(block("Jan 2021-Dec 2021", BOLTON))
    rows[1] = [rows[1][0].replace("24 April 2023", said)]
    assert read_figures(workbook("aps.xlsx", rows), areas).figures.citation().retrieved == day


def test_all_rows_are_read_although_the_sheet_declares_one_cell(areas, workbook):
    rows = sheet(*(block(f"Jan {year}-Dec {year}", BOLTON, MANCHESTER) for year in range(2004, 2024)))
    path = workbook("aps.xlsx", rows, dimension="A1")
    assert b'<dimension ref="A1"/>' in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    imported = read_figures(path, areas)
    assert imported.rows_read == 40
    assert imported.figures.frame["period_end"].nunique() == 20


def test_a_rate_is_worked_out_from_its_counts(imported):
    rate = figure(imported, "E08000001", "employment_rate")
    assert rate["value"] == pytest.approx(70.0)
    assert (rate["unit"], rate["numerator"], rate["denominator"]) == ("percent", 126000, 180000)
    assert (rate["level"], rate["vintage"]) == ("district", "2023")


def test_the_interval_of_a_rate_is_not_the_interval_of_its_count(imported):
    rate = figure(imported, "E08000001", "employment_rate")
    n = (1.96 * 180000 / 9000) ** 2  # the sample that the published half-width of the population implies
    expected = WIDENED * 100 * 1.96 * math.sqrt(0.7 * 0.3 / n)
    assert rate["upper"] - rate["value"] == pytest.approx(expected)
    assert rate["upper"] - rate["value"] < 100 * 8000 / 180000
    assert rate["method"] == "approximated from the intervals of the counts"
    assert "approximate" in imported.notes[0]


def test_the_interval_of_a_count_is_the_published_half_width(imported):
    count = figure(imported, "E08000001", "in_employment")
    assert (count["value"], count["lower"], count["upper"]) == (126000, 118000, 134000)
    assert (count["method"], count["confidence"], count["flag"]) == ("published half-width", 0.95, "rounded-100")


@pytest.mark.parametrize(
    ("code", "measure", "flag"),
    [("E08000001", "unemployed", "suppressed"), ("E08000003", "inactive", "unreliable;nil")],
)
def test_a_symbol_in_place_of_a_number_is_a_flag_and_never_a_zero(imported, code, measure, flag):
    found = figure(imported, code, measure)
    assert math.isnan(found["value"])
    assert math.isnan(found["lower"])
    assert found["flag"] == flag


def test_a_number_with_a_symbol_in_its_interval_is_unreliable_and_has_no_interval(imported):
    found = figure(imported, "E08000003", "unemployed")
    assert (found["value"], found["flag"]) == (9000, "unreliable;rounded-100")
    assert math.isnan(found["lower"])


def test_a_rate_without_its_numerator_is_missing_with_the_reason(imported):
    rate = figure(imported, "E08000003", "inactivity_rate")
    assert math.isnan(rate["value"])
    assert rate["flag"] == "unreliable;nil"


def test_blocks_keep_their_own_periods(imported):
    second = figure(imported, "E08000001", "employment_rate", "2021-10-01")
    assert str(second["period_end"].date()) == "2022-09-30"


def test_a_mayoral_combined_authority_is_one_and_an_enterprise_partnership_of_its_name_is_not(imported):
    assert figure(imported, "E47000001", "employment_rate")["value"] == pytest.approx(1300 / 18)
    assert "lep:Greater Manchester" in imported.unresolved


def test_names_that_are_not_held_are_reported_and_never_guessed(imported):
    assert imported.unresolved == ("lep:Greater Manchester", "ladu:Somewhere")
    assert len(imported.refused) == 2
    assert "ladu:Somewhere" in imported.refused[1].message


@pytest.mark.parametrize(
    "name", ["ladu:bolton", "ladu:Bolton ", "ladu:Bolton and Bury", "Bolton", "country:Bolton", "lep:Bolton"]
)
def test_a_name_is_matched_exactly_at_the_level_of_its_prefix(areas, workbook, name):
    path = workbook("aps.xlsx", sheet(block("Jan 2021-Dec 2021", [name, *BOLTON[1:]], ENGLAND)))
    found = set(read_figures(path, areas).figures.frame["area_code"])
    assert found == ({"E92000001", "E08000001"} if name.strip() == "ladu:Bolton" else {"E92000001"})


def test_the_citation_has_the_day_of_the_download(imported):
    citation = imported.figures.citation()
    assert str(citation.retrieved) == "2023-04-24"
    assert citation.title == "Annual Population Survey"


def test_none_or_all_of_a_sample_has_no_interval(areas, workbook):
    everyone = ["ladu:Bolton", 1000, "", 900, 1000, "", 900, "!", "", "!", "!", "", "!"]
    imported = read_figures(workbook("aps.xlsx", sheet(block("Jan 2021-Dec 2021", everyone))), areas)
    rate = figure(imported, "E08000001", "employment_rate")
    assert rate["value"] == 100
    assert math.isnan(rate["lower"])


# --- what is not as Nomis writes it -----------------------------------------------------------------------------------


def refused(areas, workbook, rows):
    with pytest.raises((WrongFile, UnknownArea)) as caught:
        read_figures(workbook("aps.xlsx", rows), areas)
    assert caught.value.remedy
    assert "aps.xlsx" in caught.value.where
    return str(caught.value)


def test_a_workbook_that_ends_before_its_foot_may_be_cut_short(areas, workbook):
    assert "cut short" in refused(areas, workbook, sheet(block("Jan 2021-Dec 2021", BOLTON), foot=[]))


def test_a_period_that_cannot_be_read_is_named(areas, workbook):
    assert "“2021/22”" in refused(areas, workbook, sheet(block("2021/22", BOLTON)))


def test_another_confidence_level_is_refused(areas, workbook):
    rows = sheet(block("Jan 2021-Dec 2021", BOLTON))
    rows[4] = ["confidence", "68% confidence interval (+/-)"]
    assert "95% interval" in refused(areas, workbook, rows)


def test_a_heading_that_does_not_say_what_its_cell_should_is_refused(areas, workbook):
    rows = sheet(block("Jan 2021-Dec 2021", BOLTON))
    rows[6] = [str(title).replace("In employment", "Unemployed") for title in HEAD]
    assert "T01:28" in refused(areas, workbook, rows)


def test_a_workbook_about_other_places_is_an_error(areas, workbook):
    rows = sheet(block("Jan 2021-Dec 2021", ["ladu:Leeds", *BOLTON[1:]]))
    assert "None of its areas is held: ladu:Leeds" in refused(areas, workbook, rows)


def test_a_symbol_that_the_foot_does_not_explain_is_refused_with_its_row(areas, workbook):
    odd = ["ladu:Bolton", *BOLTON[1:4], "?", "", "?", *BOLTON[7:]]
    imported = read_figures(workbook("aps.xlsx", sheet(block("Jan 2021-Dec 2021", odd, ENGLAND))), areas)
    assert "T01:28 of Bolton" in imported.refused[0].message
    assert imported.refused[0].where == "aps.xlsx, row 9"
    assert imported.figures.where(area_code="E08000001", measure="employment_rate").frame.empty


# --- the workbooks as downloaded --------------------------------------------------------------------------------------

T01 = "data/aps/nomis_2023_04_24_143523_T01_emprate.xlsx"


@pytest.mark.shared
def test_every_row_of_the_raw_workbook_is_read(shared, sample_dir):
    xml = zipfile.ZipFile(shared / T01).read("xl/worksheets/sheet1.xml").decode()
    assert '<dimension ref="A1"/>' in xml
    names = len(re.findall(r"(?:ladu|lep|country|User Defined Geography):", all_text(shared / T01)))
    imported = read_figures(shared / T01, load_sample(sample_dir).areas)
    assert imported.rows_read == 5 * 450
    assert imported.rows_read % 5 == 0
    assert len(imported.unresolved) + 12 == 450
    assert names >= 450  # each name stands once among the shared strings, or in every row


def all_text(path):
    with zipfile.ZipFile(path) as file:
        return "".join(file.read(n).decode() for n in file.namelist() if n.endswith((".xml",)))


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["T01_nomis_jan23_emprate.xlsx", "nomis_2022_06_14_095314_T01_emprate.xlsx", T01.rpartition("/")[2]]
)
def test_all_three_workbooks_give_the_ten_districts_in_five_periods(shared, sample_dir, name):
    imported = read_figures(shared / "data/aps" / name, load_sample(sample_dir).areas)
    rates = imported.figures.where(measure="employment_rate", level="district").frame
    assert len(rates) == 50
    assert rates["value"].between(55, 90).all()


@pytest.mark.shared
def test_rates_equal_those_published_elsewhere(shared, sample_dir):
    library = load_sample(sample_dir)
    here = read_figures(shared / T01, library.areas).figures
    for measure in ("employment_rate", "inactivity_rate"):
        both = here.where(measure=measure).frame.merge(
            library.figures.where(measure=measure).frame, on=["area_code", "period_start"], suffixes=("", "_published")
        )
        same = (both["value"] - both["value_published"]).abs() < 0.051
        assert len(both) == 60
        assert same.mean() > 0.85  # the others were weighted again between the two publications
        wide = (both["upper"] - both["lower"]) >= (both["upper_published"] - both["lower_published"]) - 0.1
        assert wide[same].mean() > 0.9


OTHERS = {
    "nomis_2023_04_24_143000_T09_empocc.xlsx": ("employed_by_occupation", ["occupation", "sex", "hours"], 25),
    "nomis_2023_04_24_144748_T13a_empind.xlsx": ("employed_by_industry", ["industry", "people"], 9),
    "nomis_2023_04_24_144248_T19_qual_age_gender.xlsx": (
        "people_by_qualification",
        ["qualification", "sex", "age"],
        63,
    ),
    "nomis_2022_10_17_080621_skills_nvq.xlsx": ("people_by_qualification", ["qualification", "sex", "age"], 7),
}


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore:Workbook contains no")
@pytest.mark.parametrize("name", OTHERS)
def test_every_cell_of_the_other_tables_is_read_as_another_program_reads_it(shared, sample_dir, name):
    measure, breakdowns, cells = OTHERS[name]
    imported = read_figures(shared / "data/aps" / name, load_sample(sample_dir).areas)
    frame = imported.figures.frame
    assert set(frame["measure"]) == {measure}
    assert [c for c in frame.columns if c in breakdowns] == breakdowns
    assert (frame.groupby(["area_code", "period_start"]).size() == cells).all()
    sheet = openpyxl.load_workbook(shared / "data/aps" / name).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    first = next(row for row in rows if row[0] == "ladu:Manchester")
    for triple, (_, figure) in enumerate(
        frame[(frame["area_code"] == "E08000003") & (frame["period_start"] == frame["period_start"].min())].iterrows()
    ):
        number, _, conf = first[1 + 3 * triple : 4 + 3 * triple]
        if isinstance(number, int | float):
            assert figure["value"] == number
        else:
            assert math.isnan(figure["value"])
            assert figure["flag"]
        if isinstance(conf, int | float):
            assert figure["upper"] == pytest.approx(number + conf)
        else:
            assert math.isnan(figure["upper"])


@pytest.mark.shared
def test_a_table_that_lies_down_is_read_by_area(shared, sample_dir):
    path = shared / "data/aps/Employment by occupation - Dec 2015 - SOC2010 - APS.csv"
    imported = read_figures(path, load_sample(sample_dir).areas)
    assert imported.rows_read == 207
    frame = imported.figures.frame
    assert len(frame) == 225
    assert set(frame["area_code"]) == {"E92000001"}  # partnerships and NUTS areas are not held
    chosen = frame[(frame["occupation"] == "Corporate Managers and Directors") & (frame["sex"] == "")]
    assert chosen.set_index("hours")["value"].to_dict() == {"": 1934000, "Full-time": 1739000, "Part-time": 194400}
    assert str(frame["period_start"].min().date()) == "2015-01-01"
    assert str(frame["period_end"].max().date()) == "2015-12-31"
    assert any("read from its name" in note for note in imported.notes)


@pytest.mark.shared
def test_overlapping_groups_are_never_one_figure(shared, sample_dir):
    path = shared / "data/aps/nomis_2023_04_24_144248_T19_qual_age_gender.xlsx"
    imported = read_figures(path, load_sample(sample_dir).areas)
    assert any("The groups overlap: do not add them." in note for note in imported.notes)
    frame = imported.figures.frame
    bolton = frame[
        (frame["area_code"] == "E08000001") & (frame["qualification"] == "NVQ4+") & (frame["age"] == "16-64")
    ]
    newest = bolton[bolton["period_start"] == "2021-01-01"].set_index("sex")["value"]
    assert newest[""] == pytest.approx(newest["Males"] + newest["Females"], abs=100)  # each is rounded to 100


# --- files that lie down ----------------------------------------------------------------------------------------------

DOWN = [
    "Cell,country:England,,Conf,ladu:Bolton,,Conf",
    "T19:6 (Total - All people aged 16-64 : NVQ4+ ),900,,30,40,,12",
    "T19:13 (Total - Males aged 16-64 : NVQ4+ ),400,,20,!,,!",
]


def test_a_file_without_a_period_in_it_or_its_name_is_refused(areas, write):
    with pytest.raises(WrongFile, match="one month"):
        read_figures(write("skills.csv", "\n".join(DOWN)), areas)


def test_a_row_cut_short_is_refused(areas, write):
    with pytest.raises(WrongFile, match="not every row"):
        read_figures(write("skills Dec 2015.csv", "\n".join(DOWN)[:-6]), areas)


def test_symbols_in_a_file_that_lies_down_are_flags(areas, write):
    frame = read_figures(write("skills Dec 2015.csv", "\n".join(DOWN)), areas).figures.frame
    males = frame[(frame["area_code"] == "E08000001") & (frame["sex"] == "Males")].iloc[0]
    assert (math.isnan(males["value"]), males["flag"]) == (True, "suppressed")
